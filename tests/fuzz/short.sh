#!/bin/sh
# timeout: 240
# Each fuzz target over its seeds, and then for a moment beyond them. The seed of chance is printed; FUZZ_SEED repeats it.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
seed=${FUZZ_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# seed $seed"
for source in "$top"/tests/fuzz/fuzz_*.c; do
    [ -e "$source" ] || continue
    name=$(basename "$source" .c) name=${name#fuzz_}
    program=$WARROOM_BUILD/fuzz/tests/fuzz/fuzz_$name
    seeds=$top/tests/fuzz/seeds/$name
    mkdir corpus
    if [ -d "$seeds" ]; then
        ok "fuzz__survives__the_seeds_of_$name" "$program" -timeout=5 "$seeds"/*
        cp "$seeds"/* corpus/
    fi
    ok "fuzz__survives__a_moment_of_$name" "$program" -seed="$seed" -runs=200000 -max_total_time=3 -timeout=5 \
        -rss_limit_mb=1024 -artifact_prefix="$work/found-" corpus
    for found in "$work"/found-*; do
        [ -e "$found" ] || continue
        tap_note "the input, in base64 (seed $seed):"
        tap_note "$(base64 <"$found" | head -n 20)"
        rm -f "$found"
    done
    rm -rf corpus
done
[ "$tap_count" -gt 0 ] || skip "fuzz" "there is no fuzz target"
done_testing
