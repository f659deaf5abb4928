#!/bin/sh
# src/ROOMS holds: for every file, for every object, for every program. And: a planted violation of each kind is found.
. "${WARROOM_TOP:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/tap.sh"
check="$top/tests/arrows/check"

for what in rooms includes guards words sleeps; do
    is "house__holds__$what" "$("$check" $what "$top" 2>&1)" ''
done
is "house__holds__pure" "$("$check" pure "$top" "$WARROOM_BUILD" 2>&1)" ''
if [ -n "${WARROOM_SANITIZED:-}" ]; then skip house__holds__links "the sanitizers bring libraries of their own"; else
    is "house__holds__links" "$("$check" links "$top" "$WARROOM_BUILD" 2>&1)" ''
fi

# A small house of our own, right at first; then one thing is made wrong, and the check must say so, and where.
house() {
    rm -rf house
    mkdir -p house/src/low house/src/high house/include/low house/include/high house/tests/unit house/build
    cd house || exit 1
    printf '%s\n' '# rooms' 'low:  | glib | pure' 'high: low | glib jansson |' >src/ROOMS
    printf '%s\n' '/* a.h - a word. */' '#ifndef WARROOM_LOW_A_H' '#define WARROOM_LOW_A_H' '#include <glib.h>' '#endif' >include/low/a.h
    printf '%s\n' '/* b.h - a word. */' '#ifndef WARROOM_HIGH_B_H' '#define WARROOM_HIGH_B_H' '#include "low/a.h"' '#endif' >include/high/b.h
    printf '%s\n' '#include "low/a.h"' '#include <string.h>' 'unsigned long a(const char *s);' 'unsigned long a(const char *s) { return strlen(s); }' >src/low/a.c
    printf '%s\n' '#include "high/b.h"' '#include <jansson.h>' >src/high/b.c
    printf '%s\n' '/* inner.h - beside. */' '#ifndef WARROOM_HIGH_INNER_H' '#define WARROOM_HIGH_INNER_H' '#endif' >src/high/inner.h
    cd ..
}
finds() { # finds NAME WHAT WANTED: the only thing said matches
    said=$("$check" "$2" house house/build 2>&1)
    like "check__finds__$1" "$said" "$3"
    is "check__finds_only__$1" "$(printf '%s\n' "$said" | wc -l | tr -d ' ')" 1
}

house
for what in rooms includes guards words sleeps; do
    is "check__is_quiet__about_a_right_house_$what" "$("$check" $what house 2>&1)" ''
done

house && echo 'top: high missing | |' >>house/src/ROOMS
finds a_room_that_names_one_not_above rooms 'ROOMS:4: top names missing'
house && echo 'crooked line' >>house/src/ROOMS
finds a_crooked_line rooms 'ROOMS:4: not a room'
house && echo 'low: | |' >>house/src/ROOMS
finds a_room_said_twice rooms 'low stands here twice'
house && mkdir house/src/stray
finds a_folder_that_is_no_room rooms 'src/stray/: no room'
house && echo '#include "high/b.h"' >>house/src/low/a.c
finds an_include_against_the_arrow includes 'src/low/a.c:5: low may not name high'
house && echo '#include "high/b.h"' >>house/include/low/a.h
finds a_header_against_the_arrow includes 'include/low/a.h:6: low may not name high'
house && echo '#  include <jansson.h>' >>house/src/low/a.c
finds a_library_in_the_wrong_room includes 'src/low/a.c:5: low may not use jansson'
house && echo '#include <unistd.h>' >>house/src/low/a.c
finds the_world_in_a_pure_room includes 'low is pure: <unistd.h>'
house && echo '#include "../low/a.h"' >>house/src/high/b.c
finds a_climbing_path includes 'a path that climbs'
house && echo '#include "nowhere.h"' >>house/src/high/b.c
finds a_private_header_of_nobody includes 'no such header beside it'
house && echo '#include "low/private.h"' >>house/src/high/b.c
finds a_private_header_of_another_room includes 'is not in include/'
house && echo '#include "inner.h"' >>house/src/high/b.c
is "check__allows__a_private_header_beside" "$("$check" includes house 2>&1)" ''
house && sed -i 's/WARROOM_LOW_A_H/A_H/' house/include/low/a.h
finds a_wrong_guard guards 'include/low/a.h:1: its guard should be WARROOM_LOW_A_H'
house && sed -i '1d' house/include/low/a.h
finds a_header_that_does_not_say_its_purpose guards 'should begin with'
house && echo "/* TO""DO: later */" >>house/src/low/a.c
finds something_left_for_later words 'src/low/a.c:5: something is left'
house && yes '/* line */' | head -n 600 >>house/src/low/a.c
finds a_long_file words 'longer than 600 lines'
house && printf '%s\n' 'begin' 'sleep 2' >house/tests/unit/x.sh
finds a_script_that_hopes sleeps 'x.sh:2: sleeps and hopes'
house && printf '%s\n' 'until found; do' '    sleep 0.1' 'done' 'start sleep 50' 'cat <<END' 'sleep 3' 'END' >house/tests/unit/x.sh
is "check__allows__a_pause_between_two_looks" "$("$check" sleeps house 2>&1)" ''
house && printf '%s\n' 'int main(void) {' '    usleep(5);' '}' >house/tests/unit/x.c
finds a_program_that_hopes sleeps 'x.c:2: sleeps and hopes'

# Objects: each of these symbols must be found in a pure room.
calls() { # calls DECLARATION EXPRESSION
    house
    mkdir -p house/build/obj/low
    printf '%s\n' "$1" 'void f(void);' "void f(void) { $2; }" >house/src/low/a.c
    ${CC:-gcc} -w -c -O0 -o house/build/obj/low/a.o house/src/low/a.c
}
calls 'unsigned long strlen(const char *); char *g_strdup(const char *);' 'strlen(g_strdup("x"))'
is "check__allows__words_in_a_pure_object" "$("$check" pure house house/build 2>&1)" ''
for symbol in open open64 __open_2 fork time getenv rand g_get_real_time g_get_monotonic_time g_file_get_contents \
    curl_easy_init sqlite3_open initscr socket printf __printf_chk localtime_r clock_now g_log; do
    calls "int $symbol();" "$symbol()"
    finds "$symbol" pure "low/a.o: is pure, but asks for $symbol"
done
done_testing
