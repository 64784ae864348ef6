package bmm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import bmm.notify.StandIn;
import bmm.uptime.TestAuthority;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services that are told by their name, or trusted by their certificate: both is the process's own business. */
@Timeout(120)
class OutsideServicesTest {
    @TempDir
    Path directory;

    private Child child;

    @BeforeEach
    void namesLeadHere() throws Exception {
        Path hosts = Files.writeString(
                directory.resolve("hosts"), "127.0.0.1 localhost\n127.0.0.1 nosnch.in\n127.0.0.1 cronitor.link\n");
        child = new Child(directory)
                .option("-Djdk.net.hosts.file=" + hosts)
                .set("BMM_UPTIME_REFERENCES", "none")
                .set("BMM_PROBE_IT", "cmd:echo all is well");
    }

    private static URI at(String host, StandIn service, String path) {
        return URI.create("http://" + host + ":" + service.address("/").getPort() + path);
    }

    @Test
    void deadMansSnitchIsToldTheExitCode() throws Exception {
        try (StandIn snitch = StandIn.always(202, "Got it, thanks!")) {
            child.set(
                    "HEALTHCHECKS_HEARTBEAT_URL",
                    at("nosnch.in", snitch, "/c2354d53d2").toString());
            assertThat(child.run("uptime")).as(child.said()).isZero();
            assertThat(snitch.asked).hasSize(1);
            assertThat(snitch.asked.getFirst().path()).isEqualTo("/c2354d53d2");
            assertThat(snitch.asked.getFirst().target().getQuery()).startsWith("s=0");
        }
    }

    @Test
    void cronitorIsToldTheStateOfTheRun() throws Exception {
        try (StandIn cronitor = StandIn.always(200, "OK")) {
            child.set(
                    "HEALTHCHECKS_HEARTBEAT_URL",
                    at("cronitor.link", cronitor, "/p/key/tick").toString());
            assertThat(child.run("uptime")).as(child.said()).isZero();
            StandIn.Asked last = cronitor.asked.getLast();
            assertThat(last.path()).isEqualTo("/p/key/tick");
            assertThat(last.target().getQuery())
                    .matches("state=complete&series=[0-9a-f-]{36}&status_code=0&metric=duration:[0-9.]+(&message=.*)?");
        }
    }

    @Test
    void mailGoesThroughStarttlsToAServerWhoseCertificateIsTrusted() throws Exception {
        TestAuthority authority = new TestAuthority(directory);
        try (MailServer server = new MailServer(authority.signed("mail", "-ext", "san=dns:localhost,ip:127.0.0.1"))) {
            child.set("BMM_SMTP_HOST", "localhost")
                    .set("BMM_SMTP_PORT", String.valueOf(server.port()))
                    .set("BMM_SMTP_TO", "ops@example.org");

            assertThat(child.run("notify", "--strict", "--severity", "critical", "the disk is full"))
                    .as("nobody vouches for it: %s", child.said())
                    .isEqualTo(10);
            assertThat(server.mails).isEmpty();

            child.option("-Djavax.net.ssl.trustStore=" + authority.trustStore())
                    .option("-Djavax.net.ssl.trustStorePassword=changeit")
                    .set("BMM_STATE_DIR", directory.resolve("another").toString());
            assertThat(child.run("notify", "--strict", "--severity", "critical", "the disk is full"))
                    .as(child.said())
                    .isZero();
            assertThat(server.mails).hasSize(1);
            assertThat(server.mails.getFirst()).contains("To: ops@example.org", "the disk is full");
        }
    }

