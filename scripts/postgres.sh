#!/usr/bin/env bash
# A private PostgreSQL for tests: a new cluster, on loopback, on a free port.
#   postgres.sh start DIR     makes it in DIR (which must not exist), prints its URL
#   postgres.sh again DIR     starts it where it has ended by itself
#   postgres.sh stop DIR      stops it and removes DIR
#   postgres.sh with CMD...   runs CMD with MIANQIA_TEST_POSTGRES=URL, then stops it
# Durability settings stay at their defaults: what is proved here is what is run.
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) || fail "PostgreSQL is missing: apt-get install postgresql"

# PostgreSQL refuses to run as root; Debian's package brings the user `postgres`.
as_owner() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --init-groups --reset-env "$@"
  else
    "$@"
  fi
}

# Below the ephemeral range, so that no client of this machine holds it by chance.
free_port() {
  local port
  while port=$((RANDOM % 10000 + 20000)) && port_taken 127.0.0.1 "$port"; do :; done
  echo "$port"
}

run_server() {
  as_owner "$bin/pg_ctl" -D "$1/data" -l "$1/server.log" -w -s -o "$(<"$1/options")" start >&2
}

# A server on a full disk can end by itself; on one that runs this does nothing.
again() {
  as_owner "$bin/pg_ctl" -D "$1/data" -s status >/dev/null || run_server "$1"
}

start() {
  local dir=$1 password port
  mkdir -m 700 "$dir"
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "$password" >"$dir/password"
  if [ "$(id -u)" = 0 ]; then chown -R postgres "$dir"; fi

  as_owner "$bin/initdb" -D "$dir/data" -U mianqia -E UTF8 --locale=C.UTF-8 \
    --auth=scram-sha-256 --pwfile="$dir/password" >"$dir/initdb.log" || fail "initdb failed: $(cat "$dir/initdb.log")"

  # Another program can take the port between the look and the start.
  for _ in 1 2 3; do
    port=$(free_port)
    echo "-c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200" >"$dir/options"
    if run_server "$dir"; then
      echo "postgres://mianqia:$password@127.0.0.1:$port/postgres"
      return
    fi
  done
  fail "PostgreSQL did not start: $(tail -n 20 "$dir/server.log")"
}

stop() {
  local dir=$1
  if [ -f "$dir/data/postmaster.pid" ]; then
    as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w -s stop || true
  fi
  rm -rf "$dir"
}

with() {
  local parent
  parent=$(mktemp -d)
  chmod 755 "$parent" # the owner of the cluster must reach it
  # shellcheck disable=SC2064  # the value of now is meant
  trap "stop '$parent/postgres'; rm -rf '$parent'" EXIT
  trap 'exit 130' INT TERM
  MIANQIA_TEST_POSTGRES=$(start "$parent/postgres")
  # Each test may leave its database behind.
  export MIANQIA_TEST_POSTGRES MIANQIA_TEST_POSTGRES_IS_THROWN_AWAY=1
  "$@"
}

case ${1:-} in
  start | again | stop) "$1" "${2:?which directory}" ;;
  with) shift && with "$@" ;;
  *) fail "usage: postgres.sh start DIR | again DIR | stop DIR | with COMMAND..." ;;
esac
