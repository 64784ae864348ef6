package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import com.google.errorprone.annotations.CompileTimeConstant;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** What an S3 server refuses, and how connections to it break, sorted and told in plain words. */
final class S3Errors {
    /** What happened and what to do. */
    private record Story(String what, Hint hint) {
        Story(String what, @CompileTimeConstant final String hint) {
            this(what, Hint.of(hint));
        }
    }

    private final String store;
    private final S3Address address;

    S3Errors(S3Address address) {
        this.address = address;
        this.store = address.toString();
    }

    /** Whether the same request may well succeed in a moment. */
    static boolean isTransient(RuntimeException thrown) {
        return switch (thrown) {
            case S3Refusal refused -> isTransient(refused.status(), refused.code());
            case S3Breakage broken ->
                broken.slow()
                        || (find(broken, IOException.class).isPresent()
                                && find(broken, SSLException.class)
                                        .filter(S3Errors::isAboutTrust)
                                        .isEmpty());
            default -> false;
        };
    }

    private static boolean isTransient(int status, String code) {
        return switch (code) {
            case "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException" -> true;
            case "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded" -> false;
            default -> status == 408 || status == 429 || (status >= 500 && status != 501 && status != 507);
        };
    }

    /** The HTTP status of the answer; 0 if there was none. */
    static int status(RuntimeException thrown) {
        return thrown instanceof S3Refusal refused ? refused.status() : 0;
    }

    /** The error code of the answer; empty if there was none, as with every HEAD. */
    static String code(RuntimeException thrown) {
        return thrown instanceof S3Refusal refused ? refused.code() : "";
    }

    /** One line with a hint; a {@link Failure} stays what it is. */
    Failure failure(String key, RuntimeException thrown) {
        if (thrown instanceof Failure failure) {
            return failure;
        }
        if (status(thrown) == 404 && code(thrown).equals("NoSuchKey")) {
            return new ObjectMissing(store, key);
        }
        Story story = switch (thrown) {
            case S3Refusal refused -> refusal(refused);
            case S3Breakage broken
            when broken.slow() ->
                new Story("no end of the answer from " + host() + " in time", "check the network to it");
            case S3Breakage broken -> breakage(broken);
            default -> new Story(Failure.reason(thrown), "run with -v for the stack trace");
        };
        String where = key.isEmpty() ? store : store + ": " + KeyText.shown(key);
        return new Failure(ExitCode.STORE, where + ": " + story.what(), story.hint(), thrown);
    }

    /** There is no such bucket. */
    Failure noSuchBucket() {
        return new Failure(
                ExitCode.STORE,
                store + ": " + host() + " has no bucket " + address.bucket(),
                "check the name, or create the bucket; bmm never does");
    }

    private Story refusal(S3Refusal refused) {
        return switch (refused.code()) {
            case "NoSuchBucket" ->
                new Story(
                        host() + " has no bucket " + address.bucket(),
                        "check the name, or create the bucket; bmm never does");
            case "InvalidAccessKeyId" -> new Story("the access key is not known there", keys());
            case "SignatureDoesNotMatch" -> new Story("the secret key is wrong", keys());
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired" ->
                new Story("the session token is no longer valid", "get new credentials");
            case "RequestTimeTooSkewed", "RequestExpired" ->
                new Story(
                        "the clocks of this machine and of " + host() + " differ too much",
                        "set both by NTP (timedatectl status)");
            case "EntityTooLarge", "EntityTooSmall", "MaxMessageLengthExceeded" ->
                new Story("the store refuses an object of this size: " + refused.said(), "see the limits of the store");
            case "XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded" ->
                new Story("the store is full", "free some space there, or prune more");
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                new Story("the bucket is in another region: " + refused.said(), "give it in the address: ?region=…");
            case "KeyTooLongError", "XMinioInvalidObjectName", "XMinioInvalidResourceName", "InvalidObjectName" ->
                new Story("the store does not allow this key: " + refused.said(), "use another key");
            default -> byStatus(refused);
        };
    }

    private Story byStatus(S3Refusal refused) {
        return switch (refused.status()) {
            case 401, 403 ->
                new Story(
                        "access denied" + said(refused, ": "),
                        Hint.of("check the keys and what they may do with bucket ")
                                .name(address.bucket())
                                .and("; without the right to list, a missing object looks like this too"));
            case 404 -> new Story("not found" + said(refused, ": "), "check endpoint, bucket and prefix");
            case 501 -> new Story("the store cannot do this" + said(refused, ": "), "use another store");
            case 507 -> new Story("the store is full", "free some space there, or prune more");
            default ->
                new Story(
                        host() + " answered " + refused.status() + said(refused, ": "),
                        refused.status() >= 500 ? "look at the server's log" : "check the address of the store");
        };
    }

    private Story breakage(S3Breakage broken) {
        Optional<SSLException> tls = find(broken, SSLException.class);
        if (find(broken, UnknownHostException.class).isPresent()) {
            return new Story("the host " + host() + " is not known", "check the endpoint, and the name server");
        }
        if (find(broken, ConnectException.class).isPresent()
                || find(broken, NoRouteToHostException.class).isPresent()) {
            return new Story("cannot connect to " + host(), "is the server up, and the port right and open?");
        }
        if (find(broken, SocketTimeoutException.class).isPresent()) {
            return new Story("no answer from " + host() + " in time", "check the server and the network to it");
        }
        if (tls.isPresent()) {
            return isAboutTrust(tls.get())
                    ? new Story(
                            "the certificate of " + host() + " is not trusted: " + Failure.reason(root(tls.get())),
                            "name its authority's certificate in BMM_STORE_<NAME>_CA_FILE, or check the host name")
                    : new Story(
                            "no TLS with " + host() + ": " + Failure.reason(tls.get()), "is it https, or plain http?");
        }
        String reason = Failure.reason(broken);
        if (reason.startsWith("Unable to load credentials")) {
            return new Story("there are no credentials", keys());
        }
        return new Story(
                "the connection to " + host() + " broke: " + Failure.reason(root(broken)), "check the network to it");
    }

    private static boolean isAboutTrust(SSLException tls) {
        return tls instanceof SSLPeerUnverifiedException
                || find(tls, java.security.cert.CertificateException.class).isPresent()
                || find(tls, java.security.GeneralSecurityException.class).isPresent();
    }

    private static Hint keys() {
        return Hint.of("set BMM_STORE_<NAME>_ACCESS_KEY and BMM_STORE_<NAME>_SECRET_KEY, or AWS_ACCESS_KEY_ID and"
                + " AWS_SECRET_ACCESS_KEY");
    }

    private String host() {
        return address.host();
    }

    private static String said(S3Refusal refused, String before) {
        return refused.said().isEmpty() ? "" : before + refused.said();
    }

    private static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
