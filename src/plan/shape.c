#include "shape.h"

#include "backquote.h"
#include "names.h"
#include "outline.h"
#include "parts.h"
#include "prompt.h"
#include "prose.h"
#include "words.h"

#include <string.h>

/* A verification by condition may have to wait for its hold: it gets longer than a command does. */
#define VERIFY_CONDITION_TIMEOUT (5 * SPAN_MINUTE)

typedef enum { SECTION_BOOK, SECTION_PHASE, SECTION_STEP, SECTION_KINDS } section_kind;

/* Who the target must be, said at one height. */
typedef struct guard {
    script *script;
    char *expects;
    span timeout;
} guard;

/* What may become a step: a section begins with one and gets another with each further command. */
typedef struct part {
    step *step;
    GString *prose;
    guint numbered; /* the item it was begun for: kept even without a command */
} part;

typedef struct shape {
    playbook *book;
    const markdown *text;
    complaints *into;
    outline outline;
    section_kind kind; /* of the section at hand, like the rest below */
    char *title;
    guint line;
    bool deeper; /* headings below it follow */
    GPtrArray *parts;
    part *at;
    GString *tail;  /* prose since the last command: the next command's introduction, or an afterword */
    gsize tail_own; /* of it, what surely is an afterword: up to the last block that is no paragraph */
    gate *gate;     /* the last one: a {gate} fence is for it */
    guard guards[SECTION_KINDS];
    GString *carried;         /* prose of headings that have only headings below them */
    GPtrArray *carried_gates; /* and their gates */
} shape;

static void part_free(part *self)
{
    if (self->prose != NULL)
        g_string_free(self->prose, TRUE);
    step_free(self->step);
    g_free(self);
}

static void guard_clear(guard *self)
{
    script_free(self->script);
    g_free(self->expects);
    *self = (guard){ 0 };
}

/* What stands between two commands introduces the second, but for what shows the output of the first. */
static void add_part(shape *self, const char *title, guint line)
{
    if (self->at != NULL)
        prose_add(self->at->prose, self->tail->str, self->tail_own);
    part *fresh = g_new0(part, 1);
    fresh->step = step_new(title != NULL ? title : self->title, line);
    fresh->prose = g_string_new(NULL);
    g_ptr_array_add(self->parts, fresh);
    self->at = fresh;
    prose_add(fresh->prose, self->tail->str + self->tail_own, self->tail->len - self->tail_own);
    g_string_truncate(self->tail, self->tail_own = 0);
}

/* ---- prose ---- */

static void take_prose(shape *self, const block *block)
{
    gsize length = 0;
    const char *region = markdown_region(self->text, block, &length);
    bool after = self->at->step->command != NULL;
    prose_add(after ? self->tail : self->at->prose, region, length);
    if (after && block->kind != BLOCK_PARAGRAPH)
        self->tail_own = self->tail->len;
}

static bool has_verification(const step *step)
{
    return step->verify != NULL || step->verify_condition != NULL;
}

static void complain_second(shape *self, guint line, const char *wrong)
{
    complaint_add(self->into, self->book->file, line, 1, wrong, "one of the two is enough");
}

/* A condition found in a sentence must be one, and the only one. */
static bool check_condition(shape *self, const block *block, const char *condition, const char *words)
{
    guint line = 0, column = 0;
    markdown_find(self->text, block, condition, &line, &column);
    if (words_are_several_conditions(words)) {
        complaint_add(self->into, self->book->file, line, column, "a second condition in one sentence",
                      "join them inside of the back-quotes: `a < 1 and b < 2`");
        return false;
    }
    return backquote_check(condition, self->book->file, line, column, self->into);
}

