package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.store.FaultProxy;
import bmm.store.FaultProxy.Fault;
import bmm.store.FaultProxy.Request;
import bmm.store.FaultProxy.Response;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server behind a network that lies, cuts, refuses and delays. Nothing is deleted, nothing half-visible. */
class MirrorFaultsTest {
    private static final int OBJECTS = 20;
    private static final Pattern CONTENTS = Pattern.compile("<Contents>.*?</Contents>", Pattern.DOTALL);
    private static final Fault NONE = (request, server) -> server.answer(request);

    @TempDir
    Path directory;

    private MirrorScene scene;
    private FaultProxy proxy;
    private String copy;
    private Map<String, String> before;

    /** Of the stores. */
    String kind() {
        return "s3";
    }

    @BeforeEach
    void aBucketAndItsCopy() throws Exception {
        scene = new MirrorScene(directory);
        scene.kind = kind();
        proxy = new FaultProxy(scene.port());
        for (int i = 0; i < OBJECTS; i++) {
            scene.write("origin/key" + (char) ('a' + i), "text " + i);
        }
        scene.bucket("source", proxy.endpoint());
        copy = scene.file("copy");
        scene.run("mirror", scene.file("origin"), "source").isDone();
        scene.run("mirror", "source", copy).isDone();
        before = scene.content("copy");
        assertThat(before).hasSize(OBJECTS);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        scene.close();
    }

    private static Fault listing(java.util.function.UnaryOperator<String> change) {
        return (request, server) -> {
            Response answer = server.answer(request);
            return request.isListing() ? answer.with(change.apply(answer.text())) : answer;
        };
    }

    /** Leaves out the last objects of a page. */
    private static String cutTo(int objects, String page) {
        StringBuilder cut = new StringBuilder();
        Matcher contents = CONTENTS.matcher(page);
        for (int seen = 0; contents.find(); seen++) {
            contents.appendReplacement(cut, seen < objects ? Matcher.quoteReplacement(contents.group()) : "");
        }
        return contents.appendTail(cut).toString().replaceAll("<KeyCount>.*?</KeyCount>", "");
    }

    private void isRefused(Fault fault, String... why) {
        proxy.set(fault);
        scene.run("mirror", "source", copy, "--delete", "--update").failed(6, why);
        assertThat(scene.content("copy")).isEqualTo(before);
        proxy.set(NONE);
        assertThat(scene.run("mirror", "source", copy, "--delete", "--json")
                        .isDone()
                        .number("same"))
                .isEqualTo(OBJECTS);
    }

    @Test
    void aListingThatIsCutAndClaimsToBeComplete() {
        // What comes after the last key is left out on every page that is asked for.
        isRefused(
                (request, server) -> {
                    Response answer = server.answer(request);
                    return request.isListing()
                            ? answer.with(cutTo(request.isContinued() ? 0 : 5, answer.text()))
                            : answer;
                },
                "refused, nothing was touched",
                "fewer than at 2026-11-21T04:15:00Z, more than max-delete=10 or 1% allows");
    }

    @Test
    void aListingThatIsCutByLittleIsFoundOutByAsking() {
        isRefused(
                (request, server) -> {
                    Response answer = server.answer(request);
                    return request.isListing()
                            ? answer.with(cutTo(request.isContinued() ? 0 : OBJECTS - 3, answer.text()))
                            : answer;
                },
                "refused, nothing was touched",
                "its listing left it out");
    }

    @Test
    void aListingWithAHoleIsFoundOutByAsking() {
        isRefused(
                listing(page -> page.replaceAll("(?s)<Contents>(?:(?!</Contents>).)*keyd.*?</Contents>", "")
                        .replaceAll("<KeyCount>.*?</KeyCount>", "")),
                "refused, nothing was touched",
                "/source has keyd, but its listing left it out");
    }

    @Test
    void anEmptyListing() {
        isRefused(listing(page -> cutTo(0, page)), "refused, nothing was touched", "is empty");
    }

