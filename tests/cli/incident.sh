#!/bin/sh
# An incident from the command line: opened, walked, stopped, closed; its documents, its exit codes, its refusals.
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
# shellcheck disable=SC2317 # called through ok
no_controls() { test "$(LC_ALL=C tr -d '\n\t -~' <"$1" | wc -c)" -eq 0; }

# --- opened, with a title that would like to drive the terminal ---
esc=$(printf '\033')
title="slow ${esc}[2J${esc}]0;gone$(printf '\007\342\200\256\342\200\213')end"
shown='slow \^\[\[2J\^\[\]0;gone\^G<U\+202E><U\+200B>end'
run warroom start "$title" -s checkout --environment staging --json
ended "start: ends well" 0
ok "start --json: has its shape" fits answer
ok "start --json: no control passes" no_controls tap.out
run warroom status
like "status: shows what the title is made of" "$out" "$shown"
ok "status: no control passes" no_controls tap.out
on_screen 24 100 warroom status
like "status on a terminal: the same" "$out" "$shown"
like "status on a terminal: the line keeps its place" "$(printf '%s\n' "$out" | sed -n 1p)" '^INC-0001 checkout staging  HIGH'
run warroom status --json
ok "status --json: has its shape" fits room
ok "status --json: no control passes" no_controls tap.out
run warroom incident list --json
ok "incident list --json: a line each" fits listed lines
run warroom incident list
ok "incident list: no control passes" no_controls tap.out
like "--plain: the incident in a line" "$(warroom --plain status)" "^INCIDENT INC-0001 $shown: high"

# --- small orders ---
run warroom note 'first complaint' --at 00:00:01
ended "note: ends well" 0
like "note: is told with its number" "$out" '^INC-0001/[0-9]+ first complaint$'
run warroom impact 00:00:02
ended "impact: ends well" 0
run warroom impact tomorrow
ended "impact: a time that is none" 2
run warroom incident severity critical
like "severity: is told" "$out" 'severity is critical'
run warroom incident assign scribe 'Raj K.'
like "assign: is told" "$out" 'scribe: Raj K\.'
run warroom --me ann incident take
like "take: who and from whom" "$out" 'ann takes command from '
run warroom trigger event deployment_failed pipeline 4711
like "trigger event: is told" "$out" '^house/[0-9]+ event deployment_failed: pipeline 4711$'
run warroom -i INC-0099 note x
ended "-i: no such incident" 4
run warroom gate list
ended "gate list: without a playbook" 0
run warroom gate show nothing
ended "gate show: without a playbook" 4
run warroom start 'again slow' -s checkout
ended "start: one incident for a service" 3
like "start: names the one that is open" "$err" 'INC-0001 is open for checkout already'

# --- who: a claim, in the order in which it is believed ---
said_by() { warroom journal export INC-0001 | tail -n 1 | sed 's/.*"who":{"name":"\([^"]*\)".*/\1/'; }
WARROOM_ME=bob warroom note x >/dev/null
is "who: WARROOM_ME" "$(said_by)" bob
WARROOM_ME=bob warroom --me cleo note x >/dev/null
is "who: --me before it" "$(said_by)" cleo
SUDO_USER=dan warroom note x >/dev/null
if [ "$(id -u)" -eq 0 ]; then is "who: under sudo, who called it" "$(said_by)" dan; else
    is "who: SUDO_USER means nothing without sudo" "$(said_by)" "$(id -un)"
fi
warroom note x >/dev/null
is "who: the login" "$(said_by)" "$(id -un)"

# --- watch: stays, and prints what happens ---
start sh -c 'exec warroom --plain watch >watched 2>watched.err'
watcher=$started
ok "watch: says that it watches" until_true 10 grep -q watching watched.err
warroom note 'seen by the watcher' >/dev/null
ok "watch: one event, one line, its class first" until_true 10 grep -q '^NOTE INC-0001: seen by the watcher\.$' watched
kill -TERM "$watcher"
wait "$watcher"
is "watch: a signal ends it with 143" "$?" 143

# --- a playbook: every command it names next is typed as it stands there ---
cat >walk.md <<'END'
# Walk

