#!/bin/sh
# Every source compiles without a word with clang too: gcc has built it when this runs, and clang warns of other things.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

is "sources__compile_without_a_warning__with_clang" \
    "$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$top" syntax 2>&1 | head -n 40)" ''
done_testing
