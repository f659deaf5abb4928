#!/bin/sh
# A configuration that changes under a working engine: what waits for an answer of the old one is told.
# shellcheck source=tests/lib/tap.sh
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
config() { # config TITLE: a source that takes its time
    cat >warroom.yaml.new <<YAML
sources:
  slow: {kind: command, run: ["sleep", "20"], every: 1h, timeout: 30s}
metrics:
  m: {source: slow, title: "$1"}
YAML
    mv warroom.yaml.new warroom.yaml
}
config before
run warroom --config warroom.yaml start slow
ended "an incident is open" 0
(
    warroom --config warroom.yaml metric test m >told 2>&1
    echo $? >ended
) &
# shellcheck disable=SC2317 # called through until_true
asked() { pgrep -P "$(sed 's/^engine \([0-9]*\),.*/\1/' "$WARROOM_STATE/engine.lock")" sleep | grep -q .; }
ok "the source is asked" until_true 5 asked
config after
ok "whoever waited is told" until_true 8 test -s ended
like "why, and what to do" "$(cat told)" "the configuration has changed meanwhile; 'warroom metric test' asks again"
done_testing
