package bmm.base;

import bmm.base.Keys.Family;
import bmm.base.Keys.Group;
import java.time.Duration;
import java.util.List;

/** The settings of incidents, channels and heartbeats; a part of {@link Keys}. */
public final class AlertKeys {
    /** How a mail server is spoken to. */
    public enum MailSecurity {
        STARTTLS,
        TLS,
        NONE
    }

    public static final Setting<String> CHANNELS = Setting.text(
            "BMM_CHANNELS",
            AllowedIn.ANY_FILE,
            "critical=sms,email+slack warning=slack info=none",
            null,
            "Which way messages go: commas between a channel and its fall-back, + between ways of their own;"
                    + " without it every channel that is set up is the fall-back of the one before:"
                    + " sms, webhooks, email, healthchecks.");
    public static final Setting<Integer> OPEN_AFTER = Setting.number(
            "BMM_OPEN_AFTER",
            AllowedIn.ANY_FILE,
            "1",
            1,
            100,
            "Ticks in a row in which a probe must fail before it is told; jobs are told at once.");
    public static final Setting<Integer> RESOLVE_AFTER = Setting.number(
            "BMM_RESOLVE_AFTER",
            AllowedIn.ANY_FILE,
            "1",
            1,
            100,
            "Ticks in a row in which a probe must succeed before it is told to be up.");
    public static final Setting<Duration> REMIND_EVERY = Setting.duration(
            "BMM_REMIND_EVERY", AllowedIn.ANY_FILE, "0", "How often to tell again of what is still failing; 0: never.");
    public static final Setting<String> MAINTENANCE = Setting.text(
            "BMM_MAINTENANCE",
            AllowedIn.ANY_FILE,
            "windows",
            null,
            "When failures open no incident, in UTC, separated by semicolons: sun 02:00-04:00;"
                    + " uptime/api 2026-11-21T22:00Z/2026-11-22T01:30Z.");
    public static final Setting<List<String>> CAUSES = Setting.list(
            "BMM_CAUSES",
            AllowedIn.ANY_FILE,
            "names",
            null,
            ",",
            "Subjects by name, causes first (disk,database,api,home): when several fail, the first is told as the cause.");

    public static final Setting<String> TWILIO_ACCOUNT_SID =
            Setting.text("TWILIO_ACCOUNT_SID", AllowedIn.ANY_FILE, "AC…", null, "Twilio account that sends SMS.");
    public static final Setting<Secret> TWILIO_AUTH_TOKEN =
            Setting.secret("TWILIO_AUTH_TOKEN", AllowedIn.ANY_FILE, "token", "Its token; or an API key instead.");
    public static final Setting<String> TWILIO_API_KEY =
            Setting.text("TWILIO_API_KEY", AllowedIn.ANY_FILE, "SK…", null, "SID of an API key of that account.");
    public static final Setting<Secret> TWILIO_API_SECRET =
            Setting.secret("TWILIO_API_SECRET", AllowedIn.ANY_FILE, "secret", "Secret of that API key.");
    public static final Setting<String> TWILIO_FROM_NUMBER =
            Setting.text("TWILIO_FROM_NUMBER", AllowedIn.ANY_FILE, "+15005550006", null, "Number that SMS come from.");
    public static final Setting<String> TWILIO_MESSAGING_SERVICE_SID = Setting.text(
            "TWILIO_MESSAGING_SERVICE_SID",
            AllowedIn.ANY_FILE,
            "MG…",
            null,
            "Messaging service that chooses the number instead.");
    public static final Setting<String> ADMIN_PHONE =
            Setting.text("ADMIN_PHONE", AllowedIn.ANY_FILE, "+491701234567", null, "Number that SMS go to.");
    public static final Setting<String> TWILIO_URL = Setting.text(
            "BMM_TWILIO_URL",
            AllowedIn.TRUSTED_FILE,
            "URL",
            null,
            "Where Twilio's interface is, if not at its usual address: an edge, a proxy.");

    public static final Setting<String> SMTP_HOST =
            Setting.text("BMM_SMTP_HOST", AllowedIn.ANY_FILE, "host", null, "Mail server that takes e-mail.");
    public static final Setting<Integer> SMTP_PORT =
            Setting.number("BMM_SMTP_PORT", AllowedIn.ANY_FILE, "587", 1, 65535, "Its port; 465 is usual with tls.");
    public static final Setting<MailSecurity> SMTP_SECURITY = Setting.choice(
            "BMM_SMTP_SECURITY",
            AllowedIn.ANY_FILE,
            MailSecurity.class,
            MailSecurity.STARTTLS,
            "How the connection to it is protected; none only for a server on this machine (localhost), without user and password.");
    public static final Setting<String> SMTP_USER =
            Setting.text("BMM_SMTP_USER", AllowedIn.ANY_FILE, "name", null, "User on it, if it asks for one.");
    public static final Setting<Secret> SMTP_PASSWORD =
            Setting.secret("BMM_SMTP_PASSWORD", AllowedIn.ANY_FILE, "password", "Password of that user.");
    public static final Setting<String> SMTP_FROM = Setting.text(
            "BMM_SMTP_FROM",
            AllowedIn.ANY_FILE,
            "address",
            null,
            "Whom e-mail comes from; without it the first address it goes to.");
    public static final Setting<List<String>> SMTP_TO = Setting.list(
            "BMM_SMTP_TO",
            AllowedIn.ANY_FILE,
            "addresses",
            null,
            ",",
            "Addresses that e-mail goes to, separated by commas.");

