#!/bin/sh
# Foreign text moves nothing on the screen and passes to no pipe unseen (RELIABILITY 67): whatever shows text that somebody
# else wrote shows it in its visible form.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

# What a terminal would obey, one thing a line: a name, then the bytes as printf writes them.
hostile='
clears_the_screen \033[2J\033[H
writes_over_the_line \rhealthy
goes_back \b\b\b\b\b\b\b\bgone
sets_the_title \033]2;owned\007
fills_the_clipboard \033]52;c;cm0gLXJmIC8K\007
asks_the_terminal \033[c\033[6n
is_an_8_bit_control \302\2332J
turns_the_text_around \342\200\256dlrow
hides_between \342\200\213zero\342\200\215width
rings \007
has_a_formfeed \f\v
'

# clean NAME BYTES: no control but newline (and tab), no bidirectional or zero-width character.
clean() {
    is "$1" "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$2" | wc -c | tr -d ' ')$(
        LC_ALL=C grep -c "$(printf '\302[\200-\237]\\|\342\200[\213-\217\252-\256]\\|\342\201[\246-\251]')" "$2")" 00
}

echo "$hostile" >table
while read -r name bytes; do
    [ -n "$name" ] || continue
    # shellcheck disable=SC2059
    text=$(printf "$bytes.")
    printf '# Title %s\n\n## Phase %s\n\n### Step %s\n\nWords %s\n\n```sh\necho %s\n```\n\n- [ ] gate %s (Ann)\n' \
        "$text" "$text" "$text" "$text" "$text" "$text" >book.md
    run warroom playbook show book.md
    clean "playbook_show__passes_nothing__that_$name" tap.out
    clean "playbook_show__complains_of_nothing__that_$name" tap.err
    run warroom playbook show book.md --json
    clean "json__passes_nothing__that_$name" tap.out
    on_screen 50 100 warroom playbook show book.md
    unlike "screen__is_not_moved__by_what_$name" "$out" '^(healthy|gone|owned)'
    like "screen__keeps__the_title_of_what_$name" "$out" '^ *Title'
    printf 'sources:\n  s: {kind: metrics, url: "http://127.0.0.1/"}\nwrong%s: 1\nmetrics: {"%s": {source: s}}\n' "$text" "$text" >warroom.yaml
    run warroom check warroom.yaml
    clean "check__passes_nothing__that_$name" tap.out
    clean "check__complains_of_nothing__that_$name" tap.err
    run warroom "$text"
    clean "an_unknown_command__is_said_clean__that_$name" tap.err
    run warroom template render "$text" --data '{}'
    clean "an_unknown_template__is_said_clean__that_$name" tap.err
done <table
done_testing