- [ ] somebody looked (ops)

## One

### first

```sh
echo "hello from first"
```

### by hand

Look at the lamp.

### third

```sh
test -e fixed || { echo "not yet" >&2; exit 4; }
```

### last

```sh
true
```
END
run warroom run walk.md --dry-run
ended "run --dry-run: ends well" 0
like "run --dry-run: prints each command" "$out" 'hello from first'
is "run --dry-run: notes nothing" "$(warroom step list | grep -c 'RUN R1')" 0
run warroom run nowhere.md
ended "run: a playbook that is not there" 4
next_command() { sed -n 's/^NEXT .*: \(warroom .*\)$/\1/p' tap.out | tail -n 1; }
run warroom run walk.md
ended "run: a gate by hand needs a person" 5
is "run: the very command that ticks it" "$(next_command)" "warroom gate pass somebody-looked"
run warroom gate list --json
ok "gate list --json: a line each" fits gate lines
run warroom gate show somebody-looked --json
ok "gate show --json: has its shape" fits gate
like "gate show: the way on" "$(warroom gate show somebody-looked)" '^WAY warroom gate pass somebody-looked$'
run warroom gate pass somebody-lokked
ended "gate pass: no such gate" 4
run warroom gate pass somebody-looked
ended "gate pass: ends well" 0
run warroom run
ended "run: a step by hand needs a person" 5
like "run: tells the step's output" "$out" '^    hello from first$'
is "run: the very command that says it is done" "$(next_command)" "warroom step done 2"
run warroom step list --json
ok "step list --json: a line each" fits step lines
run warroom step show 1 --json
ok "step show --json: has its shape" fits step
like "step show: its command" "$(warroom step show first)" '^    echo "hello from first"$'
like "step show: what it printed" "$(warroom step show first)" '^hello from first$'
run warroom step show 9
ended "step show: no such step" 4
run warroom step "done" 2
ended "step done: ends well" 0
run warroom run --json
ended "run: a step that fails ends 1" 1
tail -n 1 tap.out >last && mv last tap.out
ok "run --json: ends with its document" fits ended
like "run --json: says its own exit code" "$(cat tap.out)" '"exit":1'
run warroom skip 3 --reason 'the lamp is on already'
ended "skip: with a reason" 0
run warroom undo 1 --confirm first
ended "undo: a step that has none" 3
run warroom run
ended "run: to the end" 0
like "run: says that it is done" "$out" 'ended, done'
run warroom status --json
ok "status --json: has its shape with a run" fits room
run warroom status --plain
like "--plain: a step in a line" "$out" '^STEP 3 third: skip'

# --- stopping, and leaving ---
cat >long.md <<'END'
# Long

## One

### wait

```sh
echo begun; while ! test -e "$WARROOM_GO"; do sleep 0.05; done; echo over
```

### after

```sh
echo after
```
END
sed "s:\$WARROOM_GO:$work/go:" long.md >l && mv l long.md
start sh -c 'warroom run long.md >followed 2>followed.err; echo $? >followed.status'
ok "run: is followed" until_true 10 grep -q '^    begun' followed
run warroom pause
ended "pause: ends well" 0
touch go
ok "run: ends when somebody paused it" until_true 10 test -s followed.status
is "run: stopped by a person is 7" "$(cat followed.status)" 7
rm -f followed*
run warroom run --step 2
ended "run --step: ends well after its step" 0
rm -f go
start sh -c 'exec warroom run long.md >left 2>left.err'
face=$started
ok "run: again, another time" until_true 10 grep -q '^    begun' left
kill -INT "$face"
wait "$face"
is "^C: leaves with 130" "$?" 130
like "^C: says that the run goes on" "$(cat left.err)" 'the run goes on.*warroom abort'
like "^C: and it does" "$(warroom step list)" '1 wait  RUN'
run warroom run
ended "run: one that goes on is not started twice" 3
run warroom abort --yes
ended "abort: ends well" 0
# shellcheck disable=SC2317 # called through until_true
aborted() { warroom step list | grep -q 'FAIL .*aborted'; }
ok "abort: ends the step, and the run halts" until_true 15 aborted

