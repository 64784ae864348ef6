package bmm.base;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every setting of bmm, declared once. The order here is the order in the documentation. */
public final class Keys {
    /** What BMM_DRILL_ACCEPT has to say. */
    public static final String DRILL_ACCEPT_SUPERUSER = "owners-code-runs-as-superuser";

    /** What is compared between source, archive and restored database. */
    public enum FingerprintMode {
        CONTENT,
        COUNT,
        OFF
    }

    /** The format that pg_dump writes. */
    public enum DumpFormat {
        CUSTOM,
        PLAIN
    }

    /** How dumps are compressed. */
    public enum Codec {
        ZSTD,
        GZIP
    }

    /** Whether a drill's server runs in a sandbox. */
    public enum Sandboxing {
        /** Where the machine has the means. */
        AUTO,
        /** Else there is no drill. */
        REQUIRED,
        OFF
    }

    /** Which copies of a backup are encrypted. */
    public enum Encrypt {
        EVERYWHERE,
        REMOTE
    }

    /** Who can lift the retention of what is off-site. */
    public enum LockMode {
        GOVERNANCE,
        COMPLIANCE
    }

    /** How log lines look. */
    public enum LogFormat {
        AUTO,
        TEXT,
        LOGFMT,
        JSON
    }

    public static final Setting<String> PGHOST = Setting.text(
            "PGHOST",
            AllowedIn.ANY_FILE,
            "host or socket directory",
            null,
            "Database server; without it the local server's Unix socket.");
    public static final Setting<Integer> PGPORT =
            Setting.number("PGPORT", AllowedIn.ANY_FILE, "5432", 1, 65535, "Port of the database server.");
    public static final Setting<String> PGUSER = Setting.text(
            "PGUSER", AllowedIn.ANY_FILE, "role", null, "Role to connect as; without it the name of the system user.");
    public static final Setting<Secret> PGPASSWORD =
            Setting.secret("PGPASSWORD", AllowedIn.ANY_FILE, "password", "Its password.");
    public static final Setting<Path> PGPASSFILE =
            Setting.path("PGPASSFILE", AllowedIn.TRUSTED_FILE, null, "libpq's password file; without it ~/.pgpass.");
    public static final Setting<String> PGSERVICE = Setting.text(
            "PGSERVICE",
            AllowedIn.TRUSTED_FILE,
            "name",
            null,
            "A section of pg_service.conf that holds the connection.");
    public static final Setting<Path> PGSERVICEFILE = Setting.path(
            "PGSERVICEFILE",
            AllowedIn.TRUSTED_FILE,
            null,
            "That file; without it ~/.pg_service.conf, then the system's.");
    public static final Setting<String> PGSSLMODE = Setting.text(
            "PGSSLMODE",
            AllowedIn.ANY_FILE,
            "libpq sslmode",
            null,
            "disable, allow, prefer, require, verify-ca or verify-full.");
    public static final Setting<Path> PGSSLROOTCERT = Setting.path(
            "PGSSLROOTCERT",
            AllowedIn.ANY_FILE,
            null,
            "Certificate authority that the server's certificate is checked against.");
    public static final Setting<Secret> DATABASE_URL = Setting.secret(
            "DATABASE_URL",
            AllowedIn.ANY_FILE,
            "postgres://user:password@host:port/database",
            "The connection in one line, as applications keep it; names the database too. PG* settings win over its parts.");
    public static final Setting<List<String>> DATABASES = Setting.list(
            "BMM_DATABASES",
            AllowedIn.ANY_FILE,
            "names, or *",
            null,
            ",",
            "Databases to back up, separated by commas; * or nothing (and no DATABASE_URL): every one that this role can reach.");
    public static final Setting<String> PG_CONTAINER = Setting.text(
            "BMM_PG_CONTAINER",
            AllowedIn.TRUSTED_FILE,
            "name",
            null,
            "Docker container of the server: the pg tools run inside it with docker exec.");
    public static final Setting<Path> PG_BIN = Setting.path(
            "BMM_PG_BIN",
            AllowedIn.TRUSTED_FILE,
            null,
            "Directory of pg_dump and its kind; without it the newest installed one that fits.");

