#!/bin/sh
# template list, show, render, fields: whole texts or none, and where a value is missing.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

cases=$top/tests/cases/communicate
home=$work/config/warroom/templates
XDG_CONFIG_HOME=$work/config
export XDG_CONFIG_HOME
mkdir -p "$home" "$work/here"
cd "$work/here" || exit 1

# --- what ships, read as people will read it ---
# Copied first: the tree may belong to somebody whose files are not to be trusted by whoever runs this.
mkdir ship
cp "$top"/templates/*.mustache ship/
for file in ./ship/*.mustache; do
    name=$(basename "$file" .mustache)
    for data in full drill; do
        run warroom template render "$file" --data "$cases/values-$data.json"
        ended "$name: whole with the values of '$data'" 0
        is "$name: nothing to say about '$data'" "$err" ""
        golden "$name: reads as it did, $data" tap.out "templates/$name.$data.txt"
    done
    run warroom template render "$file" --data '{}'
    ended "$name: held without values" 1
    is "$name: not a word on standard output" "$out" ""
    sed 's:\./ship/:templates/:g' tap.err >said
    golden "$name: each missing value has its place" said "templates/$name.missing.txt"
done

# --- render ---
printf 'Dear %s,\n{{#hosts}}\n- {{name}}\n{{/hosts}}\n' '{{who}}' >"$home/letter.mustache"
run warroom template render letter --data '{"who": "<Ann>", "hosts": [{"name": "a"}, {"name": "b"}]}'
is "a template by name, values as an argument" "$out" 'Dear &lt;Ann&gt;,
- a
- b'
printf '{"who": "Ann"}' >values.json
run warroom template render "$home/letter.mustache" --data values.json
is "a template by path, values from a file" "$out" 'Dear Ann,'
out=$(warroom template render letter --data - <values.json)
is "values from standard input" "$out" 'Dear Ann,'
run warroom template render letter
ended "no values at all: held" 1
is "... and the place is named" "$err" "warroom: letter is not whole, nothing is written:
$home/letter.mustache:1:6: there is no value for 'who'; give it one, or ask for it with {{#who}}"
run warroom template render letter --json --data '{}'
ended "as JSON: held" 1
like "as JSON: no text, but the place" "$out" \
    '^\{"template":"letter","whole":false,"missing":\[\{"file":"[^"]*","line":1,"column":6,"wrong":"[^"]*"'
run warroom template render letter --json --data '{"who": "Ann"}'
is "as JSON: the text" "$out" '{"template":"letter","whole":true,"text":"Dear Ann,\n","missing":[]}'

run warroom template render letter --data '{"who": }'
ended "values that are not JSON are a slip of the hand" 2
like "... with line and column" "$err" 'not JSON: --data:1:[0-9]+: '
run warroom template render letter --data nowhere.json
ended "a file of values that is not there" 4
run warroom template render leter --data '{}'
ended "a template that is not there" 4
like "... the nearest is named" "$err" "did you mean 'letter'"
printf 'a\n  {{#users}}\n' >"$home/broken.mustache"
run warroom template render broken --data '{}'
ended "a template that is wrong" 2
is "... names its place and what is right" "$err" \
    "warroom: $home/broken.mustache:2:3: section 'users' is not closed; write {{/users}}"

# --- first line ---
printf '{{! audience: us; at most: 10 characters; writes: text }}\n{{a}}\n' >"$home/short.mustache"
run warroom template render short --data '{"a": "<&12345678"}'
is "ten characters fit, as they are" "$out" '<&12345678'
run warroom template render short --data '{"a": "<&123456789"}'
ended "eleven do not" 1
like "... and it is said" "$err" ':1:1: the text has 11 characters; 10 are allowed'
printf '{"t": "{{a}}"}' | sed '1s/^/{{! writes: json }}\n/' >"$home/hook.mustache"
run warroom template render hook --data '{"a": "say \"hi\"\n"}'
is "JSON is escaped as JSON" "$out" '{"t": "say \"hi\"\n"}'
printf '{{! audience: us; writes: morse }}\n' >"$home/morse.mustache"
run warroom template render morse --data '{}'
ended "a first line that asks for what there is not" 2
printf '{{! note: anything may stand here }}\nok\n' >"$home/remark.mustache"
run warroom template render remark --data '{}'
is "an ordinary remark is one" "$out" "ok"

# --- partials ---
printf 'ref {{ref}}\n' >"$home/foot.mustache"
printf 'Text.\n  {{> foot}}\n' >"$home/with-foot.mustache"
run warroom template render with-foot --data '{"ref": 7}'
is "a partial from the search path" "$out" 'Text.
  ref 7'
mkdir near
printf 'near {{ref}}\n' >near/foot.mustache
printf '{{> foot}}' >near/page.mustache
run warroom template render ./near/page.mustache --data '{"ref": 7}'
is "a partial beside the template comes first" "$out" 'near 7'
printf 'top secret\n' >secret.mustache
mkdir near/sub
printf 'top secret\n' >near/sub/secret.mustache
for way in /etc/passwd sub/secret secret.mustache; do
    printf '<{{> %s}}>' "$way" >near/out.mustache
    run warroom template render ./near/out.mustache --data '{}'
    ended "no partial leads out of the folder: $way" 1
    like "... it is not there: $way" "$err" 'there is no partial'
    is "... nothing of it is shown: $way" "$out" ""
done
printf '<{{> ../secret}}>' >near/out.mustache
run warroom template render ./near/out.mustache --data '{}'
ended "two dots are not even a name" 2
printf '{{> loop}}' >"$home/loop.mustache"
run warroom template render loop --data '{}'
ended "a partial that names itself ends" 1
like "... and is named" "$err" 'loop.mustache:1:1: partials nest deeper than 100'
printf '{{> broken}}' >"$home/of-broken.mustache"
run warroom template render of-broken --data '{}'
ended "a broken partial is an error, not a missing one" 2

# --- somebody else's words ---
mkdir templates
printf 'other {{a}}' >templates/theirs.mustache
run warroom template render theirs --data '{"a": 1}'
ended "a template of the working directory is not used untrusted" 3
like "... the way on is named" "$err" 'warroom trust '
chmod 666 "$home/letter.mustache"
run warroom template render letter --data '{"who": "Ann"}'
ended "one that others can write is refused" 3
chmod 644 "$home/letter.mustache"

# --- an incident's own values ---
if [ -x "$WARROOM_BIN/warroom-engine" ]; then
    run warroom start "checkout is slow" --me ada
    ended "an incident" 0
    run warroom template render incident-progress -i INC-0001 --data '{"next_update": "15:00 UTC"}'
    ended "its values are there" 0
    like "... as the records have them" "$out" '^INC-0001 [a-z]+ detected, less than a minute: checkout is slow$'
    like "... with the head of its chain" "$out" '^ref INC-0001/[0-9]+ [0-9a-f]{22}$'
    run warroom template render incident-progress -i INC-0001 --data '{"next_update": "15:00 UTC", "title": "all is well"}'
    like "what is given stands above them" "$out" ': all is well$'
    run warroom template render incident-progress -i INC-0001 --data '[]'
    ended "a list of values is none for an incident" 2
    run warroom template render incident-progress -i INC-0009 --data '{}'
    ended "an incident that is not there" 4
else
    skip "an incident's own values" "this build has no engine"
fi

# --- list, show, fields ---
run warroom template list
ended "list" 0
like "list: name, place, length, for whom" "$out" '^short +yours +10  us$'
like "list: an untrusted one is told" "$out" '^theirs +here +-  not trusted yet: warroom trust '
like "list: a broken one is told" "$out" '^broken +yours +-  .*section .users. is not closed'
run warroom template list --json
like "list as JSON, an object a line" "$out" '^\{"template":"short","path":"[^"]*","place":"yours","trusted":true,"audience":"us","channel":"","at_most":10,"writes":"text"\}$'
run warroom template show short
is "show: as it is written" "$out" "$(cat "$home/short.mustache")"
run warroom template fields
ended "fields" 0
like "fields: a record's" "$out" '^began +records +when impact began'
like "fields: a person's" "$out" '^symptom +you +what people notice'
run warroom template fields letter
like "fields of one template" "$out" '^who +you +not one of the fields warroom knows'
run warroom template fields --json
like "fields as JSON" "$out" '^\{"field":"time","within":"notes","filled_by":"records","about":"[^"]*"\}$'

# --- foreign text ---
esc=$(printf '\033')
printf '{{! writes: text }}\n{{a}}\n' >"$home/raw.mustache"
run warroom template render raw --data '{"a": "x\u001b[2Jy"}'
is "into a pipe go the exact bytes" "$out" "x${esc}[2Jy"
run warroom template render letter --data '{"hosts": ["\u001b[2J"]}'
unlike "a complaint carries no escape" "$err" "$esc"

done_testing
