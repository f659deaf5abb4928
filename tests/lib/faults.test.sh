#!/bin/sh
# What breaks things on purpose must break them, and nothing else.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"

is "points__are_the_same__for_one_seed" "$(points 60 700 5 | cksum)" "$(points 60 700 5 | cksum)"
is "points__differ__for_another_seed" "$([ "$(points 60 700 5)" != "$(points 60 700 6)" ] && echo yes)" yes
is "points__are_spread__and_distinct" "$(points 60 700 5 | sort -n | uniq | awk '$1 >= 1 && $1 <= 700 { n++ } END { print n }')" 60
is "points__reach__both_ends" "$(points 70 700 1 | sed -n '1p;$p' | awk '{ print ($1 <= 10) + 2 * ($1 > 690) }' | tr '\n' ' ')" '1 2 '
is "points__are_all__when_there_are_few" "$(points 60 4 9 | tr '\n' ' ')" '1 2 3 4 '

if can_trace; then
    calls=$(calls_of /bin/true)
    ok "calls_of__counts" test "${calls:-0}" -gt 5
    for n in 1 2 $((calls / 2)) "$calls"; do
        run killed_at "$n" /bin/true
        ended "killed_at__kills__at_call_$n" 137
    done
    run killed_at 65000 /bin/true
    ended "killed_at__refuses__a_call_that_is_not_there" 1
    calls=$(calls_of sh -c 'echo here >reached')
    rm -f reached
    run killed_at 1 sh -c 'echo here >reached'
    not_ok "killed_at__comes__before_the_deed" test -e reached
    write=$(sed 1d calls | grep -n '^write(' | head -n 1 | cut -d: -f1)
    run killed_at $((write + 1)) sh -c 'echo here >reached'
    is "killed_at__comes__after_the_deed_at_the_next_call" "$status $(cat reached)" '137 here'
    is "killed_at__kills__at_every_call" "$(for n in $(points 10 "$calls" 3); do run killed_at "$n" sh -c 'echo here >reached' && echo "$status"; done | sort -u)" 137

    run injected fdatasync:error=EIO:when=1 '' dd if=/dev/zero of=synced bs=1 count=1 conv=fdatasync status=none
    ended "injected__fails__the_call" 1
    like "injected__gives__the_error" "$err" 'Input/output error'
    run injected fdatasync:error=EIO:when=1 "$work/other" dd if=/dev/zero of=synced bs=1 count=1 conv=fdatasync status=none
    ended "injected__spares__other_files" 0

    copied_programs
    printf '#!/bin/sh\necho one >said\necho two >said\n' >"$copied/helper" && chmod 755 "$copied/helper"
    count_program helper "$work/log"
    run "$copied/helper"
    is "count_program__runs__the_program" "$(cat said)" two
    second=$(sed 1d log | grep -n '^write(' | sed -n '2s/:.*//p')
    kill_program helper "$second" "$work/log"
    run "$copied/helper"
    is "kill_program__kills__whoever_starts_it" "$status $(cat said)" '137 '
    inject_program helper write:error=ENOSPC:when=2
    run "$copied/helper"
    like "inject_program__gives__the_error" "$err" 'No space left|I/O error'
    like "programs__copied__still_run" "$("$copied/warroom" --version)" '^warroom '
else
    skip "killed_at" "strace may not trace here"
fi

if can_mount; then
    run on_small_disk 64k "$work/small" sh -c "head -c 1000000 /dev/zero >'$work/small/x'"
    like "on_small_disk__is_full__soon" "$err" 'No space left'
    is "on_small_disk__leaves__nothing" "$(ls "$work/small")" ''
    run on_small_disk no-size "$work/small" touch "$work/small/reached"
    ended "on_small_disk__runs_nothing__without_its_mount" 99
    not_ok "on_small_disk__touches_nothing__without_its_mount" test -e small/reached
else
    skip "on_small_disk" "mounting in a namespace is not allowed here"
fi
done_testing
