#!/bin/sh
# timeout: 200
# Row 25: each sync takes 2 s. Nothing is lost, status says that the journal is slow, and once the disk is quiet it
# answers at once.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"

if ! can_trace; then
    skip "slow_disk__is_said" "no tracing here"
    done_testing
fi
now() { date +%s%3N; }
copied_programs
inject_program warroom-engine fdatasync:delay_enter=2000000
PATH=$copied:$PATH
# The first start syncs often (the journal is made): that is not what this is about, and it may take longer than a face waits.
ok "slow_disk__starts__an_engine" until_true 25 warroom start "a slow disk" --severity low
began=$(now)
run warroom note "second"
took=$(($(now) - began))
ended "slow_disk__takes__what_is_noted" 0
ok "slow_disk__is_slow__in_this_test" test "$took" -ge 1900
began=$(now)
run warroom status
took=$(($(now) - began))
ended "slow_disk__lets_status_through" 0
ok "slow_disk__leaves_status_quick" test "$took" -lt 1000
like "slow_disk__is_said" "$out" '^SLOW     journal slow: the last record took 2s[0-9]*m?s? to reach the disk'
like "slow_disk__is_said__for_programs" "$(warroom status --json)" '"slow":"journal slow'
like "slow_disk__is_said__for_ears" "$(warroom status --plain)" '^SLOW journal slow'

# In the very sync: the board is read from the file; what only the engine knows comes after it.
start warroom note "third"
began=$(now)
run warroom journal list INC-0001
took=$(($(now) - began))
ok "slow_disk__leaves_the_journal_readable__in_a_sync" test "$took" -lt 1000
run warroom status
ended "slow_disk__waits_for_the_engine__within_its_patience" 0
wait "$started"
like "slow_disk__loses_nothing" "$(warroom journal list INC-0001)" 'third'
done_testing
