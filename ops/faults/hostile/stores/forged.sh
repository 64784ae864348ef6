# The store's owner puts a backup of a database of their own, plain, in the place of an encrypted one.
. ops/faults/hostile/lib.sh
start_server
age-keygen -o "$home/key" 2>/dev/null
chmod 600 "$home/key"
psql -qX -c "CREATE TABLE t AS SELECT 'genuine' AS a" app
instance "BMM_AGE_RECIPIENTS=$(grep -oE 'age1[0-9a-z]+' "$home/key")" BMM_ENCRYPT=everywhere "BMM_AGE_IDENTITY_FILE=$home/key"
bmm backup || taken "the backup failed: $(tail -n 1 "$out")"
cp "$home/bmm.env" "$work/genuine.env" && mv "$home/store" "$work/genuine" && mkdir "$home/store" && mv "$home/state" "$work/state"
psql -qX -c "UPDATE t SET a = 'forged'" app
rm -f "$home"/backups/*
sleep 1
instance
bmm backup || taken "the forger's backup failed: $(tail -n 1 "$out")"
rm -rf "$home/state" && mv "$work/state" "$home/state" && mv "$work/genuine.env" "$home/bmm.env" && rm -f "$home"/backups/*
psql -qX -c 'DROP DATABASE app' postgres
for options in "restore --from OFF --database app --yes" "restore --from OFF --database app --yes --allow-unsigned"; do
  # shellcheck disable=SC2086
  bmm $options
  [ "$(psql -qXAt -c 'SELECT a FROM t' app 2>/dev/null)" = forged ] && taken "bmm $options restored what the store's owner forged"
done
held "refused: $(grep -oE 'msg=.*' "$out" | head -n 1 | cut -c1-120)"
