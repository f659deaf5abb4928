#!/bin/sh
# timeout: 900
# kill -9 of the engine, of the face, and of both, at points of a short run spread by a printed seed (RELIABILITY row
# 1, G1): nothing runs twice, nothing acknowledged is lost, nothing that is over is called running.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"
. "$top/tests/lib/walk.sh"

can_trace || {
    skip "kill -9 at the system calls of a run" "strace may not trace here"
    done_testing
}
copied_programs
PATH=$copied:$PATH
seed=$(chance)
points=${KILL_POINTS:-24}
echo "# seed $seed, $points points a role: FAULTS_SEED=$seed runs the same"
walk_book

# A program that is struck once: the first one started in a walk; its successors live.
strike() { # strike NAME RULE
    cat >"$copied/$1.new" <<WRAP
#!/bin/sh
if mkdir "$work/struck-$1" 2>/dev/null; then
    exec strace -D -qq -o /dev/null -e trace=all -e "inject=$2" -- "$copied/$1.real" "\$@"
fi
exec "$copied/$1.real" "\$@"
WRAP
    chmod 755 "$copied/$1.new"
    mv -f "$copied/$1.new" "$copied/$1"
}
heal() { [ ! -e "$copied/$1.real" ] || ln -sf "$1.real" "$copied/$1"; }
afresh() {
    tap_end_engine
    rm -rf "$work/state" "$work"/struck-*
}

count_program warroom-engine "$work/engine.calls"
afresh
walk
walked "a walk without a fault"
tap_end_engine
total=$(call_count "$work/engine.calls")
for point in $(points "$points" "$total" "$seed"); do
    afresh
    strike warroom-engine "$(tap_kill_rule "$point" "$work/engine.calls")"
    walk
    walked "engine killed at call $point of $total"
done
heal warroom-engine

# The face: `warroom run`, which stays and follows; what it began goes on without it.
afresh
warroom start a walk >/dev/null
warroom run "$work/walk.md" --confirm a-walk >/dev/null 2>&1
warroom gate pass ready >/dev/null
: >"$work/did"
strace -qq -o "$work/face.calls" -- "$copied/warroom" run >/dev/null 2>&1
total=$(call_count "$work/face.calls")
for point in $(points "$points" "$total" "$((seed + 1))"); do
    afresh
    : >"$work/did" && : >"$work/acknowledged" && : >"$work/said"
    warroom start a walk >/dev/null
    walk_note first
    warroom run "$work/walk.md" --confirm a-walk >/dev/null 2>&1
    warroom gate pass ready >/dev/null
    strace -qq -o /dev/null -e trace=all -e "inject=$(tap_kill_rule "$point" "$work/face.calls")" -- \
        "$copied/warroom" run >/dev/null 2>&1
    turns=0
    while [ "$turns" -lt 40 ] && walk_next; do turns=$((turns + 1)); done
    warroom incident close --as 'fixed forward' --yes >>"$work/said" 2>&1
    walked "face killed at call $point of $total"
done

# Both at once: the engine is struck, and the face that waits for it is killed with it.
[ -e "$copied/warroom-engine.real" ] || mv "$copied/warroom-engine" "$copied/warroom-engine.real"
total=$(call_count "$work/engine.calls")
for point in $(points "$((points / 2))" "$total" "$((seed + 2))"); do
    afresh
    strike warroom-engine "$(tap_kill_rule "$point" "$work/engine.calls")"
    : >"$work/did" && : >"$work/acknowledged" && : >"$work/said"
    warroom start a walk >>"$work/said" 2>&1
    walk_note first
    "$copied/warroom" run "$work/walk.md" --confirm a-walk >/dev/null 2>&1 &
    face=$!
    until_true 5 test -e "$work/struck-warroom-engine" && kill -9 "$face" 2>/dev/null
    wait "$face" 2>/dev/null
    warroom run "$work/walk.md" --confirm a-walk >>"$work/said" 2>&1
    turns=0
    while [ "$turns" -lt 40 ] && walk_next; do turns=$((turns + 1)); done
    warroom incident close --as 'fixed forward' --yes >>"$work/said" 2>&1
    walked "both killed, the engine at call $point of $total"
done
done_testing
