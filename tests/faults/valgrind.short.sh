#!/bin/sh
# timeout: 300
# Memcheck reads with other eyes than the sanitizers: a value used before it was set, in the programs as they are shipped. A few
# central units, and one walk with engine and every face under it; tests/faults/valgrind.sh takes all quick units.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"
. "$top/tests/lib/valgrind.sh"
. "$top/tests/lib/walk.sh"

can_memcheck || {
    skip "memcheck over a walk and a few units" "$memcheck_not"
    done_testing
}
for unit in ${UNITS:-base/test_json detect/test_hold plan/test_plan engine/test_leaves engine/test_walk journal/test_audit}; do
    memchecked "$unit" 60
done

copied_programs
PATH=$copied:$PATH
memcheck_program warroom-engine
memcheck_program warroom
walk_book
walk
tap_end_engine
memcheck_quiet "engine and faces through a walk"
walked "a walk under memcheck comes to its end"
done_testing