/* "Verify: `error_rate < 1 % for 2m` within 5m". Without a condition it is prose for a person. */
static void take_verify(shape *self, const block *block, const char *words)
{
    const char *before = NULL, *after = NULL;
    g_autofree char *condition = words_condition(words, &before, &after);
    if (condition == NULL) {
        take_prose(self, block);
        return;
    }
    if (!check_condition(self, block, condition, words))
        return;
    step *step = self->at->step;
    if (has_verification(step)) {
        complain_second(self, block->line, "a second verification of the same step");
        return;
    }
    step->verify_condition = g_steal_pointer(&condition);
    step->verify_timeout = VERIFY_CONDITION_TIMEOUT;
    after += strspn(after, " ,");
    span within = 0;
    if (g_str_has_prefix(after, "within ") && span_scan(after + strlen("within "), &within) != NULL &&
        within > 0)
        step->verify_timeout = within;
}

static void take_paragraph(shape *self, const block *block)
{
    mark mark = words_mark(block->source);
    if (mark == MARK_NONE) {
        take_prose(self, block);
        return;
    }
    g_autofree char *words = markdown_words(block->node);
    const char *said = words_behind_mark(words);
    step *step = self->at->step;
    switch (mark) {
    case MARK_VERIFY:
        take_verify(self, block, said);
        break;
    case MARK_RISK:
        prose_join(&step->risk, said);
        break;
    case MARK_DATA:
        prose_join(&step->data, said);
        break;
    case MARK_TROUBLE:
        prose_join(&step->trouble, said);
        break;
    case MARK_IRREVERSIBLE:
        prose_join(&step->irreversible, *said != '\0' ? said : "there is no way back from here");
        break;
    case MARK_NONE:
        break;
    }
}

/* ---- gates ---- */

static void take_task(shape *self, const block *block)
{
    if (block->commanded && (self->at->step->command != NULL || self->at->numbered != block->numbered))
        add_part(self, NULL, block->line);
    gate *gate = g_new0(struct gate, 1);
    g_autofree char *words = markdown_words(block->node);
    words_split_task(words, &gate->title, &gate->owner, &gate->condition);
    gate->timeout = GATE_TIMEOUT;
    gate->line = block->line;
    gate->side = block->commanded || self->at->step->command != NULL ? GATE_AFTER : GATE_BEFORE;
    if (gate->condition != NULL)
        check_condition(self, block, gate->condition, words);
    g_ptr_array_add(self->at->step->gates, gate);
    self->gate = gate;
}

static void take_check(shape *self, const block *block, script *check)
{
    if (self->gate == NULL || self->gate->check != NULL || self->gate->condition != NULL) {
        complaint_add(self->into, self->book->file, block->line, 1,
                      self->gate == NULL ? "a {gate} fence without a task item above it"
                                         : "a second check of the same gate",
                      "write '- [ ] what must be so' above it");
        script_free(check);
        return;
    }
    self->gate->check = check;
    if (block->fence.timeout >= 0)
        self->gate->timeout = block->fence.timeout;
    if (block->fence.name != NULL)
        self->gate->name = g_strdup(block->fence.name);
}

/* ---- fences ---- */

static void take_command(shape *self, const block *block, script *command)
{
    g_autofree char *title = markdown_item_title(block->item);
    if (self->at->step->command != NULL || self->at->numbered != block->numbered)
        add_part(self, title, block->line);
    else if (title != NULL) {
        g_free(self->at->step->title);
        self->at->step->title = g_steal_pointer(&title);
    }
    step *step = self->at->step;
    const fence *fence = &block->fence;
    step->command = command;
    step->name = g_strdup(fence->name);
    if (fence->timeout >= 0)
        step->timeout = fence->timeout;
    if (fence->retries >= 0)
        step->retries = (guint)fence->retries;
    if (fence->expected >= 0)
        step->expected = fence->expected;
    if (fence->failing_said)
        step->failing = fence->failing;
    step->uncut = fence->uncut;
}

static void take_verify_command(shape *self, const block *block, script *verify)
{
    step *step = self->at->step;
    if (has_verification(step)) {
        complain_second(self, block->line, "a second verification of the same step");
        script_free(verify);
        return;
    }
    step->verify = verify;
    if (block->fence.timeout >= 0)
        step->verify_timeout = block->fence.timeout;
}

