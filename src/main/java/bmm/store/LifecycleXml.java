package bmm.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.GetBucketLifecycleConfigurationRequest;

/**
 * Looks at lifecycle rules as the store sends them. What the SDK does not know it drops while parsing, and what is then
 * written back lacks it: an extension of the store's would be lost unnoticed (MinIO has some).
 */
final class LifecycleXml implements ExecutionInterceptor {
    /** All elements of the protocol, <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRule.html">LifecycleRule</a>. */
    private static final Set<String> KNOWN = Set.of(
            "LifecycleConfiguration",
            "Rule",
            "ID",
            "Status",
            "Prefix",
            "Filter",
            "And",
            "Tag",
            "Key",
            "Value",
            "ObjectSizeGreaterThan",
            "ObjectSizeLessThan",
            "Expiration",
            "Days",
            "Date",
            "ExpiredObjectDeleteMarker",
            "Transition",
            "StorageClass",
            "NoncurrentVersionTransition",
            "NoncurrentVersionExpiration",
            "NoncurrentDays",
            "NewerNoncurrentVersions",
            "AbortIncompleteMultipartUpload",
            "DaysAfterInitiation");

    /** A time of the last change that MinIO adds for itself. */
    private static final Set<String> HARMLESS = Set.of("ExpiryUpdatedAt");

    private static final Pattern ELEMENT = Pattern.compile("<([A-Za-z][A-Za-z0-9]*)");

    private volatile @Nullable String unknown;

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        if (!(context.request() instanceof GetBucketLifecycleConfigurationRequest)
                || !context.httpResponse().isSuccessful()) {
            return context.responseBody();
        }
        return context.responseBody().map(body -> {
            try {
                byte[] bytes = body.readAllBytes();
                unknown = find(new String(bytes, StandardCharsets.UTF_8));
                return new ByteArrayInputStream(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static @Nullable String find(String xml) {
        for (Matcher element = ELEMENT.matcher(xml); element.find(); ) {
            if (!KNOWN.contains(element.group(1)) && !HARMLESS.contains(element.group(1))) {
                return element.group(1);
            }
        }
        return null;
    }

    /** An element of the last answer that the SDK does not know. */
    Optional<String> unknown() {
        return Optional.ofNullable(unknown);
    }
}
