#!/bin/sh
# The words of the command line: help, usage, exit codes, refusals, and where output goes. No engine is needed for any of it.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
schema=$WARROOM_BUILD/tests/schema
shapes=$top/tests/cases/cli/schema

# shellcheck disable=SC2317 # called through ok
fits() { # fits SCHEMA [lines]: what the last run wrote
    fits_shape=$shapes/$1.json
    shift
    "$schema" "$fits_shape" "$@" <tap.out
}

# --- help, for every row of the table ---
run warroom help --json
ended "help --json: the table" 0
ok "help --json: has its shape" fits table
grep -o '"command":"[^"]*"' tap.out | cut -d'"' -f4 >commands
ok "the table: has more than thirty commands" test "$(wc -l <commands)" -gt 30
while read -r command; do
    # shellcheck disable=SC2086
    run warroom $command --help
    ended "$command --help: ends well" 0
    like "$command --help: has its usage" "$out" "^Usage: warroom $command"
    like "$command --help: has an example" "$out" "^  warroom "
    is "$command --help: says nothing beside" "$err" ""
    # shellcheck disable=SC2086
    is "help $command: is the same" "$(warroom help $command)" "$out"
done <commands
run warroom --help
cp tap.out usage
ended "--help: ends well" 0
is "help: is the same" "$(warroom help)" "$out"
ok "--help: is no wider than a terminal" test "$(wc -L <usage)" -le 80
ok "--help: is no longer than a terminal" test "$(wc -l <usage)" -le 23
like "help keys: says what a key types" "$(warroom help keys)" '^  p +pause '
like "a noun's help: lists its verbs" "$(warroom gate --help)" '^warroom gate pass GATE'
like "--version: one line" "$(warroom --version)" '^warroom [0-9]+\.[0-9]+\.[0-9]+$'

# --- words that are wrong: nothing is tried ---
wrong() { # wrong WORDS COMMAND...
    wrong_words=$1
    shift
    run "$@"
    ended "$*: ends 2" 2
    is "$*: says it once, on one line" "$(printf '%s\n' "$err" | grep -c .)" 1
    like "$*: says what would be right" "$err" "^warroom: .*$wrong_words"
    is "$*: gives no data" "$out" ""
}
wrong "did you mean 'status'" warroom statsu
wrong "did you mean 'gate pass'" warroom gate pas x
wrong "'gate' wants a verb: list, show, pass" warroom gate
wrong "wants GATE: warroom gate pass GATE" warroom gate pass
wrong "did you mean '--severity'" warroom start slow --severty high
wrong "one of: low, medium, high, critical" warroom incident severity zzz
wrong "a word too many" warroom pause now
run warroom --json gate pass
ended "--json: a wrong word ends 2, too" 2
ok "--json: an error is a document" fits error

# --- no command ---
run warroom
ended "no command, no terminal: the status, and well" 0
like "no command, no terminal: says what is open" "$out" "^0 open"
on_screen 24 80 env TERM=nonesuch warroom
ended "no command on an unknown terminal: ends well" 0
like "no command on an unknown terminal: says so" "$out" "'nonesuch' is unknown here"
like "no command on an unknown terminal: the status" "$out" "^0 open"
rm -rf "$WARROOM_STATE"
run warroom status --json
ok "status --json: has its shape without a journal" fits house
not_ok "status: makes no state directory" test -e "$WARROOM_STATE"

# --- what needs a person, without one: refused, with the way on ---
refused() {
    refused_words=$1
    shift
    run "$@"
    ended "$*: ends 3" 3
    like "$*: names the way on" "$err" "$refused_words"
}
refused "--yes stands for 'y'" warroom abort
refused "--yes stands for 'y'" warroom incident close --as aborted
refused "--reason TEXT gives it" warroom skip 2
refused "at least 10 characters" warroom skip 2 --reason short
refused "--reason TEXT gives it" warroom step mark 2 --as ok
not_ok "refusals: start nothing" test -e "$WARROOM_STATE/engine.sock"
run warroom -n abort --yes
ended "--dry-run: ends well" 0
like "--dry-run: says what would be sent" "$out" "'abort' .* would be sent"
run warroom -n note --json x
ok "--dry-run --json: has its shape" fits dry

