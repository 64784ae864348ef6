package bmm.cli;

import bmm.base.AllowedIn;
import bmm.base.Keys;
import bmm.base.Setting;
import java.util.Comparator;
import java.util.List;

/** Texts for people about all settings, made from their declarations in {@link Keys}. */
public final class SettingsDocs {
    private static final String STORES = "Stores";
    private static final String MIRRORS = "Mirrors";
    private static final String PROBES = "Probes";
    private static final String WEBHOOKS = "Webhooks";
    private static final String ABOUT_NAMES = """

            `NAME` is a name of your own, in capital or small letters alike. With `BMM_STORE_NAS=…`, `nas/prefix` can be used
            wherever a store is asked for.
            """;

    private static final String ABOUT_PROBES = """

            A probe is what `bmm uptime` looks at, then conditions, separated by blanks:
            `BMM_PROBE_API=https://app.example/api/health status=200 json:$.status=ok latency<2s tls>14d`. Quotes hold together what has
            blanks in it, as in `body:"all is well"`.

            | probe | is up when | conditions of its own |
            |---|---|---|
            | `http://…`, `https://…` | the answer has status 2xx, after at most 5 redirects; the certificate is good | `status=200,204` or `2xx`; `body:text`; `json:$.path=value` (also `!=`, `<`, `>`, or nothing: there, not null and not false); `header:Name=part`; `redirects=0`; `tls>14d`, how long the certificate must still be good; `ca=FILE`, an authority of your own (PEM) in place of the system's |
            | `tcp://host:port` | something accepts connections | |
            | `dns:name` | the name has an address | `address=192.0.2.1`, which must be among them |
            | `postgres:`, `postgres:database`, `postgres://user@host:port/database` | the server lets us in and answers SELECT 1; without an address it is the one of the backups | |
            | `disk:/path` | the file system there has more than 5% free, in bytes and in inodes | `free>10%` or `free>5GB`; `inodes>5%` or a number; `writable` |
            | `cmd:command` | `sh -c` of it ends with status 0; all that follows is the command, unless it stands in quotes | |

            Every probe takes `latency<2s` (of all of it, from the look-up of the name to the end of the answer), `timeout=3s`,
            `attempts=2`, `severity=warning` (info, warning, critical) and `layer=` (machine, network, database, service,
            surface): when several fail at once, the deepest is told as the cause. Of a body only the first megabyte is looked at.
            """;

    private static final String ABOUT_WEBHOOKS = """

            With `BMM_WEBHOOK_SLACK=https://hooks.slack.com/services/…`, `slack` can be used in `BMM_CHANNELS`, beside `sms`,
            `email`, `healthchecks` and `syslog`. The journal gets every message anyway, under the tag `bmm-ops`.
            """;

    private static final String PAGE_HEAD = """
            # Configuration

            <!-- Generated from bmm.base.Keys by bmm.cli.SettingsDocs; change it there. -->

            Every setting is a `KEY=value`. bmm looks for it in this order and takes the first that it finds:

            1. an option on the command line,
            2. the environment of the process,
            3. env files; where several are given, later ones win,
            4. the default.

            A key with an empty value counts as not set. In a later env file, `KEY=` takes back what an earlier one said.

            With no settings at all, `bmm backup` saves every database of the local server that the system user can reach,
            through the Unix socket, into the default directory.

            ## Env files

            `--env-file FILE` names one and may be repeated; `--instance NAME` means `/etc/bmm/NAME.env`. The env file of an
            application can be used as it is, since bmm never runs it through a shell:

            - A line is split at its first `=`. The rest is the value, literally: blanks, `#`, `$`, backticks and quotes
              inside it stay.
            - One matching pair of quotes around the value is removed. A quoted value may run over several lines, as
              private keys do.
            - `export ` in front is accepted; blank lines and lines that begin with `#` are skipped.
            - Keys that bmm does not know are ignored, unless they begin with `BMM_`: those are taken for typing errors.

            Whose file it is counts. One that others than root and the user who runs bmm can write to is refused. In one that
            belongs to another user, as that of an application does, what is marked *own file* below is refused by name: it
            names a command, a file or a place, or deletes. A store may stand there unless it is a folder or reached over ssh,
            a probe unless it is `cmd:`. Nor does such a file change what is set in one of ours, or say where a password of
            ours is sent. [security.md](security.md) says why.

            All problems are reported at once, with file and line, and bmm exits with code 78 before it does anything.

            ## Secrets

            A secret is never an option, and never appears in a log, in a manifest or in the arguments of another program.
            For every setting marked *secret* below there are three ways to give it:

            - `KEY=value` in an env file that only its owner can read (mode 0600);
            - `KEY_FILE=path`: the content of that file, without the line end;
            - a file called `KEY` in `$CREDENTIALS_DIRECTORY`, where systemd puts it for `LoadCredential=KEY:path`.

            In one place, `KEY` wins over `KEY_FILE`. A credential of systemd counts as part of the environment, so it wins
            over env files.

            ## Values

            | type | examples |
            |---|---|
            | duration | `90s`, `5m`, `6h`, `14d`, `8w`; a bare number is seconds |
            | age | the same, but the unit must be written |
            | size | `1024`, `500kB`, `10MB`, `2GiB`; kB, MB, GB are powers of 1000, KiB, MiB, GiB of 1024 |
            | yes or no | `yes`, `no`; also true and false, on and off, 1 and 0 |
            """;

