package bmm.base;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The JDK's own resolver, helped by the {@link AddressBook} in use, if any. Found by the JDK as a service (JEP 418), so that
 * it works for every library of this process alike: that of the SMS provider, of mail, of web hooks.
 */
public final class LastGoodAddresses extends InetAddressResolverProvider {
    /** Made by the JDK at its first look-up. */
    public LastGoodAddresses() {}

    @Override
    public String name() {
        return "last good addresses";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        return new Helped(configuration.builtinResolver());
    }

    private record Helped(InetAddressResolver system) implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            Optional<AddressBook> book = AddressBook.inUse();
            if (book.isEmpty()) {
                return system.lookupByName(host, policy);
            }
            try {
                List<InetAddress> found = system.lookupByName(host, policy).toList();
                book.get().remember(host, found);
                return found.stream();
            } catch (UnknownHostException e) {
                List<InetAddress> last = book.get().lastOf(host);
                if (last.isEmpty()) {
                    throw e;
                }
                return last.stream();
            }
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            return system.lookupByAddress(address);
        }
    }
}
