#!/bin/sh
# timeout: 180
# A walk at a real terminal: keys into a tmux pane, what a person sees out of it; and row 12: the terminal taken away in the
# middle of a step, engine and step go on, the exit code is there on return.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

# A server of our own: its socket is in our folder, nobody's configuration is read, and it is ended by its own name.
pane() { tmux -S "$work/tmux" -f /dev/null "$@"; }
command -v tmux >/dev/null || {
    skip "a walk in a tmux pane" "tmux is not installed"
    done_testing
}
terminal() {
    env -i SHELL=/bin/sh PATH="$PATH" HOME="$HOME" WARROOM_STATE="$WARROOM_STATE" LC_ALL=C.UTF-8 TERM=screen PS1='ready$ ' \
        tmux -S "$work/tmux" -f /dev/null new-session -d -x 120 -y 50 "exec sh"
    tap_started="$tap_started $(pane display-message -p '#{pid}')"
}
sees() { pane capture-pane -p -S - | grep -Eq -e "$1"; }
seen() { # seen NAME ERE: a person sees it within 20 s
    if until_true 20 sees "$2"; then tap_say yes "$1"; else
        tap_say no "$1"
        tap_note "should be seen: $2"
        tap_note "$(pane capture-pane -p -S - | grep -v '^$')"
    fi
}
keys() {
    pane send-keys -l "$1"
    pane send-keys Enter
}
status_has() { warroom status | grep -Eq -e "$1"; }
faces() { pgrep -f "^warroom run( |\$)" -s "$session" >/dev/null; }

cat >book.md <<BOOK
# A walk in a pane

- [ ] ready

## One

### first

\`\`\`sh
echo one >>"$work/did"
until [ -e "$work/go" ]; do sleep 0.02; done
[ -e "$work/again" ] || exit 7
\`\`\`

## Two

### second

- [ ] told

\`\`\`sh
echo two >>"$work/did"
\`\`\`
BOOK

terminal
keys 'warroom start a walk'
seen "start__is_answered__on_the_screen" 'opened INC-0001: a walk'
keys 'warroom run ./book.md'
seen "run__asks_for_the_name" 'type the name a-walk-in-a-pane:'
keys 'a-walk-in-a-pane'
seen "run__stops__at_the_gate" "NEXT .*warroom gate pass ready"
keys 'warroom gate pass ready'
seen "gate__is_passed" "INC-0001/[0-9]* .*gate .*ready"
keys 'warroom run'
ok "step__runs" until_true 20 test -s did
session=$(pane list-panes -F '#{pane_pid}')
ok "face__follows__the_step" until_true 5 faces
engine=$(sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock")

# Row 12: the terminal is gone, in the middle of the step.
pane kill-server
is_gone() { ! faces; }
ok "terminal_gone__face_is_gone__within_1_s" until_true 2 is_gone
ok "terminal_gone__engine_goes_on" kill -0 "$engine"
ok "terminal_gone__step_goes_on" status_has '1 first +RUN'
: >go
ok "on_return__the_exit_code_is_there" until_true 20 status_has '1 first +.*exit 7'
is "on_return__it_is_the_same_engine" "$(sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock")" "$engine"
is "on_return__nothing_ran_twice" "$(cat did)" one

: >again
terminal
keys 'warroom retry'
ok "retry__goes_on__from_a_new_terminal" until_true 20 status_has 'warroom gate pass told'
keys 'warroom gate pass told; warroom run'
seen "run__comes__to_its_end" 'NEXT .*every step is done|finished|incident close'
keys "clear; warroom incident close --as 'fixed forward'"
seen "close__asks_first" 'y to go on:'
keys y
seen "close__is_answered" 'closed: fixed forward'
is "walk__did__each_step" "$(tr '\n' ' ' <did)" 'one one two '
run warroom verify
ended "journal__is_whole" 0
pane kill-server
done_testing
