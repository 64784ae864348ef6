# shellcheck shell=bash
# A real filesystem that is soon full.

: "${scratch:=}"

need_small_disk() {
  local dir=$scratch/small
  mkdir "$dir"
  # Anyone may enter, as the tests' PostgreSQL runs as another user.
  if can_be_root && as_root mount -t tmpfs -o size=24m,mode=1777 bmm-test "$dir" 2>"$scratch/mount.log"; then
    at_exit as_root umount -l "$dir"
    export BMM_TEST_SMALL_DISK=$dir
  else
    skip "small disk" "no filesystem can be mounted here: $(head -n 1 "$scratch/mount.log" 2>/dev/null || echo 'neither root nor sudo')"
  fi
}
