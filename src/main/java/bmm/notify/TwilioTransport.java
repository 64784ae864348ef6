package bmm.notify;

import com.twilio.exception.ApiConnectionException;
import com.twilio.http.HttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries the library's requests: to another address if one is given, once each (the library's own client repeats a POST
 * that failed, and so sends an SMS twice), and telling whether the other side may have seen it.
 */
final class TwilioTransport extends HttpClient {
    /** Certain that nothing was sent. */
    static final class NotSent extends IOException {
        private static final long serialVersionUID = 1;

        NotSent(String message) {
            super(message);
        }
    }

    private final @Nullable URI address;

    TwilioTransport(@Nullable URI address) {
        this.address = address;
    }

    @Override
    public Response reliableRequest(Request request) {
        return makeRequest(request);
    }

    @Override
    public Response reliableRequest(Request request, int[] retryCodes, int retries, long delayMillis) {
        return makeRequest(request);
    }

    @Override
    public Response makeRequest(Request request) {
        try {
            String method = request.getMethod().toString();
            Map<String, String> headers = new HashMap<>();
            headers.put("Accept", "application/json");
            if (request.requiresAuthentication()) {
                headers.put("Authorization", request.getAuthString());
            }
            String body = null;
            if (method.equals("POST")) {
                headers.put("Content-Type", "application/x-www-form-urlencoded");
                body = request.encodeFormBody();
            }
            Http.Answer answer =
                    Http.send(new Http.Request(method, target(request.constructURL()), headers, body, null));
            if (answer.status() <= 0) {
                throw new ApiConnectionException(
                        answer.inWords(),
                        answer.sent() ? new IOException(answer.inWords()) : new NotSent(answer.inWords()));
            }
            return new Response(understandable(answer), answer.status());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiConnectionException("stopped", new IOException("stopped", e));
        } catch (URISyntaxException e) {
            throw new ApiConnectionException("not an address", new NotSent("not an address"));
        }
    }

    /**
     * Where a refusal has no body (the JDK keeps that of a 401) or not Twilio's (a proxy's page), the library would hide
     * the status. Twilio's own code for it is 20000 and the status, but 20003 for wrong credentials.
     */
    private static String understandable(Http.Answer answer) {
        int status = answer.status();
        if (status < 400 || answer.body().stripLeading().startsWith("{")) {
            return answer.body();
        }
        return "{\"code\":" + (status == 401 ? 20003 : 20000 + status) + ",\"message\":\"HTTP " + status
                + "\",\"status\":" + status + "}";
    }

    private URI target(URL url) throws URISyntaxException {
        URI given = url.toURI();
        if (address == null) {
            return given;
        }
        String base = address.toString();
        String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return new URI(root + given.getRawPath() + (given.getRawQuery() == null ? "" : "?" + given.getRawQuery()));
    }
}
