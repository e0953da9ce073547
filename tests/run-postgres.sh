#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: loopback only, no password, no fsync, and no autovacuum, whose workers would visit
# hundreds of small databases all the time.
#   tests/run-postgres.sh DIR PORT    creates it in DIR, starts it and prints its connection string
#   tests/run-postgres.sh stop DIR    stops it; DIR can then be removed
set -euo pipefail

fail() { echo "run-postgres: $*" >&2; exit 1; }
[ $# -eq 2 ] || fail "expected 'DIR PORT' or 'stop DIR'."

# Debian installs the server's programs outside PATH, in one folder per version. The newest version is used.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] || fail "PostgreSQL is not installed: initdb and pg_ctl were not found (Debian: apt-get install postgresql)."

# PostgreSQL refuses to run as root, and its user needs a working directory that it can read.
as_server() { if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

if [ "$1" = stop ]; then
    as_server "$bin/pg_ctl" -D "$(realpath "$2")/data" -m immediate -w stop >&2
    exit
fi

mkdir -p "$1"
dir=$(realpath "$1")
port=$2
[ ! -e "$dir/data" ] || fail "$dir/data exists: name a new folder, or stop what runs there and remove it."
if [ "$(id -u)" -eq 0 ]; then chown postgres "$dir"; fi
as_server "$bin/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; fail "initdb failed."; }
as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -w start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c max_connections=300" >&2 \
    || { tail -n 20 "$dir/data/server.log" >&2; fail "PostgreSQL did not start on port $port."; }
echo "Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
