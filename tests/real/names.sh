#!/bin/sh
# A name server that never answers (RELIABILITY 34): said in words, in half the time-out, and nobody else waits for it.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

name=mute_name_server__is_said__in_half_the_time_out
cat >w.yaml <<'X'
sources:
  far: {kind: metrics, url: "https://metrics.example.org/m", timeout: 2s}
  near: {kind: command, run: [echo, "7"]}
metrics:
  up: {source: far}
  depth: {source: near}
X
cat >mute.py <<'X'
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(("127.0.0.77", 53))
open("bound", "w").close()
one.settimeout(60)
while True:
    one.recvfrom(2000)
X
echo 'nameserver 127.0.0.77' >resolv.conf
if ! unshare -m mount --bind resolv.conf /etc/resolv.conf 2>/dev/null || ! grep -q '^hosts:.*dns' /etc/nsswitch.conf; then
    skip "$name" 'needs root, mount namespaces and hosts: dns'
    done_testing
fi
start python3 mute.py
until_true 10 test -e bound
run unshare -m sh -c 'mount --bind resolv.conf /etc/resolv.conf && warroom --config w.yaml metric test'
ended "$name: no data" 8
like "$name: in words" "$out" 'far: no answer: name lookup timed out, 1(\.[0-9]+)? s'
like "$name: the other one answers" "$out" 'depth  7'
done_testing
