#!/bin/sh
# Row 2: a keeper is killed under a running step. Within 2 s that is shown; never is it called running; each choice does what
# it says: adopt, abort, mark, retry.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

cat >book.md <<BOOK
# Slow

## One

### first

\`\`\`sh
echo \$\$ >>"$work/begun"
while [ ! -e "$work/go" ]; do sleep 0.02; done
echo over >>"$work/over"
\`\`\`

### second

\`\`\`sh
echo second >>"$work/second"
\`\`\`
BOOK
# shellcheck disable=SC2317,SC2329 # called by until_true
status_has() { warroom status | grep -Eq "$1"; }
keeper_of() { tr -d '\0' <"state/steps/INC-0001/R1-step-01-try-$1/holder" | sed -n 's/^keeper \([0-9]*\) .*/\1/p'; }
lose() { # lose: a room of its own, with a step that lost its keeper
    tap_end_engine
    rm -rf state begun go over second
    warroom start "a keeper is lost" --severity low --environment staging >/dev/null
    start warroom run book.md >run.out 2>&1
    face=$started
    until_true 5 test -s begun
    step=$(cat begun)
    kill -9 "$(keeper_of 1)"
}

lose
ok "lost__is_shown__within_2_s" until_true 2 status_has 'LOST'
run warroom status
like "lost__says__what_is_left" "$out" "step 1 'first' lost its keeper: its process $step is still there; outcome unknown, a person decides"
unlike "lost__is_never_called__running" "$out" '1 first  RUN'
like "lost__names__the_ways" "$out" '^NEXT .*warroom step adopt 1.*abort.*step mark 1 --as ok'
wait "$face"
code=$?
is "lost__ends_the_face__for_a_person" "$code" 5
run warroom retry
ended "lost__is_not_run_again__while_it_runs" 3
like "lost__is_not_run_again__but_says_why" "$err" "its process $step is still there"
run warroom step adopt 1
ended "adopt__is_taken" 0
like "adopt__waits" "$(warroom status)" "^NEXT   wait: step 1 'first' is watched without its keeper"
touch go
ok "adopt__sees__the_end" until_true 5 status_has 'nobody saw how'
is "adopt__let_it__end" "$(cat over)" over
run warroom step mark 1 --as ok --reason 'its own log says so'
ended "mark__is_taken__after_it" 0
run warroom run
ended "mark__lets_the_run__go_on" 0
is "mark__runs_nothing__again" "$(cat begun)" "$step"
is "mark__runs__the_next_step" "$(cat second)" second

lose
ok "lost_again__is_shown" until_true 2 status_has 'LOST'
run warroom abort --yes
ended "abort__is_taken" 0
ok "abort__ends__what_was_left" until_true 5 sh -c "! kill -0 $step 2>/dev/null"
ok "abort__is_shown" until_true 5 status_has 'aborted|was ended'
not_ok "abort__lets_nothing__go_on" test -e second

lose
kill -9 "$step"
ok "lost_with_its_step__is_shown" until_true 2 status_has 'LOST|INTERRUPTED'
ok "lost_with_its_step__says_so" until_true 2 status_has 'its process is gone|nobody saw how'
touch go
run warroom retry
ended "retry__is_taken" 0
ok "retry__runs_it" until_true 5 status_has '1 first  ok'
is "retry__ran_it__once_more" "$(wc -l <begun | tr -d ' ')" 2

lose
ok "lost_once_more__is_shown" until_true 2 status_has 'LOST'
run warroom step mark 1 --as failed --reason 'nobody waits for it'
like "mark__of_what_still_runs" "$status $out $err" "^(0 .*marked failed|3 .*still)"
kill -9 "$step" 2>/dev/null
ok "journal__is_whole" warroom verify
done_testing
