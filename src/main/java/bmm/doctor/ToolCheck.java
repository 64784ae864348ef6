package bmm.doctor;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Finding;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.Settings;
import bmm.postgres.Container;
import bmm.postgres.PgTools;
import bmm.postgres.Server;
import bmm.process.Command;
import bmm.store.RcloneAddress;
import bmm.store.RsyncAddress;
import bmm.store.StoreAddress;
import bmm.store.Stores;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The programs that the settings call for: installed, and new enough for the server. */
final class ToolCheck {
    private final Settings settings;
    private final Surroundings surroundings;

    ToolCheck(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
    }

    List<Finding> run(Optional<Server> server, List<Server.Database> databases) {
        List<Finding> findings = new ArrayList<>();
        server.filter(one -> !databases.isEmpty())
                .ifPresent(
                        one -> findings.addAll(pgDump(one, databases.getFirst().serverMajor())));
        if (settings.get(Keys.COMPRESSION) == Keys.Codec.ZSTD) {
            findings.add(program("zstd", "--version")
                    .orElseGet(() -> Finding.warn(
                            "zstd",
                            "is not installed; bmm itself does without",
                            "apt-get install zstd: restoring by hand, without bmm, needs it")));
        }
        if (settings.find(Keys.PG_CONTAINER).isPresent()) {
            findings.add(needed("docker", "--version"));
        }
        if (anyStore(RsyncAddress.class::isInstance)) {
            findings.add(needed("ssh", "-V"));
            findings.add(needed("rsync", "--version"));
        }
        if (anyStore(RcloneAddress.class::isInstance)) {
            findings.add(needed("rclone", "version"));
        }
        return findings;
    }

    private List<Finding> pgDump(Server server, int serverMajor) {
        try {
            PgTools tools = settings.find(Keys.PG_CONTAINER)
                    .map(name -> PgTools.in(new Container(name), server.connection()))
                    .or(() -> settings.find(Keys.PG_BIN).map(bin -> PgTools.in(bin, server.connection())))
                    .orElseGet(() -> PgTools.find(server.connection(), serverMajor, surroundings.searchPath()));
            if (tools.major() < serverMajor) {
                throw PgTools.tooOld(tools, serverMajor);
            }
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok("pg_dump", tools.version() + ", the server is " + serverMajor));
            ReleaseCheck.tools(tools).ifPresent(findings::add);
            return findings;
        } catch (Failure e) {
            return List.of(Finding.fail(ExitCode.PREFLIGHT, "pg_dump", e));
        }
    }

    private boolean anyStore(Predicate<StoreAddress> kind) {
        return Stream.concat(
                        settings.all(Keys.STORE).keySet().stream(),
                        settings.find(Keys.BACKUP_REMOTE).orElse(List.of()).stream())
                .anyMatch(address -> {
                    try {
                        return kind.test(Stores.resolve(address, settings));
                    } catch (Failure e) {
                        // The check of the stores tells it.
                        return false;
                    }
                });
    }

    private static Finding needed(String program, String versionOption) {
        return program(program, versionOption)
                .orElseGet(() -> Finding.fail(
                        ExitCode.PREFLIGHT,
                        program,
                        "is not installed, and a store or container needs it",
                        Hint.of("apt-get install ").name(program.equals("docker") ? "docker.io" : program)));
    }

    private static Optional<Finding> program(String program, String versionOption) {
        try {
            Command.Result result = Command.of(program, versionOption)
                    .timeout(Duration.ofSeconds(20))
                    .run();
            // ssh tells its version on standard error.
            return Optional.of((result.output() + "\n" + result.errors())
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.matches(".*\\d.*"))
                    .findFirst()
                    .map(line -> Finding.ok(program, line.replaceAll("^[* ]+|[* ]+$", "")))
                    .orElse(Finding.ok(program, "installed")));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
