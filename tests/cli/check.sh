#!/bin/sh
# warroom check: every mistake in one run, each at its place; and what it reads when there is none.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

run warroom check
ended "check__without_a_configuration__finds_none" 4
like "check__without_a_configuration__says_what_to_do" "$err" "there is no configuration: 'warroom init' writes one"

cp "$top/tests/golden/check-twelve.yaml" .
warroom check check-twelve.yaml >said 2>talked
is "check__with_mistakes__ends_2" "$?" 2
golden "check__tells_twelve_mistakes__in_one_run" said check-twelve.txt
like "check__with_mistakes__says_it_is_not_used" "$(cat talked)" 'check-twelve.yaml is not used: 12 mistakes'
run warroom check --json check-twelve.yaml
ended "check__with_mistakes__ends_2_in_json_too" 2
is "check__in_json__is_one_document" "$(printf '%s\n' "$out" | wc -l)" 1
like "check__in_json__holds_places" "$out" '"line":3,"column":65,"wrong":"unknown key .evry. in source .shop.","right":"did you mean .every.\?"'
like "check__in_json__says_it_is_not_good" "$out" '"good":false'
unlike "check__repeats__no_secret" "$(cat said talked)$out$err" 's3cr3t'

cat >warroom.yaml <<'END'
sources: {shop: {kind: metrics, url: "http://127.0.0.1:1/metrics"}, queue: {kind: command, run: [touch, ran]}}
metrics: {p95: {source: shop}}
triggers: [{name: slow, when: "p95 > 5 for 1m"}]
services: {checkout: {identity: [touch, ran], playbook: ./back.md}, search: {playbook: gone}}
people: [{name: Ana}]
END
printf '%s\n' '## Back' '### Switch' '```sh' 'touch ran' '```' >back.md
run warroom check
ended "check__of_a_good_file__ends_0" 0
is "check__of_a_good_file__says_what_it_read" "$out" 'warroom.yaml: fine: 2 sources, 1 metric, 1 trigger, 2 services, 1 person'
like "check__of_an_untrusted_file__says_so" "$err" 'it is not used before it is trusted: warroom trust warroom.yaml'
like "check__names__a_playbook_that_is_not_there" "$err" "service search: there is no playbook 'gone'"
unlike "check__is_content__with_a_playbook_that_is" "$err" 'service checkout'
not_ok "check__runs__nothing" test -e ran
run warroom check back.md
is "check__of_a_playbook__says_what_it_read" "$out" 'back.md: fine: 1 phase, 1 step'
printf '%s\n' '---' 'title: a' 'title: b' '---' '# back' >broken.md
run warroom check broken.md
ended "check__of_a_playbook_with_a_mistake__ends_2" 2
like "check__of_a_playbook_with_a_mistake__has_its_place" "$out" "^broken.md:3:1: duplicate key 'title'"
sed 's:back.md:broken.md:' warroom.yaml >with-broken.yaml
run warroom check with-broken.yaml
like "check__tells__of_a_playbook_that_cannot_be_used" "$err" 'service checkout: its playbook cannot be used: warroom check .*/broken.md'
run warroom check --json
like "check__in_json__counts" "$out" '"sources":2,"metrics":1,"triggers":1,"services":2,"people":1,"complaints":\[\]'
run warroom check -q
is "check__when_quiet__does_not_talk" "$err" ''

mkdir other
cp warroom.yaml other/named.yaml
run warroom --config other/named.yaml check
ended "check__reads__the_file_that_is_named" 0
like "check__reads__the_file_that_is_named_and_says_which" "$out" '^other/named.yaml: fine'
chmod 666 other/named.yaml
run warroom check other/named.yaml
ended "check__of_a_file_that_others_can_write__is_refused" 3
like "check__of_a_file_that_others_can_write__names_path_and_mode" "$err" 'other/named.yaml can be written by everybody \(mode 0666\)'

printf 'a: \033[31mred\n' >hostile.yaml
run warroom check hostile.yaml
like "check__of_hostile_text__shows_it" "$out" 'the control character \^\[ stands in the text'
printf 'sources: {"\342\200\256evil": {kind: command, run: x}}\n' >turned.yaml
run warroom check turned.yaml
like "check__of_turning_text__shows_it" "$out" "'<U\+202E>evil' cannot be a name"
dd if=/dev/zero bs=65535 count=1 2>/dev/null | tr '\0' '[' >deep.yaml
run warroom check deep.yaml
is "check__of_many_brackets__is_quick_and_plain" "$out" 'deep.yaml:1:33: nested too deep; 32 levels are the most'
done_testing
