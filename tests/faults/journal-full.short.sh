#!/bin/sh
# Rows 19, 22: the disk under the journal is full. What was acknowledged is there, the cause is named, and once there is room
# again it goes on.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"

mkdir small
cat >walk.sh <<'WALK'
export WARROOM_STATE=$PWD/small/state
warroom --me ada start "the disk is small" --severity low >start.out 2>&1 || echo "start ended $?" >>start.out
noted=1
head -c 200000000 /dev/zero >small/filler 2>/dev/null # until nothing is left
while [ "$noted" -lt 400 ] && warroom note "note $noted of a long night, on a disk that has no room for it" >/dev/null 2>note.err
do noted=$((noted + 1)); done
echo "$noted" >noted
df --output=avail small | tail -n 1 >avail
warroom journal list INC-0001 | wc -l >listed
rm small/filler
warroom note "there is room again" >again.out 2>&1
echo $? >again
warroom verify >verify.out 2>&1
echo $? >verified
warroom journal list INC-0001 | wc -l >listed.after
warroom incident close --as "false alarm" --reason "it was only a test" --yes >/dev/null 2>&1
tries=0 # the engine leaves before its disk does
while [ -e "$WARROOM_STATE/engine.sock" ] && [ "$tries" -lt 1000 ]; do tries=$((tries + 1)); sleep 0.02; done
WALK
if can_mount; then
    on_small_disk 2m "$work/small" sh "$work/walk.sh"
    like "full_disk__is_named__with_its_free_bytes" "$(cat note.err)" "journal full: [0-9]+ bytes free on the disk of $work/small/state"
    is "full_disk__loses__nothing_acknowledged" "$(cat listed)" "$(cat noted)"
    is "full_disk__is_no_end__once_there_is_room" "$(cat again)" 0
    is "full_disk__leaves__a_whole_journal" "$(cat verified)" 0
    is "full_disk__goes_on__behind_what_was_there" "$(cat listed.after)" "$(($(cat noted) + 1))"
else
    skip "full_disk__is_named__with_its_free_bytes" "no mount namespaces here"
fi
done_testing
