# shellcheck shell=bash
# A MinIO server for the tests, built once from its Go module (its images and packages are no longer published).

: "${test_cache:=}" "${scratch:=}"
minio_version=v0.0.0-20260212201848-7aac2a2c5b7c

go_is_new_enough() {
  have go || return 1
  local version
  version=$(go env GOVERSION)
  [ "$(printf '%s\n' go1.24 "$version" | sort -V | head -n 1)" = go1.24 ]
}

need_minio() {
  local bin=$test_cache/minio-$minio_version
  if [ ! -x "$bin/minio" ]; then
    if ! go_is_new_enough; then
      skip MinIO "its server has to be built, and there is no Go 1.24 or later here"
      return 0
    fi
    say "building MinIO's server, once; this takes minutes"
    # GOBIN has its own name until the build is whole.
    if ! run env GOBIN="$bin.partial" GOFLAGS=-p=2 go install "github.com/minio/minio@$minio_version" >"$scratch/minio.log" 2>&1; then
      tail -n 15 "$scratch/minio.log" >&2
      skip MinIO "its Go module does not build here"
      return 0
    fi
    mkdir -p "$bin"
    mv "$bin.partial/minio" "$bin/minio"
    rm -rf "$bin.partial"
  fi
  export BMM_TEST_MINIO=$bin/minio
}
