#!/bin/sh
# bmm: this file is a shell script with a jar behind it. It finds a JDK 25 or later and runs the jar.
set -u
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=$(dirname "$self")/$link ;; esac
done
is_new_enough() {
  [ -x "$1" ] || return 1
  # By the shell itself, as other programs would cost more to start than to run.
  release=${1%/*/*}/release
  major=
  if [ -r "$release" ]; then
    while IFS='=' read -r key value; do
      if [ "$key" = JAVA_VERSION ]; then major=${value#\"}; fi
    done <"$release"
    major=${major%%[!0-9]*}
  else
    major=$("$1" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p')
  fi
  [ "${major:-0}" -ge 25 ]
}
java=
on_path=$(command -v java 2>/dev/null) && on_path=$(readlink -f "$on_path")
for candidate in "${JAVA_HOME:-}/bin/java" "${on_path:-}" /usr/lib/jvm/*/bin/java /opt/*/bin/java; do
  if is_new_enough "$candidate"; then java=$candidate; break; fi
done
if [ -z "$java" ]; then
  echo "bmm: no Java 25 or later found" >&2
  echo "hint: apt-get install openjdk-25-jre-headless (Debian 13, Ubuntu 24.04 and later), or set JAVA_HOME" >&2
  exit 78
fi
terminal=
[ -t 2 ] && terminal=-Dbmm.terminal=true
[ -t 0 ] && terminal="$terminal -Dbmm.terminal.input=true"
# Under cron's C locale a JVM cannot name files beyond ASCII; this one is everywhere.
export LC_ALL=C.UTF-8
special=
cache=$self.aot
case ${1:-} in
  # Over before compilers have much to offer: they would only cost processor time. A small cache will do. What is young has
  # room enough for a tick, so that nothing is collected.
  uptime | --help | --version)
    special="-XX:TieredStopAtLevel=1 -XX:Tier3InvocationThreshold=2000 -XX:Tier3MinInvocationThreshold=1000"
    special="$special -XX:Tier3CompileThreshold=4000 -XX:Tier3BackEdgeThreshold=100000 -XX:NewSize=10m"
    cache=$self.quick.aot
    ;;
  # What a mirror reads of its listings and objects is soon done with: where there is room for it among what is young, it is
  # collected there, and the heap stays as small as it is. The compiler that optimizes took a fifth of the processors for a
  # minute; with little methods put into others only, and no look at what escapes, it takes half of that, and the code
  # is no slower. Not without it: the ciphers of TLS and the hashes are fast only with it.
  mirror)
    special="-Xms64m -Xmn48m -XX:SurvivorRatio=2"
    special="$special -XX:FreqInlineSize=60 -XX:InlineSmallCode=600 -XX:MaxInlineLevel=6 -XX:-DoEscapeAnalysis"
    ;;
esac
# Classes made ready when bmm was built; where the cache does not fit this Java it is not used, and nothing is said of it.
# Not -jar: then the jar's list of files would be read once more, only to find the name of the main class.
set -- -cp "$self" bmm.cli.Main "$@"
if [ -r "$cache" ]; then set -- -XX:AOTCache="$cache" -Xlog:disable "$@"; fi
# The serial collector, and a heap that begins small and grows only when it must: a row of a gigabyte may need it.
# shellcheck disable=SC2086 # BMM_JAVA_OPTS, $terminal and $special are words or nothing
exec "$java" -XX:+UseSerialGC -Xms16m -Xmx1g -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -Xss512k \
  -XX:-UsePerfData --enable-native-access=ALL-UNNAMED $special $terminal ${BMM_JAVA_OPTS:-} "$@"
