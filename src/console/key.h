/* key.h - a key as the console means it: a character, or one of the few that are none. */
#ifndef WARROOM_CONSOLE_KEY_H
#define WARROOM_CONSOLE_KEY_H

typedef enum key {
    KEY_NOTHING = 0, /* below these: a character's code point; Space is ' ', Control letters are 1 to 26 */
    KEY_IS_ENTER = 0x110000,
    KEY_IS_ESCAPE,
    KEY_IS_TAB,
    KEY_IS_BACK_TAB,
    KEY_IS_UP,
    KEY_IS_DOWN,
    KEY_IS_LEFT,
    KEY_IS_RIGHT,
    KEY_IS_FIRST,
    KEY_IS_LAST,
    KEY_IS_PAGE_UP,
    KEY_IS_PAGE_DOWN,
    KEY_IS_BACKSPACE,
    KEY_IS_PASTE, /* what follows, up to the end of it, was pasted */
    KEY_IS_PASTE_END,
    KEY_IS_OTHER, /* a function key, Alt with something: nothing is bound to them */
} key;

#define KEY_CONTROL(letter) ((enum key)((letter)&31))

#endif
