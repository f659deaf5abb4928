#!/bin/sh
# What a person sees of a run at each turn: what runs and for how long, what is not known, what was before is gone.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

cat >turns.md <<BOOK
# Turns

### Hold on

\`\`\`sh {timeout=90s}
test -e "$work/go" || exit 3
until test -e "$work/end"; do sleep 0.05; done
\`\`\`

\`\`\`sh {undo}
until test -e "$work/undone"; do sleep 0.05; done
\`\`\`

### Say no

\`\`\`sh
exit 4
\`\`\`
BOOK
# shellcheck disable=SC2317 # called through until_true
status_has() { warroom status 2>&1 | grep -Eq -e "$1"; }

warroom start turns >/dev/null 2>&1
run warroom run turns.md --confirm turns
like "a step that failed: halted with its reason" "$(warroom status)" "halted: step 1 'Hold on' failed: exit 3"
touch go
run warroom retry
ok "a second try: is seen to run" until_true 10 status_has 'Hold on  RUN  0:0[0-9], time-out 1:30, try 2$'
unlike "a second try: the end of the first one is gone" "$(warroom status)" 'exit 3'

# --- nobody looks after it ---
pid=$(warroom journal list house | sed -n 's/.*engine .* started.*process \([0-9]*\).*/\1/p' | tail -n 1)
kill -9 "$pid"
touch end
ok "no engine: the step is not called running" until_true 10 status_has '^>\? +1 Hold on  UNKNOWN  started [0-9:]*Z$'
run warroom status
like "no engine: metrics are unknown" "$out" '^METRICS  unknown: no engine answers$'
like "no engine: NEXT says what is not known, and the way on" "$out" \
    "^NEXT   no engine answers: how step 1 'Hold on' goes is not known: warroom watch$"
like "no engine: nor in JSON" "$(warroom status --json)" '"state":"UNKNOWN"'
like "no engine: nor in the list" "$(warroom step list --json | head -n 1)" '"state":"UNKNOWN"'
start warroom watch >watched 2>&1
watcher=$started
ok "the way on: it is seen to have ended" until_true 20 status_has '^ \+  1 Hold on  ok'
ok "the way on: and it went on from there" until_true 20 status_has "halted: step 2 'Say no' failed: exit 4"

# --- taken back ---
run warroom undo hold-on --confirm hold-on
ok "an undo: is seen to run" until_true 10 status_has '^ \*  1 Hold on  RUN  undo  0:0[0-9]'
like "an undo: NEXT waits for it" "$(warroom status)" "^NEXT   wait: the undo of step 1 'Hold on' runs$"
touch undone
ok "an undo: is seen to have ended" until_true 20 status_has '^>-  1 Hold on  undone'
run warroom skip --reason 'taken back on purpose'
run warroom skip --reason 'nothing to say no to'
ok "the end: said with its outcome" until_true 10 status_has '^RUN R1  Turns  ended: '
unlike "the end: nothing is at hand any more" "$(warroom status)" '^>'
warroom incident close --as 'false alarm' --yes >/dev/null 2>&1

# --- followed from its first word, however late the face listens ---
printf '# Early\n\n### Word\n\n~~~sh\necho begun\nuntil test -e "%s/over"; do sleep 0.05; done\n~~~\n' "$work" >early.md
kill "$watcher"
wait "$watcher"
warroom start early >/dev/null 2>&1
heard=0
for round in 1 2 3 4 5 6 7 8; do
    rm -f over
    start sh -c "warroom run early.md --confirm early >followed.$round 2>&1"
    if until_true 3 grep -q '^    begun' "followed.$round"; then heard=$((heard + 1)); fi
    touch over
    wait "$started"
done
is "a step that prints at once and then waits is heard each time" "$heard" 8
warroom incident close --as 'false alarm' --yes >/dev/null 2>&1

# --- values beside their limits, what needs eyes first ---
cat >values.yaml <<'YAML'
sources:
  few: {kind: command, run: [echo, "3"], every: 1s}
  many: {kind: command, run: [echo, "12345.5"], every: 1s}
metrics:
  calm: {source: few}
  deep: {title: "queue depth", source: many, unit: jobs}
  odd: {source: few}
triggers:
  - {name: a, when: "calm > 5", severity: low}
  - {name: b, when: "deep > 500", severity: high}
  - {name: c, when: "odd > 5 points over baseline", severity: low}
YAML
run warroom check values.yaml
like "check: a trigger that cannot judge is told" "$err" 'trigger c cannot judge metric odd: it has no baseline'
WARROOM_STATE=$work/values
export WARROOM_STATE
run warroom --config values.yaml start values
export WARROOM_CONFIG="$work/values.yaml"
ok "metrics: the breach, beside its limit" until_true 20 status_has '^ X queue depth +12345.5 jobs  BREACH +limit 500 jobs$'
seen=$(warroom status | sed -n '/^METRICS/,/^NEXT/s/^ \([X?.]\) .*/\1/p' | tr '\n' ' ')
is "metrics: what needs eyes first, and unknown before well" "$seen" 'X ? . '
like "metrics: with nothing to compare with, nothing is called well" "$(warroom status)" '^ \? odd +3  NO DATA +odd: no baseline yet$'
like "metrics: --plain has the limit" "$(warroom --plain status)" '^METRIC queue depth: BREACH, 12345.5 jobs, limit 500 jobs\.$'
done_testing
