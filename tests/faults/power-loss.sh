#!/bin/sh
# timeout: 1200
# G2, row 23 in full: at least 100,000 states that a power cut may leave (some minutes). The unit test is the same
# program with a shorter run; it prints its own TAP.
WARROOM_TOP=${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
WARROOM_POWER=long CMOCKA_MESSAGE_OUTPUT=TAP exec "${WARROOM_BUILD:-$WARROOM_TOP/build}/tests/unit/world/test_power"
