#!/bin/sh
# DESIGN "Settled, so that nobody has to guess", with the real programs: a command sent again, versions, configurations, the
# socket, who you are, what a step gets, an engine nobody needs, a plan whose file changes.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
. "$top/tests/lib/faults.sh"
engine_pid() { sed -n 's/^engine \([0-9]*\),.*/\1/p' "$WARROOM_STATE/engine.lock"; }
# shellcheck disable=SC2317,SC2329 # called by until_true
is_gone() { state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 0; [ "${state%% *}" = Z ]; }
# shellcheck disable=SC2317,SC2329 # called by until_true
lists() { warroom journal list "$1" | grep -Eq "$2"; }
afresh() { # afresh NAME: a room of its own; the engines of the others go on
    WARROOM_STATE=$work/$1
    mkdir -p "$WARROOM_STATE"
    chmod 700 "$WARROOM_STATE"
}

# --- an engine that nobody needs leaves; `watch` keeps it on. Looked at when the rest is done. ---
afresh idle
warroom start "soon over" --severity low >/dev/null
warroom incident close --as 'false alarm' --yes --reason 'only a test of ours' >/dev/null
idle=$(engine_pid)
afresh watched
start warroom watch >watch.out 2>&1
until_true 5 test -s "$WARROOM_STATE/engine.lock"
watched=$(engine_pid)

# --- a command sent again ---
afresh again
warroom start "sent twice" --severity low >/dev/null
cat >raw.pl <<'PERL'
use Socket; # perl-base: raw.pl SOCKET LINE [READ]: says one line, shows what is answered
socket(my $face, PF_UNIX, SOCK_STREAM, 0) || die "$!";
connect($face, pack_sockaddr_un($ARGV[0])) || die "$!";
my $greeting = <$face>;
syswrite $face, "$ARGV[1]\n";
exit if !$ARGV[2];
print scalar <$face>;
PERL
ask='{"id":"01M7VB4XG8HB375Z0FY1XF59D1","me":"ada","means":"cli","verb":"note","args":{"text":"exactly once"}}'
perl raw.pl "$WARROOM_STATE/engine.sock" "$ask" # its face is gone before the answer comes
until_true 5 lists INC-0001 'exactly once'
answer=$(perl raw.pl "$WARROOM_STATE/engine.sock" "$ask" read)
like "sent_again__is_answered__from_the_journal" "$answer" '"done":true'
like "sent_again__says_so" "$answer" '"again":true'
is "sent_again__is_done_once" "$(warroom journal list INC-0001 | grep -c 'exactly once')" 1
kill -9 "$(engine_pid)"
warroom note "another engine" >/dev/null
answer=$(perl raw.pl "$WARROOM_STATE/engine.sock" "$ask" read)
like "sent_again__to_the_next_engine__too" "$answer" '"again":true'
is "sent_again__is_still_done_once" "$(warroom journal list INC-0001 | grep -c 'exactly once')" 1

# --- the socket is swept away ---
engine=$(engine_pid)
rm "$WARROOM_STATE/engine.sock"
ok "swept_socket__is_made_again" until_true 5 test -S "$WARROOM_STATE/engine.sock"
run warroom note "over the new one"
ended "swept_socket__lets_in" 0
is "swept_socket__is_the_same_engine" "$(engine_pid)" "$engine"

# --- another configuration ---
printf 'metrics: {}\n' >one.yaml
run warroom --config one.yaml note "of another house"
ended "another_configuration__is_refused" 3
like "another_configuration__is_named" "$err" "runs with the shipped defaults, this would be '$work/one.yaml': they are not mixed"
not_ok "another_configuration__does_nothing" lists INC-0001 'of another house'

# --- versions: the same programs, calling themselves newer ---
mkdir -p newer/bin
version=$(warroom --version | sed 's/^warroom //')
for each in warroom warroom-engine warroom-keeper warroom-notify; do
    [ ! -e "$WARROOM_BIN/$each" ] || LC_ALL=C sed "s/$(echo "$version" | sed 's/\./\\./g')/9${version#?}/g" "$WARROOM_BIN/$each" >"newer/bin/$each"
