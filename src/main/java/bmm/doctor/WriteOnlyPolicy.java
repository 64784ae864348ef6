package bmm.doctor;

import bmm.store.BucketAddress;
import bmm.store.MinioAddress;
import bmm.store.StoreAddress;
import java.net.URI;
import java.util.Optional;

/**
 * How to make credentials that can add backups but neither replace nor delete any, for each vendor. The page
 * docs/write-only.md and what {@code bmm doctor STORE} prints come from here.
 */
public enum WriteOnlyPolicy {
    AWS("AWS", """
            As an IAM policy of the backup host's user or role (it needs nothing else):

            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Sid": "Look",
                  "Effect": "Allow",
                  "Action": ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation", "s3:GetBucketVersioning",
                             "s3:GetBucketObjectLockConfiguration", "s3:GetLifecycleConfiguration"],
                  "Resource": "arn:aws:s3:::BUCKET"
                },
                {
                  "Sid": "ReadAndAdd",
                  "Effect": "Allow",
                  "Action": ["s3:GetObject", "s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"],
                  "Resource": "arn:aws:s3:::BUCKET/PREFIX*"
                },
                {
                  "Sid": "NeverDelete",
                  "Effect": "Deny",
                  "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"],
                  "Resource": "arn:aws:s3:::BUCKET/*"
                }
              ]
            }

            Save it as policy.json, then: aws iam put-user-policy --user-name bmm --policy-name bmm-write-only --policy-document file://policy.json

            As the bucket's policy, so that nothing there is ever replaced, by whomever:
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Sid": "NeverReplace",
                  "Effect": "Deny",
                  "Principal": "*",
                  "Action": "s3:PutObject",
                  "Resource": "arn:aws:s3:::BUCKET/*",
                  "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
                }
              ]
            }
            Save it as bucket.json, then: aws s3api put-bucket-policy --bucket BUCKET --policy file://bucket.json
            Switch versions on as well: aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled
            """),
    MINIO("MinIO", """
            As a policy of the backup host's user:

            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation", "s3:GetBucketVersioning",
                             "s3:GetBucketObjectLockConfiguration", "s3:GetLifecycleConfiguration"],
                  "Resource": ["arn:aws:s3:::BUCKET"]
                },
                {
                  "Effect": "Allow",
                  "Action": ["s3:GetObject", "s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"],
                  "Resource": ["arn:aws:s3:::BUCKET/PREFIX*"]
                }
              ]
            }

            Save it as policy.json, then, with ALIAS the server as mc knows it:
            mc admin policy create ALIAS bmm-write-only policy.json
            mc admin user add ALIAS bmm
            mc admin policy attach ALIAS bmm-write-only --user bmm
            MinIO has no condition for If-None-Match, so replacing must be harmless instead: mc version enable ALIAS/BUCKET
            """),
    R2("R2", """
            R2 has no key that can write and not delete. What it has is a bucket lock, which holds for every key: nothing younger
            than so many seconds can be replaced or deleted (7776000 are 90 days):

            {
              "rules": [
                {
                  "id": "bmm-keep",
                  "enabled": true,
                  "prefix": "PREFIX",
                  "condition": {"type": "Age", "maxAgeSeconds": 7776000}
                }
              ]
            }

            Save it as lock.json, then, with a token of whoever owns the account (never one that is on the backup host):
            curl -X PUT "https://api.cloudflare.com/client/v4/accounts/$ACCOUNT_ID/r2/buckets/BUCKET/lock" -H "Authorization: Bearer $CLOUDFLARE_API_TOKEN" -H "Content-Type: application/json" --data @lock.json
            The key on the backup host: "Object Read & Write", for this bucket only.
            """),
    B2("B2", """
            B2 keeps versions always. A key without deleteFiles can hide a file, but its versions stay. The body of b2_create_key:

            {
              "accountId": "ACCOUNT_ID",
              "bucketId": "BUCKET_ID",
              "keyName": "bmm-write-only",
              "namePrefix": "PREFIX",
              "capabilities": ["listBuckets", "listAllBucketNames", "readBuckets", "listFiles", "readFiles", "writeFiles"]
            }

            The same with the command-line tool:
            b2 key create --bucket BUCKET bmm-write-only listBuckets,listAllBucketNames,readBuckets,listFiles,readFiles,writeFiles
            The bucket's lifecycle must not be "keep only the last version": that would remove what was hidden.
            """);

