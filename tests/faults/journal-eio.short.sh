#!/bin/sh
# Row 21: a sync under the engine fails. What was acknowledged is there, the failure is said, it is not tried again.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"

if ! can_trace; then
    skip "failed_sync__loses__nothing_acknowledged" "no tracing here"
    done_testing
fi
copied_programs
struck=0
for when in 3 6 8 9 10 11 12; do
    WARROOM_STATE=$work/state$when
    acknowledged=0 said=''
    inject_program warroom-engine "fdatasync:error=EIO:when=$when"
    for words in "start --severity low trouble" "note one" "note two" "note three"; do
        # shellcheck disable=SC2086
        run timeout 30 "$copied/warroom" --me ada $words
        said="$said$err"
        [ "$status" -eq 0 ] || break
        acknowledged=$((acknowledged + 1))
    done
    found=$(warroom journal list INC-0001 2>/dev/null | wc -l)
    ok "failed_sync_${when}__loses__nothing_acknowledged" test "$found" -ge "$acknowledged"
    [ "$acknowledged" -eq 4 ] && continue
    struck=$((struck + 1))
    like "failed_sync_${when}__is_named" "$said" 'the disk failed under .*/journal\.db \(Input/output error\): what is on it is not known'
    run warroom verify
    case $status/$acknowledged in
    4/0) tap_note "sync $when: before there was a journal" ;;
    *) ended "failed_sync_${when}__leaves__a_whole_journal" 0 ;;
    esac
done
ok "failed_syncs__were_met" test "$struck" -ge 3
done_testing
