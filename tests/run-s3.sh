#!/usr/bin/env bash
# A throw-away S3 server for tests: Ceph's, with its data in memory, loopback only.
#   tests/run-s3.sh DIR PORT            creates it in DIR, starts it and prints "ENDPOINT ACCESS_KEY SECRET_KEY"; uses PORT+1 to PORT+40 too
#   tests/run-s3.sh gateway DIR         restarts its S3 gateway (DIR/gateway.pid) after a test has killed it
#   tests/run-s3.sh stop DIR            stops it; DIR can then be removed
set -euo pipefail

readonly access=gourmetgram-test secret=only-for-tests-on-loopback
PATH=$PATH:/usr/sbin:/sbin

fail() { echo "run-s3: $*" >&2; exit 1; }

# The gateway outlives this script, so it must not hold the caller's pipes open.
start_gateway() {
    local dir=$1 endpoint
    setsid radosgw -c "$dir/ceph.conf" -n client.rgw -f >>"$dir/gateway.log" 2>&1 </dev/null &
    echo $! >"$dir/gateway.pid"
    endpoint=$(cat "$dir/endpoint")
    for _ in $(seq 600); do
        curl -s -o /dev/null "$endpoint/" && return
        kill -0 "$(cat "$dir/gateway.pid")" 2>/dev/null || break
        sleep 0.05
    done
    cat "$dir/gateway.log" >&2
    fail "the gateway did not start."
}

stop() {
    for name in gateway osd mon; do
        [ -e "$1/$name.pid" ] && kill -KILL "$(cat "$1/$name.pid")" 2>/dev/null || true
    done
}

[ $# -eq 2 ] || fail "expected 'DIR PORT', 'gateway DIR' or 'stop DIR'."
case $1 in
    stop) stop "$(realpath "$2")"; exit ;;
    gateway) start_gateway "$(realpath "$2")"; exit ;;
esac

for program in radosgw radosgw-admin ceph-mon ceph-osd monmaptool ceph curl; do
    command -v "$program" >/dev/null || fail "$program was not found (Debian: apt-get install radosgw ceph-mon ceph-osd curl)."
done

mkdir -p "$1"
dir=$(realpath "$1")
port=$2
[ ! -e "$dir/ceph.conf" ] || fail "$dir/ceph.conf exists: name a new folder, or stop what runs there and remove it."
mkdir -p "$dir"/{mon,osd,rgw,run}
cluster=$(cat /proc/sys/kernel/random/uuid)
disk=$(cat /proc/sys/kernel/random/uuid)
monitor="v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))"
echo "http://127.0.0.1:$port" >"$dir/endpoint"

# Without crc mode, the gateway hangs forever. Without the two paxos settings, the first write takes seconds.
cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $cluster
mon host = [$monitor]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind port min = $((port + 10))
ms bind port max = $((port + 40))
ms mon client mode = crc
auth cluster required = none
auth service required = none
auth client required = none
paxos propose interval = 0.05
paxos min wait = 0.01
mon allow pool size one = true
mon data avail crit = 1
mon max pg per osd = 2000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 4294967296
rgw frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw thread pool size = 32
rgw gc obj min wait = 1
rgw gc processor period = 5
rgw gc processor max time = 5
mon data = $dir/mon
osd data = $dir/osd
rgw data = $dir/rgw
run dir = $dir/run
crash dir = $dir/run
admin socket =
pid file =
log file =
mon cluster log file = $dir/cluster.log
CONF

trap 'stop "$dir"' ERR
config=(-c "$dir/ceph.conf")
monmaptool --create --fsid "$cluster" --addv a "[$monitor]" "$dir/monmap" >"$dir/setup.log"
ceph-mon "${config[@]}" -i a --mkfs --monmap "$dir/monmap" >>"$dir/setup.log" 2>&1
setsid ceph-mon "${config[@]}" -i a -f >"$dir/mon.log" 2>&1 </dev/null &
echo $! >"$dir/mon.pid"
timeout 60 ceph "${config[@]}" osd new "$disk" >>"$dir/setup.log" 2>&1
ceph-osd "${config[@]}" -i 0 --mkfs --osd-uuid "$disk" >>"$dir/setup.log" 2>&1
setsid ceph-osd "${config[@]}" -i 0 -f >"$dir/osd.log" 2>&1 </dev/null &
echo $! >"$dir/osd.pid"
start_gateway "$dir"
timeout 60 radosgw-admin "${config[@]}" -n client.rgw user create --uid=test --display-name=test --access-key="$access" --secret-key="$secret" >>"$dir/setup.log" 2>&1
echo "$(cat "$dir/endpoint") $access $secret"