    public static final Setting<Secret> FAIL_URL = Setting.secret(
            "HEALTHCHECKS_FAIL_URL",
            AllowedIn.ANY_FILE,
            "https://hc-ping.com/…/fail",
            "Failure address of a check, as the channel healthchecks: its service tells people in its own ways.");
    public static final Setting<Secret> HEARTBEAT_URL = Setting.secret(
            "HEALTHCHECKS_HEARTBEAT_URL",
            AllowedIn.ANY_FILE,
            "https://hc-ping.com/…",
            "Pinged at the end of every tick of bmm uptime; its silence tells that this machine is gone."
                    + " Healthchecks, Dead Man's Snitch, Cronitor or Uptime Kuma.");
    public static final Setting<Boolean> HEARTBEAT_FAIL_WHEN_DOWN = Setting.yesNo(
            "BMM_HEARTBEAT_FAIL_WHEN_DOWN",
            AllowedIn.ANY_FILE,
            "no",
            "Ping its /fail when a tick found something down, too.");
    public static final Setting<Secret> HEARTBEAT_BACKUP = heartbeat("BACKUP", "bmm backup");
    public static final Setting<Secret> HEARTBEAT_DRILL = heartbeat("DRILL", "bmm restore-drill");
    public static final Setting<Secret> HEARTBEAT_MIRROR = heartbeat("MIRROR", "bmm mirror");

    private static final String WEBHOOK_PREFIX = "BMM_WEBHOOK_";

    public static final Family WEBHOOK = new Family(
            WEBHOOK_PREFIX,
            "",
            AllowedIn.ANY_FILE,
            "URL",
            true,
            "A webhook as a channel called name: where messages are posted.");
    public static final Family WEBHOOK_STYLE = new Family(
            WEBHOOK_PREFIX,
            "_STYLE",
            AllowedIn.ANY_FILE,
            "name",
            false,
            "What is behind it, where the URL does not tell:"
                    + " json, slack, discord, telegram, ntfy, gotify, pushover or pagerduty.");
    public static final Family WEBHOOK_TOKEN = new Family(
            WEBHOOK_PREFIX,
            "_TOKEN",
            AllowedIn.ANY_FILE,
            "token",
            true,
            "Its token: bearer token of json and ntfy, key of gotify and pushover, routing key of pagerduty.");
    public static final Family WEBHOOK_TO =
            new Family(WEBHOOK_PREFIX, "_TO", AllowedIn.ANY_FILE, "name", false, "Chat of telegram, user of pushover.");

    static final List<Family> FAMILIES = List.of(WEBHOOK_STYLE, WEBHOOK_TOKEN, WEBHOOK_TO, WEBHOOK);

    static final List<Group> GROUPS = List.of(
            new Group("Alerts", List.of(CHANNELS, OPEN_AFTER, RESOLVE_AFTER, REMIND_EVERY, MAINTENANCE, CAUSES)),
            new Group(
                    "SMS",
                    List.of(
                            TWILIO_ACCOUNT_SID,
                            TWILIO_AUTH_TOKEN,
                            TWILIO_API_KEY,
                            TWILIO_API_SECRET,
                            TWILIO_FROM_NUMBER,
                            TWILIO_MESSAGING_SERVICE_SID,
                            ADMIN_PHONE,
                            TWILIO_URL)),
            new Group(
                    "E-mail",
                    List.of(SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER, SMTP_PASSWORD, SMTP_FROM, SMTP_TO)),
            new Group(
                    "Heartbeats",
                    List.of(
                            FAIL_URL,
                            HEARTBEAT_URL,
                            HEARTBEAT_FAIL_WHEN_DOWN,
                            HEARTBEAT_BACKUP,
                            HEARTBEAT_DRILL,
                            HEARTBEAT_MIRROR)));

    private AlertKeys() {}

    private static Setting<Secret> heartbeat(String job, String command) {
        return Setting.secret(
                "BMM_HEARTBEAT_" + job,
                AllowedIn.ANY_FILE,
                "URL",
                "Pinged when " + command + " starts, succeeds or fails, with the end of its log.");
    }
}
