# valgrind.sh - programs under memcheck; sourced after tap.sh (and faults.sh, for memcheck_program).
#
#   can_memcheck                 may it be done here? Else $memcheck_not says why not
#   memchecked UNIT SECONDS      runs tests/unit/UNIT, at most so long, and passes when memcheck has nothing to say. What a
#                                program twenty times as slow says about time is not asked: a case that fails by it leaks what
#                                it held, so then leaks are not asked for either.
#   memcheck_program NAME        the copied program of that name runs under memcheck from then on, whoever starts it
#   memcheck_quiet NAME          passes when memcheck had nothing to say about any of them
#
# An invalid access, a value used before it was set, a block that is definitely lost. GLib's own suppressions cover what it
# allocates once and keeps, ours the code that PCRE makes while it runs.

memcheck_log=$work/memcheck
mkdir -p "$memcheck_log"
export MEMCHECK_LOG="$memcheck_log"
memcheck="valgrind -q --log-file=%q{MEMCHECK_LOG}/%p --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"
cp "$top/tests/lib/valgrind.supp" "$work/valgrind.supp" # there its path has no blank
for memcheck_file in /usr/share/glib-2.0/valgrind/glib.supp "$work/valgrind.supp"; do
    [ ! -e "$memcheck_file" ] || memcheck="$memcheck --suppressions=$memcheck_file"
done

can_memcheck() {
    memcheck_not=
    if [ -n "${WARROOM_SANITIZED:-}" ]; then
        memcheck_not="a sanitized program does not run under valgrind"
    elif ! $memcheck true 2>/dev/null; then memcheck_not="valgrind does not run here"; fi
    rm -f "$memcheck_log"/*
    [ -z "$memcheck_not" ]
}
# What was said, a finding a paragraph, without valgrind's words about itself (--PID--), and without the paragraphs about $1.
memcheck_findings() {
    find "$memcheck_log" -type f -size +0 -exec cat {} + | sed -n 's/^==[0-9]*== \{0,1\}//p' |
        awk -v RS= -v not="$1" 'not == "" || $0 !~ not { print $0 "\n" }' | head -n 80
}
memcheck_quiet() {
    memcheck_said=$(memcheck_findings "${2:-}")
    is "memcheck__has_nothing_to_say__$1" "$memcheck_said" ''
    rm -f "$memcheck_log"/*
}
memchecked() {
    memcheck_but=
    # shellcheck disable=SC2086
    timeout -k 5 "$2" $memcheck "$WARROOM_BUILD/tests/unit/$1" >memcheck.out 2>&1 </dev/null || {
        tap_note "$1: ended with $?, $(grep -c '^not ok' memcheck.out) failed"
        memcheck_but='definitely lost'
    }
    memcheck_quiet "$1" "$memcheck_but"
}
memcheck_program() {
    [ -e "$copied/$1.real" ] || mv "$copied/$1" "$copied/$1.real"
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$memcheck" "$copied/$1.real" >"$copied/$1.new"
    chmod 755 "$copied/$1.new"
    mv -f "$copied/$1.new" "$copied/$1"
}
