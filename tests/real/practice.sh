#!/bin/sh
# The practice system (L2): real requests, failures that its customers count themselves, a real incident walked on it,
# and nothing left behind, whatever is killed.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
book=$top/playbooks/practice-blue-green.md
export PRACTICE_FOLDER="$work/p" WARROOM_PRACTICE="$work/p"

practice() { warroom-practice "$@"; }
state() { practice status --json | sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\).*/\1/p" | head -n 1; }
figure() { practice metrics | sed -n "s/^$1 \([0-9.]*\).*/\1/p"; }
# Every process whose words name this test's folder.
left() {
    for left_words in /proc/[0-9]*/cmdline; do
        left_line=$({ tr '\0' ' ' <"$left_words"; } 2>/dev/null) || continue # one that has just gone
        case $left_line in *"warroom-practice ."*"$work/"*) printf '%s\n' "$left_line" ;; esac
    done
}
# shellcheck disable=SC2317
nothing_left() { test -z "$(left | grep -F "$1")" && test ! -e "$1/practice.json"; }
# shellcheck disable=SC2317
at_least() { test "$(state "$1")" -ge "$2"; }
# shellcheck disable=SC2317
fires() { warroom --config w.yaml trigger list | grep -A1 "^$1 " | grep -q firing; }
# Whatever happens to this script: the systems end by themselves.
lasts='--for 90s'

# --- words ---
run practice
ended "no words: usage" 2
run practice dpeloy 2.0.0
ended "a wrong verb" 2
like "a wrong verb: the right one is named" "$err" 'did you mean deploy'
for verb in up down status whoami metrics deploys deploy traffic drain scale flag break heal backup verify-backup restore compare journeys; do
    like "$verb --help: has an example" "$(practice "$verb" --help)" "^  warroom-practice $verb"
done
run practice status
ended "nothing runs: not found" 4
is "nothing runs: one line" "$(wc -l <tap.err | tr -d ' ')" 1
run practice up --bad rude
ended "up: no such trouble" 2
run practice up --owner "$top/README.md"
ended "up: an owner who holds nothing" 3

# --- two side by side, the second one bad in data ---
# shellcheck disable=SC2086
run practice up --folder p --config w.yaml $lasts
ended "up: ends well" 0
# shellcheck disable=SC2086
run practice up --folder q --bad totals,loss,crash --rate 100 $lasts
ended "up: another one beside it" 0
# shellcheck disable=SC2086
run practice up --folder p $lasts
ended "up: not twice in a folder" 3
run warroom --config w.yaml check
ended "its configuration is fine" 0
run warroom --config w.yaml check "$book"
ended "its playbook is fine" 0
is "whoami: the target says who it is" "$(practice whoami)" 'practice eu-1 shop'
run practice deploys --previous
ended "deploys: no release before the first" 4
run practice deploy 2.0.0 --folder q
ended "a bad release goes live beside it" 0
is "the first one does not notice" "$(state version)" 1.0.0

# --- a bad release; a trigger fires; the way back, as a person walks it ---
start warroom --config w.yaml watch >watched 2>&1
ok "customers order" until_true 10 at_least orders 10
run practice deploy 2.0.0
ended "deploy: ends well" 0
run practice deploys --previous
is "deploys: the one before" "$out" '1.0.0 blue'
run practice deploy 3.0.0 --pool green
ended "deploy: not onto the pool that has the traffic" 3
ok "the trigger fires" until_true 20 fires error-rate
ok "the customers count failures" at_least failed 5
ok "and the error rate says so" test "$(figure 'practice_error_percent{pool="all"}' | cut -d. -f1)" -ge 5
ok "and so does the latency" test "$(figure 'practice_latency_p95_seconds{pool="green"}' | cut -c 1-3 | tr -d .)" -ge 5
room() { warroom --config w.yaml "$@"; }
run room start 'release 2.0.0 fails' -s shop
ended "an incident" 0
run room run practice-blue-green --confirm shop
ended "run: stops at the gate by hand" 5
like "run: the checks have passed by themselves" "$out" 'backup-is-recent-and-valid passed,? auto'
run room gate pass going-back-hurts-less-than-staying
ended "the gate is ticked" 0
run room run --step traffic-to-blue
ok "the traffic moves" test "$(state version)" = 1.0.0
run room run --step drain-green
like "drain: down to nobody" "$(cat tap.out)" '(drained|cut)'
run room run --step journeys
like "the key journeys work" "$out" 'find the order again: 5 of 5'
run room run --step compare
like "no order is lost" "$out" '^ *lost +0$'