    @Test
    void aPasswordIsSaidThroughTlsOnlyAndNeverShown() throws Exception {
        TestAuthority authority = new TestAuthority(directory);
        try (MailServer server = new MailServer(authority.signed("mail", "-ext", "san=dns:localhost"))) {
            child.option("-Djavax.net.ssl.trustStore=" + authority.trustStore())
                    .option("-Djavax.net.ssl.trustStorePassword=changeit")
                    .set("BMM_SMTP_HOST", "localhost")
                    .set("BMM_SMTP_PORT", String.valueOf(server.port()))
                    .set("BMM_SMTP_USER", "ops")
                    .set("BMM_SMTP_PASSWORD", "mail-password-of-test")
                    .set("BMM_SMTP_TO", "ops@example.org");
            String[] notify = {"notify", "--strict", "--severity", "critical", "the disk is full"};
            assertThat(child.run(notify)).isEqualTo(10);
            assertThat(child.said()).contains("refuses the user").doesNotContain("mail-password-of-test");

            server.offersTls = false;
            child.set("BMM_STATE_DIR", directory.resolve("stripped").toString());
            assertThat(child.run(notify))
                    .as("STARTTLS was taken out on the way")
                    .isEqualTo(10);
            assertThat(server.inClearText).noneMatch(line -> line.startsWith("AUTH") || line.startsWith("MAIL"));
            assertThat(server.mails).isEmpty();
        }
    }

    @Test
    void theNameInTheCertificateIsTheServers() throws Exception {
        TestAuthority authority = new TestAuthority(directory);
        try (MailServer server = new MailServer(authority.signed("mail", "-ext", "san=dns:mail.example.org"))) {
            child.option("-Djavax.net.ssl.trustStore=" + authority.trustStore())
                    .option("-Djavax.net.ssl.trustStorePassword=changeit")
                    .set("BMM_SMTP_HOST", "localhost")
                    .set("BMM_SMTP_PORT", String.valueOf(server.port()))
                    .set("BMM_SMTP_TO", "ops@example.org");
            assertThat(child.run("notify", "--strict", "--severity", "critical", "the disk is full"))
                    .isEqualTo(10);
            assertThat(server.mails).isEmpty();
        }
    }

    @Test
    void mailInClearTextIsForThisMachine() throws Exception {
        child.set("BMM_SMTP_HOST", "mail.example.org")
                .set("BMM_SMTP_TO", "ops@example.org")
                .set("BMM_SMTP_SECURITY", "none");
        assertThat(child.run("notify", "--strict", "x")).isEqualTo(78);
        assertThat(child.said()).contains("BMM_SMTP_SECURITY=none", "mail.example.org", "hint");

        child.set("BMM_SMTP_HOST", "localhost").set("BMM_SMTP_PASSWORD", "mail-password-of-test");
        assertThat(child.run("notify", "--strict", "x")).isEqualTo(78);
        assertThat(child.said()).contains("BMM_SMTP_PASSWORD").doesNotContain("mail-password-of-test");
    }

    @Test
    void aFailedUnitIsToldWithTheEndOfItsJournal() throws Exception {
        Path program = Files.writeString(
                Files.createDirectory(directory.resolve("bin")).resolve("journalctl"), """
                #!/bin/sh
                for last; do :; done
                printf '%s said\\n  disk full  \\n' "$last"
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (StandIn hook = StandIn.always(204, "")) {
            child.set("BMM_WEBHOOK_HOOK", hook.address("/").toString())
                    .set("PATH", program.getParent() + ":" + System.getenv("PATH"));
            assertThat(child.run("notify", "--strict", "--severity", "critical", "--unit", "bmm-backup.service"))
                    .as(child.said())
                    .isZero();
            assertThat(hook.asked.getFirst().body())
                    .contains("unit bmm-backup.service failed: bmm-backup.service said | disk full");
        }
    }

    @Test
    void aUnitWithoutAJournalIsToldAllTheSame() throws Exception {
        try (StandIn hook = StandIn.always(204, "")) {
            child.set("BMM_WEBHOOK_HOOK", hook.address("/").toString())
                    .set(
                            "PATH",
                            Files.createDirectory(directory.resolve("empty")).toString());
            assertThat(child.run("notify", "--strict", "--severity", "critical", "--unit", "bmm-backup.service"))
                    .as(child.said())
                    .isZero();
            assertThat(hook.asked.getFirst().body()).contains("unit bmm-backup.service failed");
        }
    }

    @Test
    void aWatchdogThatIsNotThereFailsNothing() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        child.set("HEALTHCHECKS_HEARTBEAT_URL", "http://nosnch.in:" + closed + "/secret-token");
        assertThat(child.run("uptime")).isZero();
        assertThat(child.said()).contains("the watchdog was not reached").doesNotContain("secret-token");
    }
}
