package bmm.notify;

import bmm.notify.Message.Kind;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the services behind webhooks want to be sent; each as its own documentation of incoming messages says. Texts may hold
 * what a server said: where a service reads mark-up, mentions or links out of a text, that is switched off or escaped.
 */
public enum WebhookStyle {
    /** All that bmm knows of a message, as one JSON object. */
    JSON {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject body = new JsonObject();
            body.addProperty("kind", message.kind().name().toLowerCase(Locale.ROOT));
            body.addProperty("severity", message.severity().name().toLowerCase(Locale.ROOT));
            body.addProperty("source", message.source());
            body.addProperty("title", message.title());
            body.addProperty("text", message.text());
            JsonArray subjects = new JsonArray();
            message.subjects().forEach(subjects::add);
            body.add("subjects", subjects);
            body.addProperty("key", message.key());
            body.addProperty("at", message.at().toString());
            Http.Request request = post(target.address(), body);
            return target.token() == null ? request : bearer(request, target.token());
        }
    },
    SLACK {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject body = new JsonObject();
            // Mattermost and others take the same form, and read Markdown and @channel whatever is said beside the
            // text.
            String text = head(message) + "\n" + String.join("\n", message.lines());
            body.addProperty(
                    "text",
                    cut(withoutMentions(text.strip()), 3000)
                            .replace("](", "] (")
                            .replace("&", "&amp;")
                            .replace("<", "&lt;")
                            .replace(">", "&gt;"));
            body.addProperty("mrkdwn", false);
            body.addProperty("parse", "none");
            body.addProperty("link_names", false);
            body.addProperty("unfurl_links", false);
            body.addProperty("unfurl_media", false);
            return post(target.address(), body);
        }
    },
    DISCORD {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject body = new JsonObject();
            String text = (head(message) + "\n" + String.join("\n", message.lines())).strip();
            body.addProperty("content", cut(withoutMarkdown(withoutMentions(text)), 2000));
            body.addProperty("flags", SUPPRESS_EMBEDS);
            JsonObject nobody = new JsonObject();
            nobody.add("parse", new JsonArray());
            body.add("allowed_mentions", nobody);
            return post(target.address(), body);
        }
    },
    TELEGRAM {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject body = new JsonObject();
            String chat = target.to() == null ? query(target.address(), "chat_id") : target.to();
            body.addProperty("chat_id", chat);
            // Without parse_mode it reads no mark-up, but finds mentions and links all the same.
            body.addProperty("text", cut(withoutMentions(head(message) + rest(message)), 4000));
            JsonObject preview = new JsonObject();
            preview.addProperty("is_disabled", true);
            body.add("link_preview_options", preview);
            body.addProperty("disable_notification", message.severity() == Severity.INFO);
            return post(target.address(), body);
        }
    },
    NTFY {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            // As JSON to the root: a header could not carry a title beyond ASCII.
            URI topic = target.address();
            JsonObject body = new JsonObject();
            body.addProperty("topic", String.valueOf(topic.getPath()).replaceFirst("^/", ""));
            body.addProperty("title", cut(head(message), 250));
            body.addProperty("message", cut(message.text(), 3500));
            body.addProperty("markdown", false);
            body.addProperty("priority", priority(message, 3, 4, 5));
            Http.Request request = post(topic.resolve("/"), body);
            return target.token() == null ? request : bearer(request, target.token());
        }
    },
    GOTIFY {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject body = new JsonObject();
            body.addProperty("title", cut(head(message), 250));
            body.addProperty("message", message.text());
            body.addProperty("priority", priority(message, 2, 5, 8));
            JsonObject display = new JsonObject();
            display.addProperty("contentType", "text/plain");
            JsonObject extras = new JsonObject();
            extras.add("client::display", display);
            body.add("extras", extras);
            Http.Request request = post(target.address(), body);
            return target.token() == null
                    ? request
                    : request.with(Map.of("Content-Type", CONTENT_TYPE, "X-Gotify-Key", target.token()));
        }
    },
    PUSHOVER {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject body = new JsonObject();
            body.addProperty("token", target.token());
            body.addProperty("user", target.to());
            body.addProperty("title", cut(message.source(), 250));
            body.addProperty("message", cut(message.text(), 1024));
            body.addProperty("html", 0);
            body.addProperty("priority", priority(message, -1, 0, 1));
            body.addProperty("timestamp", message.at().getEpochSecond());
            return post(target.address(), body);
        }
    },
    PAGERDUTY {
        @Override
        Http.Request request(Webhook.Target target, Message message) {
            JsonObject payload = new JsonObject();
            payload.addProperty("summary", cut(message.title(), 1024));
            payload.addProperty("source", message.source());
            payload.addProperty("severity", message.severity().name().toLowerCase(Locale.ROOT));
            payload.addProperty("timestamp", message.at().toString());
            JsonObject body = new JsonObject();
            body.addProperty("routing_key", target.token());
            body.addProperty("event_action", message.kind() == Kind.RECOVERY ? "resolve" : "trigger");
            body.addProperty("dedup_key", cut(message.key(), 255));
            body.add("payload", payload);
            return post(target.address(), body);
        }
    };

    /** Of Discord's message flags. */
    private static final int SUPPRESS_EMBEDS = 4;

    private static final Pattern MENTION = Pattern.compile("(?<![\\w.@-])@(?=[\\w&!])");
    private static final Pattern MARKDOWN = Pattern.compile("[\\\\`*_~|<>\\[\\]()#]");

    private static final String CONTENT_TYPE = "application/json; charset=utf-8";

    abstract Http.Request request(Webhook.Target target, Message message);

    /** The service that is known to live there, else plain JSON. */
    public static WebhookStyle of(URI address) {
        String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
        if (host.equals("hooks.slack.com")) {
            return SLACK;
        }
        if (host.endsWith("discord.com") || host.endsWith("discordapp.com")) {
            return DISCORD;
        }
        return switch (host) {
            case "api.telegram.org" -> TELEGRAM;
            case "ntfy.sh" -> NTFY;
            case "api.pushover.net" -> PUSHOVER;
            case "events.pagerduty.com", "events.eu.pagerduty.com" -> PAGERDUTY;
            default -> JSON;
        };
    }

    private static String head(Message message) {
        return "[" + message.source() + "] " + message.title();
    }

    /** No service has an escape for the name of a person or a group: {@code @everyone} is shown as it is in JSON. */
    private static String withoutMentions(String text) {
        return MENTION.matcher(text).replaceAll("\\\\u0040");
    }

    /** A backslash before what Discord reads as mark-up, masked links among it. */
    private static String withoutMarkdown(String text) {
        return MARKDOWN.matcher(text).replaceAll("\\\\$0");
    }

    private static String rest(Message message) {
        return message.lines().isEmpty() ? "" : "\n\n" + String.join("\n", message.lines());
    }

    private static Http.Request post(URI address, JsonObject body) {
        return Http.Request.post(address, CONTENT_TYPE, body.toString());
    }

    private static Http.Request bearer(Http.Request request, String token) {
        return request.with(Map.of("Content-Type", CONTENT_TYPE, "Authorization", "Bearer " + token));
    }

    private static int priority(Message message, int info, int warning, int critical) {
        return message.kind() == Kind.RECOVERY
                ? info
                : switch (message.severity()) {
                    case INFO -> info;
                    case WARNING -> warning;
                    case CRITICAL -> critical;
                };
    }

    /** At most so many characters, and never half of one. */
    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 2)) ? most - 2 : most - 1;
        return text.substring(0, end) + "…";
    }

    private static @Nullable String query(URI address, String name) {
        return Arrays.stream(String.valueOf(address.getRawQuery()).split("&", -1))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8))
                .findFirst()
                .orElse(null);
    }
}
