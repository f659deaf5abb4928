#include "link/command.h"

#include <string.h>

#define END                                                                                                  \
    {                                                                                                        \
        0                                                                                                    \
    }

static const char levels[] = "low|medium|high|critical";
static const char in_incident[] = "In an incident", around[] = "Before, after", things[] = "Things";

static const parameter_row nothing[] = { END };

static const parameter_row start_takes[] = {
    { "title", TAKES_WORDS, 0, "TITLE", "what is wrong, in a few words", NULL },
    { "service", TAKES_VALUE, 's', "SERVICE", "the service it is about, as the configuration names it",
      "service" },
    { "severity", TAKES_VALUE, 0, "LEVEL", "low, medium, high or critical", levels },
    { "environment", TAKES_VALUE, 0, "NAME", "where it is; default: the service's own", NULL },
    END,
};
static const parameter_row maybe_incident[] = {
    { "id", TAKES_MAYBE, 0, "ID", "the incident; default: the live one", "incident" },
    END,
};
static const parameter_row note_takes[] = {
    { "text", TAKES_WORDS, 0, "TEXT", "the note, as it will stand on the timeline", NULL },
    { "at", TAKES_VALUE, 0, "TIME", "when it was so: 14:05, 14:05:20 or 2026-11-19T14:05:20Z (UTC)", NULL },
    END,
};
static const parameter_row impact_takes[] = {
    { "time", TAKES_WORD, 0, "TIME", "14:02:50 or 2026-11-19T14:02:50Z (UTC)", NULL },
    END,
};
static const parameter_row run_takes[] = {
    { "book", TAKES_MAYBE, 0, "BOOK", "a playbook by name or file; default: the one that is prepared",
      "playbook" },
    { "phase", TAKES_FLAG, 0, "", "this phase only, up to its end", NULL },
    { "step", TAKES_VALUE, 0, "N|NAME", "this step only", "step" },
    { "set", TAKES_PAIRS, 0, "NAME=VALUE", "a parameter of the playbook; may be given again", NULL },
    { "service", TAKES_VALUE, 's', "SERVICE", "the service it is run on; default: the incident's",
      "service" },
    END,
};
static const parameter_row retry_takes[] = {
    { "what", TAKES_MAYBE, 0, "STEP|GATE",
      "a step that failed, or a gate with a check; default: where it halted", "step" },
    END,
};
static const parameter_row maybe_step[] = {
    { "step", TAKES_MAYBE, 0, "STEP", "its number or name; default: the current one", "step" },
    END,
};
static const parameter_row one_step[] = {
    { "step", TAKES_WORD, 0, "STEP", "its number or name", "step" },
    END,
};
static const parameter_row mark_takes[] = {
    { "step", TAKES_WORD, 0, "STEP", "its number or name", "step" },
    { "as", TAKES_VALUE, 0, "OUTCOME", "ok or failed", "ok|failed" },
    END,
};
static const parameter_row one_gate[] = {
    { "gate", TAKES_WORD, 0, "GATE", "its name or title", "gate" },
    END,
};
static const parameter_row assign_takes[] = {
    { "seat", TAKES_WORD, 0, "SEAT", "commander, operator, approver, scribe or reader",
      "commander|operator|approver|scribe|reader" },
    { "name", TAKES_WORDS, 0, "NAME", "who takes it", NULL },
    END,
};
static const parameter_row take_takes[] = {
    { "seat", TAKES_MAYBE, 0, "SEAT", "default: commander", "commander|operator|approver|scribe|reader" },
    END,
};
static const parameter_row severity_takes[] = {
    { "level", TAKES_WORD, 0, "LEVEL", "low, medium, high or critical", levels },
    END,
};
static const parameter_row close_takes[] = {
    { "as", TAKES_VALUE, 0, "OUTCOME", "how it ended, as the report will say",
      "rollback successful|rollback verification failed|fixed forward|monitored|aborted|false alarm|error" },
    END,
};
static const parameter_row book_takes[] = {
    { "book", TAKES_WORD, 0, "BOOK", "a playbook by name or file", "playbook" },
    { "set", TAKES_PAIRS, 0, "NAME=VALUE", "a parameter of the playbook; may be given again", NULL },
    END,
};
static const parameter_row one_metric[] = {
    { "name", TAKES_WORD, 0, "NAME", "a metric of the configuration", "metric" },
    END,
};
static const parameter_row maybe_metric[] = {
    { "name", TAKES_MAYBE, 0, "NAME", "a metric of the configuration; default: all of them", "metric" },
    END,
};
static const parameter_row one_trigger[] = {
    { "name", TAKES_WORD, 0, "NAME", "a trigger of the configuration", "trigger" },
    END,
};
static const parameter_row event_takes[] = {
    { "name", TAKES_WORD, 0, "NAME", "the event, as conditions name it: deployment_failed", NULL },
    { "text", TAKES_MAYBE_WORDS, 0, "TEXT", "what happened, for the timeline", NULL },
    END,
};
static const parameter_row one_template[] = {
    { "name", TAKES_WORD, 0, "NAME", "a template by name or file", "template" },
    END,
};
static const parameter_row render_takes[] = {
    { "name", TAKES_WORD, 0, "FILE", "a template by name or file", "template" },
    { "data", TAKES_VALUE, 0, "JSON", "the values as JSON, or a file with them; '-' reads standard input",
      "file" },
    END,
};
static const parameter_row fields_takes[] = {
    { "name", TAKES_MAYBE, 0, "NAME", "a template by name or file; default: every field there is",
      "template" },
    END,
};
static const parameter_row list_takes[] = {
    { "stream", TAKES_MAYBE, 0, "STREAM", "an incident's id, or house; default: all", "incident" },
    { "only", TAKES_VALUE, 0, "WORD", "one class or kind: decision, step, step.ended", NULL },
    END,
};
static const parameter_row one_record[] = {
    { "record", TAKES_WORD, 0, "STREAM/N", "a stream and the number in it: INC-0042/48", "incident" },
    END,
};
static const parameter_row export_takes[] = {
    { "stream", TAKES_MAYBE, 0, "STREAM", "an incident's id, or house; default: all", "incident" },
    { "to", TAKES_VALUE, 0, "FILE", "a file that does not exist yet; default: standard output", "file" },
    END,
};
static const parameter_row verify_takes[] = {
    { "id", TAKES_MAYBE, 0, "ID", "one stream of the journal, or an exported file; default: all",
      "incident" },
    { "against", TAKES_VALUE, 0, "FILE", "heads kept elsewhere: a message with its ref, a report, an export",
      "file" },
    END,
};
static const parameter_row check_takes[] = {
    { "file", TAKES_MAYBE, 0, "FILE",
      "a configuration or a playbook (.md); default: the configuration that would be used", "file" },
    END,
};
static const parameter_row init_takes[] = {
    { "folder", TAKES_MAYBE, 0, "FOLDER", "where warroom.yaml is written; default: here", "file" },
    { "service", TAKES_VALUE, 0, "NAME", "the service this is about", NULL },
    { "environment", TAKES_VALUE, 0, "NAME", "its environment; default: prod", NULL },
    { "type", TAKES_VALUE, 0, "TYPE", "how it is deployed; default: rolling", NULL },
    { "metrics", TAKES_VALUE, 0, "URL", "the address of its metrics; default: none yet", NULL },
    { "series", TAKES_VALUE, 0, "NAME", "the series there that rises when it is in trouble", NULL },
    { "limit", TAKES_VALUE, 0, "NUMBER", "above which value it is; default: 5", NULL },
    END,
};
static const parameter_row trust_takes[] = {
    { "file", TAKES_WORD, 0, "FILE", "a file of this folder that may be used from now on", "file" },
    END,
};
static const parameter_row completion_takes[] = {
    { "shell", TAKES_WORD, 0, "SHELL", "bash, zsh or fish", "bash|zsh|fish" },
    END,
};
static const parameter_row help_takes[] = {
    { "command", TAKES_MAYBE_WORDS, 0, "COMMAND", "a command, or 'keys'", "command" },
    { "man", TAKES_FLAG, 0, "", "as a manual page, for man(1)", NULL },
    END,
};

