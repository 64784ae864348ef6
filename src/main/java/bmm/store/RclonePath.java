package bmm.store;

/**
 * Where an object lies on a remote, as rclone writes it.
 *
 * @param directory with a slash or colon at its end
 * @param name of the file in it
 * @param bucket whether directories there are only parts of keys
 */
record RclonePath(String directory, String name, boolean bucket) {
    /**
     * The path of a key.
     *
     * @throws IllegalArgumentException with a reason, if a file cannot have that name
     */
    static RclonePath of(String root, String key, boolean bucket) {
        StringBuilder path = new StringBuilder(withSlash(root));
        int directory = path.length();
        String separator = "";
        for (String part : key.split("/", -1)) {
            path.append(separator);
            directory = path.length();
            path.append(FileNames.encode(part));
            separator = "/";
        }
        return new RclonePath(path.substring(0, directory), path.substring(directory), bucket);
    }

    /** Something may follow. */
    static String withSlash(String root) {
        return root.endsWith("/") || root.endsWith(":") ? root : root + "/";
    }

    String whole() {
        return directory + name;
    }

    /** Another file in the same directory. */
    String beside(String other) {
        return directory + other;
    }
}
