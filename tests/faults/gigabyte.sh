#!/bin/sh
# timeout: 300
# A step says 1 GB at full speed: the keeper stays under 8 MB, the disk gets no more than its cap (G8, row 47).
export FAULTS=long ONLY='keeper__stays_small__*'
exec "$WARROOM_BUILD/tests/unit/engine/test_keep_output"
