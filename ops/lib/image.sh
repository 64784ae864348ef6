# shellcheck shell=bash
# An image with a PostgreSQL server, made from Debian's packages (no image registry is asked): kept in the engine until
# what it is made from changes.

: "${scratch:=}"

# need_postgres_image MAJOR SUITE: BMM_TEST_IMAGE_PG<MAJOR> names it.
need_postgres_image() {
  local major=$1 suite=$2 image=bmm-test/postgres:$1 recipe
  recipe=$(cat ops/lib/image.sh ops/images/postgres-entrypoint.sh | sha256sum | cut -c1-12)
  if [ "$(docker image inspect -f '{{index .Config.Labels "bmm.recipe"}}' "$image" 2>/dev/null)" != "$recipe" ]; then
    say "making the image $image, once; this takes a minute"
    if ! make_postgres_image "$major" "$suite" "$image" "$recipe" >"$scratch/image.log" 2>&1; then
      tail -n 15 "$scratch/image.log" >&2
      skip "image $image" "it cannot be made of Debian's packages of $suite"
      return 1
    fi
  fi
  export "BMM_TEST_IMAGE_PG$major=$image"
}

# The mirror that this machine itself uses for Debian's packages, when it does; else debootstrap's own choice.
debian_mirror() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sed -n '1s/^mirror+file:.*//;1s/\/*$//p'
}

make_postgres_image() {
  local major=$1 suite=$2 image=$3 recipe=$4 tree=$scratch/tree-$1 bin=/usr/lib/postgresql/$1/bin
  if ! have debootstrap; then install_packages debootstrap || return 1; fi
  if [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then install_packages debian-archive-keyring || return 1; fi
  local mirror
  mirror=$(debian_mirror)
  # Its own script for a suite may be missing where that suite is newer; they are all the same.
  run debootstrap --variant=minbase "$suite" "$tree" "$mirror" sid || return 1
  # Else Debian's package makes a cluster of its own, and starts it.
  mkdir -p "$tree/etc/postgresql-common"
  echo 'create_main_cluster = false' >"$tree/etc/postgresql-common/createcluster.conf"
  printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
  chmod 755 "$tree/usr/sbin/policy-rc.d"
  apt-config dump | grep -iE '^Acquire::.*proxy' >"$tree/etc/apt/apt.conf.d/99host" || true
  # What systemd's packages set up asks for /proc.
  run env DEBIAN_FRONTEND=noninteractive LC_ALL=C unshare --mount --pid --fork --mount-proc="$tree/proc" chroot "$tree" \
    apt-get install -y -qq --no-install-recommends "postgresql-$major" || return 1
  rm -rf "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/* "$tree"/usr/share/{doc,man,locale} "$tree"/etc/apt/apt.conf.d/99host
  install -m 755 ops/images/postgres-entrypoint.sh "$tree/usr/local/bin/postgres-entrypoint"
  # As the official image has it: for whoever the container runs as.
  chroot "$tree" install -d -o postgres -g postgres -m 1777 /var/lib/postgresql/data
  chroot "$tree" install -d -o postgres -g postgres -m 3777 /var/run/postgresql
  tar -C "$tree" --exclude=./dev/'*' --exclude=./proc/'*' --exclude=./sys/'*' -c . | docker import \
    -c "ENV PATH=$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data" \
    -c "LABEL bmm.recipe=$recipe" -c 'EXPOSE 5432' -c 'VOLUME /var/lib/postgresql/data' -c 'ENTRYPOINT ["postgres-entrypoint"]' -c 'CMD ["postgres"]' - "$image" ||
    return 1
  rm -rf "$tree"
  # The one that had this name before.
  docker image prune -f --filter label=bmm.recipe >/dev/null || true
}
