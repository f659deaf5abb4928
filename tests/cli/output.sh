#!/bin/sh
# timeout: 120
# What a step prints, seen by those who follow: the second terminal too, a flood by its two ends, before the step's end.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

cat >two.md <<BOOK
# Two

## Only

### Speak

\`\`\`sh {timeout=60s}
echo the first word
until [ -e "$work/go" ]; do sleep 0.05; done
printf 'half '; sleep 0.2; echo 'and half'
echo the last word
\`\`\`

### Flood

\`\`\`sh {timeout=60s}
i=0; while [ \$i -lt 60000 ]; do echo "line \$i of a flood that nobody can read as fast as it comes"; i=\$((i + 1)); done
echo the flood is over
\`\`\`
BOOK

warroom start two terminals >/dev/null
warroom watch >watched 2>&1 &
watching=$!
tap_started="$tap_started $watching"
warroom run two.md --confirm two --step 1 >first 2>&1 &
first=$!
ok "the one who runs it hears the first word" until_true 20 grep -q 'the first word' first
warroom run >second 2>&1
like "the other one is told by whom it runs" "$(cat second)" "runs, started by"
touch go
wait "$first"
ok "a line that came in two halves is one line" grep -qx '    half and half' first
is "the last word stands before the end" "$(grep -n -e 'the last word' -e 'exit 0' first | sed 's/^[0-9]*:.*\(the last word\|exit 0\).*/\1/' | tr '\n' ,)" "the last word,exit 0,"

warroom run >flood 2>&1
ok "a flood: its first line" grep -q 'line 0 of a flood' flood
ok "a flood: its last line" grep -qx '    the flood is over' flood
ok "a flood ends before its end is told" test "$(grep -n 'the flood is over' flood | cut -d: -f1)" -lt "$(grep -n 'Flood.*exit 0' flood | head -n 1 | cut -d: -f1)"

# Both at once: one that watches has heard the beginning when the other comes.
rm -f go
warroom incident close --as aborted --yes >/dev/null 2>&1
warroom start two again >/dev/null
warroom run two.md --confirm two --step 1 >first 2>&1 &
first=$!
until_true 20 grep -q 'the first word' first
cat >late.sh <<'LATE'
exec warroom watch --json
LATE
sh late.sh >late 2>&1 &
late=$!
tap_started="$tap_started $late"
ok "who comes later is told what the others heard" until_true 20 grep -q 'the first word' late
touch go
wait "$first"
ok "and what comes then" until_true 20 grep -q 'the last word' late
is "each of it once" "$(grep -c 'the first word' late) $(grep -c 'the last word' late)" "1 1"
done_testing
