#!/bin/sh
# timeout: 600
# 200 hostile process trees aborted, and no process of them survives (G7). `make check` does 20.
export FAULTS=long ONLY='abort__ends_the_whole_tree'
exec "$WARROOM_BUILD/tests/unit/engine/test_keep"
