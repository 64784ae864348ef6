# shellcheck shell=bash
# target/bmm, built when it is not there or older than what it is made from.

need_maven() {
  need_command mvn maven
  # Maven's own libraries use what newer JDKs warn about.
  export MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow"
}

is_built() {
  [ -x target/bmm ] && [ -z "$(find pom.xml .mvn packaging src/main -newer target/bmm -print -quit)" ]
}

build() {
  need_jdk
  if is_built; then return 0; fi
  need_maven
  say "building target/bmm (the first time Maven fetches its libraries)"
  # The tests are run by ops/test.
  run mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2 || die "the build failed"
  [ -x target/bmm ] || die "the build made no target/bmm"
}
