#!/bin/sh
# timeout: 900
# Each system call of the keeper told each of six errors once (G3). `make check` does EIO, and kill -9 at each.
export FAULTS=long ONLY='keeper_told_an_error__*'
exec "$WARROOM_BUILD/tests/unit/engine/test_keep_killed"
