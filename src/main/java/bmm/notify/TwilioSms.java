package bmm.notify;

import bmm.base.Failure;
import bmm.base.Secret;
import com.twilio.exception.ApiConnectionException;
import com.twilio.exception.ApiException;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.MessageCreator;
import com.twilio.rest.api.v2010.account.MessageFetcher;
import com.twilio.rest.api.v2010.account.MessageReader;
import com.twilio.type.PhoneNumber;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * SMS through Twilio. An answer of 201 means queued; whether it arrived is asked later, by its SID. After a broken
 * connection the account's list of messages tells whether it went out, so that nobody is woken twice.
 */
public final class TwilioSms implements Channel {
    /**
     * Codes after which trying again with this account and number is pointless: wrong or unreachable number, no permission
     * for the region, number that is not mobile, number that cannot send, wrong credentials, unsubscribed recipient
     * (Twilio's error and warning dictionary).
     */
    private static final Set<Integer> PERMANENT =
            Set.of(20003, 20404, 21211, 21212, 21408, 21606, 21608, 21610, 21612, 21614, 21617, 21703, 30007);

    /** Where Twilio's interface is. */
    public static final String ADDRESS = "https://api.twilio.com";

    private static final int NOT_FOUND = 404;
    private static final long RECENT_MESSAGES = 20;

    /**
     * An account and its numbers.
     *
     * @param accountSid begins with AC
     * @param keySid of an API key (begins with SK), or null: then the secret is the account's token
     * @param from a number, or the SID of a messaging service (begins with MG)
     * @param address in place of Twilio's own, or null
     */
    public record Account(
            String accountSid,
            @Nullable String keySid,
            Secret secret,
            String from,
            String to,
            @Nullable URI address) {}

    private final Account account;
    private @Nullable TwilioRestClient client;

    public TwilioSms(Account account) {
        this.account = account;
    }

    /** What is sent for a message: who says so, and its title, in one segment. */
    static String body(Message message) {
        return Gsm7.segment(message.source() + ": " + message.title());
    }

    @Override
    public boolean remembers() {
        return true;
    }

    @Override
    public Delivery send(Message message, @Nullable Instant doubtfulSince) {
        String body = body(message);
        try {
            if (doubtfulSince != null) {
                String sid = findSent(body, doubtfulSince);
                if (sid != null) {
                    return new Delivery.Accepted(sid);
                }
            }
            var sent = creator(body).create(client());
            return new Delivery.Accepted(sent.getSid());
        } catch (ApiConnectionException e) {
            return e.getCause() instanceof TwilioTransport.NotSent
                    ? new Delivery.Later(Failure.reason(e.getCause()))
                    : new Delivery.Unclear(Failure.reason(e.getCause() == null ? e : e.getCause()));
        } catch (ApiException e) {
            return refusal(e);
        }
    }

    private MessageCreator creator(String body) {
        PhoneNumber to = new PhoneNumber(account.to());
        return account.from().startsWith("MG")
                ? new MessageCreator(to, account.from(), body)
                : new MessageCreator(to, new PhoneNumber(account.from()), body);
    }

    /** The SID of this very message if it was created at or after that moment. */
    private @Nullable String findSent(String body, Instant since) {
        // Twilio's times have whole seconds, and its clock is not ours.
        Instant from = since.minusSeconds(60);
        MessageReader reader = new MessageReader()
                .setTo(new PhoneNumber(account.to()))
                .setDateSentAfter(from.atZone(ZoneOffset.UTC))
                .setPageSize(RECENT_MESSAGES);
        for (var message : reader.firstPage(client()).getRecords()) {
            boolean recent = message.getDateCreated() == null
                    || !message.getDateCreated().toInstant().isBefore(from);
            if (recent && body.equals(message.getBody())) {
                return message.getSid();
            }
        }
        return null;
    }

    @Override
    public Delivery check(String receipt) {
        try {
            var message = new MessageFetcher(receipt).fetch(client());
            String status = String.valueOf(message.getStatus()).toLowerCase(Locale.ROOT);
            return switch (status) {
                case "delivered", "read", "received" -> new Delivery.Delivered();
                case "undelivered", "failed", "canceled" ->
                    new Delivery.Refused(
                            status + (message.getErrorCode() == null ? "" : ", error " + message.getErrorCode()));
                default -> new Delivery.Accepted(receipt);
            };
        } catch (ApiException e) {
            return Integer.valueOf(NOT_FOUND).equals(e.getStatusCode())
                    ? new Delivery.Refused("Twilio does not know it any more")
                    : new Delivery.Accepted(receipt);
        } catch (ApiConnectionException e) {
            return new Delivery.Accepted(receipt);
        }
    }

    private static Delivery refusal(ApiException e) {
        Integer code = e.getCode();
        Integer status = e.getStatusCode();
        String said = "Twilio " + (code == null ? "HTTP " + status : "error " + code) + ": " + Failure.reason(e);
        if (code != null && PERMANENT.contains(code)) {
            return new Delivery.Refused(said);
        }
        boolean mayPass = status == null || status == 429 || status >= 500;
        return mayPass ? new Delivery.Later(said) : new Delivery.Refused(said);
    }

    private synchronized TwilioRestClient client() {
        if (client == null) {
            String user = account.keySid() == null ? account.accountSid() : account.keySid();
            client = new TwilioRestClient.Builder(user, account.secret().reveal())
                    .accountSid(account.accountSid())
                    .httpClient(new TwilioTransport(account.address()))
                    .build();
        }
        return client;
    }
}
