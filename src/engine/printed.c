/* printed.c - what a step printed last, for `step show`: a face reads no keeper's files. */
#include "program.h"

#include "base/text.h"

#define PRINTED_LONGEST (64 * 1024) /* bytes of the end that are shown */

static char *tail_of(const char *folder)
{
    g_autoptr(keep_output) output = keep_output_open(folder, 0, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    keep_piece piece;
    while (output != NULL && keep_output_next(output, &piece)) {
        g_string_append_len(text, piece.bytes, (gssize)piece.length);
        if (text->len > 2 * PRINTED_LONGEST)
            g_string_erase(text, 0, (gssize)(text->len - PRINTED_LONGEST));
    }
    gsize from = text->len > PRINTED_LONGEST ? text->len - PRINTED_LONGEST : 0;
    return text_visible_lines(text->str + from, (gssize)(text->len - from));
}

json *program_printed(const program *self, const json *args)
{
    const room *room = board_room(engine_board(self->engine), json_text(args, "incident", ""));
    const run *run = room != NULL ? room_run(room) : NULL;
    gint64 number = json_whole(args, "step", 0);
    if (run == NULL || number < 1 || number > run_count(run) || run->steps[number - 1].folder == NULL)
        return NULL;
    g_autofree char *folder = g_build_filename(self->state, run->steps[number - 1].folder, NULL);
    g_autofree char *text = tail_of(folder);
    json *data = json_object();
    json_put_text(data, "output", text);
    return data;
}
