package bmm.cli;

/** Starts bmm. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("bmm");
    }
}
