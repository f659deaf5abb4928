#!/bin/sh
# What `make install` puts somewhere runs from there, and `make uninstall` takes all of it away again.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
ok "install__puts__what_was_built" "$top/.ci/place" install "$WARROOM_BUILD" "$work/root/usr"
ok "install__puts__the_program_on_the_path" test -x root/usr/bin/warroom
like "installed__program__runs" "$(root/usr/bin/warroom --version 2>&1)" '^warroom [0-9]'
is "install__keeps__helpers_off_the_path" "$(echo root/usr/bin/*)" 'root/usr/bin/warroom root/usr/bin/warroom-practice'
like "installed__program__finds_what_ships" "$(cd / && root=$work/root && "$root/usr/bin/warroom" template list 2>&1)" '^[a-z-]+.*shipped'
ok "uninstall__succeeds" "$top/.ci/place" uninstall "$WARROOM_BUILD" "$work/root/usr"
is "uninstall__leaves__no_file" "$(find root -type f)" ''
done_testing