    public static final Setting<Path> BACKUP_DIR = Setting.path(
            "BMM_BACKUP_DIR",
            AllowedIn.TRUSTED_FILE,
            null,
            "Where dumps are kept; as root /var/backups/bmm/<instance>, else under the XDG data directory.");
    public static final Setting<Path> STATE_DIR = Setting.path(
            "BMM_STATE_DIR",
            AllowedIn.TRUSTED_FILE,
            null,
            "Where state is kept; as root /var/lib/bmm/<instance>, else under the XDG state directory.");

    public static final Setting<Path> TEMP_DIR = Setting.path(
            "BMM_TEMP_DIR",
            AllowedIn.TRUSTED_FILE,
            null,
            "Where restores and drills put what they fetch and unpack, and scratch clusters; without it $TMPDIR or /var/tmp.");

    public static final Setting<DumpFormat> DUMP_FORMAT = Setting.choice(
            "BMM_DUMP_FORMAT",
            AllowedIn.ANY_FILE,
            DumpFormat.class,
            DumpFormat.CUSTOM,
            "Format of the dump; plain is SQL text for psql.");
    public static final Setting<Codec> COMPRESSION = Setting.choice(
            "BMM_COMPRESSION",
            AllowedIn.ANY_FILE,
            Codec.class,
            Codec.ZSTD,
            "How the dump is compressed; plain format is always gzip.");
    public static final Setting<Integer> COMPRESSION_LEVEL = Setting.number(
            "BMM_COMPRESSION_LEVEL", AllowedIn.ANY_FILE, "1", 1, 19, "Compression level: zstd 1 to 19, gzip 1 to 9.");
    public static final Setting<Integer> DUMP_JOBS = Setting.number(
            "BMM_DUMP_JOBS",
            AllowedIn.ANY_FILE,
            "1",
            1,
            64,
            "Above 1: directory format with this many parallel workers, packed into one tar.");
    public static final Setting<FingerprintMode> FINGERPRINT = Setting.choice(
            "BMM_FINGERPRINT",
            AllowedIn.ANY_FILE,
            FingerprintMode.class,
            FingerprintMode.CONTENT,
            "What is recorded of each table and compared later: rows and a content hash, rows only, or nothing.");
    public static final Setting<Boolean> GLOBALS = Setting.yesNo(
            "BMM_GLOBALS",
            AllowedIn.ANY_FILE,
            "yes",
            "Save roles and tablespaces (pg_dumpall --globals-only) beside each dump.");
    public static final Setting<Duration> DUMP_TIMEOUT = Setting.duration(
            "BMM_DUMP_TIMEOUT", AllowedIn.ANY_FILE, "6h", "A dump that takes longer is stopped and counts as failed.");
    public static final Setting<Duration> LOCK_WAIT_TIMEOUT = Setting.duration(
            "BMM_LOCK_WAIT_TIMEOUT",
            AllowedIn.ANY_FILE,
            "60s",
            "How long to wait for tables that another transaction has locked, before giving up.");
    public static final Setting<Long> MIN_SIZE = Setting.bytes(
            "BMM_MIN_SIZE",
            AllowedIn.ANY_FILE,
            "1kB",
            "A dump of which pg_dump wrote less than this fails verification; by default not one without tables.");
    public static final Setting<Integer> MAX_SHRINK = Setting.number(
            "BMM_MAX_SHRINK",
            AllowedIn.ANY_FILE,
            "50",
            1,
            100,
            "Percent by which a dump may be smaller than the median of the last ones before verification fails; 100: never.");
    public static final Setting<Long> MIN_FREE = Setting.bytes(
            "BMM_MIN_FREE",
            AllowedIn.ANY_FILE,
            "200MB",
            "Free space that must remain in the backup directory beside the dump, and in the temporary one of a restore.");
    public static final Setting<String> PRE_HOOK = Setting.text(
            "BMM_PRE_HOOK",
            AllowedIn.TRUSTED_FILE,
            "shell command",
            null,
            "Run before the dumps; if it fails, nothing is dumped.");
    public static final Setting<String> POST_HOOK = Setting.text(
            "BMM_POST_HOOK",
            AllowedIn.TRUSTED_FILE,
            "shell command",
            null,
            "Run after the dumps, always; BMM_OUTCOME holds the exit code so far.");
    public static final Setting<String> RESTORE_PRE_HOOK = Setting.text(
            "BMM_RESTORE_PRE_HOOK",
            AllowedIn.TRUSTED_FILE,
            "shell command",
            null,
            "Run before a restore, to stop an application say; if it fails, nothing is restored.");
    public static final Setting<String> RESTORE_POST_HOOK = Setting.text(
            "BMM_RESTORE_POST_HOOK",
            AllowedIn.TRUSTED_FILE,
            "shell command",
            null,
            "Run after a restore, always; BMM_OUTCOME holds the exit code so far.");
    public static final Setting<Duration> HOOK_TIMEOUT = Setting.duration(
            "BMM_HOOK_TIMEOUT", AllowedIn.ANY_FILE, "10m", "A hook that takes longer is stopped and counts as failed.");
    public static final Setting<List<String>> HOOK_ENV = Setting.list(
            "BMM_HOOK_ENV",
            AllowedIn.TRUSTED_FILE,
            "names",
            null,
            "[\\s,]+",
            "Environment variables of bmm's own that hooks and cmd: probes are given, beside PATH, HOME, locale and the like.");