static void take_undo(shape *self, const block *block, script *undo)
{
    step *step = self->at->step;
    if (step->undo != NULL) {
        complain_second(self, block->line, "a second {undo} of the same step");
        script_free(undo);
        return;
    }
    step->undo = undo;
    if (block->fence.timeout >= 0)
        step->undo_timeout = block->fence.timeout;
}

static void take_identity(shape *self, const block *block, script *identity)
{
    guard *guard = &self->guards[self->kind];
    if (guard->script != NULL) {
        complain_second(self, block->line, "a second {identity} under the same heading");
        script_free(identity);
        return;
    }
    guard->script = identity;
    guard->expects = g_strdup(block->fence.expect);
    guard->timeout = block->fence.timeout >= 0 ? block->fence.timeout : IDENTITY_TIMEOUT;
}

static void take_fence(shape *self, const block *block)
{
    const char *literal = cmark_node_get_literal(block->node);
    guint skipped = 0;
    g_autofree char *text = prompt_drop(literal, block->fence.transcript, &skipped);
    bool foreign = block->fence.transcript && prompt_is_foreign(text);
    if (block->fence.role == FENCE_TEXT || foreign || text[strspn(text, " \t\n")] == '\0') {
        take_prose(self, block);
        return;
    }
    script *script = script_new(block->fence.language, text, block->line + 1 + skipped);
    switch (block->fence.role) {
    case FENCE_COMMAND:
        take_command(self, block, script);
        break;
    case FENCE_VERIFY:
        take_verify_command(self, block, script);
        break;
    case FENCE_UNDO:
        take_undo(self, block, script);
        break;
    case FENCE_GATE:
        take_check(self, block, script);
        break;
    case FENCE_IDENTITY:
        take_identity(self, block, script);
        break;
    case FENCE_TEXT:
        break;
    }
}

/* ---- sections ---- */

static bool part_does_something(const part *self)
{
    const step *step = self->step;
    return step->command != NULL || step->undo != NULL || has_verification(step) || self->numbered != 0;
}

/* Where a step goes that no phase was opened for. */
static phase *last_phase(shape *self)
{
    if (self->book->phases->len == 0)
        g_ptr_array_add(self->book->phases, phase_new(self->book->title, self->outline.title_line));
    return g_ptr_array_index(self->book->phases, self->book->phases->len - 1);
}

static void guard_step(const shape *self, step *step)
{
    if (step->command == NULL)
        return;
    for (int kind = SECTION_STEP; kind >= SECTION_BOOK; kind--) {
        const guard *guard = &self->guards[kind];
        if (guard->script == NULL)
            continue;
        step->identity = script_copy(guard->script);
        step->expects = g_strdup(guard->expects);
        step->identity_timeout = guard->timeout;
        return;
    }
}

static void append_gates(GPtrArray *into, GPtrArray *from)
{
    gsize count = 0;
    g_autofree gpointer *gates = g_ptr_array_steal(from, &count);
    for (gsize i = 0; i < count; i++)
        g_ptr_array_add(into, gates[i]);
}

static void prepend_gates(GPtrArray *into, GPtrArray *from)
{
    if (from->len == 0)
        return;
    append_gates(from, into);
    append_gates(into, from);
}

static void add_step(shape *self, part *part)
{
    step *step = g_steal_pointer(&part->step);
    last_phase(self);
    step->phase = self->book->phases->len - 1;
    if (self->carried->len > 0) {
        prose_trim(self->carried);
        g_string_append(self->carried, part->prose->len > 0 ? "\n\n" : "");
        g_string_prepend(part->prose, self->carried->str);
        g_string_truncate(self->carried, 0);
    }
    prepend_gates(step->gates, self->carried_gates);
    prose_trim(part->prose);
    step->explanation = g_string_free(g_steal_pointer(&part->prose), FALSE);
    guard_step(self, step);
    if (step->failing == ON_FAILURE_UNDO && step->undo == NULL)
        complaint_add(self->into, self->book->file, step->command->line, 1,
                      "on-failure=undo in a step that has no undo", "add a fence with {undo}");
    g_ptr_array_add(self->book->steps, step);
}

