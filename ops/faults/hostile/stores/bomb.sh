# A dump that decompresses to far more than its manifest says.
. ops/faults/hostile/lib.sh
is_root || lacks "needs root for a small disk"
mount -t tmpfs -o size=900m,mode=1777 none "$tmp" 2>/dev/null || lacks "no tmpfs here"
trap 'umount -l "$tmp"; finish' EXIT
start_server
psql -qX -c 'CREATE TABLE t AS SELECT generate_series(1, 1000) AS a' -c 'CREATE TABLE u AS SELECT generate_series(1, 1000) AS a' app
instance BMM_MIN_FREE=300MB
sed -i '/^BMM_MIN_FREE=0$/d' "$home/bmm.env"
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
file=$(newest .zst) manifest=$(newest .manifest.json)
[ -n "$file" ] || lacks "pg_dump compresses by itself here"
{ zstd -dcq "$file" && head -c 2000000000 /dev/zero; } | zstd -q -1 -f -o "$work/bomb" && cp "$work/bomb" "$file"
edit "$manifest" "d['dump'].update(bytes=size('$file'), sha256=sha('$file'))"
for options in "restore --from OFF --database app --into other --jobs 2 --yes --allow-unsigned" "restore-drill --allow-unsigned" "verify --from OFF --allow-unsigned" "restore --dump $file --into other --jobs 2 --yes --allow-unsigned"; do
  # shellcheck disable=SC2086
  bmm $options &
  job=$! lowest=999999999
  while kill -0 "$job" 2>/dev/null; do
    free=$(df -k --output=avail "$tmp" | tail -n 1)
    [ "$free" -lt "$lowest" ] && lowest=$free
    sleep 0.05
  done
  wait "$job" && taken "bmm $options believes it"
  [ "$lowest" -ge 280000 ] || taken "bmm $options filled the temporary disk down to $((lowest / 1024)) MB, BMM_MIN_FREE is 300 MB"
done
held "stopped in time"
