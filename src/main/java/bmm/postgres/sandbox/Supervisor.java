package bmm.postgres.sandbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell between bmm and a program in a sandbox, in a session and with an environment of its own. It ends the program as
 * soon as bmm closes its standard input, and the kernel does when bmm is killed, unless it was told {@link #KEEP} before;
 * on SIGTERM it always does. What the program prints goes to a file that the program cannot replace.
 */
final class Supervisor {
    /** Written to its standard input, a line that lets the program live on. */
    static final String KEEP = "keep\n";

    /**
     * Its arguments: the signal that the program is asked with to end, the file, and the command. Whatever comes of it, all
     * that is left of the group of processes that it has begun is killed: bubblewrap leaves one that waits forever where it
     * fails itself. Should the supervisor be killed, the kernel ends what it has started. Should memory run out, a server
     * that is thrown away goes first.
     */
    private static final String SCRIPT = """
            signal=$1
            umask 077
            exec 3<&0 </dev/null >>"$2" 2>&1
            shift 2
            ulimit -c 0
            (echo 800 >"/proc/$$/oom_score_adj") 2>/dev/null
            kill_all() {
              # The group is there once the child has made it.
              kill -KILL "$child"
              kill -KILL "-$child"
            }
            end() {
              trap '' TERM
              if [ "$signal" != KILL ]; then
                kill -"$signal" "$child"
                tries=0
                while kill -0 "$child" && [ "$tries" -lt 100 ]; do
                  sleep 0.05
                  tries=$((tries + 1))
                done
              fi
              kill_all
              wait "$child"
              exit 143
            }
            trap '' INT HUP
            with=
            if command -v setpriv >/dev/null; then with='setpriv --pdeathsig KILL --'; fi
            (trap '' TERM && exec setsid $with "$@" 3<&-) &
            child=$!
            trap 'end 2>/dev/null' TERM
            $with /bin/sh -c 'read -r word; [ "$word" = keep ] || kill -TERM "$1"' sh "$$" <&3 &
            watcher=$!
            exec 3<&-
            wait "$child"
            status=$?
            trap '' TERM
            kill_all 2>/dev/null
            kill -KILL "$watcher" 2>/dev/null
            exit "$status"
            """;

    private Supervisor() {}

    /**
     * The whole command.
     *
     * @param signal for the program to end by, without SIG: KILL where there is nothing to be cleaned up
     * @param log file that what is printed is added to
     * @param environment {@code name=value}, all that there will be
     */
    static List<String> words(String signal, Path log, List<String> environment, List<String> command) {
        List<String> words = new ArrayList<>(List.of("/usr/bin/env", "-i"));
        words.addAll(environment);
        words.addAll(List.of("setsid", "/bin/sh", "-c", SCRIPT, "bmm-drill", signal, log.toString()));
        words.addAll(command);
        return words;
    }
}
