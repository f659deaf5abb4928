#!/bin/sh
# The runner believes nobody: each way in which a test program can lie or break must show in its last line.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

program() { # program NAME LINE...: a test program
    name=$1
    shift
    { echo '#!/bin/sh' && printf '%s\n' "$@"; } >"$name" && chmod 755 "$name"
}
sum() { # sum NAME WANTED CODE: what the runner says at its end about the program p
    run "$WARROOM_BUILD/tests/runner" ./p
    is "runner__$1" "$(printf '%s\n' "$out" | tail -n 1), $status" "$2, $3"
}

program p 'echo "ok 1 - a"; echo "ok 2 - b"; echo 1..2'
sum counts_what_passed '2 passed, 0 failed' 0
program p 'echo "ok 1 - a"; echo "not ok 2 - b"; echo 1..2; exit 1'
sum counts_what_failed '1 passed, 1 failed' 1
like "runner__shows_what_failed" "$out" 'not ok 2 - b'
program p 'echo "ok 1 - a"; exit 4'
sum fails_a_bad_ending '1 passed, 1 failed' 1
program p 'echo "ok 1 - a"; kill -SEGV $$'
sum fails_a_crash '1 passed, 1 failed' 1
like "runner__names_the_signal" "$out" 'ended by signal 11'
program p 'true'
sum fails_a_program_without_tests '0 passed, 1 failed' 1
program p 'echo 1..3; echo "ok 1 - a"'
sum fails_a_broken_plan '1 passed, 1 failed' 1
program p '# timeout: 1' 'echo "ok 1 - a"; exec sleep 60'
sum ends_a_late_one '1 passed, 1 failed' 1
like "runner__says_how_long_it_waited" "$out" 'still running after 1 s'
program p 'echo "ok 1 - a"; setsid sleep 60 &'
sum finds_a_process_left_behind '1 passed, 1 failed' 1
like "runner__names_what_was_left" "$out" 'left processes behind: sleep \([0-9]+\)'
left=$(printf '%s\n' "$out" | sed -n 's/.*behind: sleep (\([0-9]*\)).*/\1/p')
not_ok "runner__ends_what_was_left" kill -0 "${left:-1}"
program p 'echo "ok 1 - a # SKIP not here"; echo "ok 2 - b"'
sum does_not_count_what_was_skipped '1 passed, 0 failed' 0
program p 'echo "ok 1 - a # SKIP not here"'
sum does_not_pass_on_skips_alone '0 passed, 0 failed' 1
program p 'echo "Bail out! no disk"'
sum fails_who_bails_out '0 passed, 1 failed' 1
program p 'echo "ok 1 - a"; while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done'
sum ends_a_flood '1 passed, 1 failed' 1
# shellcheck disable=SC2016
program p 'test -d "$TMPDIR" && test -d "$HOME" && echo "ok 1 - a"; touch "$TMPDIR/x"; echo "# $TMPDIR"; exit 1'
sum gives_a_folder '1 passed, 1 failed' 1
folder=$(printf '%s\n' "$out" | sed -n 's/^ *# //p')
like "runner__shows_words_of_a_failed_one" "$folder" '^/'
not_ok "runner__removes_the_folder" test -e "$folder"
run "$WARROOM_BUILD/tests/runner" ./no-such-program
is "runner__fails_what_is_not_there" "$(printf '%s\n' "$out" | tail -n 1)" '0 passed, 1 failed'
done_testing
