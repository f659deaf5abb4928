#include "keys.h"

#include <string.h>

static const key_row rows[] = {
    { "Enter", KEY_IS_ENTER, "next", "do what NEXT says; open; keep", false, false },
    { "Space", (key)' ', "tick", "tick: gate, step by hand", true, false },
    { "y", (key)'y', "yes", "yes, only in a sheet", false, false },
    { "Esc", KEY_IS_ESCAPE, "back", "back, never acts", false, true },
    { "q", (key)'q', "leave", "leave; nothing stops", false, true },
    { "?", (key)'?', "help", "this help", false, true },
    { ":", (key)':', "command", "command by name", false, false },
    { "/", (key)'/', "filter", "filter, find", false, false },
    { "Tab", KEY_IS_TAB, "pane", "next pane", false, false },
    { "S-Tab", KEY_IS_BACK_TAB, "pane", "previous pane", false, false },
    { "j", (key)'j', "down", "down (arrow)", false, false },
    { "k", (key)'k', "up", "up (arrow)", false, false },
    { "Down", KEY_IS_DOWN, "down", "down", false, true },
    { "Up", KEY_IS_UP, "up", "up", false, true },
    { "g", (key)'g', "first", "first (Home)", false, false },
    { "G", (key)'G', "last", "last (End)", false, false },
    { "Home", KEY_IS_FIRST, "first", "first", false, true },
    { "End", KEY_IS_LAST, "follow", "last; follows again", false, true },
    { "PgUp", KEY_IS_PAGE_UP, "page", "page up", false, true },
    { "PgDn", KEY_IS_PAGE_DOWN, "page", "page down", false, true },
    { "n", (key)'n', "note", "new: note, incident", true, false },
    { "v", (key)'v', "view", "view in full", false, false },
    { "p", (key)'p', "pause", "pause after step; go on", true, true },
    { "A", (key)'A', "abort", "abort (asks)", true, true },
    { "x", (key)'x', "step", "run this step; adopt", true, false },
    { "X", (key)'X', "phase", "run to the phase's end", true, false },
    { "R", (key)'R', "run", "run all the way", true, false },
    { "r", (key)'r', "run again", "run again: step, check", true, false },
    { "s", (key)'s', "skip", "skip step (reason)", true, false },
    { "u", (key)'u', "undo", "undo this step (asks)", true, false },
    { "o", (key)'o', "override", "override, mark (reason)", true, false },
    { "1", (key)'1', "room", "room", false, true },
    { "3", (key)'3', "plan", "plan, gates", false, true },
    { "4", (key)'4', "output", "output", false, true },
    { "6", (key)'6', "timeline", "timeline", false, true },
    { "9", (key)'9', "incidents", "incidents", false, true },
    { "^L", KEY_CONTROL('L'), "draw", "draw again", false, true },
    { "^C", KEY_CONTROL('C'), "nothing", "does nothing", false, true },
    { "^Z", KEY_CONTROL('Z'), "suspend", "suspend; nothing stops", false, true },
};

const key_row *keys_all(gsize *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

const key_row *key_find(key code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].code == code)
            return &rows[i];
    return NULL;
}

const key_row *key_named(const char *name, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strlen(rows[i].name) == length && strncmp(rows[i].name, name, length) == 0)
            return &rows[i];
    return NULL;
}

char *key_name(key code)
{
    const key_row *row = key_find(code);
    if (row != NULL)
        return g_strdup(row->name);
    if (code < (key)' ')
        return g_strdup_printf("^%c", (char)('@' + (int)code));
    char text[8] = { 0 };
    if (code < KEY_IS_ENTER && g_unichar_validate((gunichar)code))
        g_unichar_to_utf8((gunichar)code, text);
    return text[0] != '\0' ? g_strdup(text) : g_strdup("this key");
}

bool key_gives(const char *row_keys, const char *name)
{
    g_auto(GStrv) each = g_strsplit(row_keys, " ", -1);
    return g_strv_contains((const char *const *)each, name);
}
