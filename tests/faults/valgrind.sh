#!/bin/sh
# timeout: 900
# Every unit under memcheck that is not a sweep of its own, or a measure of time.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/valgrind.sh"

can_memcheck || {
    skip "memcheck over the units" "$memcheck_not"
    done_testing
}
for unit in "$top"/tests/unit/*/test_*.c; do
    unit=${unit#"$top"/tests/unit/}
    case $unit in
    engine/test_keep_killed.c | engine/test_races.c | engine/test_seeds.c) ;; # thousands of processes
    plan/test_hostile.c | world/test_power.c | world/test_tamper.c) ;;        # twenty times their time says nothing more
    *) memchecked "${unit%.c}" 90 ;;
    esac
done
done_testing