    public static final Setting<List<String>> BACKUP_REMOTE = Setting.list(
            "BMM_BACKUP_REMOTE",
            AllowedIn.TRUSTED_FILE_IF_LOCAL,
            "stores",
            null,
            "\\s+",
            "Where backups go off-site, separated by blanks: NAME/prefix of a named store, a store URL, or an rclone remote (remote:path).");
    public static final Setting<Long> BANDWIDTH = Setting.bytes(
            "BMM_BANDWIDTH",
            AllowedIn.ANY_FILE,
            null,
            "Bytes a second, to and from each store, that are not exceeded (such as 5MB); without it there is no limit.");
    public static final Setting<Integer> RETRY_MILLIS = Setting.number(
            "BMM_RETRY_MILLIS",
            AllowedIn.ANY_FILE,
            "400",
            1,
            60_000,
            "Milliseconds until a store that did not answer is asked again; three times as many before each further"
                    + " attempt, of four.");
    public static final Setting<Path> RCLONE_CONFIG = Setting.path(
            "BMM_RCLONE_CONFIG",
            AllowedIn.TRUSTED_FILE,
            null,
            "rclone's configuration file, where it is not the one that rclone itself looks for.");

    public static final Setting<List<String>> RCLONE_ENV = Setting.list(
            "BMM_RCLONE_ENV",
            AllowedIn.TRUSTED_FILE,
            "names",
            null,
            "[\\s,]+",
            "Environment variables of bmm's own that rclone is given beside RCLONE_ settings and proxies;"
                    + " a remote with env_auth needs AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY, say.");

    public static final Setting<Integer> REMOTE_LOCK_DAYS = Setting.number(
            "BMM_REMOTE_LOCK_DAYS",
            AllowedIn.ANY_FILE,
            null,
            1,
            36_500,
            "What is sent to a bucket cannot be removed for so many days; the bucket needs object lock.");
    public static final Setting<LockMode> REMOTE_LOCK_MODE = Setting.choice(
            "BMM_REMOTE_LOCK_MODE",
            AllowedIn.ANY_FILE,
            LockMode.class,
            LockMode.GOVERNANCE,
            "governance: credentials with a special permission can lift it; compliance: nobody can.");

