# shellcheck shell=bash
# A JDK 25 or later: the one that is there (JAVA_HOME, PATH, /usr/lib/jvm, /opt), else the distribution's.

jdk_major() {
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p'
  fi
}

is_new_enough_jdk() {
  [ -x "$1/bin/javac" ] || return 1
  local major
  major=$(jdk_major "$1")
  [ "${major:-0}" -ge 25 ]
}

find_jdk() {
  local home on_path
  on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}
  for home in "${JAVA_HOME:-}" "${on_path:-}" /usr/lib/jvm/* /opt/*; do
    if [ -n "$home" ] && is_new_enough_jdk "$home"; then
      JAVA_HOME=$home
      return 0
    fi
  done
  return 1
}

need_jdk() {
  if ! find_jdk; then
    local package=openjdk-25-jdk-headless
    if can_install; then
      refresh_package_lists
      if package_exists "$package"; then install_packages "$package" || true; fi
    fi
    find_jdk || die "no JDK 25 or later here, and none that can be installed" \
      "Debian 13 and Ubuntu 22.04 (universe) and later have $package; elsewhere unpack a JDK 25 under /usr/lib/jvm, or set JAVA_HOME to one"
  fi
  export JAVA_HOME
  PATH=$JAVA_HOME/bin:$PATH
}
