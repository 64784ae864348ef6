package bmm.store;

import bmm.base.Secret;

/** The keys of one named store. */
record S3Credentials(Secret accessKey, Secret secretKey) {}
