#!/bin/sh
# warroom trust: a configuration of the working directory is used once a person said so, in just these bytes.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

cat >warroom.yaml <<'END'
sources: {queue: {kind: command, run: ["./bin/queue-depth", checkout]}}
services: {checkout: {identity: [./bin/whoami], deployments: {command: [./bin/deploys]}}}
display: {notify_command: [./bin/page]}
channels: {page: {token: "command:./bin/token page"}}
END
sum=$(sha256sum <warroom.yaml | cut -d' ' -f1)

run warroom trust warroom.yaml
ended "trust__without_anybody_to_ask__is_refused" 3
like "trust__without_anybody_to_ask__says_how" "$err" '\-\-yes'
like "trust__shows__the_digest" "$err" "SHA-256 $sum"
for line in 'source queue: ./bin/queue-depth checkout' 'service checkout, identity: ./bin/whoami' \
    'service checkout, deployments: ./bin/deploys' 'notices: ./bin/page' 'a secret, line 4: ./bin/token page'; do
    like "trust__shows__what_it_would_run: $line" "$err" "may run  $line"
done
not_ok "trust__refused__remembers_nothing" test -e "$WARROOM_STATE/trusted"

run warroom trust warroom.yaml --yes --dry-run
ended "trust__dry__only_shows" 0
not_ok "trust__dry__remembers_nothing" test -e "$WARROOM_STATE/trusted"

run warroom trust warroom.yaml --dry-run --json
like "trust__dry__gives_its_document" "$out" '"trusted":false,"already":false'

run warroom trust warroom.yaml --yes
ended "trust__given__is_remembered" 0
is "trust__is_kept__as_sha256sum_writes_it" "$(cat "$WARROOM_STATE/trusted")" "$sum  $work/warroom.yaml"
is "trust__is_kept__for_its_owner_alone" "$(stat -c %a "$WARROOM_STATE/trusted")" 600
run warroom check --json
like "trust__given__is_known_to_check" "$out" '"trusted":true'
run warroom trust warroom.yaml
ended "trust__given_already__asks_nobody" 0
like "trust__given_already__says_so" "$out" 'trusted already'

echo '# changed' >>warroom.yaml
run warroom check --json
like "trust__of_changed_content__is_gone" "$out" '"trusted":false'
run warroom trust warroom.yaml --yes --json
like "trust__in_json__names_the_programs" "$out" '"runs":\["source queue: ./bin/queue-depth checkout",'
is "trust__of_a_path__is_one_line" "$(wc -l <"$WARROOM_STATE/trusted")" 1

echo 'bogus: 1' >>warroom.yaml
run warroom trust warroom.yaml --yes
ended "trust__of_a_file_with_mistakes__is_refused" 2
like "trust__of_a_file_with_mistakes__names_them" "$err" "warroom.yaml:6:1: unknown key 'bogus'"
run warroom trust nowhere.yaml --yes
ended "trust__of_nothing__finds_none" 4

# An engine reads the file again for as long as it lives: it follows only what a person trusted.
mkdir live
cd live || exit 1
warroom init -q --service checkout >/dev/null
run warroom start slow checkout -s checkout
ended "engine__starts__with_a_trusted_configuration" 0
echo '# put there by a checkout' >>warroom.yaml
# shellcheck disable=SC2317
says() { warroom journal list house | grep -qF -e "$1"; }
# shellcheck disable=SC2317
loaded() { test "$(warroom journal list house | grep -c 'configuration loaded')" -eq "$1"; }
ok "engine__does_not_follow__a_trusted_file_that_changed" until_true 20 says 'has changed since it was trusted'
ok "engine__keeps__the_configuration_it_has" loaded 1
warroom trust warroom.yaml --yes -q >/dev/null
ok "engine__follows__once_a_person_said_so" until_true 20 loaded 2
run env WARROOM_CONFIG=/nowhere/w.yaml warroom start other
ended "command__with_a_configuration_that_is_not_there__is_refused" 4
run env WARROOM_CONFIG="$work/warroom.yaml" warroom start other
ended "command__with_a_configuration_with_mistakes__is_refused" 2
like "command__with_a_configuration_with_mistakes__names_each" "$err" "/warroom.yaml:6:1: unknown key 'bogus'"
cd .. || exit 1

chmod 602 warroom.yaml
run warroom trust warroom.yaml --yes
ended "trust__of_a_file_others_can_write__is_refused" 3
done_testing
