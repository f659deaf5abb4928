#!/bin/sh
# warroom init: a first configuration, out of options or of six answers, that check likes.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

run warroom init
ended "init__without_terminal_and_options__is_a_mistake_of_use" 2
like "init__without_terminal_and_options__says_which" "$err" '\-\-service NAME'
not_ok "init__refused__writes_nothing" test -e warroom.yaml

run warroom init --service checkout --dry-run
like "init__dry__shows_the_file" "$out" '^  checkout: \{environment: "prod", type: "rolling"\}'
not_ok "init__dry__writes_nothing" test -e warroom.yaml

run warroom init --service checkout --metrics http://127.0.0.1:8080/metrics --series http_errors --limit 0.5 --me Ana
ended "init__with_options__writes" 0
run warroom check
is "init__writes__what_check_likes" "$out" 'warroom.yaml: fine: 1 source, 1 metric, 1 trigger, 1 service, 1 person'
like "init__writes__the_condition" "$(cat warroom.yaml)" 'when: "trouble > 0.5 for 5m"'
like "init__writes__who_it_was" "$(cat warroom.yaml)" '\{name: "Ana", role: team lead\}'
run warroom check --json
like "init__trusts__what_it_wrote" "$out" '"trusted":true'

cp warroom.yaml before
run warroom init --service other
ended "init__over_a_file__is_refused" 3
ok "init__over_a_file__leaves_it" cmp before warroom.yaml
mkdir linked
ln -s nowhere linked/warroom.yaml
run warroom init linked --service other
ended "init__over_a_link_to_nowhere__is_refused" 3
not_ok "init__over_a_link_to_nowhere__makes_nothing" test -e linked/nowhere

number=0
while IFS='|' read -r service option value wants; do
    number=$((number + 1))
    run warroom init "bad$number" --service "$service" ${option:+"$option" "$value"}
    ended "init__refuses__row_$number" 2
    like "init__says__what_would_be_right_in_row_$number" "$err" "$wants"
done <<'END'
my shop|||letters, digits
../x|||letters, digits
x|--metrics|ftp://x|begins with https
x|--type|blue_gren|did you mean .blue_green.
x|--environment||one word
END
run warroom init bad --service x --metrics http://shop.example/metrics
ended "init__refuses__plain_http_to_another_machine" 2
like "init__says__why_not_plain_http" "$err" 'plain http to another machine'
mkdir empty
run warroom init empty --service 'quoted-"x' --dry-run
ended "init__refuses__a_quote_in_a_name" 2
run warroom init empty --service shop --me 'Ana "the: rock" \ {{x}}' --environment 'a "b": c'
ended "init__takes__any_text_for_the_rest" 0
run warroom check empty/warroom.yaml
ended "init__writes__any_text_safely" 0

# At a terminal: each question is answered once it stands there; what is typed ahead is thrown away.
mkdir asked
mkfifo keys
start sh -c 'exec script -qefc "warroom init asked" /dev/null <keys >screen 2>&1'
asking=$started
exec 3>keys
answer() { # answer QUESTION ANSWER
    until_true 20 grep -q "$1" screen || tap_note "not asked: $1: $(cat screen)"
    printf '%s\n' "$2" >&3
}
answer 'The service this is about .checkout.:' 'my shop'
answer "write letters, digits" 'shop'
answer 'Its environment .prod.:' ''
answer 'How it is deployed' 'canary'
answer 'The address of its metrics' 'http://127.0.0.1:9/m'
answer 'The series there' ''
answer 'Above which value' '7'
# shellcheck disable=SC2317
ended_asking() { ! kill -0 "$asking" 2>/dev/null || test -e asked/warroom.yaml; }
ok "init__at_a_terminal__asks_six_questions" until_true 20 ended_asking
exec 3>&-
like "init__at_a_terminal__writes_the_answers" "$(cat asked/warroom.yaml)" 'shop: \{environment: "prod", type: "canary"\}'
like "init__at_a_terminal__takes_what_is_usual" "$(cat asked/warroom.yaml)" 'when: "trouble > 7 for 5m"'
run warroom check asked/warroom.yaml
ended "init__at_a_terminal__writes_what_check_likes" 0
done_testing
