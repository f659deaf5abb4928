/* wire.h - what goes over the engine's socket: one JSON document a line.
 *
 * The engine speaks first:  {"warroom": VERSION, "pid": N, "started": TIME, "by": NAME, "config": PATH, "digest": HEX}
 * A face asks:              {"id": ID, "me": NAME, "means": "cli", "verb": "step.run", "args": {...}, "env": {...}}
 * The engine answers:       {"id": ID, "done": true, "records": [...], "data": {...}, "again": false}
 *                       or  {"id": ID, "done": false, "code": 3, "why": "...", "way": "..."}
 * and, to faces that attached, tells as it happens: {"told": "reading"|"output"|"alert"|"leaving", ...}.
 *
 * The id is made by the face. A command sent again with the same id is answered from the journal
 * ("again": true), not done twice. */
#ifndef WARROOM_LINK_WIRE_H
#define WARROOM_LINK_WIRE_H

#include "base/json.h"

#define WIRE_LINE_LARGEST (4 * 1024 * 1024)
#define SOCKET_NAME "engine.sock"
#define ENGINE_LOCK_NAME "engine.lock"

#endif
