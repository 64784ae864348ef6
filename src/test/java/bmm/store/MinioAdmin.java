package bmm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** Makes users with policies on a MinIO server, over its administration protocol. */
final class MinioAdmin {
    private final URI endpoint;

    MinioAdmin(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** A user that may do what the policy says and nothing else. */
    void user(S3Credentials keys, String policy) throws Exception {
        String user = keys.accessKey().reveal();
        byte[] secret = ("{\"secretKey\":\"" + keys.secretKey().reveal() + "\",\"status\":\"enabled\"}")
                .getBytes(StandardCharsets.UTF_8);
        put("add-user?accessKey=" + user, encrypted(secret));
        put("add-canned-policy?name=policy-of-" + user, policy.getBytes(StandardCharsets.UTF_8));
        put(
                "set-user-or-group-policy?isGroup=false&policyName=policy-of-" + user + "&userOrGroup=" + user,
                new byte[0]);
    }

    /** Sets the lifecycle rules of a bucket, as XML. */
    void lifecycle(String bucket, String xml) throws Exception {
        send(endpoint.resolve("/" + bucket + "?lifecycle="), xml.getBytes(StandardCharsets.UTF_8));
    }

    private void put(String path, byte[] body) throws Exception {
        send(endpoint.resolve("/minio/admin/v3/" + path), body);
    }

    private static void send(URI uri, byte[] body) throws Exception {
        SdkHttpRequest request = SdkHttpRequest.builder()
                .uri(uri)
                .method(SdkHttpMethod.PUT)
                .putHeader("Host", uri.getAuthority())
                .putHeader(
                        "Content-MD5",
                        Base64.getEncoder()
                                .encodeToString(MessageDigest.getInstance("MD5").digest(body)))
                .build();
        var signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(AwsCredentialsIdentity.create(
                                S3Servers.KEYS.accessKey().reveal(),
                                S3Servers.KEYS.secretKey().reveal()))
                        .request(request)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1"));
        HttpRequest.Builder http = HttpRequest.newBuilder(uri).PUT(HttpRequest.BodyPublishers.ofByteArray(body));
        signed.request().headers().forEach((name, values) -> {
            if (!name.toLowerCase(Locale.ROOT).equals("host")) {
                values.forEach(value -> http.header(name, value));
            }
        });
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(http.build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(uri + " " + answer.body()).isEqualTo(200);
        }
    }

    /**
     * As madmin-go encrypts for the administrator's secret key: salt, algorithm, nonce, and one last fragment in the
     * format of secure-io. Of its algorithms this is the one that the JDK has: PBKDF2 and AES-GCM.
     */
    private static byte[] encrypted(byte[] data) throws Exception {
        byte[] salt = random(32);
        byte[] nonce = random(8);
        PBEKeySpec spec = new PBEKeySpec(S3Servers.KEYS.secretKey().reveal().toCharArray(), salt, 8192, 256);
        SecretKeySpec key = new SecretKeySpec(
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(spec)
                        .getEncoded(),
                "AES");
        ByteArrayOutputStream associated = new ByteArrayOutputStream();
        associated.write(0x80);
        associated.writeBytes(seal(key, nonce, 0, new byte[0], new byte[0]));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(salt);
        all.write(0x02);
        all.writeBytes(nonce);
        all.writeBytes(seal(key, nonce, 1, associated.toByteArray(), data));
        return all.toByteArray();
    }

    private static byte[] seal(SecretKeySpec key, byte[] nonce, int number, byte[] associated, byte[] data)
            throws Exception {
        byte[] whole = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(nonce)
                .putInt(number)
                .array();
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, whole));
        cipher.updateAAD(associated);
        return cipher.doFinal(data);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
