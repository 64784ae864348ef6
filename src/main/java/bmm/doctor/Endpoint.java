package bmm.doctor;

import bmm.base.Keys;
import bmm.base.Settings;
import bmm.process.Command;
import bmm.process.Inheritance;
import bmm.store.BucketAddress;
import bmm.store.FolderAddress;
import bmm.store.MinioAddress;
import bmm.store.RcloneAddress;
import bmm.store.RsyncAddress;
import bmm.store.Stores;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Host and port that the requests to a store go to. */
record Endpoint(String host, int port) {
    /** Nothing for folders, and for rclone, whose configuration holds secrets and is its own. */
    static Optional<Endpoint> of(String address, Settings settings) {
        return switch (Stores.resolve(address, settings)) {
            case FolderAddress folder -> Optional.empty();
            case RcloneAddress rclone -> Optional.empty();
            case MinioAddress minio -> Optional.of(of(minio.endpoint(), ""));
            case BucketAddress bucket ->
                Optional.of(bucket.endpoint()
                        .map(uri -> of(uri, bucket.pathStyle() ? "" : bucket.bucket() + "."))
                        .orElseGet(() -> new Endpoint(
                                "s3."
                                        + bucket.region()
                                                .map(region -> region + ".")
                                                .orElse("") + "amazonaws.com",
                                443)));
            case RsyncAddress rsync ->
                Optional.of(overSsh(
                        rsync,
                        Stores.name(address, settings).flatMap(name -> settings.find(Keys.STORE_SSH_PORT, name))));
        };
    }

    private static Endpoint of(URI uri, String before) {
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
        return new Endpoint(before + uri.getHost(), port);
    }

    /** What ssh makes of the host: it may be an alias of its configuration. */
    private static Endpoint overSsh(RsyncAddress rsync, Optional<String> port) {
        String host = rsync.host().substring(rsync.host().indexOf('@') + 1);
        String told = told(rsync.host());
        String name = word(told, "hostname").orElse(host);
        return new Endpoint(
                name,
                port.or(() -> word(told, "port"))
                        .map(String::strip)
                        .filter(text -> text.matches("[0-9]{1,5}"))
                        .map(Integer::parseInt)
                        .orElse(22));
    }

    private static String told(String host) {
        try {
            Command.Result result = Command.of("ssh", "-G", host)
                    .inheriting(Inheritance.SSH)
                    .timeout(Duration.ofSeconds(10))
                    .run();
            return result.ok() ? result.output() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static Optional<String> word(String configuration, String keyword) {
        return configuration
                .lines()
                .filter(line -> line.startsWith(keyword + " "))
                .map(line -> line.substring(keyword.length() + 1).strip())
                .findFirst();
    }
}
