package bmm.base;

import com.google.errorprone.annotations.CompileTimeConstant;
import com.google.errorprone.annotations.Immutable;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What to do about a failure, often a command to paste. Its own words are constants of the program, which the compiler
 * checks; a name, a path or an address can only get in as one quoted word, so nothing that a server or a manifest says
 * becomes part of a command.
 */
@Immutable
public final class Hint {
    private static final int MOST_NAMES = 12;

    /** No path and no name is longer; what is gets left out, for a command that is cut would end within quotes. */
    private static final int LONGEST_WORD = 4096;

    private static final String TOO_LONG = "'(too long to be shown)'";

    private final String text;

    private Hint(String text) {
        this.text = text;
    }

    /** Words of bmm's own. */
    public static Hint of(@CompileTimeConstant final String words) {
        return new Hint(words);
    }

    /** What a setting is for, in the words of its declaration. */
    public static Hint of(Setting<?> setting) {
        return new Hint(setting.help());
    }

    /** What settings of a family are for. */
    public static Hint of(Keys.Family family) {
        return new Hint(family.help());
    }

    /** What a mistyped word was probably meant to be; nothing if it is like none. */
    public static Hint nearest(Optional<String> candidate) {
        return candidate.map(name -> of("did you mean ").name(name).and("? ")).orElse(of(""));
    }

    /** Further words of bmm's own. */
    public Hint and(@CompileTimeConstant final String words) {
        return new Hint(text + words);
    }

    /** All of another hint. */
    public Hint and(Hint other) {
        return new Hint(text + other.text);
    }

    /** A number. */
    public Hint and(long number) {
        return new Hint(text + number);
    }

    /** A name, address or value from outside, as one word of a command: quoted, and never an option. */
    public Hint name(String word) {
        return new Hint(text + (word.length() > LONGEST_WORD ? TOO_LONG : Shell.operand(word)));
    }

    /** The name of a file, or anything that is one. */
    public Hint file(Object path) {
        String word = path.toString();
        return new Hint(text + (word.length() > LONGEST_WORD ? TOO_LONG : Shell.file(word)));
    }

    /** An option with a value from outside, as in {@code --database app}. */
    public Hint option(@CompileTimeConstant final String name, String value) {
        return new Hint(text + (value.length() > LONGEST_WORD ? name + " " + TOO_LONG : Shell.option(name, value)));
    }

    /** Several names to choose from; of many, the first. */
    public Hint names(Collection<String> words) {
        String shown = words.stream()
                .limit(MOST_NAMES)
                .map(word -> word.length() > LONGEST_WORD ? TOO_LONG : Shell.quote(word))
                .collect(Collectors.joining(", "));
        int more = words.size() - MOST_NAMES;
        return new Hint(text + shown + (more > 0 ? " and " + more + " more" : ""));
    }

    /** One SQL statement for psql, as an argument of {@code -c}. */
    public Hint sql(Sql statement) {
        return new Hint(text + Shell.quote(statement.toString()));
    }

    /** As it is printed; its names are quoted, and a printer escapes the rest. */
    @Override
    public String toString() {
        return text;
    }

    /** A statement to paste: bmm's own words, and identifiers that are quoted as SQL wants it. */
    @Immutable
    public static final class Sql {
        private final String text;

        private Sql(String text) {
            this.text = text;
        }

        /** Words of bmm's own. */
        public static Sql of(@CompileTimeConstant final String words) {
            return new Sql(words);
        }

        /** Further words of bmm's own. */
        public Sql and(@CompileTimeConstant final String words) {
            return new Sql(text + words);
        }

        /** The name of a role, table or database. */
        public Sql identifier(String name) {
            return new Sql(text + '"' + name.replace("\"", "\"\"") + '"');
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
