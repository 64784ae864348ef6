/**
 * What backups there are, read from their manifests, and which of them retention keeps.
 */
@NullMarked
package bmm.catalog;

import org.jspecify.annotations.NullMarked;