/* Several commands with one title become "Title (1 of 3)". */
static void number_titles(GPtrArray *parts)
{
    for (guint first = 0, end = 0; first < parts->len; first = end) {
        const char *title = ((part *)g_ptr_array_index(parts, first))->step->title;
        for (end = first + 1; end < parts->len; end++)
            if (strcmp(title, ((part *)g_ptr_array_index(parts, end))->step->title) != 0)
                break;
        g_autofree char *base = g_strdup(title);
        for (guint i = first; end - first > 1 && i < end; i++) {
            step *step = ((part *)g_ptr_array_index(parts, i))->step;
            g_free(step->title);
            step->title = g_strdup_printf("%s (%u of %u)", base, i - first + 1, end - first);
        }
    }
}

/* What cannot be taken back must be a step: a phase cannot be fired. */
static void complain_irreversible(const shape *self, const step *step)
{
    if (step->irreversible != NULL)
        complaint_add(self->into, self->book->file, self->line, 1, "'Irreversible:' stands above any step",
                      "write it below the heading of the step it is about");
}

static void move_words(char **risk, char **data, char **trouble, step *from)
{
    *risk = g_steal_pointer(&from->risk);
    *data = g_steal_pointer(&from->data);
    *trouble = g_steal_pointer(&from->trouble);
}

/* A section without anything to do: its words and gates belong to what it is about. */
static void keep_reading(shape *self, part *part)
{
    step *step = part->step;
    prose_trim(part->prose);
    if (self->kind != SECTION_STEP || self->deeper)
        complain_irreversible(self, step);
    if (self->kind == SECTION_BOOK) {
        playbook *book = self->book;
        g_free(book->explanation);
        book->explanation = g_strdup(part->prose->str);
        move_words(&book->risk, &book->data, &book->trouble, step);
        append_gates(book->gates, step->gates);
    } else if (self->kind == SECTION_PHASE) {
        phase *phase = last_phase(self);
        g_free(phase->explanation);
        phase->explanation = g_strdup(part->prose->str);
        move_words(&phase->risk, &phase->data, &phase->trouble, step);
        append_gates(phase->gates, step->gates);
    } else if (self->deeper) {
        if (part->prose->len > 0)
            prose_add(self->carried, part->prose->str, part->prose->len);
        append_gates(self->carried_gates, step->gates);
    } else {
        add_step(self, part);
    }
}

static void end_section(shape *self)
{
    part *first = g_ptr_array_index(self->parts, 0);
    prose_add(self->at->prose, self->tail->str, self->tail->len);
    g_string_truncate(self->tail, self->tail_own = 0);
    if (self->parts->len == 1 && !part_does_something(first)) {
        keep_reading(self, first);
    } else {
        number_titles(self->parts);
        for (guint i = 0; i < self->parts->len; i++)
            add_step(self, g_ptr_array_index(self->parts, i));
    }
    g_ptr_array_set_size(self->parts, 0);
    self->gate = NULL;
    self->at = NULL;
}

/* Gates that no step follows would never be asked: they get a step by hand of their own. */
static void ask_gates(shape *self, const char *title, guint line, GPtrArray *gates)
{
    g_autoptr(step) step = step_new(title, line);
    step->explanation = g_strdup("");
    last_phase(self);
    step->phase = self->book->phases->len - 1;
    append_gates(step->gates, gates);
    g_ptr_array_add(self->book->steps, g_steal_pointer(&step));
}

static void end_phase(shape *self)
{
    playbook *book = self->book;
    guard_clear(&self->guards[SECTION_PHASE]);
    if (book->phases->len == 0)
        return;
    phase *phase = last_phase(self);
    const step *last = book->steps->len > 0 ? g_ptr_array_index(book->steps, book->steps->len - 1) : NULL;
    if (phase->gates->len > 0 && (last == NULL || last->phase + 1 < book->phases->len))
        ask_gates(self, phase->title, phase->line, phase->gates);
}

