# tap.sh - what a script test needs; sourced first:  . "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
#
#   ok NAME COMMAND...          passes when the command succeeds           not_ok: when it fails
#   is NAME GOT WANTED          passes when both texts are the same
#   like NAME TEXT ERE          passes when the text matches               unlike: when it does not
#   run COMMAND...              runs it; then $status, $out, $err hold how it ended and what it said
#   on_screen ROWS COLUMNS COMMAND...   the same on a terminal: $out is what a person sees
#   ended NAME STATUS           passes when the last `run` ended so; shows what it said when not
#   golden NAME FILE GOLDEN     compares with tests/golden/GOLDEN; GOLDEN=write (make golden) writes it instead
#   until_true SECONDS COMMAND...   polls, at most so long: never sleep and hope
#   start COMMAND...            runs it in the background; $started is its process; ended with the test
#   skip NAME REASON            what cannot be tested here is said, not passed
#   free_port                   prints a loopback TCP port that nobody listens on
#   done_testing                last: prints the plan, ends 1 when anything failed
#
# The test runs in $work, a folder of its own, with its own WARROOM_STATE and no configuration of yours.
# $WARROOM_BIN holds the programs and is first in PATH; $top is the repository.

set -u
top=${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}
WARROOM_BUILD=${WARROOM_BUILD:-$top/build}
WARROOM_BIN=${WARROOM_BIN:-$WARROOM_BUILD/bin}
PATH=$WARROOM_BIN:$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/t.XXXXXX") || exit 1
# A short path: sockets have room for 107 bytes.
WARROOM_STATE=$work/state
HOME=$work
export WARROOM_BUILD WARROOM_BIN PATH WARROOM_STATE HOME
unset WARROOM_CONFIG WARROOM_ME XDG_STATE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR
cd "$work" || exit 1

tap_count=0 tap_failed=0 tap_started='' tap_programs=$WARROOM_BIN status=0 out='' err=''

# Ends a process of ours: again and again, as one that was just forked may lose a signal to its parent's trap.
tap_end() {
    tap_tries=0
    while tap_state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) && [ "${tap_state%% *}" != Z ]; do
        tap_tries=$((tap_tries + 1))
        if [ "$tap_tries" -lt 100 ]; then kill "$1" 2>/dev/null; else kill -9 "$1" 2>/dev/null; fi
        [ "$tap_tries" -lt 200 ] || return 1
        sleep 0.02 # between two looks
    done
}
# One that cannot be looked into (it keeps secrets: no core, no environment to be read) is known by the lock it holds.
# /proc/locks may leave a line out while locks come and go: it is asked until the lock is free.
tap_end_holders() {
    # shellcheck disable=SC2013
    find "$work" -name engine.lock 2>/dev/null | while read -r tap_lock; do
        tap_looks=0
        until flock -n "$tap_lock" true 2>/dev/null || [ "$tap_looks" -gt 250 ]; do
            tap_looks=$((tap_looks + 1))
            tap_inode=$(stat -c %i "$tap_lock" 2>/dev/null) || break
            for tap_pid in $(sed -n "s/.* FLOCK .* \([1-9][0-9]*\) [0-9a-f]*:[0-9a-f]*:$tap_inode .*/\1/p" /proc/locks); do
                tap_end "$tap_pid"
            done
            sleep 0.02 # between two looks
        done
    done
}
# The engine leaves by itself when nothing is open; a test does not wait for that. Only ours is ended: its state is here.
tap_end_engine() {
    for tap_place in $tap_programs; do
        # shellcheck disable=SC2012
        for tap_pid in $(ls -l /proc/[0-9]*/exe 2>/dev/null |
            sed -n "s:.* /proc/\([0-9]*\)/exe -> $tap_place/warroom-engine.*:\1:p"); do
            ! tr '\0' '\n' <"/proc/$tap_pid/environ" 2>/dev/null | grep -qF "=$work/" || tap_end "$tap_pid"
        done
    done
    tap_end_holders
}
tap_leave() {
    tap_status=$?
    trap - EXIT
    for tap_pid in $tap_started; do
        tap_end "$tap_pid"
    done
    tap_end_engine
    cd / && rm -rf --one-file-system "$work"
    exit "$tap_status"
}
trap tap_leave EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

tap_say() { # tap_say GOOD NAME: a TAP line
    tap_count=$((tap_count + 1))
    if [ "$1" = yes ]; then
        echo "ok $tap_count - $2"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $2"
    fi
}
tap_note() { printf '%s\n' "$*" | sed 's/^/# /'; }

ok() {
    tap_name=$1
    shift
    if "$@" >"$work/tap.said" 2>&1; then tap_say yes "$tap_name"; else
        tap_say no "$tap_name"
        tap_note "failed: $*"
        tap_note "$(cat "$work/tap.said")"
    fi
}
not_ok() {
    tap_name=$1
    shift
    if "$@" >"$work/tap.said" 2>&1; then
        tap_say no "$tap_name"
        tap_note "should have failed: $*"
        tap_note "$(cat "$work/tap.said")"
    else tap_say yes "$tap_name"; fi
}
is() {
    if [ "$2" = "$3" ]; then tap_say yes "$1"; else
        tap_say no "$1"
        tap_note "got:    $2"
        tap_note "wanted: $3"
    fi
}
like() {
    if printf '%s\n' "$2" | grep -Eq -e "$3"; then tap_say yes "$1"; else
        tap_say no "$1"
        tap_note "got:              $2"
        tap_note "should match:     $3"
    fi
}
unlike() {
    if printf '%s\n' "$2" | grep -Eq -e "$3"; then
        tap_say no "$1"
        tap_note "got:              $2"
        tap_note "should not match: $3"
    else tap_say yes "$1"; fi
}
run() {
    status=0
    "$@" >tap.out 2>tap.err </dev/null || status=$?
    out=$(cat tap.out) err=$(cat tap.err)
}
on_screen() { run "$WARROOM_BUILD/tests/onscreen" "$@"; }
ended() {
    if [ "$status" -eq "$2" ]; then tap_say yes "$1"; else
        tap_say no "$1"
        tap_note "ended with $status, not $2"
        tap_note "said: $out"
        tap_note "complained: $err"
    fi
}
golden() {
    if [ "${GOLDEN:-}" = write ]; then
        mkdir -p "$(dirname "$top/tests/golden/$3")"
        cp "$2" "$top/tests/golden/$3"
    fi
    if diff -u "$top/tests/golden/$3" "$2" >"$work/tap.said" 2>&1; then tap_say yes "$1"; else
        tap_say no "$1"
        tap_note "$(cat "$work/tap.said")"
    fi
}
until_true() {
    tap_until=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt "$tap_until" ] || return 1
        sleep 0.02 # between two looks; the limit is above
    done
}
start() {
    "$@" &
    started=$!
    tap_started="$tap_started $started"
}
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}
free_port() {
    while :; do
        tap_port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
        tap_hex=$(printf '%04X' "$tap_port")
        grep -qs ":$tap_hex [0-9A-F:]* 0A" /proc/net/tcp /proc/net/tcp6 || break
    done
    echo "$tap_port"
}
done_testing() {
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
    exit
}