    @Test
    void anErrorOnPageTwo() {
        isRefused(
                (request, server) -> {
                    if (request.isListing() && request.isContinued()) {
                        return Response.status(500, "InternalError");
                    }
                    Response answer = server.answer(request);
                    return request.isListing()
                            ? answer.with(cutTo(10, answer.text())
                                    .replaceAll(
                                            "<IsTruncated>false</IsTruncated>",
                                            "<IsTruncated>true</IsTruncated>"
                                                    + "<NextContinuationToken>next</NextContinuationToken>"))
                            : answer;
                },
                "refused, nothing was touched: the source cannot be listed",
                "answered 500");
    }

    @Test
    void aListingOutOfOrder() {
        isRefused(
                listing(page -> page.replace(">keyc<", ">keyX<")
                        .replace(">keyd<", ">keyc<")
                        .replace(">keyX<", ">keyd<")),
                "the source cannot be listed",
                "the listing cannot be trusted");
    }

    @Test
    void aListingWithoutTimes() {
        isRefused(
                listing(page -> page.replaceAll("<LastModified>.*?</LastModified>", "")),
                "refused, nothing was touched: the source cannot be listed");
    }

    @Test
    void aListingWithoutSizes() {
        isRefused(listing(page -> page.replaceAll("<Size>.*?</Size>", "")), "refused, nothing was touched");
    }

    /** Read to the end of the connection, half an object would look like a whole one. */
    @Test
    void anAnswerWithoutALengthIsNotBelieved() {
        proxy.set((request, server) -> {
            Response answer = server.answer(request);
            return request.method().equals("GET") && request.target().contains("keyc") ? answer.unannounced() : answer;
        });
        scene.run("mirror", "source", scene.file("second"))
                .failed(6, "is not complete: 1 object failed", "keyc", "the answer lacks the size");
        assertThat(scene.content("second")).hasSize(OBJECTS - 1).doesNotContainKey("keyc");
    }

    @Test
    void aSourceThatDenies() {
        isRefused(
                (request, server) -> Response.status(403, "AccessDenied"),
                "the source cannot be listed",
                "access denied");
    }

    @Test
    void aSourceWhoseClockIsWrong() {
        isRefused(
                (request, server) -> Response.status(403, "RequestTimeTooSkewed"),
                "the source cannot be listed",
                "the clocks of this machine and of");
        // Objects of tomorrow are not taken for changed ones day by day.
        proxy.set((request, server) -> {
            Response answer = server.answer(request);
            return request.isListing()
                    ? answer.with(answer.text().replaceAll("<LastModified>20\\d\\d", "<LastModified>2099"))
                    : answer;
        });
        assertThat(scene.run("mirror", "source", copy, "--update", "--json")
                        .isDone()
                        .number("same"))
                .isEqualTo(OBJECTS);
        assertThat(scene.content("copy")).isEqualTo(before);
    }

    @Test
    void aSourceThatCannotBeReached() {
        proxy.close();
        scene.run("mirror", "source", copy, "--delete")
                .failed(6, "refused, nothing was touched: the source cannot be listed", "cannot connect");
        assertThat(scene.content("copy")).isEqualTo(before);
    }

    @Test
    void aBodyThatIsAlwaysCutIsNeverVisible() {
        proxy.set((request, server) -> {
            Response answer = server.answer(request);
            return request.method().equals("GET") && request.target().contains("keyc") ? answer.cut() : answer;
        });
        scene.run("mirror", "source", scene.file("second"))
                .failed(6, "is not complete: 1 object failed", "keyc", "reading broke off at byte");
        assertThat(scene.content("second")).hasSize(OBJECTS - 1).doesNotContainKey("keyc");
        proxy.set(NONE);
        assertThat(scene.run("mirror", "source", scene.file("second"), "--json")
                        .isDone()
                        .number("copied"))
                .isEqualTo(1);
        assertThat(scene.content("second")).isEqualTo(before);
    }