static void begin_section(shape *self, section_kind kind, const char *title, guint line)
{
    self->kind = kind;
    g_free(self->title);
    self->title = g_strdup(title);
    self->line = line;
    guard_clear(&self->guards[SECTION_STEP]);
    add_part(self, title, line);
}

static bool is_deeper_next(const shape *self, guint index)
{
    guint level = markdown_block(self->text, index)->level;
    for (guint i = index + 1; i < self->text->blocks->len; i++)
        if (markdown_block(self->text, i)->kind == BLOCK_HEADING)
            return markdown_block(self->text, i)->level > level;
    return false;
}

static void take_heading(shape *self, guint index)
{
    const block *heading = markdown_block(self->text, index);
    if ((gssize)index == self->outline.title_block)
        return;
    g_autofree char *words = markdown_words(heading->node);
    g_autofree char *title = words_heading(words);
    end_section(self);
    self->deeper = is_deeper_next(self, index);
    if (heading->level == self->outline.phase_level) {
        end_phase(self);
        g_ptr_array_add(self->book->phases, phase_new(title, heading->line));
        begin_section(self, SECTION_PHASE, title, heading->line);
    } else {
        begin_section(self, SECTION_STEP, title, heading->line);
    }
}

/* An item of a numbered list of commands begins a step, whether it has a command or not. */
static void take_item(shape *self, const block *block)
{
    g_autofree char *title = markdown_item_title(block->item);
    bool fresh = self->at->step->command == NULL && self->at->numbered == 0 &&
                 !has_verification(self->at->step) && self->at->step->undo == NULL;
    self->tail_own = self->tail->len; /* what stands before the item belongs to the one before */
    if (!fresh)
        add_part(self, title, block->line);
    else if (title != NULL) {
        g_free(self->at->step->title);
        self->at->step->title = g_steal_pointer(&title);
        self->at->step->line = block->line;
    }
    self->at->numbered = block->numbered;
}

static void take_block(shape *self, guint index)
{
    const block *block = markdown_block(self->text, index);
    if (block->numbered != 0 && block->numbered != self->at->numbered)
        take_item(self, block);
    switch (block->kind) {
    case BLOCK_HEADING:
        take_heading(self, index);
        break;
    case BLOCK_TASK:
        take_task(self, block);
        break;
    case BLOCK_FENCE:
        take_fence(self, block);
        break;
    case BLOCK_PARAGRAPH:
        take_paragraph(self, block);
        break;
    case BLOCK_OTHER:
        take_prose(self, block);
        break;
    case BLOCK_HIDDEN:
        break;
    }
}

static void shape_clear(shape *self)
{
    for (int i = 0; i < SECTION_KINDS; i++)
        guard_clear(&self->guards[i]);
    g_ptr_array_unref(self->parts);
    g_ptr_array_unref(self->carried_gates);
    g_string_free(self->carried, TRUE);
    g_string_free(self->tail, TRUE);
    g_free(self->title);
}

void shape_book(playbook *book, const markdown *text, complaints *into)
{
    shape self = { .book = book, .text = text, .into = into };
    self.parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);
    self.carried_gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
    self.carried = g_string_new(NULL);
    self.tail = g_string_new(NULL);
    self.outline = outline_of(text, book->title != NULL);
    if (book->title == NULL)
        book->title = outline_title(&self.outline, text);
    begin_section(&self, SECTION_BOOK, book->title, self.outline.title_line);
    for (guint i = 0; i < text->blocks->len; i++)
        take_block(&self, i);
    end_section(&self);
    end_phase(&self);
    if (book->gates->len > 0 && book->steps->len == 0)
        ask_gates(&self, book->title, self.outline.title_line, book->gates);
    names_give(book, into);
    shape_clear(&self);
}