done
chmod 755 newer/bin/*
tap_programs="$tap_programs $work/newer/bin"
is "newer__calls_itself_so" "$(newer/bin/warroom --version)" "warroom 9${version#?}"
cat >slow.md <<BOOK
# Slow

## One

### first

\`\`\`sh
echo \$\$ >"$work/begun"
while [ ! -e "$work/go" ]; do sleep 0.02; done
echo over >>"$work/over"
\`\`\`
BOOK
start warroom run slow.md --confirm slow >run.out 2>&1
face=$started
until_true 5 test -s begun
engine=$(engine_pid)
run newer/bin/warroom note "from the future"
ended "newer_face__brings__its_engine" 0
ok "newer_face__sends_the_older_engine_away" is_gone "$engine"
like "newer_face__brings__a_newer_engine" "$(warroom journal list house | tail -n 2)" "engine 9${version#?} started"
ok "newer_face__leaves__the_step" kill -0 "$(cat begun)"
engine=$(engine_pid)
run warroom note "from the past"
ended "older_face__may_not_write" 3
like "older_face__says_why" "$err" "the engine is warroom 9${version#?} and this is $version: an older face only reads"
run warroom status
ended "older_face__reads" 0
is "older_face__leaves__the_newer_engine" "$(engine_pid)" "$engine"
touch go
ok "newer_engine__sees_the_step_end" until_true 5 lists INC-0001 "step 1 'first' command: exit 0"
is "newer_engine__ran_nothing_twice" "$(cat over)" over
wait "$face"
kill "$engine"
until_true 5 is_gone "$engine"

# --- who you are ---
run env SUDO_USER=raj warroom note "with sudo"
run env WARROOM_ME=ann SUDO_USER=raj warroom note "by name"
run env WARROOM_ME=ann warroom --me ada note "by option"
if [ "$(id -u)" -eq 0 ]; then like "sudo__is_the_one_behind_it" "$(warroom journal list INC-0001)" 'with sudo +\[raj\]'; else
    unlike "sudo__is_believed_from_root_alone" "$(warroom journal list INC-0001)" 'with sudo +\[raj\]'
fi
like "variable__goes_before_sudo" "$(warroom journal list INC-0001)" 'by name +\[ann\]'
like "option__goes_before_all" "$(warroom journal list INC-0001)" 'by option +\[ada\]'
like "the_kernels_word__is_kept_beside" "$(warroom journal list INC-0001 --json | grep 'by option')" "\"account\":\"$(id -un)@"

# --- what a step gets; a secret that is missing; a configuration that changes ---
afresh house
cat >house.yaml <<'YAML'
steps: {pass: [KUBECONFIG]}
sources:
  shop: {kind: metrics, url: "http://127.0.0.1:9/metrics", token: "env:SHOP_TOKEN", every: 60s}
metrics:
  sold: {source: shop}
YAML
chmod 600 house.yaml
WARROOM_CONFIG=$work/house.yaml
export WARROOM_CONFIG
cat >env.md <<BOOK
# Env

## One

### first

\`\`\`sh
env >"$work/env.out"
\`\`\`

### by hand

Look.

### third

\`\`\`sh
echo as approved >"$work/third"
\`\`\`
BOOK
run env -u SHOP_TOKEN warroom --me ada start "who gets what" --environment staging --severity low
ended "house__begins" 0
run env KUBECONFIG=/k SSH_AUTH_SOCK=/s FOREIGN=1 warroom run env.md
ended "run__waits__for_a_hand" 5
like "step__gets__what_is_passed" "$(cat env.out)" '^KUBECONFIG=/k$'
unlike "step__gets__nothing_else" "$(cat env.out)" 'SSH_AUTH_SOCK|FOREIGN|SHOP_TOKEN'
is "step__gets__the_settled_few" "$(grep -c '^PATH=\|^HOME=' env.out)" 2
like "missing_secret__names__when_and_by_whom" "$(warroom metric test sold 2>&1)" 'SHOP_TOKEN.*started.*ada|started.*ada.*SHOP_TOKEN'

sed -i 's/as approved/changed since/' env.md
run warroom run env.md
ended "changed_playbook__is_no_part_of_the_run" 3
like "changed_playbook__says__which_goes_on" "$err" "'warroom run' goes on with it"
warroom step "done" 2 >/dev/null
run warroom run
ended "prepared_plan__goes_on" 0
is "prepared_plan__runs__the_approved_bytes" "$(cat third)" 'as approved'

before=$(warroom journal list house | grep -c 'configuration loaded')
echo 'display: {glyphs: ascii}' >>house.yaml
# shellcheck disable=SC2317,SC2329 # called by until_true
loaded() { [ "$(warroom journal list house | grep -c 'configuration loaded')" -eq "$1" ]; }
ok "changed_configuration__is_loaded" until_true 5 loaded $((before + 1))
like "changed_configuration__is_recorded__with_its_digest" "$(warroom journal list house --json | grep settings_loaded | tail -n 1)" '"digest":"[0-9a-f]{64}"'
echo 'displey: {}' >>house.yaml
ok "broken_configuration__is_told" until_true 5 lists house 'the configuration changed and cannot be used, the old one stays: .*house.yaml:7:1: unknown key .displey'
ok "broken_configuration__leaves__the_old_one" loaded $((before + 1))
run warroom pause
unlike "broken_configuration__does_not_stand_before_a_stop" "$err" 'displey'
unset WARROOM_CONFIG

# --- the engine that nobody needed ---
ok "unneeded__engine__has_left" until_true 10 is_gone "$idle"
ok "watched__engine__is_still_there" kill -0 "$watched"
afresh idle
not_ok "unneeded__engine__took_its_socket" test -e "$WARROOM_STATE/engine.sock"
like "unneeded__engine__said_so" "$(warroom journal list house)" 'engine left'
run warroom start "again" --severity low
ended "unneeded__engine__the_next_face_starts_another" 0
done_testing