    public static final Setting<List<String>> AGE_RECIPIENTS = Setting.list(
            "BMM_AGE_RECIPIENTS",
            AllowedIn.ANY_FILE,
            "age1…",
            null,
            "[\\s,]+",
            "Backups are encrypted to these X25519 recipients of age, separated by blanks; any one of their identities reads them.");
    public static final Setting<Encrypt> ENCRYPT = Setting.choice(
            "BMM_ENCRYPT",
            AllowedIn.ANY_FILE,
            Encrypt.class,
            Encrypt.EVERYWHERE,
            "Which copies are encrypted; remote: the backup directory stays as it is, what leaves this machine is encrypted.");
    public static final Setting<Secret> AGE_IDENTITY = Setting.secret(
            "BMM_AGE_IDENTITY",
            AllowedIn.ANY_FILE,
            "AGE-SECRET-KEY-1…",
            "What opens encrypted backups (the file that age-keygen writes); for restore, restore-drill and verify only, backups need none.");

    public static final Setting<Secret> SIGN_KEY = Setting.secret(
            "BMM_SIGN_KEY",
            AllowedIn.TRUSTED_FILE,
            "Ed25519 private key, PKCS#8 PEM",
            "What manifests are signed with; without it a key is made at the first backup, sign-key.pem in the state directory.");
    public static final Setting<List<String>> VERIFY_KEY = Setting.list(
            "BMM_VERIFY_KEY",
            AllowedIn.TRUSTED_FILE,
            "ed25519:…, or a file of keys",
            null,
            "[\\s,]+",
            "Public keys, separated by blanks (bmm verify --show-key prints this host's); only backups signed by one of them, or by this host, are used.");

    public static final Setting<Duration> KEEP_WITHIN =
            Setting.age("BMM_KEEP_WITHIN", AllowedIn.TRUSTED_FILE, "14d", "Keep every backup younger than this.");
    public static final Setting<Integer> KEEP_LAST = keep("BMM_KEEP_LAST", "Keep this many newest backups.");
    public static final Setting<Integer> KEEP_HOURLY = keep("BMM_KEEP_HOURLY", "Keep the newest of this many hours.");
    public static final Setting<Integer> KEEP_DAILY = keep("BMM_KEEP_DAILY", "Keep the newest of this many days.");
    public static final Setting<Integer> KEEP_WEEKLY = keep("BMM_KEEP_WEEKLY", "Keep the newest of this many weeks.");
    public static final Setting<Integer> KEEP_MONTHLY =
            keep("BMM_KEEP_MONTHLY", "Keep the newest of this many months.");
    public static final Setting<Integer> KEEP_YEARLY = keep("BMM_KEEP_YEARLY", "Keep the newest of this many years.");

    public static final Setting<Duration> REMOTE_KEEP_WITHIN = Setting.age(
            "BMM_REMOTE_KEEP_WITHIN",
            AllowedIn.TRUSTED_FILE,
            null,
            "The same for off-site; with none of the BMM_REMOTE_KEEP settings nothing is ever removed there.");
    public static final Setting<Integer> REMOTE_KEEP_LAST = remoteKeep("BMM_REMOTE_KEEP_LAST", "newest backups");
    public static final Setting<Integer> REMOTE_KEEP_HOURLY = remoteKeep("BMM_REMOTE_KEEP_HOURLY", "hours");
    public static final Setting<Integer> REMOTE_KEEP_DAILY = remoteKeep("BMM_REMOTE_KEEP_DAILY", "days");
    public static final Setting<Integer> REMOTE_KEEP_WEEKLY = remoteKeep("BMM_REMOTE_KEEP_WEEKLY", "weeks");
    public static final Setting<Integer> REMOTE_KEEP_MONTHLY = remoteKeep("BMM_REMOTE_KEEP_MONTHLY", "months");
    public static final Setting<Integer> REMOTE_KEEP_YEARLY = remoteKeep("BMM_REMOTE_KEEP_YEARLY", "years");

