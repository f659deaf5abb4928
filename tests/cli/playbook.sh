#!/bin/sh
# warroom playbook show, list: everything a playbook would do, before any of it is done.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
cases=$top/tests/cases/plan

# The previews as people read them.
for name in conventions plain-prompts-mixed plain-postgresql-failover plain-japanese; do
    cp "$cases/$name/input.md" "$name.md"
    warroom playbook show "$name.md" >shown
    is "show__ends_0__$name" "$?" 0
    golden "show__is_what_a_person_reads__$name" shown "preview-$name.txt"
done
warroom playbook show conventions.md --set REGION=eu --set REPLICAS=2 --set LB_TOKEN=env:OTHER >shown
golden "show__fills_values_in" shown preview-with-values.txt

# Opening any runbook runs nothing and changes nothing.
mkdir books
for folder in "$cases"/*/; do
    name=${folder%/}
    cp "$folder/input.md" "books/${name##*/}.md"
done
cat >books/touches.md <<'END'
# Touches

```sh
touch ran
```

```console
$ touch ran
```

- [ ] checked
  ```sh {gate}
  touch ran
  ```

```sh {identity}
touch ran
```
END
chmod a-w books/*
sha256sum books/* >before
for book in books/*.md; do
    warroom playbook show "$book" >/dev/null 2>said
    code=$?
    case ${book##*/} in
    mistakes.md | broken-front.md | alias-bomb.md) wanted=2 ;;
    *) wanted=0 ;;
    esac
    is "show__of_any_runbook__ends_as_it_should__${book##*/}" "$code" "$wanted"
    warroom playbook show --json "$book" >/dev/null 2>&1
done
sha256sum books/* >after
is "show__changes__no_file" "$(cat after)" "$(cat before)"
not_ok "show__runs__nothing" test -e ran

# Mistakes, each at its place.
run warroom playbook show books/mistakes.md
ended "show__with_mistakes__ends_2" 2
like "show__with_mistakes__tells_where" "$err" 'books/mistakes.md:31:8: unknown attribute .nmae.; did you mean .name.\?'
is "show__with_mistakes__tells_all" "$(printf '%s\n' "$err" | grep -c 'mistakes.md:[0-9]*:[0-9]*: ')" \
    "$(grep -c '^complaint' "$cases/mistakes/expected.txt")"
run warroom playbook show conventions.md --set REGOIN=eu --set REGION=eu
ended "show__with_an_unknown_value__ends_2" 2
like "show__with_an_unknown_value__says_what_there_is" "$err" 'no parameter REGOIN; it has REPLICAS, LB_TOKEN, REGION'
run warroom playbook show conventions.md --set REGION=eu --set LB_TOKEN=hunter2
ended "show__with_a_secret_in_the_open__ends_2" 2
unlike "show__repeats__no_secret" "$out$err" hunter2
run warroom playbook show not-there.md
ended "show__of_what_is_not_there__ends_4" 4

# Hostile titles and commands stay where they are.
printf '# A\033[2Jb\n\n~~~sh\necho \342\200\256evil\n~~~\n' >hostile.md
run warroom playbook show hostile.md
like "show__of_hostile_text__makes_it_visible" "$out" 'A\^\[\[2Jb'
like "show__of_hostile_commands__makes_them_visible" "$out" 'echo <U\+202E>evil'

# Documents.
run warroom playbook show --json conventions.md --set REGION=eu
like "show__in_json__has_the_digest_approvals_are_bound_to" "$out" '^\{"digest":"[0-9a-f]{64}","target":"","values":\{"REPLICAS":"0","LB_TOKEN":"env:LB_TOKEN","REGION":"eu"\}'
run warroom playbook show --json conventions.md
like "show__in_json__without_all_values__has_the_playbook" "$out" '^\{"playbook":\{"title":"Blue-green rollback"'

# What is found.
mkdir playbooks
cp plain-japanese.md playbooks/switch.md
run warroom playbook list
ended "list__ends_0" 0
like "list__shows_what_ships" "$out" 'first-runbook +shipped +3  First runbook'
like "list__shows_what_is_not_trusted_yet" "$out" 'switch +here +-  not trusted yet'
run warroom playbook list --json
is "list__in_json__is_an_object_a_line" "$(printf '%s\n' "$out" | grep -c '^{"name":.*}$')" "$(printf '%s\n' "$out" | wc -l)"
run warroom playbook show first-runbook
ended "show__by_name__finds_it" 0
done_testing
