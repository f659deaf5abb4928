# faults.sh - breaking things on purpose; sourced after tap.sh:  . "$top/tests/lib/faults.sh"
#
#   can_trace, can_mount          may this user do it here? Else: skip, and say why
#   calls_of COMMAND...           runs it and prints how many system calls it makes, after its own execve; they stay in
#                                 $work/calls for:
#   killed_at N COMMAND...        runs it, with kill -9 on entering its N-th call; so N+1 means: after the N-th
#   points COUNT TOTAL SEED       prints COUNT numbers spread over 1..TOTAL, the same ones for the same seed
#   chance                        prints a seed; say it in the test's output, and take one from FAULTS_SEED
#   injected RULE PATH COMMAND... strace's inject=RULE, on calls about PATH alone when that is not empty:
#                                   injected fdatasync:error=EIO:when=1 "$WARROOM_STATE/journal" COMMAND
#   copied_programs               copies the programs into a folder of their own, $copied, where the program of one NAME can be
#                                 traced from then on, whoever starts it:
#   count_program NAME LOG        ... its calls written to LOG; then `call_count LOG` says how many there were
#   kill_program NAME N LOG       ... killed on entering the N-th call of LOG
#   inject_program NAME RULE      ... with a rule of strace's
#   on_small_disk SIZE FOLDER COMMAND...   runs it in a mount namespace where FOLDER is an empty tmpfs of SIZE
#
# strace counts per process, and each kind of call by itself ("when=3" of all: the third read, the third write): so the N-th call
# of a run is looked up in a trace of an earlier one. Each role is swept alone; -f is never used here.

can_trace() { strace -qq -o /dev/null true 2>/dev/null; }
tap_unshare() { if [ "$(id -u)" -eq 0 ]; then unshare -m "$@"; else unshare -rm "$@"; fi; }
can_mount() {
    mkdir -p "$work/can_mount"
    # shellcheck disable=SC2016
    tap_unshare sh -c 'mount -t tmpfs -o size=64k none "$1" && mountpoint -q "$1"' sh "$work/can_mount" 2>/dev/null
}
call_count() { sed 1d "$1" | grep -c '^[a-z_0-9]*('; } # its own execve, the first, can be neither counted nor struck
tap_kill_rule() { # tap_kill_rule N LOG: the rule that kills at the N-th call of a trace
    awk -F '(' -v n="$1" 'NR > 1 && /^[a-z_0-9]+\(/ { seen[$1]++; if (++line == n) { print $1 ":signal=KILL:when=" seen[$1]; exit } }' "$2"
}
calls_of() {
    strace -qq -o "$work/calls" -- "$@" >"$work/calls.out" 2>&1 </dev/null
    call_count "$work/calls"
}
killed_at() {
    tap_rule=$(tap_kill_rule "$1" "$work/calls")
    shift
    strace -qq -o /dev/null -e trace=all -e "inject=${tap_rule:-none}" -- "$@"
}
points() {
    awk -v count="$1" -v total="$2" -v seed="$3" 'BEGIN {
        srand(seed)
        if (count > total) count = total
        for (i = 0; i < count; i++) { # one out of each of COUNT equal stretches
            from = int(i * total / count); width = int((i + 1) * total / count) - from
            print from + 1 + int(rand() * width)
        }
    }'
}
chance() { echo "${FAULTS_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}"; }
injected() {
    tap_rule=$1 tap_path=$2
    shift 2
    if [ -n "$tap_path" ]; then
        strace -qq -o /dev/null -P "$tap_path" -e trace=all -e "inject=$tap_rule" -- "$@"
    else
        strace -qq -o /dev/null -e trace=all -e "inject=$tap_rule" -- "$@"
    fi
}
copied_programs() {
    copied=$work/copied/bin
    mkdir -p "$copied" "$work/copied/share/warroom"
    cp "$WARROOM_BIN"/* "$copied"
    for tap_shipped in templates playbooks; do
        [ ! -d "$top/$tap_shipped" ] || ln -sfn "$top/$tap_shipped" "$work/copied/share/warroom/$tap_shipped"
    done
    tap_programs="$tap_programs $copied"
}
tap_trace_program() { # NAME LOG OPTION...: the tracer stands aside (-D): the program keeps its process number and its parent
    tap_program=$1 tap_log=$2
    shift 2
    [ -e "$copied/$tap_program.real" ] || mv "$copied/$tap_program" "$copied/$tap_program.real"
    {
        printf '#!/bin/sh\nexec strace -D -qq -o "%s"' "$tap_log"
        [ $# -eq 0 ] || printf " '%s'" "$@"
        # shellcheck disable=SC2016
        printf ' -- "%s" "$@"\n' "$copied/$tap_program.real"
    } >"$copied/$tap_program.new"
    chmod 755 "$copied/$tap_program.new"
    mv -f "$copied/$tap_program.new" "$copied/$tap_program"
}
count_program() { tap_trace_program "$1" "$2"; }
kill_program() {
    tap_rule=$(tap_kill_rule "$2" "$3")
    [ -n "$tap_rule" ] && tap_trace_program "$1" /dev/null -e "inject=$tap_rule"
}
inject_program() { tap_trace_program "$1" /dev/null -e "inject=$2"; }
on_small_disk() {
    tap_size=$1 tap_folder=$2
    shift 2
    mkdir -p "$tap_folder"
    # A fill test whose mount failed would fill the real disk: without a mount nothing is run.
    # shellcheck disable=SC2016
    tap_unshare sh -c 'mount -t tmpfs -o "size=$1,mode=700" none "$2" && mountpoint -q "$2" || exit 99
        shift 2; exec "$@"' sh "$tap_size" "$tap_folder" "$@"
}
