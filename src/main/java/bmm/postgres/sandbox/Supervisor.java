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
     * Its arguments: the signal that ends the program, the file, and the command. KILL is for programs that are the only
     * parent of a sandbox's first process. Should the supervisor be killed, the
     * kernel ends what it has started. Should memory run out, a server that is thrown away goes first.
     */
    private static final String SCRIPT = """
            signal=$1
            umask 077
            exec 3<&0 </dev/null >>"$2" 2>&1
            shift 2
            ulimit -c 0
            (echo 800 >"/proc/$$/oom_score_adj") 2>/dev/null
            end() {
              trap '' TERM
              if [ "$signal" = KILL ]; then
                # It has one, with which the whole sandbox goes; stopped, it cannot start it only now.
                kill -STOP "$child"
                for first in $(cat "/proc/$child/task/$child/children"); do kill -KILL "$first"; done
              fi
              kill -"$signal" "$child"
              tries=0
              while kill -0 "$child" && [ "$tries" -lt 100 ]; do
                sleep 0.05
                tries=$((tries + 1))
              done
              kill -KILL "$child"
              wait "$child"
              exit 143
            }
            trap '' INT HUP
            with=
            if command -v setpriv >/dev/null; then with='setpriv --pdeathsig KILL --'; fi
            (trap '' TERM && exec $with "$@" 3<&-) &
            child=$!
            trap 'end 2>/dev/null' TERM
            $with /bin/sh -c 'read -r word; [ "$word" = keep ] || kill -TERM "$1"' sh "$$" <&3 &
            watcher=$!
            exec 3<&-
            wait "$child"
            status=$?
            kill "$watcher" 2>/dev/null
            exit "$status"
            """;

    private Supervisor() {}

    /**
     * The whole command.
     *
     * @param signal for the program to end by, without SIG
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
