package bmm.base;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Strings as somebody would choose them who wants a terminal, a log or a reader to take them for something else. */
public final class HostileText {
    private static final List<String> PIECES = List.of(
            "\u001b]0;owned\u0007",
            "\u001b[2J",
            "\u009b2J",
            "\u0090q\u009c",
            "\nverified: everything = source",
            "\r\nBcc: x@example.org\r\n\r\n",
            "\n.\r\nMAIL FROM:<x@example.org>",
            "\n<0>kernel: panic",
            "<3>",
            "\n::error file=x::y",
            "::set-output name=x::y",
            "##[error]",
            "##vso[task.complete]",
            "##teamcity[testFailed]",
            "\u2028ts=2026-01-01T00:00:00.000Z level=info msg=done",
            "\u2029",
            "\u0085",
            "\u000b\f",
            "\u202egnp.exe",
            "\u2066\u2069\u200e\u200f\u061c",
            "\u200b\u200c\u200d\ufeff\u00ad",
            "\ud83d",
            "\udc00",
            new String(Character.toChars(0xe0041)) + new String(Character.toChars(0xe007f)),
            "\u0000",
            "\u007f\b\b\b\b",
            "\t",
            "\" exit=0 msg=\"done",
            "\\\"",
            "' ; touch /tmp/pasted; '",
            "$(touch /tmp/pasted)`touch /tmp/pasted`",
            "; touch /tmp/pasted #",
            "\\'; touch /tmp/pasted; '",
            "--help",
            "-o ProxyCommand=x",
            "@everyone <!channel> <@U1> [here](http://evil.example)",
            "*bold* _it_ ~x~ `c` ||s||",
            "</script><img src=x>",
            "%s%n{}${jndi:x}",
            "Ελληνικά größe 数据 🐘",
            "name",
            " ");

    private HostileText() {}

    /** One more of them. */
    public static String next(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        int pieces = 1 + random.nextInt(5);
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        if (random.nextInt(4) == 0) {
            text.append((char) random.nextInt(0x10000));
        }
        return text.toString();
    }

    /** Whether a text that was printed holds nothing that acts, but for the ends of its lines. */
    public static boolean isHarmless(String printed) {
        return IntStream.range(0, printed.length()).allMatch(i -> {
            char c = printed.charAt(i);
            int whole = Character.isLowSurrogate(c) && i > 0 ? printed.codePointAt(i - 1) : printed.codePointAt(i);
            return c == '\n' || !acts(whole);
        });
    }

    /** Not by the code under test: the list of the characters that have been used for attacks. */
    private static boolean acts(int c) {
        return Character.isISOControl(c)
                || (c >= 0xd800 && c <= 0xdfff)
                || (c >= 0x200b && c <= 0x200f)
                || (c >= 0x2028 && c <= 0x202e)
                || (c >= 0x2060 && c <= 0x206f)
                || (c >= 0xe0000 && c <= 0xe0fff)
                || c == 0x61c
                || c == 0xad
                || c == 0xfeff
                || (c >= 0xfff9 && c <= 0xfffb)
                || Character.getType(c) == Character.FORMAT;
    }
}
