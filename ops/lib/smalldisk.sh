# shellcheck shell=bash
# Real filesystems that are soon full.

: "${scratch:=}"

need_small_disks() {
  small_disk BMM_TEST_SMALL_DISK 24m
  small_disk BMM_TEST_CLUSTER_DISK 120m
}

# small_disk VARIABLE SIZE
small_disk() {
  local dir=$scratch/$2
  mkdir "$dir"
  # Anyone may enter, as the tests' PostgreSQL runs as another user.
  if can_be_root && as_root mount -t tmpfs -o size="$2",mode=1777 bmm-test "$dir" 2>"$scratch/mount.log"; then
    at_exit as_root umount -l "$dir"
    export "$1=$dir"
  else
    skip "disk of $2" "no filesystem can be mounted here: $(head -n 1 "$scratch/mount.log" 2>/dev/null || echo 'neither root nor sudo')"
  fi
}