    @Test
    void aStormThatPassesIsSilent() {
        Map<String, AtomicInteger> tries = new ConcurrentHashMap<>();
        proxy.set((request, server) -> {
            int tried = tries.computeIfAbsent(request.method() + request.target(), any -> new AtomicInteger())
                    .incrementAndGet();
            return tried % 3 == 1 ? Response.status(503, "SlowDown") : tried % 3 == 2 ? null : server.answer(request);
        });
        var outcome = scene.run("mirror", "source", scene.file("second")).isDone();
        assertThat(outcome.err()).doesNotContain("level=warn").doesNotContain("level=error");
        assertThat(scene.content("second")).isEqualTo(before);
    }

    @Test
    void slowAnswersAreWaitedFor() {
        proxy.set((request, server) -> {
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return server.answer(request);
        });
        scene.run("mirror", "source", scene.file("second")).isDone();
        assertThat(scene.content("second")).isEqualTo(before);
    }

    @Test
    void aDestinationThatIgnoresPreconditionsIsLookedAtFirst() {
        String second = scene.bucket("second", proxy.endpoint());
        scene.run("mirror", scene.file("origin"), "source").isDone();
        AtomicInteger races = new AtomicInteger();
        proxy.set((request, server) -> {
            Request ignored = request.without("if-none-match");
            if (request.method().equals("HEAD")
                    && request.target().contains("/second/keyb")
                    && races.getAndIncrement() == 0) {
                // Another writer is quicker.
                server.answer(new Request(
                        "PUT",
                        request.target(),
                        List.of("Host: x", "Content-Length: 5"),
                        "other".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            }
            return server.answer(ignored);
        });
        scene.run("mirror", "source", second).failed(6, "keyb already exists");
        proxy.set(NONE);
        scene.run("mirror", second, scene.file("third")).isDone();
        assertThat(scene.read("third/keyb")).isEqualTo("other");
        assertThat(scene.content("third")).hasSize(OBJECTS);
    }

    @Test
    void anAnswerThatIsLostIsNoFailure() {
        String second = scene.bucket("second", proxy.endpoint());
        Map<String, AtomicInteger> tries = new ConcurrentHashMap<>();
        proxy.set((request, server) -> {
            Response answer = server.answer(request);
            boolean first = tries.computeIfAbsent(request.target(), any -> new AtomicInteger())
                            .getAndIncrement()
                    == 0;
            return request.method().equals("PUT") && first ? null : answer;
        });
        scene.run("mirror", "source", second).isDone();
        proxy.set(NONE);
        scene.run("mirror", "check", "source", second).isDone();
    }

    @Test
    void whatWasCopiedBeforeABreakIsNotCopiedAgain() {
        String second = scene.bucket("second", proxy.endpoint());
        AtomicInteger puts = new AtomicInteger();
        proxy.set((request, server) -> request.method().equals("PUT") && puts.incrementAndGet() > 8
                ? Response.status(507, "QuotaExceeded")
                : server.answer(request));
        scene.run("mirror", "source", second).failed(6, "the store is full");
        proxy.set(NONE);
        var again = scene.run("mirror", "source", second, "--json").isDone();
        assertThat(again.number("same")).isPositive();
        assertThat(again.number("same") + again.number("copied")).isEqualTo(OBJECTS);
        assertThat(proxy.asked.stream().filter(line -> line.startsWith("PUT") && line.contains("/key")))
                .hasSize((int) again.number("copied"));
        scene.run("mirror", "check", "source", second).isDone();
    }

    @Test
    void aDestinationThatCannotBeListedIsAnErrorOfTheStore() {
        scene.bucket("second", proxy.endpoint());
        proxy.set((request, server) ->
                request.target().contains("second") ? Response.status(403, "AccessDenied") : server.answer(request));
        scene.run("mirror", "source", "second").failed(3, "/second", "access denied");
    }
}
