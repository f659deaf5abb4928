#!/bin/sh
# timeout: 3600
# 10,000 pairs of faces that fire the same step, 1,000 pairs of engines for one state directory (rows 5, 55, G14).
RACES=10000 exec "$WARROOM_BUILD/tests/unit/engine/test_races"
