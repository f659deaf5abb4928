#!/bin/sh
# Rows 19, 20, 22 under a run: while the journal cannot grow nothing new starts, what runs goes on to its end, pause and abort
# act at once; all of it is noted once there is room again, and status says what is wrong meanwhile.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"

# A step that waits for a file, and a second one that must not start.
cat >book.md <<BOOK
# Slow

## One

### first

\`\`\`sh
echo begun
echo \$\$ >"$work/begun"
while [ ! -e "$work/go" ]; do sleep 0.02; done
echo over
touch "$work/over"
\`\`\`

### second

\`\`\`sh
touch "$work/second"
\`\`\`
BOOK
cat >loud.md <<BOOK
# Loud

## One

### shout

\`\`\`sh
head -c 6000000 /dev/zero | tr '\\0' 'x' | fold -w 1000
touch "$work/shouted"
\`\`\`
BOOK
# What every walk begins and ends with. It runs in a mount namespace, where its disk is.
cat >lib.sh <<'LIB'
export WARROOM_STATE=$PWD/small/state
poll() { polls=0; until "$@" >/dev/null 2>&1; do polls=$((polls + 1)); [ "$polls" -lt 250 ] || return 1; sleep 0.02; done; }
keep() { keep=$1; shift; "$@" >"$keep.out" 2>"$keep.err"; echo $? >"$keep"; }
begin() { # begin: a run whose first step waits
    keep start warroom start "the disk is small" --severity low --environment staging
    warroom run book.md >face.out 2>&1 &
    face=$!
    poll test -s begun
}
engine_of() { sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock"; }
# shellcheck disable=SC2329,SC2317 # called by poll
step_over() { warroom step list | grep -q ' 1 first  ok'; }
# shellcheck disable=SC2329,SC2317 # called by poll
says() { warroom journal list INC-0001 | grep -q "$1"; }
leave() { # the engine leaves before its disk does
    engine=$(engine_of)
    kill "$engine"
    poll sh -c "! kill -0 $engine"
}
LIB

# --- the disk is full ---
cat >full.sh <<'WALK'
. ./lib.sh
begin
head -c 200000000 /dev/zero >small/filler 2>/dev/null
keep note warroom note "there is no room for this"
keep full.status warroom status
keep full.json warroom status --json
keep full.plain warroom status --plain
keep pause warroom pause
keep pause.json warroom pause --json
touch go
poll test -e over
keep again warroom run
keep after.status warroom status
rm small/filler
poll says "step 1 'first' command: "
poll sh -c "warroom journal list house | grep -q 'takes records again'"
keep healed.status warroom status
wait "$face"
echo $? >face
keep list warroom journal list
keep verify warroom verify
keep resume warroom run
leave
WALK
if ! can_mount; then
    skip "full_disk__lets_a_run_stop" "no mount namespaces here"
    done_testing
fi
small() { # small SIZE WALK: walks on a disk of its own
    rm -f begun go over second shouted
    on_small_disk "$1" "$work/small" sh "$work/$2"
}
small 2m full.sh
is "full_disk__refuses__what_is_new" "$(cat note)" 1
like "full_disk__is_named__with_its_free_bytes" "$(cat note.err)" "journal full: 0 bytes free on the disk of $work/small/state"
like "full_disk__is_on_status" "$(cat full.status.out)" "^TROUBLE  journal full: 0 bytes free .*: nothing new starts"
like "full_disk__is_on_status__for_programs" "$(cat full.json.out)" '"trouble":"journal full: 0 bytes free'
like "full_disk__is_on_status__for_ears" "$(cat full.plain.out)" '^TROUBLE journal full: 0 bytes free'
is "full_disk__lets_pause_act" "$(cat pause)" 0
like "full_disk__says_that_pause_is_not_noted_yet" "$(cat pause.out)" '^pause: it holds from now on; .*\(journal full: 0 bytes free'
like "full_disk__says_so__for_programs" "$(cat pause.json.out)" '"unwritten":"journal full: 0 bytes free'
ok "full_disk__leaves__a_running_step" test -e over
is "full_disk__starts_nothing" "$(grep -c "cannot run" again.err)" 1
like "full_disk__cannot_note__the_end" "$(cat after.status.out)" '1 first  RUN'
like "room_again__notes__the_pause" "$(cat list.out)" 'R1: paused: asked by'
like "room_again__notes__the_end" "$(cat list.out)" "step 1 'first' command: "
like "room_again__is_said" "$(cat list.out)" 'the journal takes records again; it did not: journal full: 0 bytes free'
unlike "room_again__clears__status" "$(cat healed.status.out)" TROUBLE
like "room_again__is_paused" "$(cat healed.status.out)" 'paused: asked by'
is "room_again__ends_the_face__as_stopped_by_a_person" "$(cat face)" 7
is "room_again__is_whole" "$(cat verify)" 0
is "room_again__runs_on__when_asked" "$(cat resume)" 0
ok "room_again__runs__the_second_step" test -e second

# --- abort ---
cat >abort.sh <<'WALK'
. ./lib.sh
begin
head -c 200000000 /dev/zero >small/filler 2>/dev/null
keep abort warroom abort --yes
poll sh -c "! kill -0 $(cat begun)" && touch cut
rm small/filler
poll says 'aborted'
wait "$face"
echo $? >abort.face
poll sh -c "warroom status | grep -q halted"
keep abort.list warroom journal list INC-0001
keep verify warroom verify
leave
WALK
small 2m abort.sh
is "full_disk__lets_abort_act" "$(cat abort)" 0
like "full_disk__says_that_abort_is_not_noted_yet" "$(cat abort.out)" '^abort: it holds from now on'
like "room_again__notes__the_abort" "$(cat abort.list.out)" 'R1: abort'
ok "full_disk__lets_abort_cut__the_step" test -e cut
not_ok "abort__starts_nothing" test -e second
is "abort__ends_the_face__as_stopped_by_a_person" "$(cat abort.face)" 7
is "abort__leaves_a_whole_journal" "$(cat verify)" 0

# --- read-only: before there is an engine (a disk that somebody writes to is not remounted so) ---
cat >sealed.sh <<'WALK'
. ./lib.sh
keep start warroom start "the disk is small" --severity low --environment staging
leave
mount -o remount,ro none small || exit 1
keep sealed.note warroom note "nothing is written here"
keep sealed.status warroom status
keep sealed.list warroom journal list INC-0001
mount -o remount,rw none small
keep sealed.after warroom note "now it is"
keep verify warroom verify
leave
WALK
small 4m sealed.sh
is "read_only__refuses__what_is_new" "$(cat sealed.note)" 1
like "read_only__is_named" "$(cat sealed.note.err)" 'ead-only file system|is read-only'
is "read_only__still_shows" "$(cat sealed.status)" 0
like "read_only__still_lists" "$(cat sealed.list.out)" 'opened INC-0001: the disk is small'
is "read_only__is_over__when_it_is_over" "$(cat sealed.after)" 0
is "read_only__leaves_a_whole_journal" "$(cat verify)" 0

# --- the output cannot grow ---
cat >loud.sh <<'WALK'
. ./lib.sh
mkdir -p small/state/steps
chmod 700 small/state small/state/steps
mount -t tmpfs -o size=200k,mode=700 none small/state/steps && mountpoint -q small/state/steps || exit 1
keep start warroom start "the output has no room" --severity low --environment staging
keep loud warroom run loud.md
keep loud.status warroom status
leave
umount small/state/steps
WALK
small 4m loud.sh
ok "full_output__does_not_kill__the_step" test -e shouted
like "full_output__lets_it_end_well" "$(cat loud.status.out)" '1 shout  ok'
like "full_output__is_said" "$(grep -v xxxx loud.out)" '; output cut at [0-9]+ bytes: disk full'

# --- a limit on a file's size ---
cat >limit.sh <<'WALK'
. ./lib.sh
ulimit -f 200 # of 512 bytes
noted=0
keep limit.start warroom start "files stay small" --severity low
until [ "$noted" -ge 400 ]; do
    keep limit.note warroom note "note $noted, until the journal meets its limit"
    [ "$(cat limit.note)" = 0 ] || break
    noted=$((noted + 1))
done
echo "$noted" >noted
warroom journal list INC-0001 | wc -l >listed
keep limit.status warroom status
keep verify warroom verify
leave
WALK
small 8m limit.sh
is "file_limit__refuses__with_1" "$(cat limit.note)" 1
like "file_limit__is_named" "$(cat limit.note.err)" 'journal full: .* would grow over the file-size limit of 102400 bytes'
like "file_limit__is_on_status" "$(cat limit.status.out)" '^TROUBLE  journal full: .* file-size limit'
is "file_limit__loses_nothing_acknowledged" "$(cat listed)" "$(($(cat noted) + 1))"
is "file_limit__leaves_a_whole_journal" "$(cat verify)" 0
done_testing
