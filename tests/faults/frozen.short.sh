#!/bin/sh
# Row 4: an engine that stands still is named with the way out; while it holds the lock there is no second one; killed, a new
# one goes on; thawed, it goes on itself. The step never notices.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
engine_pid() { sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock"; }
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

warroom start "it freezes" --severity low --environment staging >/dev/null
start warroom run book.md >run.out 2>&1
face=$started
ok "frozen__while__a_step_runs" until_true 5 test -s begun
engine=$(engine_pid)
kill -STOP "$engine"
date +%s%3N >began
start sh -c 'warroom status >status.out 2>status.err; echo $? >status.code'
looks=$started
start sh -c 'warroom watch >watch.out 2>watch.err; echo $? >watch.code'
run warroom-engine
ended "frozen__keeps__its_lock" 3
like "frozen__leads_still" "$err" "already led by engine $engine"
run warroom note "into the ice"
took=$(($(date +%s%3N) - $(cat began)))
ended "frozen__is_named" 1
like "frozen__is_named__with_the_way_out" "$err" "engine has not answered for 5 s \(pid $engine\); 'kill -9 $engine' ends it, and the next command starts another"
ok "frozen__is_named__after_5_s" test "$took" -ge 4900 -a "$took" -lt 7500
wait "$looks"
is "frozen__leaves_status__readable" "$(cat status.code)" 0
like "frozen__leaves_status__the_board" "$(cat status.out)" '1 first  UNKNOWN'
like "frozen__is_named__on_status" "$(cat status.err)" "engine has not answered for 5 s \(pid $engine\)"

# Thawed: it goes on.
kill -CONT "$engine"
run warroom note "thawed"
ended "thawed__goes_on" 0
is "thawed__is_the_same" "$(engine_pid)" "$engine"

# Frozen again, and ended: the next one goes on where the journal says.
kill -STOP "$engine"
kill -9 "$engine"
run warroom note "the next one"
ended "ended__another_goes_on" 0
unlike "ended__another_is_another" "$(engine_pid)" "^$engine\$"
touch go
wait "$face"
code=$?
is "ended__leaves__the_face_its_run" "$code" 0
like "ended__is_said__to_the_face" "$(cat run.out)" 'engine restarted [0-9]{2}:[0-9]{2}:[0-9]{2}'
is "ended__leaves__the_step" "$(wc -l <over | tr -d ' ')" 1
like "ended__notes__the_end" "$(warroom status)" '1 first  ok'
is "ended__loses_nothing" "$(warroom journal list INC-0001 | grep -Ec 'note .*(thawed|the next one)')" 2
is "ended__is_whole" "$(warroom verify >/dev/null 2>&1; echo $?)" 0

# At a terminal the person is asked, and may say so there.
engine=$(engine_pid)
kill -STOP "$engine"
cat >asked.sh <<'ASKED'
(sleep 6; printf 'y\n') | script -qefc 'warroom note "by my own hand"' /dev/null
ASKED
run sh asked.sh
like "frozen__asks__at_a_terminal" "$out" "engine has not answered for 5 s \(pid $engine\)\. y ends it and starts another"
like "asked__ends_it__on_y" "$(warroom journal list INC-0001)" 'by my own hand'
unlike "asked__starts__another" "$(engine_pid)" "^$engine\$"
done_testing