static const command rows[] = {
    { "start", in_incident, "opens an incident",
      "Impact is taken to have begun now; 'warroom impact TIME' corrects it. One incident may be open for a "
      "service at a time. Severity is high when none is said.",
      "warroom start checkout is slow -s checkout --severity high", NEEDS_ENGINE | NEEDS_SETTINGS,
      start_takes, "n" },
    { "status", in_incident, "the room as text",
      "Read from the journal: an engine is not needed and none is started. With one running, the values of "
      "metrics are live. Without an open incident it says so, and exits 0.",
      "warroom status", FITS_READER, maybe_incident, "1" },
    { "note", in_incident, "writes a line on the timeline",
      "It is stamped with the time at which the command came. --at says when it was so, if that was earlier.",
      "warroom note --at 14:01 first complaint on the phone", NEEDS_ENGINE | NEEDS_INCIDENT, note_takes,
      "n" },
    { "impact", in_incident, "corrects when impact began", "The five clocks count from there.",
      "warroom impact 14:02:50", NEEDS_ENGINE | NEEDS_INCIDENT, impact_takes, "" },
    { "run", in_incident, "runs a playbook, or goes on with it",
      "With BOOK the plan is made, and then run; without, the plan that is there goes on. It runs until the "
      "end, a gate that a person must pass, a failure or a pause, and it is followed line by line on "
      "standard output. Leaving it (^C) stops nothing. --phase ends after this phase, --step after one step. "
      "--dry-run prints every command with its values and runs nothing. In production the name of the "
      "service is typed, or given with --confirm.",
      "warroom run restart.md --set HOST=db1 --dry-run",
      NEEDS_ENGINE | NEEDS_INCIDENT | NEEDS_SETTINGS | ASKS_NAME, run_takes, "R X x" },
    { "pause", in_incident, "stops after the step that runs",
      "The step itself goes on to its end; nothing new starts until 'warroom resume'.", "warroom pause",
      STOPS | NEEDS_ENGINE | NEEDS_INCIDENT, nothing, "p" },
    { "resume", in_incident, "goes on after a pause", "", "warroom resume", NEEDS_ENGINE | NEEDS_INCIDENT,
      nothing, "p" },
    { "abort", in_incident, "ends the running step and the run",
      "The whole process tree is asked to end, and after the grace is killed; what survives is named. What "
      "was done stays done: abort undoes nothing.",
      "warroom abort --yes", STOPS | NEEDS_ENGINE | NEEDS_INCIDENT | ASKS_YES, nothing, "A" },
    { "retry", in_incident, "runs a failed step, or a gate's check, again", "", "warroom retry drain-green",
      NEEDS_ENGINE | NEEDS_INCIDENT, retry_takes, "r" },
    { "skip", in_incident, "leaves a step out, with a reason",
      "The reason stands on the timeline and in the report.",
      "warroom skip 3 --reason 'cache is switched off already'", NEEDS_ENGINE | NEEDS_INCIDENT | ASKS_REASON,
      maybe_step, "s" },
    { "undo", in_incident, "runs the undo block of a step",
      "The step's name is typed, or given with --confirm.", "warroom undo switch --confirm switch",
      NEEDS_ENGINE | NEEDS_INCIDENT | ASKS_NAME, maybe_step, "u" },
    { "check", around, "reads the configuration, names every mistake",
      "Each as file:line:column, what is wrong, what would be right. Exit 2 when there is one.",
      "warroom check", FITS_READER, check_takes, "" },
    { "init", around, "writes a first configuration",
      "On a terminal it asks six questions; the options answer them beforehand, and without a terminal they "
      "are "
      "the only answers. What it writes passes check, and is trusted as it was written. Nothing that exists "
      "is "
      "overwritten.",
      "warroom init --service checkout --metrics http://127.0.0.1:8080/metrics", FITS_READER, init_takes,
      "" },
    { "trust", around, "lets a file of this folder be used",
      "A configuration in the working directory can name commands; it is used once you said so, and asked "
      "for again when it changed.",
      "warroom trust warroom.yaml", FITS_READER, trust_takes, "" },
    { "verify", around, "is the journal intact?",
      "Follows the chain of every stream, and says what it can prove and what it cannot. Exit 1 when "
      "something was changed.",
      "warroom verify", FITS_READER, verify_takes, "" },
    { "watch", around, "stays, and prints what happens",
      "One event, one line. As long as it runs, the engine stays: for a service manager, or a second screen.",
      "warroom watch", FITS_READER | GIVES_LINES, nothing, "" },
    { "completion", around, "prints completion for a shell", "For bash: source <(warroom completion bash)",
      "warroom completion bash", FITS_READER | STANDS_ALONE, completion_takes, "" },
    { "help", around, "explains a command, or the keys", "", "warroom help gate pass",
      FITS_READER | STANDS_ALONE, help_takes, "?" },
    { "incident list", things, "open incidents, then closed ones", "", "warroom incident list",
      FITS_READER | GIVES_LINES, nothing, "9" },
    { "incident show", things, "one incident in full", "", "warroom incident show INC-0001", FITS_READER,
      maybe_incident, "" },
    { "incident assign", things, "gives a seat to somebody", "", "warroom incident assign scribe Raj",
      NEEDS_ENGINE | NEEDS_INCIDENT, assign_takes, "" },
    { "incident take", things, "takes a seat yourself", "", "warroom incident take commander",
      NEEDS_ENGINE | NEEDS_INCIDENT, take_takes, "" },
    { "incident severity", things, "changes the severity", "", "warroom incident severity critical",
      NEEDS_ENGINE | NEEDS_INCIDENT, severity_takes, "" },
    { "incident close", things, "closes the incident, with its outcome", "",
      "warroom incident close --as 'false alarm' --yes", NEEDS_ENGINE | NEEDS_INCIDENT | ASKS_YES,
      close_takes, "" },
    { "incident reopen", things, "opens a closed incident again", "", "warroom incident reopen INC-0001",
      NEEDS_ENGINE, maybe_incident, "" },
    { "step list", things, "the steps and how they stand", "", "warroom step list", FITS_READER | GIVES_LINES,
      nothing, "4" },
    { "step show", things, "one step: command, values, output", "", "warroom step show 2", FITS_READER,
      one_step, "4" },
    { "step done", things, "a step by hand is done",
      "For a step without a command: a person did it, and says so.", "warroom step done 3",
      NEEDS_ENGINE | NEEDS_INCIDENT, maybe_step, "Space" },
    { "step adopt", things, "goes on watching a step that lost its keeper",
      "For a step whose outcome is unknown while its process is still there.", "warroom step adopt 2",
      NEEDS_ENGINE | NEEDS_INCIDENT, one_step, "x" },
    { "step mark", things, "says how a step ended that nobody saw end",
      "For a step whose outcome is unknown: look at the target, then say ok or failed, and why.",
      "warroom step mark 2 --as ok --reason 'switch is on blue, checked by hand'",
      NEEDS_ENGINE | NEEDS_INCIDENT | ASKS_REASON, mark_takes, "o" },
    { "gate list", things, "the gates and how they stand", "", "warroom gate list", FITS_READER | GIVES_LINES,
      nothing, "3" },
    { "gate show", things, "one gate: asked, found, ways on", "", "warroom gate show backup-recent",
      FITS_READER, one_gate, "v" },
    { "gate pass", things, "ticks a gate",
      "A gate whose check says no, or does not know, is passed only with --reason.",
      "warroom gate pass backup-recent --reason 'full backup is running'", NEEDS_ENGINE | NEEDS_INCIDENT,
      one_gate, "Space o" },
    { "playbook list", things, "the playbooks that are found", "", "warroom playbook list",
      FITS_READER | NEEDS_SETTINGS | GIVES_LINES, nothing, "" },
    { "playbook show", things, "what a playbook would do, step by step", "",
      "warroom playbook show restart.md", FITS_READER | NEEDS_SETTINGS, book_takes, "" },
    { "metric list", things, "the metrics and their values", "", "warroom metric list",
      FITS_READER | NEEDS_SETTINGS | GIVES_LINES, nothing, "" },
    { "metric show", things, "one metric: where from, what is bad, its value", "",
      "warroom metric show error_rate", FITS_READER | NEEDS_SETTINGS, one_metric, "" },
    { "metric test", things, "asks the source once, now", "Exit 8 when there is no data.",
      "warroom metric test error_rate", FITS_READER | NEEDS_SETTINGS | NEEDS_ENGINE, maybe_metric, "" },
    { "trigger list", things, "the triggers and their states", "", "warroom trigger list",
      FITS_READER | NEEDS_SETTINGS | GIVES_LINES, nothing, "" },
    { "trigger show", things, "one trigger: its condition and its state", "",
      "warroom trigger show error-rate", FITS_READER | NEEDS_SETTINGS, one_trigger, "" },
    { "trigger event", things, "tells that an event happened", "For conditions of the form 'event NAME'.",
      "warroom trigger event deployment_failed pipeline 4711", NEEDS_ENGINE | NEEDS_SETTINGS, event_takes,
      "" },
    { "template list", things, "the templates that are found", "", "warroom template list",
      FITS_READER | GIVES_LINES, nothing, "" },
    { "template show", things, "a template as it is written", "", "warroom template show status-page",
      FITS_READER, one_template, "" },
    { "template render", things, "fills a template in from JSON",
      "A value that is missing is named with its place, and the exit code is 1: nothing is filled with a "
      "blank. With -i the incident's own values are there too; those given stand above them.",
      "warroom template render update.mustache --data values.json", FITS_READER, render_takes, "" },
    { "template fields", things, "the values that templates can use", "", "warroom template fields",
      FITS_READER | GIVES_LINES, fields_takes, "" },
    { "journal list", things, "what happened, one record a line", "", "warroom journal list INC-0001",
      FITS_READER | GIVES_LINES, list_takes, "6" },
    { "journal show", things, "one record in full", "", "warroom journal show INC-0001/3", FITS_READER,
      one_record, "" },
    { "journal export", things, "the records as JSON Lines, for keeping", "",
      "warroom journal export INC-0001 --to inc-0001.jsonl", FITS_READER, export_takes, "" },
};

