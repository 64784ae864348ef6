package bmm.uptime;

import java.util.ArrayList;
import java.util.List;

/**
 * The value of a BMM_PROBE setting, taken apart: what is looked at, then the conditions, separated by blanks. Quotes hold
 * together what has blanks in it: {@code body:"all is well"}. A command goes on to the end, unless it is in quotes itself.
 */
record ProbeLine(String target, List<String> conditions) {
    private static final String COMMAND = "cmd:";

    static ProbeLine parse(String text) {
        String line = text.strip();
        if (line.startsWith(COMMAND)) {
            String command = line.substring(COMMAND.length()).strip();
            if (command.isEmpty() || !isQuote(command.charAt(0))) {
                return new ProbeLine(COMMAND + command, List.of());
            }
            line = COMMAND + command;
        }
        List<String> words = words(line);
        return new ProbeLine(words.getFirst(), List.copyOf(words.subList(1, words.size())));
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i <= line.length(); i++) {
            if (i == line.length() || Character.isWhitespace(line.charAt(i))) {
                if (!word.isEmpty() || words.isEmpty()) {
                    words.add(word.toString());
                }
                word.setLength(0);
            } else if (isQuote(line.charAt(i)) && mayOpenQuote(word)) {
                int end = line.indexOf(line.charAt(i), i + 1);
                if (end < 0) {
                    throw new IllegalArgumentException("a quote is opened and not closed");
                }
                word.append(line, i + 1, end);
                i = end;
            } else {
                word.append(line.charAt(i));
            }
        }
        return words;
    }

    private static boolean mayOpenQuote(StringBuilder word) {
        return word.isEmpty() || ":=".indexOf(word.charAt(word.length() - 1)) >= 0;
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }
}
