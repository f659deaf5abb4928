#!/bin/sh
# The helpers of tap.sh must be able to fail.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

inner() { # runs a test script made of its arguments, and gives what it prints
    { printf '. "%s/tests/lib/tap.sh"\n' "$top" && printf '%s\n' "$@" && echo done_testing; } >inner.sh
    run sh inner.sh
}
verdict() { printf '%s\n' "$out" | grep -v '^#'; }

inner 'ok good true' 'not_ok bad false' 'is same a a' 'like fits abc "^a.c$"' 'unlike other abc x' 'ok polled until_true 5 true'
is "helpers__pass__what_is_so" "$(printf '%s\n' "$out" | grep -c '^ok ')" 6
ended "helpers__end_0__when_all_passed" 0

for line in 'ok x false' 'not_ok x true' 'is x a b' 'like x abc "^b"' 'unlike x abc "b"' 'run false; ended x 0' \
    'ok x until_true 1 false' 'golden x /dev/null none/such'; do
    inner "$line"
    is "helpers__fail__${line%% *}" "$(verdict | tr '\n' ' ')" 'not ok 1 - x 1..1 '
    ended "helpers__end_1__after_${line%% *}" 1
done

inner 'skip here "no root"'
is "skip__is_said" "$(verdict | head -n 1)" 'ok 1 - here # SKIP no root'

# shellcheck disable=SC2016
inner 'echo "$work"' 'start sleep 100' 'echo "$started"'
place=$(printf '%s\n' "$out" | sed -n 1p) child=$(printf '%s\n' "$out" | sed -n 2p)
not_ok "leaving__removes_its_folder" test -e "$place"
not_ok "leaving__ends_what_it_started" kill -0 "$child"

run sh -c ". '$top/tests/lib/tap.sh'; run sh -c 'echo said; echo blamed >&2; exit 3'; echo \"\$status \$out \$err\""
is "run__keeps_status_and_words_apart" "$out" "3 said blamed"
on_screen 3 20 sh -c 'printf "healthy\\rdead\\n"; tty >/dev/null && exit 5'
is "on_screen__is_a_terminal" "$status $out" "5 deadthy"
like "free_port__is_a_port" "$(free_port)" '^[0-9]{5}$'
done_testing
