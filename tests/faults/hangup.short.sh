#!/bin/sh
# Rows 10, 12, 13: the window is closed under `warroom run`, with the hangup heeded or ignored; ^C; output that nobody takes. The
# face is gone, the engine and the step go on, and who comes back finds how it ended.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
engine_pid() { sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock"; }
# shellcheck disable=SC2317,SC2329 # called by until_true
is_gone() { state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 0; [ "${state%% *}" = Z ]; }
# shellcheck disable=SC2317,SC2329 # called by until_true
status_has() { warroom status | grep -Eq "$1"; }
cat >book.md <<BOOK
# Slow

## One

### first

\`\`\`sh
echo \$\$ >"$work/begun"
while [ ! -e "$work/go" ]; do sleep 0.02; done
echo over >>"$work/over"
\`\`\`
BOOK
begin() { # begin TRAP: a run on a terminal of its own; $face and $window are its processes
    tap_end_engine
    rm -rf state begun go over face
    warroom start "the line is bad" --severity low --environment staging >/dev/null
    start script -qefc "$1 echo \$\$ >'$work/face'; exec warroom run book.md" /dev/null </dev/null >screen.out 2>&1
    window=$started
    until_true 5 test -s begun
    face=$(cat face)
    engine=$(engine_pid)
}
survives() { # survives WORDS: what is so after the face has gone
    ok "$1__leaves__the_engine" kill -0 "$engine"
    ok "$1__leaves__the_step" kill -0 "$(cat begun)"
    like "$1__shows__it_running" "$(warroom status)" '1 first  RUN'
    touch go
    ok "$1__lets_it__end" until_true 5 status_has '1 first  ok'
    like "$1__tells__who_comes_back" "$(warroom journal list INC-0001)" "step 1 'first' command: exit 0"
}

begin ''
kill -9 "$window"
ok "window_closed__ends_the_face__within_1_s" until_true 1 is_gone "$face"
survives window_closed

begin "trap '' HUP;"
kill -9 "$window"
ok "hangup_ignored__ends_the_face" until_true 3 is_gone "$face"
survives hangup_ignored

begin ''
kill -9 "$window"
rm -f begun face
start script -qefc "trap '' HUP; echo \$\$ >'$work/face'; exec warroom watch" /dev/null </dev/null >/dev/null 2>&1
until_true 5 test -s face
window=$started
ok "watch__is_there" until_true 5 grep -q watch "/proc/$(cat face)/cmdline"
kill -9 "$window"
ok "watch__ends_with_its_window__though_it_ignores_that" until_true 3 is_gone "$(cat face)"

tap_end_engine
rm -rf state begun go over
warroom start "the line is bad" --severity low --environment staging >/dev/null
cat >struck.sh <<'STRUCK'
{ until [ -s begun ]; do sleep 0.02; done; sleep 0.3; printf '\003'; sleep 1; } | script -qefc 'exec warroom run book.md' /dev/null
echo "ended $?"
STRUCK
run sh struck.sh
like "interrupt__ends__130" "$out" '^ended 130'
like "interrupt__says__that_the_run_goes_on" "$out" "the run goes on; 'warroom status' shows it, 'warroom pause' pauses it, 'warroom abort' ends it"
engine=$(engine_pid)
survives interrupt

# --- output that nobody takes ---
cat >head.sh <<'HEAD'
{ warroom journal export INC-0001 2>head.err; echo $? >head.code; } | head -c 1 >/dev/null
HEAD
sh head.sh
like "head__ends__quietly" "$(cat head.code) $(cat head.err)" '^(0|141) $'
for verb in status 'journal list' 'journal export INC-0001' 'incident list' 'status --json' 'help keys'; do
    # shellcheck disable=SC2086
    { warroom $verb >/dev/full; } 2>full.err
    code=$?
    is "full_output__fails__$verb" "$code" 1
    like "full_output__is_named__$verb" "$(cat full.err)" 'could not write.*No space left'
done
done_testing