    public static final Setting<String> DRILL_TARGET = Setting.text(
            "BMM_DRILL_TARGET",
            AllowedIn.TRUSTED_FILE,
            "scratch, database or docker:IMAGE",
            "scratch",
            "Where drills restore: a scratch cluster, a throwaway database in the server, or a container of an image.");
    public static final Setting<Sandboxing> DRILL_SANDBOX = Setting.choice(
            "BMM_DRILL_SANDBOX",
            AllowedIn.TRUSTED_FILE,
            Sandboxing.class,
            Sandboxing.AUTO,
            "Whether a scratch cluster runs in a sandbox: where the machine has the means, always or no drill, or never.");
    public static final Setting<String> DRILL_ACCEPT = Setting.text(
            "BMM_DRILL_ACCEPT",
            AllowedIn.TRUSTED_FILE,
            DRILL_ACCEPT_SUPERUSER,
            null,
            "Names the risk of BMM_DRILL_TARGET=database with a superuser, which is refused without it.");
    public static final Setting<List<String>> DRILL_TABLES = Setting.list(
            "BMM_DRILL_TABLES",
            AllowedIn.ANY_FILE,
            "names",
            null,
            ",",
            "Tables that must be in the restored database, separated by commas; schema.name, or a name in any schema.");
    public static final Setting<Path> DRILL_SQL = Setting.path(
            "BMM_DRILL_SQL",
            AllowedIn.TRUSTED_FILE,
            null,
            "File of SQL: each statement must return a row that begins with true; -- name: TEXT before it names it.");
    public static final Setting<Duration> DRILL_SQL_TIMEOUT = Setting.duration(
            "BMM_DRILL_SQL_TIMEOUT",
            AllowedIn.ANY_FILE,
            "60s",
            "A statement of that file that takes longer counts as failed.");
    public static final Setting<Duration> DRILL_TIMEOUT = Setting.duration(
            "BMM_DRILL_TIMEOUT",
            AllowedIn.ANY_FILE,
            "6h",
            "A restore in a drill that takes longer is stopped and counts as failed.");
    public static final Setting<Integer> DRILL_JOBS = Setting.number(
            "BMM_DRILL_JOBS",
            AllowedIn.ANY_FILE,
            null,
            1,
            64,
            "Parallel workers of a drill; without it as many as there are processors, at most 4.");
    public static final Setting<Boolean> DRILL_PUBLISH = Setting.yesNo(
            "BMM_DRILL_PUBLISH",
            AllowedIn.ANY_FILE,
            "no",
            "Put the record of each drill beside the backup in its store, too.");
    public static final Setting<Secret> DRILL_SIGN_KEY = Setting.secret(
            "BMM_DRILL_SIGN_KEY",
            AllowedIn.ANY_FILE,
            "Ed25519 private key, PKCS#8 PEM",
            "Records of drills are signed with it; without it with the key that signs manifests, if this host has it.");
    public static final Setting<Path> DRILL_VERIFY_KEY = Setting.path(
            "BMM_DRILL_VERIFY_KEY",
            AllowedIn.TRUSTED_FILE,
            null,
            "File with the public key (PEM) that --verify-record checks with; without it that of BMM_DRILL_SIGN_KEY, else those that manifests are checked with.");

    public static final Setting<Duration> UPTIME_DEADLINE = Setting.duration(
            "BMM_UPTIME_DEADLINE",
            AllowedIn.ANY_FILE,
            "30s",
            "How long a tick of bmm uptime may take, with all attempts of all probes.");
    public static final Setting<Duration> UPTIME_TIMEOUT = Setting.duration(
            "BMM_UPTIME_TIMEOUT", AllowedIn.ANY_FILE, "5s", "How long one attempt of a probe may take.");
    public static final Setting<Integer> UPTIME_ATTEMPTS = Setting.number(
            "BMM_UPTIME_ATTEMPTS",
            AllowedIn.ANY_FILE,
            "3",
            1,
            9,
            "How often a probe is tried within a tick before it counts as down.");
    public static final Setting<Duration> UPTIME_PAUSE =
            Setting.duration("BMM_UPTIME_PAUSE", AllowedIn.ANY_FILE, "2s", "How long to wait between two attempts.");
    public static final Setting<List<String>> UPTIME_REFERENCES = Setting.list(
            "BMM_UPTIME_REFERENCES",
            AllowedIn.ANY_FILE,
            "tcp://address:port, or none",
            "tcp://1.1.1.1:443 tcp://9.9.9.9:443",
            "\\s+",
            "Knocked at when nothing outside this machine answers: if they do not either, the network here is down.");

