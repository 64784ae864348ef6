package bmm.base;

import java.nio.file.Path;

/**
 * One protected system and its places on this machine.
 *
 * @param name as in {@code /etc/bmm/<name>.env}; also the first part of every off-site key
 * @param backupDirectory where dumps are kept
 * @param stateDirectory where history and the like are kept
 * @param defaultPlaces whether the backup directory was not named by anyone, so that it may be created
 */
public record Instance(String name, Path backupDirectory, Path stateDirectory, boolean defaultPlaces) {}
