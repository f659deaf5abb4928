#!/bin/sh
# timeout: 400
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

# The engine first, and alone: a face waits 5 s for one that it starts itself, and memcheck is slow on a busy machine.
copied_programs
PATH=$copied:$PATH
memcheck_program warroom-engine
start warroom-engine
ok "the engine is there" until_true 90 test -s "$WARROOM_STATE/engine.lock"
walk_book
walk
walked "a walk under memcheck comes to its end"
for words in 'status' 'status --json INC-0001' 'journal list INC-0001' 'verify' 'playbook show ./walk.md' 'check' 'template list' 'help run' \
    'note words'; do
    # shellcheck disable=SC2086
    $memcheck "$copied/warroom" $words >memcheck.out 2>&1 </dev/null
    memcheck_quiet "warroom $words"
done
tap_end_engine
memcheck_quiet "the engine, through a walk"
done_testing
