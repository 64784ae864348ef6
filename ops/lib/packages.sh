# shellcheck shell=bash
# Debian packages: only those that are missing, and no service is started by their installation. apt-get runs in the
# foreground, so that a signal to the script never leaves it half done.

is_root() { [ "$(id -u)" -eq 0 ]; }

as_root() {
  if is_root; then "$@"; else sudo -n "$@"; fi
}

can_be_root() { is_root || { have sudo && sudo -n true 2>/dev/null; }; }

package_lists_are_new=

can_install() {
  have apt-get && { can_be_root || { have sudo && [ -t 0 ] && sudo -v; }; }
}

refresh_package_lists() {
  if [ -n "$package_lists_are_new" ]; then return 0; fi
  # One unreachable source of many is no reason to stop: whether the package is there is seen below.
  as_root apt-get update -qq >&2 || say "apt-get update had problems; going on with what it has"
  package_lists_are_new=yes
}

package_exists() { [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([^(].*\)/\1/p')" ]; }

# install_packages NAME...: says why not, and returns 1, where it cannot.
install_packages() {
  if ! have apt-get; then
    say "missing: $*; this script installs packages with apt-get only (Debian, Ubuntu)"
    return 1
  fi
  if ! can_install; then
    say "missing: $*; installing them needs root or sudo"
    say "hint: apt-get install $*    (as root), then run this again"
    return 1
  fi
  refresh_package_lists
  say "installing $*"
  local code=0 log
  log=$(mktemp)
  forbid_service_starts
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 || code=$?
  allow_service_starts
  if [ "$code" -ne 0 ]; then tail -n 15 "$log" >&2; fi
  rm -f "$log"
  return "$code"
}

# Debian asks this file before a package's installation starts a service. One that is there already is left alone.
policy_file=/usr/sbin/policy-rc.d
policy_is_ours=

forbid_service_starts() {
  if [ -e "$policy_file" ]; then return 0; fi
  printf '#!/bin/sh\n# Made by %s for the time of one apt-get.\nexit 101\n' "${0##*/}" | as_root tee "$policy_file" >/dev/null
  as_root chmod 755 "$policy_file"
  policy_is_ours=yes
  at_exit allow_service_starts
}

allow_service_starts() {
  if [ -n "$policy_is_ours" ]; then as_root rm -f "$policy_file"; fi
  policy_is_ours=
}

# need_command COMMAND [PACKAGE]
need_command() {
  if have "$1"; then return 0; fi
  if ! install_packages "${2:-$1}" || ! have "$1"; then die "no $1 on this machine"; fi
}

# want_command COMMAND [PACKAGE]: what goes without it, but not as well.
want_command() {
  if have "$1"; then return 0; fi
  install_packages "${2:-$1}" || say "going on without $1"
}
