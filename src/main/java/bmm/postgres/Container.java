package bmm.postgres;

import bmm.base.ExitCode;
import bmm.base.Failure;
import bmm.base.Keys;
import bmm.base.Secret;
import bmm.base.Settings;
import bmm.process.Command;
import java.io.IOException;
import java.util.Optional;

/** A server that runs in a Docker container: the pg tools run inside it, JDBC goes to its address. */
public record Container(String name) {
    /**
     * How to reach the server in the container: what the settings say, else the container's own address, and the role
     * and password that the official image was started with.
     */
    public ConnectionSettings connection(Settings settings, ConnectionSettings given) {
        String host = settings.isGiven(Keys.PGHOST) ? String.valueOf(given.host()) : address();
        String user = settings.isGiven(Keys.PGUSER) || settings.isGiven(Keys.DATABASE_URL)
                ? given.user()
                : variable("POSTGRES_USER").orElse("postgres");
        Secret password = given.password() != null
                ? given.password()
                : variable("POSTGRES_PASSWORD").map(Secret::new).orElse(null);
        return given.at(host, given.port(), user, password);
    }

    private String address() {
        Command.Result result = docker(
                "inspect",
                "--format",
                "{{.State.Running}}{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}",
                name);
        String[] words = result.output().strip().split(" ", -1);
        if (!result.ok() || !words[0].equals("true")) {
            throw new Failure(
                    ExitCode.DUMP,
                    "container " + name + (result.ok() ? " is not running" : ": " + lastLine(result.errors())),
                    "docker ps lists the running ones; set BMM_PG_CONTAINER to the right name");
        }
        for (int i = 1; i < words.length; i++) {
            if (!words[i].isBlank()) {
                return words[i];
            }
        }
        return "localhost"; // it shares the host's network
    }

    private Optional<String> variable(String variable) {
        Command.Result result = docker("exec", name, "printenv", variable);
        return result.ok() ? Optional.of(result.output().strip()) : Optional.empty();
    }

    private static Command.Result docker(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "docker";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return Command.of(all).run();
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.PREFLIGHT,
                    "docker is not there: " + Failure.reason(e),
                    "install the docker client, or unset BMM_PG_CONTAINER and set PGHOST",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.DUMP, "stopped", null, e);
        }
    }

    private static String lastLine(String text) {
        return text.strip().lines().reduce((first, second) -> second).orElse("unknown to docker");
    }
}
