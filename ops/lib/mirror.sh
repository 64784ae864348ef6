# shellcheck shell=bash
# Two MinIO servers in processes of their own, rclone of its newest release, and both tools set up for them.

: "${test_cache:=}" "${scratch:=}"
access=access secret=secret-key-of-scratch
rclone='' skipped=() servers=()

# Built once from its Go module; --rclone PROGRAM gives another one.
need_rclone() {
  if [ -n "$rclone" ]; then return 0; fi
  rclone=$test_cache/rclone/rclone
  if [ -x "$rclone" ]; then return 0; fi
  go_is_new_enough || die "rclone has to be built, and there is no Go 1.24 or later here" "install Go, or give --rclone PROGRAM"
  say "building rclone, once; this takes minutes"
  run env GOBIN="$test_cache/rclone.partial" GOFLAGS=-p=2 go install github.com/rclone/rclone@latest >"$scratch/rclone.log" 2>&1 ||
    { tail -n 15 "$scratch/rclone.log" >&2 && die "rclone's Go module does not build here"; }
  rm -rf "$test_cache/rclone"
  mv "$test_cache/rclone.partial" "$test_cache/rclone"
}

free_port() {
  local port
  for port in $(shuf -i 20000-29999 -n 50); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return 0
    fi
  done
  die "no free port found"
}

# start_minio DIR: sets port.
start_minio() {
  local tries=200
  port=$(free_port)
  mkdir -p "$1"
  MINIO_ROOT_USER=$access MINIO_ROOT_PASSWORD=$secret MINIO_BROWSER=off \
    "$BMM_TEST_MINIO" server --address "127.0.0.1:$port" "$1" >"$scratch/minio-$port.log" 2>&1 &
  servers+=("$!")
  at_exit stop "$!"
  until "${rclone_command[@]}" lsd ":s3,provider=Minio,env_auth=false,access_key_id=$access,secret_access_key=$secret,endpoint='http://127.0.0.1:$port':" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || die "MinIO does not start" "$(tail -n 1 "$scratch/minio-$port.log")"
    sleep 0.2
  done
}

# rclone_remote NAME PORT
rclone_remote() {
  printf '[%s]\ntype = s3\nprovider = Minio\naccess_key_id = %s\nsecret_access_key = %s\nendpoint = http://127.0.0.1:%s\n' \
    "$1" "$access" "$secret" "$2" >>"$scratch/rclone.conf"
}

# bmm_store NAME PORT BUCKET
bmm_store() {
  local key=BMM_STORE_${1^^}
  printf '%s\n' "$key=s3://$3?endpoint=http://127.0.0.1:$2" "${key}_ACCESS_KEY=$access" "${key}_SECRET_KEY=$secret" >>"$scratch/bmm.env"
}

rclone_command=()
use_rclone() {
  : >"$scratch/rclone.conf"
  rclone_command=("$rclone" --config "$scratch/rclone.conf" --retries 1 --low-level-retries 2)
}

# count REMOTE:BUCKET: objects without bmm's own.
count() { "${rclone_command[@]}" lsf -R --files-only --exclude '/.bmm/**' "$1" 2>/dev/null | wc -l; }