# --- two incidents: never the wrong one ---
run warroom start 'another one'
ended "start: a second incident" 0
run warroom note 'to whom'
ended "two open: without -i it is refused" 2
like "two open: both are named" "$err" 'INC-0001.*INC-0002'
run warroom status
ended "two open: status lists them" 0
like "two open: status lists them both" "$out" 'INC-0002'
run warroom -i INC-0002 note 'to this one'
ended "two open: -i names one" 0

# --- production: a name is typed ---
cat >short.md <<'END'
# Short

### only

```sh
true
```
END
warroom -i INC-0002 incident close --as 'false alarm' --yes >/dev/null
warroom -i INC-0001 incident close --as monitored --yes >/dev/null
run warroom start 'prod is slow' -s shop --environment prod
run warroom run short.md
ended "production: refused without the name" 3
like "production: says which name" "$err" '--confirm shop gives it'
run warroom run short.md --confirm Shop
ended "production: the name is compared exactly" 3
mkfifo keys
: >screen
start sh -c 'exec script -qefc "warroom run short.md" /dev/null <keys >screen 2>&1'
asker=$started
exec 9>keys
printf 'shop\n' >&9 # typed ahead: thrown away
ok "production: a person is asked" until_true 10 grep -q 'type the name shop' screen
printf 'shop\n' >&9
wait "$asker"
is "production: the name that was typed runs it" "$?" 0
exec 9>&-
like "production: it ran" "$(warroom step list)" '1 only  ok'
run warroom incident close --as monitored --yes
ended "close: ends well" 0
run warroom status --json
ok "status --json: has its shape when all is closed" fits house
run warroom incident reopen INC-0001 --reason 'it came back again'
ended "reopen: ends well" 0
run warroom journal list
ok "journal list: no control passes" no_controls tap.out
run warroom verify
ended "verify: the journal is whole" 0

# --- the engine: silent, other, gone ---
pid=$(warroom -i INC-0001 note 'who leads' >/dev/null; sed -n 's/.*process \([0-9]*\).*/\1/p' <<END
$(warroom journal list house | grep 'engine .* started' | tail -n 1)
END
)
like "the engine: is known by its process" "$pid" '^[0-9]+$'
echo 'display: {glyphs: auto}' >other.yaml
run warroom --config other.yaml note 'mixed'
ended "another configuration: is refused" 3
like "another configuration: both are named" "$err" "runs with the shipped defaults, this would be '.*/other.yaml'"
run warroom --config other.yaml status
ended "another configuration: looking is fine" 0
like "another configuration: looking says so" "$err" 'they are not mixed'
kill -9 "$pid"
run warroom -i INC-0001 note 'after the kill'
ended "killed: another one is started" 0
pid2=$(warroom journal list house | sed -n 's/.*engine .* started.*process \([0-9]*\).*/\1/p' | tail -n 1)
ok "killed: it is another one" test "$pid2" != "$pid"
start sh -c 'warroom -i INC-0001 run long.md >over 2>over.err; echo $? >over.status'
ok "killed under a run: it begins" until_true 10 grep -q '^    begun' over
kill -9 "$pid2"
ok "killed under a run: the restart is said" until_true 10 grep -q '^engine restarted [0-9:]*$' over.err
touch go
ok "killed under a run: it is followed to its end" until_true 10 test -s over.status
is "killed under a run: ends well" "$(cat over.status)" 0
is "killed under a run: what it printed is told once" "$(grep -c '^    begun' over)" 1
is "killed under a run: its step ran once" "$(grep -c "'wait' command started" over)" 1
pid2=$(warroom journal list house | sed -n 's/.*engine .* started.*process \([0-9]*\).*/\1/p' | tail -n 1)
kill -STOP "$pid2"
run warroom note 'is anybody there'
ended "silent: ends 1" 1
like "silent: says so, with the way out" "$err" "engine has not answered for 5 s \(pid $pid2\); 'kill -9 $pid2' ends it"
run warroom status
ended "silent: the journal is still read" 0
kill -CONT "$pid2"
run warroom note 'thawed'
ended "thawed: goes on" 0
done_testing