    private static final String EXAMPLE_HEAD = """
            # Settings of bmm: an example that changes nothing as long as all of it is commented out.
            # Copy it to /etc/bmm/bmm.env (mode 0600) and remove the # in front of what you need.
            # A value is taken literally up to the end of its line, so a comment cannot follow it.
            # For secrets, KEY_FILE=path works too. docs/configuration.md explains everything.
            """;

    private SettingsDocs() {}

    /** The page {@code docs/configuration.md}, in Markdown. */
    public static String page() {
        StringBuilder page = new StringBuilder(PAGE_HEAD);
        for (Keys.Group group : Keys.GROUPS) {
            heading(page, group.title());
            group.settings()
                    .forEach(setting -> row(
                            page,
                            setting.key(),
                            setting.type(),
                            marks(setting.secret(), setting.allowedIn()),
                            setting.defaultText() == null ? "" : "`" + setting.defaultText() + "`",
                            setting.help()));
        }
        families(page, STORES, "BMM_STORE_");
        page.append(ABOUT_NAMES);
        families(page, MIRRORS, "BMM_MIRROR_");
        families(page, PROBES, "BMM_PROBE_");
        page.append(ABOUT_PROBES);
        families(page, WEBHOOKS, "BMM_WEBHOOK_");
        return page.append(ABOUT_WEBHOOKS).toString();
    }

    /** An env file with every setting commented out: {@code ops/bmm.env.example}, and the first one of a new user. */
    public static String exampleEnv() {
        StringBuilder example = new StringBuilder(EXAMPLE_HEAD);
        for (Keys.Group group : Keys.GROUPS) {
            example.append("\n# --- ").append(group.title()).append(" ---\n");
            group.settings().forEach(setting -> example(example, setting));
        }
        families(example, STORES, families("BMM_STORE_"));
        families(example, MIRRORS, families("BMM_MIRROR_"));
        families(example, PROBES, families("BMM_PROBE_"));
        families(example, WEBHOOKS, families("BMM_WEBHOOK_"));
        return example.toString();
    }

    private static void families(StringBuilder page, String title, String prefix) {
        heading(page, title);
        families(prefix)
                .forEach(family -> row(
                        page,
                        family.key("NAME"),
                        family.type(),
                        marks(family.secret(), family.allowedIn()),
                        "",
                        family.help()));
    }

    private static void families(StringBuilder example, String title, List<Keys.Family> families) {
        example.append("\n# --- ").append(title).append(" ---\n# NAME is a name of your own.\n");
        families.forEach(family -> example.append("\n# ")
                .append(family.help())
                .append("\n#")
                .append(family.key("NAME"))
                .append("=\n"));
    }

    private static void example(StringBuilder example, Setting<?> setting) {
        example.append("\n# ").append(setting.help());
        example.append(" (").append(setting.type()).append(setting.secret() ? ", secret)" : ")");
        example.append("\n#").append(setting.key()).append('=');
        example.append(setting.defaultText() == null ? "" : setting.defaultText())
                .append('\n');
    }

    private static void heading(StringBuilder page, String title) {
        page.append("\n## ").append(title).append("\n\n| setting | type | default | meaning |\n|---|---|---|---|\n");
    }

    private static void row(
            StringBuilder page, String key, String type, String marks, String defaultText, String help) {
        page.append("| `").append(key).append("` | ").append(cell(type)).append(marks);
        page.append(" | ").append(defaultText).append(" | ").append(cell(help)).append(" |\n");
    }

    private static String marks(boolean secret, AllowedIn allowedIn) {
        return (secret ? " (*secret*)" : "") + (allowedIn == AllowedIn.TRUSTED_FILE ? " (*own file*)" : "");
    }

    /** Text in which Markdown finds nothing of its own. */
    private static String cell(String text) {
        return text.replaceAll("([|*<\\\\])", "\\\\$1");
    }

    /** The member that brings a name into being first. */
    private static List<Keys.Family> families(String prefix) {
        return Keys.FAMILIES.stream()
                .filter(family -> family.prefix().equals(prefix))
                .sorted(Comparator.comparing(Keys.Family::suffix))
                .toList();
    }
}
