# shellcheck shell=bash
# A Docker engine for the tests: the one that answers on this machine, else a private one for the time of the run. The
# private one has its own data, socket and bridge, changes no firewall rule, and keeps its images for the next run.

: "${test_cache:=}" "${scratch:=}"
engine_pid=
engine_bridge=bmmtest0

# need_engine: 0 when a Docker engine answers; else it was skipped by name.
need_engine() {
  if have docker && docker info >/dev/null 2>&1; then return 0; fi
  if ! is_root; then
    skip "Docker engine" "none answers here, and only root can start one"
    return 1
  fi
  if ! have dockerd; then install_packages docker.io || true; fi
  # From Debian 13 on, the client is a package of its own.
  if have dockerd && ! have docker; then install_packages docker-cli || true; fi
  have ip || install_packages iproute2 || true
  if ! have dockerd || ! have docker || ! have ip; then
    skip "Docker engine" "docker.io cannot be installed here"
    return 1
  fi
  if ! start_engine; then
    skip "Docker engine" "dockerd does not start here: $(engine_complaint)"
    return 1
  fi
}

engine_complaint() { grep -iE 'level=(fatal|error)|failed|permitted|denied' "$scratch/dockerd.log" | tail -n 1 | cut -c1-200; }

# Ours alone, so that docker0 and whoever uses it are left as they are.
make_bridge() {
  if ip link show "$engine_bridge" >/dev/null 2>&1; then ip link delete "$engine_bridge"; fi
  ip link add "$engine_bridge" type bridge && ip address add 10.213.77.1/24 dev "$engine_bridge" && ip link set "$engine_bridge" up
}

start_engine() {
  local data=$test_cache/docker
  mkdir -p "$data"
  exec 8>"$data.lock"
  if ! flock -n 8; then
    say "another run has the private engine's data; waiting for it to end"
    run flock 8
  fi
  if ! make_bridge >"$scratch/dockerd.log" 2>&1; then return 1; fi
  at_exit ip link delete "$engine_bridge"
  start_dockerd "$data" || start_dockerd "$data" --storage-driver vfs
}

start_dockerd() {
  local data=$1 tries=300
  shift
  export DOCKER_HOST=unix://$scratch/docker.sock
  setpriv --pdeathsig TERM dockerd --data-root "$data" --exec-root "$scratch/docker" --host "$DOCKER_HOST" --pidfile "$scratch/docker.pid" \
    --bridge "$engine_bridge" --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false "$@" >"$scratch/dockerd.log" 2>&1 8>&- &
  engine_pid=$!
  at_exit stop_engine
  until docker info >/dev/null 2>&1; do
    if ! kill -0 "$engine_pid" 2>/dev/null || [ "$tries" -eq 0 ]; then
      stop_engine
      unset DOCKER_HOST
      return 1
    fi
    sleep 0.1
    tries=$((tries - 1))
  done
}

# What the tests left in it goes with it; all but the images.
stop_engine() {
  if [ -n "$engine_pid" ]; then
    docker ps -aq | xargs -r docker rm -fv >/dev/null 2>&1 || true
    docker network prune -f >/dev/null 2>&1 || true
    stop "$engine_pid"
  fi
  engine_pid=
}

# What Testcontainers has to know: nothing can be pulled here, so it must not try to.
export_engine() {
  export TESTCONTAINERS_RYUK_DISABLED=true
  if [ -e /.dockerenv ]; then export TESTCONTAINERS_HOST_OVERRIDE=localhost; fi
}
