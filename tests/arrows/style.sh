#!/bin/sh
# Layout is settled by .clang-format, scripts by shellcheck: neither is discussed, both are held.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
cd "$top" || exit 1

find src include tests -name '*.[ch]' | LC_ALL=C sort >"$work/files"
# shellcheck disable=SC2046
is "layout__is_that_of__clang_format" "$(clang-format --dry-run $(cat "$work/files") 2>&1 | grep -E '(warning|error):' |
    cut -d: -f1 | uniq -c | sed 's/^ *\([0-9]*\) \(.*\)/\2: \1 places/')" ''

# Every shell script there is: by name, or by its first line.
{
    find tests tools .ci -name '*.sh'
    find tests tools .ci -type f ! -name '*.*' -exec sh -c 'head -n 1 "$1" | grep -q "^#!/bin/sh"' sh {} \; -print
} | LC_ALL=C sort -u >"$work/scripts"
while read -r script; do
    ok "script__is_clean__$script" shellcheck -s sh -S style -e SC1091,SC2016,SC2034,SC2154 "$script"
done <"$work/scripts"
done_testing
