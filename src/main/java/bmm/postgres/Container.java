package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Hint;
import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.base.Stopping;
import bmm.process.Command;
import bmm.process.Inheritance;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A server that runs in a Docker container: the pg tools run inside it, JDBC goes to its address. */
public record Container(String name) {
    /** The engine may have to be woken up first. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * What a tool left running, found by its environment, which its children and parallel workers share. pg_dump passes
     * SIGTERM on to its sessions as a cancel request; one that does not end by it is killed.
     */
    private static final String END = """
            for signal in TERM KILL; do
              left=
              for process in /proc/[0-9]*; do
                if grep -qsF "$1=$2" "$process/environ"; then kill -s "$signal" "${process#/proc/}" 2>/dev/null && left=yes; fi
              done
              if [ -z "$left" ]; then break; fi
              sleep 1
            done
            rm -rf "%s"
            """.formatted(temporary("$2"));

    /** The name of a temporary directory inside, as a shell there expands it. */
    static String temporary(String name) {
        return "${TMPDIR:-/tmp}/" + name;
    }

    /**
     * How to reach the server in the container: what the settings say, else the container's own address, and the role
     * and password that the official image was started with.
     */
    public ConnectionSettings connection(Settings settings, ConnectionSettings given) {
        String host = settings.isGiven(Keys.PGHOST) ? String.valueOf(given.host()) : address();
        boolean named = settings.isGiven(Keys.PGUSER) || settings.isGiven(Keys.DATABASE_URL);
        String user = named ? given.user() : variable("POSTGRES_USER").orElse("postgres");
        Secret password = given.password() != null
                ? given.password()
                : variable("POSTGRES_PASSWORD").map(Secret::new).orElse(null);
        return given.at(host, given.port(), user, password);
    }

    /** Ends all processes of a tool inside, and removes its temporary directory; works while bmm is being stopped, too. */
    void end(String applicationName) {
        Command.Result result =
                docker(true, "exec", name, "sh", "-c", END, "sh", PgTools.APPLICATION_NAME, applicationName);
        if (!result.ok()) {
            throw new Failure(ExitCode.DUMP, inContainer(result));
        }
    }

    String address() {
        Command.Result result = docker(
                false,
                "inspect",
                "--type=container",
                "--format",
                "{{.State.Running}}{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}",
                name);
        String[] words = result.output().strip().split(" ", -1);
        if (!result.ok()) {
            boolean unknown = result.errors().toLowerCase(Locale.ROOT).contains("no such");
            throw new Failure(
                    ExitCode.DUMP,
                    unknown ? "there is no container " + name : inContainer(result),
                    unknown
                            ? "docker ps lists the running ones; set BMM_PG_CONTAINER to the right name"
                            : "is the Docker engine running, and may this user reach it? try: docker ps");
        }
        if (!words[0].equals("true")) {
            throw new Failure(
                    ExitCode.DUMP,
                    "container " + name + " is not running",
                    Hint.of("docker start ").name(name).and(", and see docker logs"));
        }
        for (int i = 1; i < words.length; i++) {
            if (!words[i].isBlank()) {
                return words[i];
            }
        }
        return "localhost"; // it shares the host's network
    }

    /** A variable of the image's, or the content of the file that the variable with _FILE names. */
    private Optional<String> variable(String variable) {
        Command.Result result = docker(
                false,
                "exec",
                name,
                "sh",
                "-c",
                "printenv \"$1\" || { file=$(printenv \"$1_FILE\") && cat \"$file\"; }",
                "sh",
                variable);
        return result.ok() ? Optional.of(result.output().replaceFirst("\\R$", "")) : Optional.empty();
    }

    private static Command.Result docker(boolean cleaningUp, String... arguments) {
        List<String> words = new ArrayList<>(List.of("docker"));
        words.addAll(List.of(arguments));
        Command command = Command.of(words).inheriting(Inheritance.DOCKER).timeout(PATIENCE);
        try {
            Command.Result result = (cleaningUp ? command.forCleaningUp() : command).run();
            if (!cleaningUp && Stopping.requested()) {
                throw new Failure(ExitCode.DUMP, "stopped", "run it again");
            }
            return result;
        } catch (IOException e) {
            if (Stopping.requested()) {
                throw new Failure(ExitCode.DUMP, "stopped", "run it again", e);
            }
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "docker is not there: " + Failure.reason(e),
                    "install the docker client, or unset BMM_PG_CONTAINER and set PGHOST",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DUMP, "stopped", "run it again", e);
        }
    }

    private String inContainer(Command.Result result) {
        return "container " + name + ": "
                + result.errors()
                        .strip()
                        .lines()
                        .reduce((first, second) -> second)
                        .orElse("docker failed with exit status " + result.exit());
    }
}
