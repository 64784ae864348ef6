package bmm.cli;

/** The same faults through the other library. */
final class MirrorMinioFaultsTest extends MirrorFaultsTest {
    @Override
    String kind() {
        return "minio";
    }
}
