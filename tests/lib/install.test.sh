#!/bin/sh
# What installs packages calls nothing when nothing is missing, and says what it needs when it may not install.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"

# A path of our own, on which nothing but these tools is found; who asks for apt-get or sudo leaves a trace.
mkdir bin
for tool in sh ls mktemp rm grep printf chmod tail cat; do ln -s "$(command -v $tool)" bin/$tool; done
fake() { printf '#!/bin/sh\n%s\n' "$2" >"bin/$1" && chmod 755 "bin/$1"; }
called() { cat "$work/called" 2>/dev/null; }
fake apt-get "echo apt-get \"\$*\" >>'$work/called'"
fake id 'echo 1000'

run env PATH="$work/bin" "$top/.ci/install" build
ended "install__fails__without_root_and_sudo" 1
like "install__names__what_is_missing" "$err" 'neither root nor sudo.*: gcc pkg-config .*libglib2.0-dev'
is "install__calls_nothing__without_root_and_sudo" "$(called)" ''
is "install__says_it_in_one_line" "$(printf '%s\n' "$err" | wc -l | tr -d ' ')" 1

fake sudo "echo sudo \"\$1\" >>'$work/called'; exit 1"
run env PATH="$work/bin" "$top/.ci/install" build
ended "install__fails__when_sudo_is_refused" 1
is "install__asks_sudo__once" "$(called)" 'sudo sh'
like "install__names__what_could_not_be_installed" "$err" 'could not be installed: gcc'
rm -f called

fake gcc true
fake pkg-config true
run env PATH="$work/bin" "$top/.ci/install" build
ended "install__is_quiet__when_nothing_is_missing" 0
is "install__calls_nothing__when_nothing_is_missing" "$(called)$out$err" ''

run "$top/.ci/install" everything
ended "install__refuses__a_list_it_does_not_have" 2
done_testing
