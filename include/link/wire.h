/* wire.h - what goes over the engine's socket: one JSON document a line.
 *
 * The engine speaks first:  {"warroom": VERSION, "pid": N, "started": TIME, "by": NAME, "config": PATH, "digest": HEX}
 * A face asks:              {"id": ID, "me": NAME, "means": "cli", "verb": "gate pass", "args": {...}, "env": {...}}
 * The engine answers:       {"id": ID, "done": true, "records": [...], "data": {...}, "again": false}
 *                       or  {"id": ID, "done": false, "code": 3, "why": "...", "way": "..."}
 * and, to faces that attached, tells as it happens: {"told": "record"|"reading"|"output"|"alert"|"leaving", ...}.
 *
 * The verb is the name of the command's row. "args" holds the row's values by name, and, where they were
 * given, "incident" (-i), "reason", "confirm" and "yes". "why" and "way" are the parts of a refusal: what
 * stands against it, and what can be typed instead; "confirm" in it is a name that a person must type out.
 * "book" is a playbook's absolute path, and "folder" then where its relative paths start. "code" is an err_kind.
 * "env" is what the steps it fires find around them; a guest's "env" and "folder" are not looked at.
 *
 * A told "output" has "incident", "folder" (its keeper's), "text", and "until", how far in the folder's
 * output that is: an engine that took over tells from the start again. An "alert" has "text".
 *
 * Three verbs have no row, as no person types them:
 *   "attach" {"after": POSITION}   from now on tell me; first every record behind that position of the journal
 *                                  (0: all; absent: none), each as {"told": "record", "position": N, "record": {...}};
 *                                  data: {"position": N}, the last that was there when it was asked
 *                                  "records": false: it reads the journal by itself; it is told all else
 *   "live" {}                      data: what is known now and is no record: readings, pending holds, running steps
 *   "leave" {}                     a newer face asks an older engine to go; it answers, then goes
 *
 * A face that finds nobody starts warroom-engine, with WARROOM_STATE, WARROOM_CONFIG (when one is used) and
 * WARROOM_ME in its environment, standard error into ENGINE_LOG_NAME. An engine that finds the lock taken ends
 * with ERR_REFUSED; one that cannot start says why in its last line and ends with anything else.
 *
 * The id is made by the face. A command sent again with the same id is answered from the journal
 * ("again": true), not done twice. */
#ifndef WARROOM_LINK_WIRE_H
#define WARROOM_LINK_WIRE_H

#include "base/json.h"

#define WIRE_LINE_LARGEST (4 * 1024 * 1024)
#define SOCKET_NAME "engine.sock"
#define ENGINE_LOCK_NAME "engine.lock"
#define ENGINE_LOG_NAME "engine.log"

#endif
