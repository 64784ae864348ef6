# shellcheck shell=bash
# A MinIO server for the tests, built once from its Go module (its images and packages are no longer published).

: "${test_cache:=}" "${scratch:=}"
minio_version=v0.0.0-20260212201848-7aac2a2c5b7c

# From this one on, Go fetches what is newer and asked for by itself (GOTOOLCHAIN).
least_go=1.21

is_new_enough_go() { [ -n "$1" ] && [ "$(printf '%s\n' "$least_go" "$1" | sort -V | head -n 1)" = "$least_go" ]; }

go_version() { have go && go env GOVERSION | sed 's/^go//'; }

packaged_go_version() { apt-cache policy golang-go 2>/dev/null | sed -n 's/^  Candidate: \([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p'; }

need_go() {
  if is_new_enough_go "$(go_version)"; then return 0; fi
  if can_install; then refresh_package_lists; fi
  if ! is_new_enough_go "$(packaged_go_version)"; then return 1; fi
  install_packages golang-go && is_new_enough_go "$(go_version)"
}

need_minio() {
  local bin=$test_cache/minio-$minio_version
  if [ ! -x "$bin/minio" ]; then
    if ! need_go; then
      skip MinIO "its server has to be built, and there is no Go $least_go or later here, nor a package of one"
      return 0
    fi
    say "building MinIO's server, once; this takes minutes"
    # GOBIN has its own name until the build is whole.
    if ! run env GOBIN="$bin.partial" GOFLAGS=-p=2 GOTOOLCHAIN=auto CGO_ENABLED=0 go install "github.com/minio/minio@$minio_version" >"$scratch/minio.log" 2>&1; then
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
