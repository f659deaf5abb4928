#!/bin/sh
# timeout: 7200
# kill -9 of the engine, of the face, and of both, at every system call of a short run (RELIABILITY row 1, G1).
export KILL_POINTS="${KILL_POINTS:-100000}"
exec "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/faults/kill.short.sh"
