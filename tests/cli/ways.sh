#!/bin/sh
# Refusals and NEXT: one line with what, why and the way on; and the way on, typed as it is printed, is taken.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

cat >ways.md <<'BOOK'
# Ways on

- [ ] hot enough
  ```sh {gate}
  test -e hot
  ```

### No way home

```sh
exit 3
```

### Home again

```sh
exit 4
```

```sh {undo}
true
```
BOOK
# shellcheck disable=SC2317 # called through until_true
next() { warroom status | sed -n 's/^NEXT .*: warroom/warroom/p'; }
# shellcheck disable=SC2317 # called through until_true
status_has() { warroom status | grep -Eq -e "$1"; }

# --- before anything is open ---
run warroom start '   '
ended "a title of blanks is none" 2
run warroom start 'one and another'
run warroom note --at 9:5 early
ended "half a minute is no time" 2
like "half a minute: says what is one" "$err" '14:05'

# --- a gate whose check says no ---
run warroom run ways.md --confirm ways-on
is "a gate that failed: is told once, with what was found" "$(printf '%s\n' "$out" | grep -c 'gate hot-enough failed: ')" 1
is "a gate that failed: the halt is told once" "$(printf '%s\n' "$out" | grep -c "halted: gate 'hot enough' failed")" 1
like "--plain: the gate stands there too" "$(warroom --plain status)" '^GATE hot enough: failed.* name hot-enough\.$'
unlike "NEXT: no pipe between the ways" "$(next)" '\|'
like "NEXT: whole commands" "$(next)" '^warroom retry, or warroom gate pass hot-enough --reason TEXT$'
run warroom gate pass hot-enough --reason 'it is hot enough by hand'
ended "the way on: is taken" 0
run sh -c "$(next)"
like "NEXT: typed as printed, it goes on" "$out" "step 1 'No way home' command: exit 3"

# --- a step that failed, with and without a way back ---
run warroom run
ended "a failed step is not run over" 3
like "a failed step: named, with its end" "$err" "cannot run: step 1 'No way home' failed \(exit 3\); 'warroom retry'"
unlike "a failed step without an undo: none is offered" "$err$(next)" 'undo'
run warroom skip
ended "a skip without a reason" 3
like "a skip without a reason: says how long one is" "$err" 'at least 10 characters; --reason TEXT'
run warroom skip --reason 'nothing to be done here'
ended "a skip with one" 0
unlike "the reason of a halt goes with its step" "$(warroom status)" "halted: "
run sh -c "$(next)"
run warroom run
like "a failed step with an undo: it is offered" "$err" "'warroom undo' takes it back"
like "NEXT: with the undo" "$(next)" '^warroom retry, warroom undo, or warroom skip --reason TEXT$'
run warroom undo --confirm home-again
ok "the way on: undone" until_true 10 status_has 'Home again  undone'
run warroom undo --confirm home-again
like "an undo twice: says that none is left" "$err" 'no step is left that can be taken back'
run warroom abort --yes
run warroom incident close --as 'false alarm'
ended "a close that nobody was asked for" 3
like "a close that nobody was asked for: in words" "$err" "^warroom: incident close is refused: nobody was asked; --yes stands for 'y'$"

# --- skipped, but what it did is still there ---
cat >half.md <<'BOOK'
# Half done

### Half

```sh
touch half
exit 3
```

```sh {undo}
rm half && echo x >>undone
```

### Rest

```sh
exit 3
```
BOOK
run warroom run half.md --confirm half-done
run warroom skip --reason 'half of it is enough'
run warroom undo 1 --confirm half
ended "a step that ran and was skipped: can be undone" 0
ok "a step that ran and was skipped: is undone" until_true 10 test -e undone -a ! -e half
ok "... and is the one at hand again" until_true 10 status_has '^>-  1 Half  undone'
run warroom retry
ok "run again it fails again" until_true 10 test -e half
ok "... and halts" until_true 10 status_has '^>X  1 Half  FAIL'
run warroom undo 1 --confirm half
ok "each try has its undo" until_true 10 status_has '^>-  1 Half  undone'
run warroom skip --reason 'now it is gone for good'
run warroom undo 1 --confirm half
ended "... but not twice" 3
is "... it ran once for each try" "$(wc -l <undone)" 2
run warroom abort --yes
run warroom undo 1 --confirm half
like "after the end of a run: the way on is its block" "$err" "'warroom step show 1' shows its undo block"
run warroom step show 1
like "the way on: shows it" "$out" 'rm half'

cat >takes.md <<'BOOK'
# Takes back

### By itself

```sh {on-failure=undo}
exit 3
```

```sh {undo}
echo x >>taken
```
BOOK
run warroom run takes.md --confirm takes-back
run warroom retry
# shellcheck disable=SC2317 # called through until_true
twice() { test "$(wc -l <taken)" = 2; }
ok "on-failure=undo: each try that a person asks for is taken back" until_true 10 twice
run warroom abort --yes

printf '# By hand\n\n### Call Bob\n\nBy telephone.\n' >hand.md
run warroom run hand.md --confirm by-hand
like "a step by hand: is to be done, not done" "$out" "paused: step 1 'Call Bob' is to be done by hand"
run warroom pause
like "paused already: said so" "$err" "^warroom: cannot pause: it is paused already; 'warroom run' goes on$"
run sh -c "$(next)"
ended "a step by hand: NEXT, typed as printed, says that it is done" 0
run warroom incident close --yes
like "a close without an outcome: says what is wanted" "$err" 'a closed incident has an outcome; --as one of: rollback successful,'
run warroom help verify
like "help: a question keeps its mark" "$out" '^verify: is the journal intact\?$'

cat >late.md <<'BOOK'
# Late

### Look

- [ ] answers in time
  ```sh {gate timeout=1s}
  sleep 60
  ```

```sh
true
```
BOOK
run warroom run late.md --confirm late
like "a check that took too long: is told as that" "$out" "^[0-9:]*Z gate answers-in-time failed: time-out$"
run warroom abort --yes

# --- two at once, and a service that is none ---
run warroom start 'second of two'
run warroom note x
like "two are open: both are named, and the option" "$err" 'INC-0001, INC-0002; -i ID names one'
run warroom start "$(printf 'long%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)"
ok "a long title is cut in the list" test "$(warroom incident list | wc -L)" -lt 110
echo 'services: {checkout: {environment: staging}, search: {environment: staging}}' >two.yaml
run env WARROOM_STATE="$work/other" warroom --config two.yaml start x -s chekout
ended "a service that is none" 4
like "a service that is none: those there are" "$err" 'it has: checkout, search$'

# --- a state folder that is somebody else's house ---
mkdir house && chmod 755 house && echo mine >house/thing
run env WARROOM_STATE="$work/house" warroom start x
ended "a folder with other things in it is no state folder" 3
like "a folder with other things in it: the way on" "$err" 'holds other things: set WARROOM_STATE to a folder of its own'
is "a folder with other things in it is not touched" "$(stat -c %a house) $(ls house)" '755 thing'
mkdir empty && chmod 755 empty
run env WARROOM_STATE="$work/empty" warroom start x
ended "an empty one is taken" 0
is "and closed to others" "$(stat -c %a empty)" 710
run env WARROOM_STATE="$work/empty" warroom incident close --as 'false alarm' --yes
run warroom metric test nope
ended "a metric that is not there: not found" 4
like "and where they are named" "$err" "no metric or source 'nope'; 'warroom metric list'"
done_testing
