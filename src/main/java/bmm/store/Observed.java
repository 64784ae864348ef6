package bmm.store;

import bmm.base.ExitCode;
import bmm.base.Finding;
import bmm.base.Hint;
import com.google.errorprone.annotations.CompileTimeConstant;

/** One capability of a store as a probe saw it: for programs, and in words. */
public record Observed(Capability capability, Verdict verdict, Finding finding) {
    static Observed ok(Capability capability, Verdict verdict, String says) {
        return new Observed(capability, verdict, Finding.ok(capability.words(), says));
    }

    static Observed warn(Capability capability, Verdict verdict, String says, @CompileTimeConstant final String hint) {
        return warn(capability, verdict, says, Hint.of(hint));
    }

    static Observed warn(Capability capability, Verdict verdict, String says, Hint hint) {
        return new Observed(capability, verdict, Finding.warn(capability.words(), says, hint));
    }

    static Observed fail(Capability capability, Verdict verdict, String says, @CompileTimeConstant final String hint) {
        return fail(capability, verdict, says, Hint.of(hint));
    }

    static Observed fail(Capability capability, Verdict verdict, String says, Hint hint) {
        return new Observed(capability, verdict, Finding.fail(ExitCode.STORE, capability.words(), says, hint));
    }
}
