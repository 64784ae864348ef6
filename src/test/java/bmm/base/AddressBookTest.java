package bmm.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names keep their last good addresses, and the resolver of this very JVM answers with them where it would fail. */
class AddressBookTest {
    private static final Instant NOW = Instant.parse("2026-11-21T03:15:00Z");
    /** RFC 6761: no resolver knows it, which is how a broken one looks. New for each test: the JVM keeps what it found. */
    private final String name = UUID.randomUUID() + ".invalid";

    @TempDir
    Path state;

    @AfterEach
    void putAway() {
        AddressBook.putAway();
    }

    private static List<InetAddress> addresses(String... texts) {
        return List.of(texts).stream().map(InetAddress::ofLiteral).toList();
    }

    private void rememberAt(Instant when) throws IOException {
        AddressBook book = AddressBook.open(state, when);
        book.remember(name, addresses("192.0.2.7", "2001:db8::7"));
        book.save();
    }

    @Test
    void aNameThatIsNotFoundIsWhatItLastWas() throws IOException {
        rememberAt(NOW);
        AddressBook.open(state, NOW.plus(Duration.ofDays(30))).use();

        assertThat(InetAddress.getAllByName(name))
                .extracting(InetAddress::getHostAddress, InetAddress::getHostName)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("192.0.2.7", name),
                        org.assertj.core.groups.Tuple.tuple("2001:db8:0:0:0:0:0:7", name));
    }

    @Test
    void withoutABookInUseItIsNotFound() throws IOException {
        rememberAt(NOW);

        assertThatThrownBy(() -> InetAddress.getAllByName(name)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void whatIsTooOldIsForgotten() throws IOException {
        rememberAt(NOW);
        AddressBook.open(state, NOW.plus(Duration.ofDays(61))).use();

        assertThatThrownBy(() -> InetAddress.getAllByName(name)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void whatIsFoundIsWrittenDown() throws IOException {
        AddressBook book = AddressBook.open(state, NOW);
        book.use();
        assertThat(InetAddress.getAllByName("LocalHost")).isNotEmpty();
        book.save();

        assertThat(Files.readString(state.resolve("addresses"))).startsWith("LocalHost 2026-11-21T03:15:00Z 127.0.0.1");
    }

    @Test
    void whatIsFreshIsNotLookedUpNorWrittenAgain() throws IOException {
        AddressBook first = AddressBook.open(state, NOW);
        first.refresh(List.of("localhost", name));
        first.save();
        Path file = state.resolve("addresses");
        assertThat(file).content().contains("localhost").doesNotContain(name);

        Files.writeString(file, Files.readString(file).replace("127.0.0.1", "127.0.0.9"));
        AddressBook soon = AddressBook.open(state, NOW.plus(Duration.ofHours(11)));
        soon.refresh(List.of("localhost"));
        soon.save();
        assertThat(file).content().contains("127.0.0.9");

        AddressBook later = AddressBook.open(state, NOW.plus(Duration.ofHours(13)));
        later.refresh(List.of("localhost"));
        later.save();
        assertThat(file).content().contains("127.0.0.1").doesNotContain("127.0.0.9");
    }

    @Test
    void aFailedRefreshKeepsWhatIsKnown() throws IOException {
        rememberAt(NOW);
        AddressBook later = AddressBook.open(state, NOW.plus(Duration.ofDays(2)));
        later.refresh(List.of(name));

        assertThat(later.lastOf(name)).hasSize(2);
    }

    @Test
    void aDamagedBookIsOneWithLessInIt() throws IOException {
        rememberAt(NOW);
        Path file = state.resolve("addresses");
        Files.writeString(file, "\u0000\u0001 garbage here\nx\n" + Files.readString(file) + "cut 2026-11-2");
        AddressBook book = AddressBook.open(state, NOW);

        assertThat(book.lastOf(name)).hasSize(2);
        assertThat(book.lastOf("cut")).isEmpty();
        book.save();
        assertThat(file).content().isEqualTo(name + " 2026-11-21T03:15:00Z 192.0.2.7 2001:db8:0:0:0:0:0:7\n");
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    }
}
