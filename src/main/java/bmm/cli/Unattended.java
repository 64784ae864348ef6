package bmm.cli;

import bmm.base.Secret;
import bmm.base.Setting;
import bmm.notify.Severity;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs while nobody watches, and therefore tells of itself.
 *
 * @param job the first part of its subjects, as in {@code backup/archiv}
 * @param severity of its failures
 * @param heartbeat the address that is pinged when it starts and ends, or null
 */
record Unattended(String job, Severity severity, @Nullable Setting<Secret> heartbeat) {}
