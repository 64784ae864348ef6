package bmm.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to log in over ssh where it is not as {@code ~/.ssh/config} says.
 *
 * @param key the private key
 * @param knownHosts where the host's public key stands
 */
record SshSettings(Optional<Path> key, Optional<Path> knownHosts, Optional<Integer> port) {
    static final SshSettings NONE = new SshSettings(Optional.empty(), Optional.empty(), Optional.empty());

    /** Options that never ask, never wait forever, and never trust a host that nobody has vouched for. */
    private static final List<String> ALWAYS = List.of(
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            "ConnectTimeout=10",
            "ServerAliveInterval=15",
            "ServerAliveCountMax=4",
            "ClearAllForwardings=yes",
            "PermitLocalCommand=no",
            "RemoteCommand=none",
            "RequestTTY=no",
            "EscapeChar=none",
            "LogLevel=ERROR");

    /**
     * The program and its options, without the host.
     *
     * @param control the socket over which several commands share one connection
     */
    List<String> command(Optional<Path> control) {
        List<String> command = new ArrayList<>(List.of("ssh"));
        ALWAYS.forEach(option -> command.addAll(List.of("-o", option)));
        knownHosts.ifPresent(file -> command.addAll(List.of("-o", "UserKnownHostsFile=" + quoted(file))));
        key.ifPresent(
                file -> command.addAll(List.of("-o", "IdentityFile=" + quoted(file), "-o", "IdentitiesOnly=yes")));
        port.ifPresent(number -> command.addAll(List.of("-p", String.valueOf(number))));
        if (control.isPresent()) {
            command.addAll(List.of(
                    "-o",
                    "ControlMaster=auto",
                    "-o",
                    "ControlPersist=60",
                    "-o",
                    "ControlPath=" + quoted(control.get())));
        } else {
            command.addAll(List.of("-o", "ControlPath=none"));
        }
        return command;
    }

    /** As ssh reads a path in an option: blanks separate, and % begins a token. */
    private static String quoted(Path file) {
        return '"' + file.toString().replace("%", "%%").replace("\"", "\\\"") + '"';
    }
}
