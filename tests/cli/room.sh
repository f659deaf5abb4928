#!/bin/sh
# Two accounts meet in a group room: the guest sees and acts over the socket, never the file; a stranger is kept out.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
    skip "a group room: two accounts" "only root can be two accounts"
    done_testing
fi
# The programs may lie where another account cannot go.
mkdir bin
cp "$WARROOM_BIN"/warroom* bin/
WARROOM_BIN=$work/bin
PATH=$WARROOM_BIN:$PATH
tap_programs="$tap_programs $WARROOM_BIN"
chmod 755 "$work" bin bin/*
echo 'room: {group: nogroup}' >room.yaml
chmod 644 room.yaml

# shellcheck disable=SC2317 # called through run
as() { # as ACCOUNT COMMAND...
    as_who=$1
    shift
    setpriv --reuid="$as_who" --regid="$(id -g "$as_who")" --clear-groups env HOME=/nonexistent "$@"
}
run warroom --config room.yaml --me ada start 'slow' --environment staging
ended "the owner opens the room" 0
run as nobody warroom status
ended "a guest sees it" 0
like "a guest sees the incident" "$out" '^INC-0001 .*commander ada'
run as nobody warroom --me nils note 'from a guest'
ended "a guest notes" 0
like "the journal has the guest's claim, and the kernel's word" "$(warroom journal export INC-0001 | tail -n 1)" '"name":"nils","account":"nobody@'
run as nobody warroom journal list
unlike "a guest never reads the file" "$out" 'from a guest'
is "the file is the owner's alone" "$(stat -c %a "$WARROOM_STATE/journal.db")" 600
is "the folder can be passed, not read" "$(stat -c %a "$WARROOM_STATE")" 710
# What runs, runs as the owner: nothing of the guest's decides what that is.
mkdir lure owners
printf '#!/bin/sh\necho lured >"%s"\nexec /bin/sh "$@"\n' "$work/lured" >lure/sh
# shellcheck disable=SC2016 # a fence of Markdown
printf '# Note\n\n## A\n\n### Do\n\n```sh\npwd >"%s"\n```\n' "$work/where" >owners/note.md
chmod 755 lure lure/sh owners
chmod 644 owners/note.md
run as nobody env PATH="$work/lure:$PATH" "$WARROOM_BIN/warroom" run "$work/owners/note.md" --confirm note
ended "a guest fires a step" 0
# shellcheck disable=SC2317 # called through until_true
ran() { [ -s "$work/where" ]; }
ok "it runs" until_true 10 ran
ok "the guest's PATH is not searched for it" test ! -e "$work/lured"
is "it runs where the playbook lies" "$(cat "$work/where")" "$work/owners"

run as daemon warroom status
ok "a stranger is kept out" test "$status" -ne 0
unlike "a stranger sees nothing" "$out" 'INC-0001'
done_testing