# --- where output goes ---
warroom help --json >/dev/full 2>full.err
is "a full disk: ends 1" "$?" 1
like "a full disk: is said" "$(cat full.err)" "^warroom: could not write: No space left"
(
    warroom help completion 2>closed.err
    echo $? >closed.status
) | true
until_true 5 test -s closed.status
is "a reader that leaves: is no error" "$(cat closed.err)" ""
like "a reader that leaves: ends by the pipe, or had all written" "$(cat closed.status)" '^(141|0)$'
run sh -c "exec 2>&1; trap '' PIPE; warroom help | :"
unlike "a reader that leaves, SIGPIPE ignored: is no error either" "$out" "could not write"
on_screen 24 80 warroom status --raw
ended "--raw on a terminal: is refused" 3

# --- no home: what tells of the program alone is told, everything else says what is missing ---
for words in '--help' 'help run' 'help --man' 'completion bash' '--version'; do
    # shellcheck disable=SC2086
    run env -u HOME -u WARROOM_STATE warroom $words
    ended "no home: warroom $words" 0
done
run env -u HOME -u WARROOM_STATE warroom status
ended "no home: status is refused" 2
like "no home: what is missing is said" "$err" 'no HOME .*set WARROOM_STATE'

# --- names as they come: nothing passes to a terminal or a pipe unseen ---
esc=$(printf '\033')
run warroom "x${esc}[2J$(printf '\342\200\256')y$(printf '\001')"
ended "a hostile word: ends 2" 2
like "a hostile word: is shown, not obeyed" "$err" "x\^\[\[2J<U\+202E>y\^A"
ok "a hostile word: no control passes" test "$(LC_ALL=C tr -d '\n\t -~' <tap.err | wc -c)" -eq 0
run warroom -n note --json "a${esc}]52;c;eA==$(printf '\007\342\200\213\302\233')b$(printf '\177')"
ok "hostile text in JSON: no control passes" test "$(LC_ALL=C tr -d '\n -~' <tap.out | wc -c)" -eq 0
like "hostile text in JSON: is escaped" "$out" '\\u001[bB]\]52;c;eA==\\u0007\\u200b\\u009bb\\u007f'
LC_ALL=C
export LC_ALL
run warroom -n note --json 'Störung'
like "LANG=C: other people's letters stay" "$out" 'Störung'
unset LC_ALL
run warroom -n note "$(printf 'bad \377 byte')"
ended "bytes that are no UTF-8: are taken, visibly" 0
like "bytes that are no UTF-8: are shown" "$out" 'bad <FF> byte'

# --- manual and completion, from the same rows ---
like "manual: a page" "$(warroom help --man run)" '^\.TH WARROOM-RUN 1 '
while read -r command; do
    # shellcheck disable=SC2086
    page=$(warroom help --man $command)
    like "$command: has a manual page" "$page" '^\.SH EXAMPLE'
done <commands
run warroom help --man nothing
ended "manual: no such command" 4
for page in "$top"/src/cli/manual/*.5; do
    like "$(basename "$page"): is a page" "$(cat "$page")" '^\.TH WARROOM'
done
if command -v bash >/dev/null; then
    cat >complete.bash <<'END'
source <(warroom completion bash)
COMP_WORDS=(warroom "$@"); COMP_CWORD=$#
_warroom; printf '%s\n' "${COMPREPLY[@]}"
END
    completes() { bash complete.bash "$@" | tr '\n' ' '; }
    is "completion: first words" "$(completes st)" "start status step "
    is "completion: verbs of a noun" "$(completes gate '')" "list show pass "
    is "completion: values of an option" "$(completes start --severity '')" "low medium high critical "
    is "completion: values with blanks stay one word when typed" "$(completes incident close --as 'false')" 'false\ alarm '
    is "completion: options" "$(completes run --s)" "--step --set --service "
    is "completion: words of a row" "$(completes completion '')" "bash zsh fish "
    is "completion: asks a room that is not there quietly" "$(completes gate pass '')" " "
else
    skip "completion: bash" "bash is not installed"
fi
like "completion: zsh" "$(warroom completion zsh)" '^#compdef warroom'
like "completion: fish" "$(warroom completion fish)" "^complete -c warroom .*-l severity"

# --- plain ---
is "--plain: one thing, one line, its class first" "$(warroom --plain status)" "INCIDENT none.
NEXT nothing is open: warroom start TITLE"
is "TERM=dumb: is plain" "$(TERM=dumb warroom status)" "$(warroom --plain status)"
is "WARROOM_PLAIN=1: is plain" "$(WARROOM_PLAIN=1 warroom status)" "$(warroom --plain status)"
done_testing
