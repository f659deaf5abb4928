#!/bin/sh
# Rows 27, 29: the wall clock is set back two hours and ahead ten years under a living engine: durations and holds stay, order is
# the number, the step of the clock is on the house's timeline. Times are UTC wherever the person sits, and in the hour that
# comes twice.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"

faketime=''
for each in /usr/lib/*/faketime/libfaketime.so.1; do [ ! -e "$each" ] || faketime=$each; done
if [ -z "$faketime" ]; then
    skip "clock__set_back__is_said" "faketime is not installed"
    done_testing
fi
if [ -n "${WARROOM_SANITIZED:-}" ]; then
    skip "clock__set_back__is_said" "the sanitizer asks for the time before faketime is ready"
    done_testing
fi
# The engine alone sees the other wall clock; the boot clock, on which durations hang, stays what it is.
copied_programs
mv "$copied/warroom-engine" "$copied/warroom-engine.real"
cat >"$copied/warroom-engine" <<WRAP
#!/bin/sh
export LD_PRELOAD="$faketime" FAKETIME_TIMESTAMP_FILE="$work/wall" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
exec "$copied/warroom-engine.real" "\$@"
WRAP
chmod 755 "$copied/warroom-engine"
PATH=$copied:$PATH
wall() { echo "$1" >wall.new && mv wall.new wall; }
# shellcheck disable=SC2317,SC2329 # called by until_true
house_has() { warroom journal list house | grep -Eq "$1"; }

cat >warroom.yaml <<'YAML'
sources:
  queue: {kind: command, run: ["./depth"], every: 1s}
metrics:
  depth: {source: queue}
triggers:
  - {name: deep, when: "depth > 5 for 4s", severity: low, action: alert}
YAML
printf '#!/bin/sh\ncat "%s/depth.now"\n' "$work" >depth
chmod 755 depth
echo 9 >depth.now
cat >book.md <<'BOOK'
# Slow

## One

### first

```sh {timeout=30s}
sleep 3
```
BOOK
wall +0
warroom trust warroom.yaml --yes >/dev/null 2>&1
warroom start "which hour is it" --severity low --environment staging >/dev/null
start warroom run book.md >run.out 2>&1
face=$started
ok "hold__begins" until_true 5 house_has 'deep: pending'
wall -7200
ok "clock__set_back__is_said" until_true 4 house_has 'clock stepped by -(2h|1h59m59s)'
run warroom note "by the clock of this face" --at "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
ended "clock__set_back__judges_by_the_engine" 2
like "clock__set_back__says_why" "$err" 'is still to come; a time that has been is wanted \(UTC\)'
run warroom note "by the engine's clock"
ended "clock__set_back__takes_notes" 0
wall +10y
ok "clock__set_ahead__is_said" until_true 4 house_has 'clock stepped by 36[0-9][0-9]d'
wait "$face"
code=$?
is "run__ends__well" "$code" 0
like "step__took__what_it_took" "$(warroom journal list INC-0001)" "step 1 'first' command: exit 0 after 0:03"
ok "hold__fires" until_true 6 house_has 'deep: firing'
ups=$(warroom journal list house --json | grep '"trigger.changed"' | sed 's/.*"up":\([0-9]*\).*/\1/' | tr '\n' ' ')
# shellcheck disable=SC2086
set -- $ups
held=$((($2 - $1) / 1000))
ok "hold__lasts__as_long_as_it_says" test "$held" -ge 3900 -a "$held" -le 6000
[ "$tap_failed" -eq 0 ] || tap_note "held $held ms: $ups"
numbers=$(warroom journal list INC-0001 | sed -n 's:^INC-0001/\([0-9]*\) .*:\1:p')
is "order__is_the_number" "$numbers" "$(printf '%s\n' "$numbers" | sort -n)"
run warroom verify
ended "journal__is_whole" 0

# Whoever reads it, wherever: the same hours, marked UTC.
warroom journal list >here.list
warroom journal export INC-0001 >here.export 2>/dev/null
for zone in UTC America/St_Johns Asia/Kathmandu Pacific/Chatham Europe/Berlin XXX-14 nonsense; do
    is "journal_list__in_${zone}__is_the_same" "$(TZ=$zone warroom journal list | cksum)" "$(cksum <here.list)"
    is "journal_export__in_${zone}__is_the_same" "$(TZ=$zone warroom journal export INC-0001 2>/dev/null | cksum)" "$(cksum <here.export)"
done
is "journal_list__marks_every_time" "$(grep -Evc ' [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}Z ' here.list)" 0

# The hour that comes twice in Berlin, 25 October: 00:30Z and 01:30Z are both 02:30 there. An engine and a face that sit there.
tap_end_engine
TZ=Europe/Berlin
export TZ
at() { wall "+$(($(TZ=UTC date -d "$1" +%s) - $(date +%s)))"; }
past() { wall "$(($(TZ=UTC date -d "$1" +%s) - $(date +%s)))"; }
for hour in 00 01; do
    if [ "$(date +%s)" -lt "$(TZ=UTC date -d "2026-10-25 $hour:30:00" +%s)" ]; then at "2026-10-25 $hour:30:00"; else past "2026-10-25 $hour:30:00"; fi
    [ "$hour" = 00 ] || until_true 4 house_has 'clock stepped by (1h|59m59s|1h0m)'
    warroom note "in hour $hour" >/dev/null
done
like "hour_twice__first" "$(warroom journal list INC-0001 | grep 'in hour 00')" '2026-10-25 00:3[0-9]:[0-9]{2}Z'
like "hour_twice__second" "$(warroom journal list INC-0001 | grep 'in hour 01')" '2026-10-25 01:3[0-9]:[0-9]{2}Z'
done_testing
