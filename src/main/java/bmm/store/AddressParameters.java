package bmm.store;

import bmm.base.Hint;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What follows the {@code ?} of an address: {@code name=value} pairs with {@code &} between them. */
final class AddressParameters {
    private final String address;
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * @param address the address without them, for messages
     * @param kind the kind of address, for messages that must not repeat any of it
     * @param known the names that there are
     */
    AddressParameters(String address, String kind, String query, List<String> known) {
        this.address = address;
        for (String parameter : query.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (!known.contains(name)) {
                if (name.toLowerCase(Locale.ROOT).matches(".*(key|secret|token|password|user).*")) {
                    throw S3Address.noSecrets(kind);
                }
                throw StoreAddress.malformed(
                        address,
                        "has an unknown parameter",
                        Hint.of("known are ").names(known).and("; nothing else may follow the ?"));
            }
            values.put(name, equals < 0 ? "" : decoded(parameter.substring(equals + 1)));
        }
    }

    private String decoded(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw StoreAddress.malformed(
                    address, "has a parameter with a broken % escape", "write a percent sign as %25");
        }
    }

    Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** A parameter that is true or false; without a value it is true. */
    Optional<Boolean> yesNo(String name) {
        return find(name).map(value -> switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1", "" -> true;
            case "false", "no", "off", "0" -> false;
            default ->
                throw StoreAddress.malformed(
                        address,
                        "has a " + name + " that is not true or false",
                        Hint.of("use ").name(name).and("=true"));
        });
    }
}
