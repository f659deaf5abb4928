#!/bin/sh
# Rows 9, 26: an engine out of descriptors says so and does not spin; one without memory is named; one whose journal was taken
# away says that it is not the file it opened, and leaves.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
engine_pid() { sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock"; }
# shellcheck disable=SC2317,SC2329 # called by until_true
is_gone() { ! kill -0 "$1" 2>/dev/null; }
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }

# --- descriptors ---
run sh -c 'ulimit -n 12; exec warroom start "few files" --severity low'
ended "few_files__do_not_start__an_engine" 1
like "few_files__are_named" "$err" 'the engine did not start: .*Too many open files'
run sh -c 'ulimit -n 24; exec warroom start "few files" --severity low'
ended "some_files__do" 0
engine=$(engine_pid)
faces=''
for each in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    start warroom watch >/dev/null 2>"watch.$each"
    faces="$faces $started"
done
ok "too_many_faces__are_told" until_true 10 grep -q 'limited: too many open files in the engine' watch.1 watch.2 watch.3 watch.4 \
    watch.5 watch.6 watch.7 watch.8 watch.9 watch.10 watch.11 watch.12 watch.13 watch.14 watch.15 watch.16
run warroom note "is there room for me"
ended "too_many_faces__refuse_one_more" 1
like "too_many_faces__are_named" "$err" 'limited: too many open files in the engine; a face that leaves makes room'
before=$(ticks "$engine")
sleep 1 # a second of doing nothing is what is measured
ok "too_many_faces__cost_nothing" test $(($(ticks "$engine") - before)) -le 10
for face in $faces; do kill "$face" 2>/dev/null; done
# shellcheck disable=SC2086
wait $faces
ok "room_again__lets_in" until_true 5 warroom note "there is room"
is "room_again__is_the_same_engine" "$(engine_pid)" "$engine"
kill "$engine"
ok "leaves" until_true 5 is_gone "$engine"

# --- memory ---
if [ -n "${WARROOM_SANITIZED:-}" ]; then
    skip "little_memory__is_named" "a sanitizer takes 16 TB of addresses"
    done_testing
fi
run sh -c 'ulimit -v 20000; exec warroom note "little memory"'
ended "little_memory__does_not_start__an_engine" 1
like "little_memory__is_named" "$err" 'the engine did not start: .*(cannot allocate|failed to map|out of memory|Cannot allocate)'
run warroom note "enough memory"
ended "enough_memory__goes_on" 0

# --- the journal taken away ---
engine=$(engine_pid)
cp state/journal.db copy # one second's work of a backup tool
mv state/journal.db away
cp copy state/journal.db
run warroom note "where does this go"
ended "swapped_journal__refuses" 1
like "swapped_journal__is_named" "$err" "$work/state/journal.db is not the file I opened: it was replaced"
ok "swapped_journal__ends__its_engine" until_true 5 is_gone "$engine"
like "swapped_journal__is_in_the_log" "$(cat state/engine.log)" 'warroom-engine: .*is not the file I opened'
warroom start "again" --severity low >/dev/null 2>&1
engine=$(engine_pid)
rm -f state/journal.db
ok "deleted_journal__ends__its_engine" until_true 5 is_gone "$engine"
like "deleted_journal__is_in_the_log" "$(tail -n 2 state/engine.log)" 'is gone: it is not the file I opened'
not_ok "deleted_journal__is_not_made_again__by_it" test -e state/journal.db
done_testing