# --- the figures against the customers' own ---
requests=$(state requests) failed=$(state failed) orders=$(state orders)
# The balancer counts a request when it answers, the customer when the answer is read: a moment lies between.
# shellcheck disable=SC2317
counts_agree() {
    served=$(figure 'practice_requests_failed_total{pool="all"}') felt=$(figure practice_customer_failed_total)
    test "$served" -ge "$felt" && test $((served - felt)) -le 2
}
ok "the balancer's failures are those the customers met" until_true 5 counts_agree
ok "failed requests are counted, not all failed" test "$failed" -gt 0 -a "$failed" -lt "$requests"
run practice compare --json
like "compare: holds every receipt" "$out" '"lost": 0'
compared=$(printf '%s\n' "$out" | sed -n 's/.*"compared": \([0-9]*\).*/\1/p')
ok "compare: as many as were confirmed" test "$compared" -ge "$orders"

# --- backups ---
run practice verify-backup --younger 5m
ended "the gate's backup is whole" 0
run practice backup --json
name=$(printf '%s\n' "$out" | sed -n 's/.*"name": "\(.*\)".*/\1/p')
printf x | dd of="p/backups/$name.db" bs=1 seek=5000 conv=notrunc 2>/dev/null
run practice verify-backup "$name"
ended "a damaged backup is found" 1
run practice restore "$name"
ended "and is not restored" 1
run practice restore backup-0001
ended "an older one is restored" 0
like "restore: says what is gone" "$out" 'gone +[1-9][0-9]* orders'
run practice compare
ended "compare: what is gone is missed" 1
run practice restore
like "restore: what was there was kept" "$out" 'kept +backup-'

# --- the other one: wrong totals and lost orders, as its customers found ---
other() { practice "$@" --folder q; }
other_is() { other status --json | sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p" | head -n 1; }
# shellcheck disable=SC2317
other_has() { test "$(other_is "$1")" -gt 0; }
ok "wrong totals are seen by customers" until_true 15 other_has wrong_totals
ok "lost orders are missed by customers" until_true 15 other_has lost
run other compare
ended "compare: differs" 1
like "compare: wrong totals" "$out" '^wrong +[1-9]'
like "compare: lost orders" "$out" '^lost +[1-9]'
run other flag new-checkout off
ended "the flag takes the trouble away" 0
like "the flag: green is well" "$(other status)" '^green .*trouble: none'

# --- kill -9: an instance, the balancer, the customers ---
pid_of() { practice status --json | sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p" | head -n 1; }
instance=$(practice status --json | tr -d ' \n' | sed 's/.*"blue":{[^}]*"pids":\[\([0-9]*\).*/\1/')
kill -9 "$instance"
# shellcheck disable=SC2317
blue_is() { practice status | grep -q "^blue .* $1 of 2 well"; }
ok "a killed instance is seen" until_true 3 blue_is 1
ok "the shop goes on without it" practice whoami
ok "it is started again" until_true 10 blue_is 2
balancer=$(pid_of balancer)
kill -9 "$balancer"
# shellcheck disable=SC2317
balancer_new() { test "$(pid_of balancer)" -gt 0 && test "$(pid_of balancer)" != "$balancer" && practice whoami; }
ok "a killed balancer is started again, on its port" until_true 10 balancer_new

# --- the master is killed: the guard sweeps; the guard is killed: the master does; both: the kernel, and the next one ---
folder_pid() { sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$1/practice.json"; }
guard_of() { sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$1/stat"; }
kill -9 "$(folder_pid q)"
ok "the master killed: nothing is left" until_true 5 nothing_left "$work/q"
is "the folder is empty" "$(ls q)" ''
kill -9 "$(guard_of "$(folder_pid p)")"
ok "the guard killed: nothing is left" until_true 5 nothing_left "$work/p"
is "the folder is empty" "$(ls p)" ''
start flock owner.lock sh -c 'echo held >held; exec sleep 60'
owner=$started
until_true 5 test -e held
# shellcheck disable=SC2086
run practice up --folder p --instances 1 --owner owner.lock $lasts
ended "up: with an owner" 0
master=$(folder_pid p)
kill -9 "$(guard_of "$master")" "$master"
# shellcheck disable=SC2317
all_dead() { test -z "$(left)"; }
ok "both killed: every process is gone" until_true 5 all_dead
run practice status
ended "both killed: nothing runs, says status" 4
# shellcheck disable=SC2086
run practice up --folder p --instances 1 --owner owner.lock $lasts
ended "up: the next one takes the folder over" 0
ok "it begins anew" test "$(practice deploys | wc -l)" -eq 2
read -r held <"/proc/$owner/task/$owner/children"
kill -9 "$held" "$owner"
ok "the owner killed: nothing is left" until_true 5 nothing_left "$work/p"
run practice up --folder p --instances 1 --for 2s
ok "its time is over: nothing is left" until_true 10 nothing_left "$work/p"
is "nobody of all of them is left" "$(left)" ''
done_testing