    private static final String HEAD = """
            # Credentials that cannot destroy

            <!-- Generated from bmm.doctor.WriteOnlyPolicy; change it there. -->

            Whoever takes over a host has the keys that are on it. A backup host therefore gets keys that can add backups and read
            them back, and can neither replace nor delete any. Old backups are removed by the store itself (`bmm doctor --lifecycle
            STORE`), or by `bmm prune` run elsewhere with other keys; leave the `BMM_REMOTE_KEEP_…` settings of the backup host empty then, and give the time where the
            rules are set: `BMM_REMOTE_KEEP_WITHIN=60d bmm doctor --lifecycle STORE --apply`, once, with the owner's keys.

            `bmm doctor STORE` tries what the keys can do, and prints the part of this page that fits. In what follows BUCKET is the
            bucket and PREFIX what comes before the keys in it, such as `backups/`, or nothing.
            """;

    private static final String TAIL = """

            ## Folders, rsync, rclone

            A folder, and a directory that is reached by ssh, belong to whoever can write to them. What protects them is
            snapshots that the file server takes by itself (ZFS, Btrfs, the NAS's own) and that the account of the backup host cannot
            remove. An rclone remote is as safe as the credentials in rclone's configuration: make them as above.
            """;

    private final String vendor;
    private final String text;

    WriteOnlyPolicy(String vendor, String text) {
        this.vendor = vendor;
        this.text = text;
    }

    /** What fits a store; nothing for one that is no bucket. */
    static Optional<String> advice(StoreAddress address) {
        return switch (address) {
            case MinioAddress minio -> Optional.of(MINIO.text(minio.bucket(), minio.prefix()));
            case BucketAddress bucket -> Optional.of(of(bucket).text(bucket.bucket(), bucket.prefix()));
            default -> Optional.empty();
        };
    }

    private static WriteOnlyPolicy of(BucketAddress bucket) {
        String host = bucket.endpoint().map(URI::getHost).orElse("amazonaws.com");
        if (host.endsWith("amazonaws.com")) {
            return AWS;
        }
        if (host.endsWith("r2.cloudflarestorage.com")) {
            return R2;
        }
        return host.endsWith("backblazeb2.com") ? B2 : MINIO;
    }

    /** The whole of it for one bucket. */
    public String text(String bucket, String prefix) {
        return vendor + ": credentials that cannot destroy\n\n"
                + text.replace("BUCKET_ID", "\u0000")
                        .replace("BUCKET", bucket)
                        .replace("PREFIX", prefix)
                        .replace("\u0000", "BUCKET_ID");
    }

    /** Only the JSON. */
    public String json(String bucket, String prefix) {
        String whole = text(bucket, prefix);
        return whole.substring(whole.indexOf("\n{\n") + 1, whole.indexOf("\n}\n") + 3);
    }

    /** The page {@code docs/write-only.md}, in Markdown. */
    public static String page() {
        StringBuilder page = new StringBuilder(HEAD);
        for (WriteOnlyPolicy policy : values()) {
            int begin = policy.text.indexOf("\n{\n") + 1;
            int end = policy.text.indexOf("\n}\n") + 3;
            page.append("\n## ").append(policy.vendor).append("\n\n").append(policy.text, 0, begin);
            page.append("```json\n").append(policy.text, begin, end).append("```\n\n```\n");
            page.append(policy.text.substring(end).strip()).append("\n```\n");
        }
        return page.append(TAIL).toString();
    }
}
