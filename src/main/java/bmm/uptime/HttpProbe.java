package bmm.uptime;

import bmm.alert.Layer;
import bmm.base.Amounts;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code http://} and {@code https://}: the page answers as expected.
 *
 * @param secretHeaders sent to the host of {@code uri}, and to no other that it redirects to
 * @param redirects how many are followed
 * @param certificateLeft for how long the certificate must still be good; null: now
 */
record HttpProbe(
        URI uri,
        Map<String, String> secretHeaders,
        Trust trust,
        int redirects,
        List<HttpExpectation> expectations,
        @Nullable Duration certificateLeft,
        Clock clock)
        implements Probe {
    @Override
    public String target() {
        return uri.toString();
    }

    /** The front page is what people see; a page behind it is what programs call. */
    @Override
    public Layer layer() {
        String path = uri.getPath();
        return path == null || path.isEmpty() || path.equals("/") ? Layer.SURFACE : Layer.SERVICE;
    }

    @Override
    public Look look(Trail trail, Duration timeout) throws IOException {
        Deadline deadline = Deadline.in(timeout);
        Set<URI> seen = new HashSet<>();
        URI next = uri;
        while (true) {
            seen.add(next);
            HttpAnswer answer = new HttpRequest(next, headersFor(next), trust, trail, deadline).send();
            if (!answer.isRedirect() || redirects == 0) {
                return judge(answer, deadline.spent());
            }
            next = target(answer);
            if (seen.contains(next)) {
                throw new IOException("redirects in a circle, back to " + next);
            }
            if (seen.size() > redirects) {
                throw new IOException("redirects more than " + redirects + " times, at last to " + next);
            }
        }
    }

    private Map<String, String> headersFor(URI next) {
        return sameOrigin(next) ? secretHeaders : Map.of();
    }

    private boolean sameOrigin(URI next) {
        return String.valueOf(next.getScheme()).equalsIgnoreCase(uri.getScheme())
                && String.valueOf(next.getRawAuthority()).equalsIgnoreCase(uri.getRawAuthority());
    }

    private static URI target(HttpAnswer answer) throws IOException {
        String location = answer.header("location").orElse("");
        try {
            URI target = answer.uri().resolve(new URI(location.strip()));
            String scheme = String.valueOf(target.getScheme());
            if (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) {
                return target;
            }
        } catch (URISyntaxException e) {
            throw new IOException("redirects to what is no address: " + Reasons.cut(location), e);
        }
        throw new IOException("redirects to what is no web address: " + Reasons.cut(location));
    }

    private Look judge(HttpAnswer answer, Duration took) {
        Instant ends = answer.certificateEnds();
        if (Gateway.isSpeaking(answer) && expectations.getFirst().unmet(answer) != null) {
            return Look.down(Stage.PROXY, Gateway.inWords(answer), took).withCertificate(ends);
        }
        for (HttpExpectation expectation : expectations) {
            String unmet = expectation.unmet(answer);
            if (unmet != null) {
                return Look.down(Stage.APPLICATION, unmet, took).withCertificate(ends);
            }
        }
        if (certificateLeft != null && ends != null) {
            Duration left = Duration.between(clock.instant(), ends);
            if (left.compareTo(certificateLeft) <= 0) {
                return Look.down(
                                Stage.TLS,
                                "certificate ends in " + Amounts.count(left.toDays(), "day") + ", not more than "
                                        + Amounts.compact(certificateLeft),
                                took)
                        .withCertificate(ends);
            }
        }
        return Look.up("status " + answer.status(), took).withCertificate(ends);
    }
}
