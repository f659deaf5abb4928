#!/bin/sh
# journal list, show, export and verify, on a journal that an engine wrote.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

run warroom journal list
ended "journal__is_not_found__before_there_is_one" 4
like "journal__says_where__there_is_none" "$err" "no journal yet in $WARROOM_STATE"
run warroom verify
ended "verify__has_nothing__before_there_is_a_journal" 4

run warroom --me ada start "checkout is slow" -s checkout --severity high
ended "journal__begins__with_an_incident" 0
run warroom --me ada note "first complaint on the phone"
run warroom --me "$(printf 'eve\033[2J')" note "$(printf 'second\033[2J one')"

run warroom journal list INC-0001
ended "list__shows__a_stream" 0
like "list__tells__the_first_record" "$out" '^INC-0001/1 .* decision  opened INC-0001: checkout is slow, checkout, high, commander ada  \[ada\]$'
like "list__makes_foreign_text__visible" "$out" 'INC-0001/3 .* note +second\^\[\[2J one  \[eve\^\[\[2J\]$'
run warroom journal list --only note --plain
is "list__shows_only__what_was_asked_for" "$(printf '%s\n' "$out" | sed 's/ [0-9-]* [0-9:]*Z / /' | sed -n 1p)" \
    'note INC-0001/2 first complaint on the phone. ada'
is "list__counts_only__what_was_asked_for" "$(printf '%s\n' "$out" | wc -l)" 2
run warroom journal list --json INC-0001
is "list__gives__one_document_a_line" "$(printf '%s\n' "$out" | grep -c '^{"stream":"INC-0001","number":[123],.*}$')" 3
run warroom journal list INC-0002
ended "list__does_not_find__another_stream" 4
like "list__suggests__the_nearest_stream" "$err" "no stream 'INC-0002' in the journal; .*INC-0001"

run warroom journal show INC-0001/2
ended "show__shows__one_record" 0
like "show__tells__who" "$out" '^by        ada \(.*\), cli$'
like "show__tells__the_kind" "$out" '^kind      note\.added, version 1 \(note\)$'
like "show__judges__the_hash" "$out" '^hash      [0-9a-f]{64}, intact$'
run warroom journal show INC-0001/99
ended "show__does_not_find__what_is_beyond_the_end" 4
run warroom journal show INC-0001
ended "show__refuses__what_is_no_record" 2
like "show__says__what_would_be_right" "$err" "write stream and number, as in INC-0042/48"

run warroom journal export INC-0001 --to kept.jsonl
ended "export__writes__a_file" 0
is "export__writes__every_record" "$(wc -l <kept.jsonl)" 3
is "export__is_for_its_owner_alone" "$(stat -c %a kept.jsonl)" 600
run warroom journal export INC-0001 --to kept.jsonl
ended "export__never_writes__over_a_file" 3
ok "export__writes_the_same__to_standard_output" sh -c 'warroom journal export INC-0001 | cmp - kept.jsonl'
run sh -c 'warroom journal export >/dev/full'
not_ok "export__does_not_say_it_wrote__what_it_could_not" test "$status" -eq 0

run warroom verify
ended "verify__finds__the_journal_whole" 0
like "verify__gives__the_head" "$out" '^INC-0001: chain whole: 3 records, ref INC-0001/3 [0-9a-f]{22}; nothing outside vouches for the end$'
like "verify__says__what_it_cannot_prove" "$out" 'nothing was cut off'
run warroom verify INC-0001 --against kept.jsonl
ended "verify__holds_it__against_an_export" 0
like "verify__says__who_vouches" "$out" '^INC-0001: .*; kept\.jsonl:3 vouches for all of it$'
run warroom verify kept.jsonl
ended "verify__reads__an_export" 0
echo "Dear all, we roll back. ref INC-0001/9 0123456789abcdef012345" >mail.txt
run warroom verify INC-0001 --against mail.txt
ended "verify__finds__a_cut_tail" 1
like "verify__says__how_much_is_missing" "$out" 'cut off: 6 records shorter than the head in mail\.txt:1 says'
sed 's/"number":2,/"number":2, /' kept.jsonl >spaced.jsonl
run warroom verify spaced.jsonl
ended "verify__reads__what_only_looks_different" 0
sed 's/first complaint/worst complaint/' kept.jsonl >changed.jsonl
run warroom verify changed.jsonl
ended "verify__finds__a_changed_export" 1

run warroom --me ada incident close --as "false alarm" --reason "it was the monitoring" --yes
ended "journal__ends__with_the_incident" 0
ok "engine__leaves__when_nothing_is_open" until_true 30 test ! -e "$WARROOM_STATE/engine.sock"
ok "engine__leaves__its_journal_closed" until_true 30 test ! -e "$WARROOM_STATE/journal.db-wal"
run warroom verify INC-0001
ended "verify__finds__it_whole_when_closed" 0
like "verify__knows__the_house_has_its_end" "$out" 'house/[0-9]+ has its end, in the same journal'

# An editor for bytes: as long as before, on another day.
LC_ALL=C sed -i 's/first complaint/worst complaint/' "$WARROOM_STATE/journal.db"
run warroom verify
ended "verify__finds__a_changed_record" 1
like "verify__names__the_record" "$out" '^INC-0001: DAMAGED: record 2 does not match its hash: it was changed after it was written; the first 1 (is|are) intact: warroom journal export --to FILE keeps'
run warroom verify --json
ended "verify__finds__it_in_json_too" 1
is "verify__gives__one_document" "$(printf '%s\n' "$out" | grep -c .)" 1
like "verify__says__what_is_wrong_in_json" "$out" '"intact":false,.*"wrong":"record 2 does not match its hash'
run warroom journal list INC-0001
ended "list__stops__at_damage" 1
is "list__shows__what_stands_before_it" "$(printf '%s\n' "$out" | wc -l)" 1
run warroom journal export INC-0001 --to rest.jsonl
ended "export__says__that_something_is_damaged" 1
like "export__says__how_much_it_kept" "$err" '1 intact record was exported'
run warroom verify rest.jsonl
ended "export__keeps__what_is_intact" 0
done_testing