    public static final Setting<Path> LOG_FILE = Setting.path(
            "BMM_LOG_FILE",
            AllowedIn.TRUSTED_FILE,
            null,
            "Append the log to this file as well, as logfmt (or JSON, if that is asked for).");
    public static final Setting<LogFormat> LOG_FORMAT = Setting.choice(
            "BMM_LOG_FORMAT",
            AllowedIn.ANY_FILE,
            LogFormat.class,
            LogFormat.AUTO,
            "Log lines on stderr; auto: text on a terminal, else logfmt.");

    /** Settings under one heading. */
    public record Group(String title, List<Setting<?>> settings) {}

    /**
     * Settings whose names hold a name that the user chooses: {@code prefix + NAME + suffix}.
     *
     * @param suffix empty for the member that brings the name into being
     */
    public record Family(String prefix, String suffix, AllowedIn allowedIn, String type, boolean secret, String help) {
        /** The exact key for one name. */
        public String key(String name) {
            return prefix + name + suffix;
        }

        /** There is one object for each family. A record's own comparison makes classes at run time, in every run. */
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return key("").hashCode();
        }
    }

    public static final Family STORE = new Family(
            "BMM_STORE_",
            "",
            AllowedIn.TRUSTED_FILE_IF_LOCAL,
            "store URL",
            false,
            "A store called NAME: file:///path, s3://bucket/prefix?endpoint=…&region=…&path-style=true,"
                    + " minio://host:9000/bucket/prefix?tls=true, rsync:user@host:/path or rclone:remote:path.");
    public static final Family STORE_ACCESS_KEY = new Family(
            "BMM_STORE_", "_ACCESS_KEY", AllowedIn.ANY_FILE, "access key", true, "Access key of that store.");
    public static final Family STORE_SECRET_KEY = new Family(
            "BMM_STORE_", "_SECRET_KEY", AllowedIn.ANY_FILE, "secret key", true, "Secret key of that store.");

    public static final Family MIRROR = new Family(
            "BMM_MIRROR_",
            "",
            AllowedIn.TRUSTED_FILE,
            "SRC DST [conditions]",
            false,
            "A mirror called NAME: two stores, then conditions such as update, delete, max-delete=2%, canary=KEY, snapshot,"
                    + " bandwidth=10MB, window=01:00-05:00.");

    public static final Family STORE_CA_FILE = new Family(
            "BMM_STORE_",
            "_CA_FILE",
            AllowedIn.TRUSTED_FILE,
            "path",
            false,
            "Certificates (PEM) of the private authority that the server's certificate comes from; s3: and minio:.");
    public static final Family STORE_SSH_KEY_FILE = new Family(
            "BMM_STORE_",
            "_SSH_KEY_FILE",
            AllowedIn.TRUSTED_FILE,
            "path",
            false,
            "Private key to log in with; rsync:, like the next two.");
    public static final Family STORE_SSH_KNOWN_HOSTS_FILE = new Family(
            "BMM_STORE_",
            "_SSH_KNOWN_HOSTS_FILE",
            AllowedIn.TRUSTED_FILE,
            "path",
            false,
            "Where the host's public key stands; without it ~/.ssh/known_hosts. A host that is not there is refused.");
    public static final Family STORE_SSH_PORT = new Family(
            "BMM_STORE_", "_SSH_PORT", AllowedIn.ANY_FILE, "number", false, "Port of the ssh server, if it is not 22.");

    public static final Family PROBE = new Family(
            "BMM_PROBE_",
            "",
            AllowedIn.TRUSTED_FILE_IF_COMMAND,
            "probe",
            false,
            "A probe called NAME: http://…, https://…, tcp://host:port, dns:name, postgres:, disk:/path or cmd:…, then conditions.");
    public static final Family PROBE_PASSWORD = new Family(
            "BMM_PROBE_",
            "_PASSWORD",
            AllowedIn.ANY_FILE,
            "password",
            true,
            "Password for the user in the URL of that probe.");
    public static final Family PROBE_HEADER = new Family(
            "BMM_PROBE_",
            "_HEADER",
            AllowedIn.ANY_FILE,
            "Name: value",
            true,
            "A header that this http probe sends, such as Authorization: Bearer ….");

    public static final Family STORE_PRIVATE = new Family(
            "BMM_STORE_",
            "_PRIVATE",
            AllowedIn.ANY_FILE,
            "yes or no",
            false,
            "That store is meant to be reached over a private network only: bmm doctor fails if it has a public address.");

    /** Settings with a name of the user's own in them; longer suffixes first, so that the first match is the right one. */
    public static final List<Family> FAMILIES = Stream.concat(
                    Stream.of(
                            STORE_ACCESS_KEY,
                            STORE_SECRET_KEY,
                            STORE_CA_FILE,
                            STORE_SSH_KEY_FILE,
                            STORE_SSH_KNOWN_HOSTS_FILE,
                            STORE_SSH_PORT,
                            STORE_PRIVATE,
                            STORE,
                            MIRROR,
                            PROBE_PASSWORD,
                            PROBE_HEADER,
                            PROBE),
                    AlertKeys.FAMILIES.stream())
            .toList();

    private static final List<Group> OWN_GROUPS = List.of(
            new Group(
                    "Database",
                    List.of(
                            PGHOST,
                            PGPORT,
                            PGUSER,
                            PGPASSWORD,
                            PGPASSFILE,
                            PGSERVICE,
                            PGSERVICEFILE,
                            PGSSLMODE,
                            PGSSLROOTCERT,
                            DATABASE_URL,
                            DATABASES,
                            PG_CONTAINER,
                            PG_BIN)),
            new Group("Places", List.of(BACKUP_DIR, STATE_DIR, TEMP_DIR)),
            new Group(
                    "Backup",
                    List.of(
                            DUMP_FORMAT,
                            COMPRESSION,
                            COMPRESSION_LEVEL,
                            DUMP_JOBS,
                            FINGERPRINT,
                            GLOBALS,
                            DUMP_TIMEOUT,
                            LOCK_WAIT_TIMEOUT,
                            MIN_SIZE,
                            MAX_SHRINK,
                            MIN_FREE,
                            PRE_HOOK,
                            POST_HOOK,
                            HOOK_TIMEOUT,
                            HOOK_ENV)),
            new Group("Restore", List.of(RESTORE_PRE_HOOK, RESTORE_POST_HOOK)),
            new Group(
                    "Off-site",
                    List.of(
                            BACKUP_REMOTE,
                            REMOTE_LOCK_DAYS,
                            REMOTE_LOCK_MODE,
                            BANDWIDTH,
                            RETRY_MILLIS,
                            RCLONE_CONFIG,
                            RCLONE_ENV)),
            new Group("Encryption", List.of(AGE_RECIPIENTS, ENCRYPT, AGE_IDENTITY)),
            new Group("Signatures", List.of(SIGN_KEY, VERIFY_KEY)),
            new Group(
                    "Retention",
                    List.of(
                            KEEP_WITHIN,
                            KEEP_LAST,
                            KEEP_HOURLY,
                            KEEP_DAILY,
                            KEEP_WEEKLY,
                            KEEP_MONTHLY,
                            KEEP_YEARLY,
                            REMOTE_KEEP_WITHIN,
                            REMOTE_KEEP_LAST,
                            REMOTE_KEEP_HOURLY,
                            REMOTE_KEEP_DAILY,
                            REMOTE_KEEP_WEEKLY,
                            REMOTE_KEEP_MONTHLY,
                            REMOTE_KEEP_YEARLY)),
            new Group(
                    "Restore drill",
                    List.of(
                            DRILL_TARGET,
                            DRILL_SANDBOX,
                            DRILL_ACCEPT,
                            DRILL_TABLES,
                            DRILL_SQL,
                            DRILL_SQL_TIMEOUT,
                            DRILL_TIMEOUT,
                            DRILL_JOBS,
                            DRILL_PUBLISH,
                            DRILL_SIGN_KEY,
                            DRILL_VERIFY_KEY)),
            new Group(
                    "Uptime",
                    List.of(UPTIME_DEADLINE, UPTIME_TIMEOUT, UPTIME_ATTEMPTS, UPTIME_PAUSE, UPTIME_REFERENCES)),
            new Group("Log", List.of(LOG_FILE, LOG_FORMAT)));

    public static final List<Group> GROUPS =
            Stream.concat(OWN_GROUPS.stream(), AlertKeys.GROUPS.stream()).toList();

    private static final Map<String, Setting<?>> BY_KEY =
            all().collect(Collectors.toMap(Setting::key, Function.identity()));

    /** Names in the BMM_ space that are not settings of a run: the launcher's, and what hooks are given. */
    static final List<String> NOT_SETTINGS = List.of("BMM_JAVA_OPTS", "BMM_OUTCOME", "BMM_INSTANCE");

    private static final Set<String> READ = Stream.of(
                    PGPASSFILE, PGSERVICEFILE, PGSSLROOTCERT, RCLONE_CONFIG, DRILL_SQL, DRILL_VERIFY_KEY)
            .map(Setting::key)
            .collect(Collectors.toSet());

    private static final Set<Family> READ_FAMILIES =
            Set.of(STORE_CA_FILE, STORE_SSH_KEY_FILE, STORE_SSH_KNOWN_HOSTS_FILE);

    private static final Map<String, List<Setting<?>>> DESTINATIONS = Map.of(
            PGPASSWORD.key(), List.of(PGHOST, PGPORT, PGSSLMODE, DATABASE_URL),
            AlertKeys.SMTP_PASSWORD.key(), List.of(AlertKeys.SMTP_HOST, AlertKeys.SMTP_PORT, AlertKeys.SMTP_SECURITY));

    private Keys() {}

    /** All plain settings, in order. */
    public static Stream<Setting<?>> all() {
        return GROUPS.stream().flatMap(group -> group.settings().stream());
    }

    /** A choice as it is written in a setting: lower case, hyphens between words. */
    public static String lower(Enum<?> constant) {
        return Setting.lower(constant);
    }

    private static Setting<Integer> keep(String key, String help) {
        return Setting.number(key, AllowedIn.TRUSTED_FILE, "0", 0, 100_000, help);
    }

    private static Setting<Integer> remoteKeep(String key, String what) {
        return Setting.number(
                key,
                AllowedIn.TRUSTED_FILE,
                null,
                0,
                100_000,
                "Off-site: keep " + (what.startsWith("newest") ? "this many " : "the newest of this many ") + what
                        + ".");
    }

    /** The plain setting of that key, or null. */
    static @Nullable Setting<?> named(String key) {
        return BY_KEY.get(key);
    }

    /** The family that a key belongs to, or null. */
    static @Nullable Family familyOf(String key) {
        for (Family family : FAMILIES) {
            if (key.startsWith(family.prefix())
                    && key.endsWith(family.suffix())
                    && key.length() > family.prefix().length() + family.suffix().length()) {
                return family;
            }
        }
        return null;
    }

    /** Whether a key names a file that is read. */
    static boolean namesFile(String key) {
        Family family = familyOf(key);
        Setting<?> setting = named(key);
        return (family != null && READ_FAMILIES.contains(family)) || (setting != null && READ.contains(key));
    }

    /** The keys that say where a secret is sent. */
    static Stream<String> destinationsOf(String secret) {
        Family family = familyOf(secret);
        if (family != null && family.secret()) {
            String name = secret.substring(
                    family.prefix().length(), secret.length() - family.suffix().length());
            return FAMILIES.stream()
                    .filter(other -> other.prefix().equals(family.prefix())
                            && other.suffix().isEmpty()
                            && !other.equals(family))
                    .map(other -> other.key(name));
        }
        return DESTINATIONS.getOrDefault(secret, List.of()).stream().map(Setting::key);
    }

    /** Whether the value of a key must never be shown. */
    static boolean isSecret(String key) {
        Family family = familyOf(key);
        Setting<?> setting = named(key);
        return (family != null && family.secret()) || (setting != null && setting.secret());
    }
}