static const parameter_row options[] = {
    { "incident", TAKES_VALUE, 'i', "ID", "which incident; default: the live one", "incident" },
    { "json", TAKES_FLAG, 0, "", "one JSON document, or one a line", NULL },
    { "plain", TAKES_FLAG, 0, "", "no tables, no marks: one thing, one line", NULL },
    { "no-color", TAKES_FLAG, 0, "", "no colours (also NO_COLOR)", NULL },
    { "raw", TAKES_FLAG, 0, "", "foreign text as it came; only into a pipe or a file", NULL },
    { "dry-run", TAKES_FLAG, 'n', "", "every command is shown, nothing is run or sent", NULL },
    { "yes", TAKES_FLAG, 0, "", "stands for 'y'", NULL },
    { "confirm", TAKES_VALUE, 0, "NAME", "stands for a name to be typed", NULL },
    { "reason", TAKES_VALUE, 0, "TEXT", "why; at least 10 characters", NULL },
    { "quiet", TAKES_FLAG, 'q', "", "no talk on standard error", NULL },
    { "config", TAKES_VALUE, 0, "FILE", "the configuration to use", "file" },
    { "me", TAKES_VALUE, 0, "NAME", "who you are, for the journal", NULL },
    { "help", TAKES_FLAG, 'h', "", "this command explained", NULL },
    { "version", TAKES_FLAG, 0, "", "this program's version", NULL },
    END,
};

const command *commands_all(gsize *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

const command *command_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

const parameter_row *options_all(void)
{
    return options;
}

bool takes_is_word(takes kind)
{
    return kind == TAKES_WORD || kind == TAKES_MAYBE || kind == TAKES_WORDS || kind == TAKES_MAYBE_WORDS;
}
