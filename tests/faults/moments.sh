#!/bin/sh
# timeout: 600
# 1,000 steps end in the very moment of a time-out or an abort: one outcome, the earlier one (row 52). `make check` does 400.
export FAULTS=long ONLY='end_and_request__*'
exec "$WARROOM_BUILD/tests/unit/engine/test_keep"
