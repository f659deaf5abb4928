# walk.sh - a short incident as a person would walk it, whatever is killed meanwhile; sourced after faults.sh.
#
#   walk                  opens an incident, writes notes, runs $work/walk.md to its end; what it did is in $work/did
#   walked NAME           passes when nothing was lost, nothing was done twice, and everything that ended says so
#
# A person who reads NEXT does the same: a gate is ticked, what was interrupted before it began is run again.

walk_book() {
    cat >"$work/walk.md" <<BOOK
# A walk

- [ ] ready

## First

### One

\`\`\`sh {timeout=20s}
echo one >>"$work/did"
echo "one=1" >>"\$WARROOM_OUTPUT"
\`\`\`

\`\`\`sh {verify}
grep -q one "$work/did"
\`\`\`

## Second

### Two

- [ ] told

\`\`\`sh
echo two >>"$work/did"
\`\`\`

\`\`\`sh {undo}
echo undone >>"$work/did"
\`\`\`
BOOK
}

# Every note that was acknowledged is remembered: it must be found later.
walk_note() {
    warroom note "$1" >/dev/null 2>>"$work/said" && echo "$1" >>"$work/acknowledged"
}

walk_next() {
    walk_status=$(warroom status 2>>"$work/said")
    case $walk_status in
    *'T+'*'closed'* | *'nothing is open'*) return 1 ;;
    *'was interrupted: say'*) warroom retry ;;
    *'lost its keeper: adopt'*)
        warroom step mark 1 --as ok --reason 'seen to be done' || warroom step mark 2 --as ok --reason 'seen to be done' ;;
    *'gate pass ready'*) warroom gate pass ready ;;
    *'gate pass told'*) warroom gate pass told ;;
    *'was undone'*) warroom skip --reason 'taken back on purpose' ;;
    *': warroom run'*) warroom run ;;
    *'every step is done'* | *'close the incident'*) return 1 ;;
    esac >>"$work/said" 2>&1
    return 0
}

walk() {
    : >"$work/did" && : >"$work/acknowledged" && : >"$work/said"
    warroom start a walk >>"$work/said" 2>&1
    walk_note first
    warroom run "$work/walk.md" --confirm a-walk >>"$work/said" 2>&1
    walk_turns=0
    while [ "$walk_turns" -lt 40 ] && walk_next; do
        walk_turns=$((walk_turns + 1))
        [ "$walk_turns" -ne 2 ] || walk_note second
    done
    walk_note third
    warroom incident close --as 'fixed forward' --yes >>"$work/said" 2>&1
}

walk_fault() { # what is wrong after a walk; nothing when all is well
    [ "$(grep -c '^one$' "$work/did")" = 1 ] || echo "step 1 ran $(grep -c '^one$' "$work/did") times"
    [ "$(grep -c '^two$' "$work/did")" = 1 ] || echo "step 2 ran $(grep -c '^two$' "$work/did") times"
    warroom verify >>"$work/said" 2>&1 || echo "the journal does not verify"
    warroom journal list INC-0001 >"$work/listed" 2>>"$work/said"
    while read -r walk_word; do
        [ "$(grep -c " note  *$walk_word " "$work/listed")" = 1 ] ||
            echo "note '$walk_word' was acknowledged and is there $(grep -c " note  *$walk_word " "$work/listed") times"
    done <"$work/acknowledged"
    [ "$(grep -c "'One' command started" "$work/listed")" -le 2 ] || echo "step 1 was begun too often"
    warroom status INC-0001 >"$work/status" 2>>"$work/said"
    ! grep -q ' RUN ' "$work/status" || echo "something is called running and is over"
    grep -q 'outcome: fixed forward' "$work/status" || echo "the incident did not come to its end"
}

walked() {
    walk_wrong=$(walk_fault)
    if [ -z "$walk_wrong" ]; then tap_say yes "$1"; else
        tap_say no "$1"
        tap_note "$walk_wrong"
        tap_note "$(cat "$work/said")"
        tap_note "$(cat "$work/status" "$work/listed")"
    fi
}
