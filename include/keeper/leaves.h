/* leaves.h - what a keeper leaves on the disk, for the engine that comes later to read.
 *
 * A keeper holds one running step (or check, or undo) and outlives everything above it. Its folder is made by the
 * engine before the start:
 *
 *   script   the bytes that run, 0500          written by the engine
 *   lock     an flock that means "alive"       taken by the engine, handed over to the keeper as descriptor 3
 *   exit     4096 bytes, reserved and synced   the engine writes `boot UUID` there; the keeper writes its record over
 *                                              it at the end, then fdatasync. Open for writing as long as it lives.
 *   holder   4096 bytes, reserved              who holds it: written before the step's program is executed
 *   output   frames, the first OUTPUT_HEAD bytes
 *   tail.0, tail.1   frames, turn about: together they hold at least the last OUTPUT_TAIL bytes
 *
 * The keeper is started as:  warroom-keeper FOLDER TIMEOUT_MS GRACE_MS INTERPRETER [ARG...]
 * with the step's environment as its own, its working directory as the step's, and runs INTERPRETER ARG... FOLDER/script.
 * FOLDER is absolute; a TIMEOUT_MS of 0 is none. The step has a session of its own, no terminal, /dev/null as input,
 * no descriptor but the three, all signals as by default, and a soft core limit of 0 (its environment holds secrets;
 * a script that wants core files raises it: the hard limit is the person's).
 * SIGTERM to the keeper (by pidfd) means abort: the whole tree, politely, after GRACE by force; survivors are named.
 * It ends with its main process, not with the last reader of its output: what is left behind lives on, but what that
 * writes has no reader any more.
 *
 * holder and exit are text: `name value` lines, the first one `version 1`, the last one `sum HEX` (FNV-1a 64 over all
 * bytes before it), so that a torn one is known; NULs fill the rest. Times: wall and boot clock in microseconds.
 *
 *   holder:  boot UUID | keeper PID START | step PID START | wall US | up US          START: field 22 of /proc/PID/stat
 *   exit:    boot UUID | outcome exited N / signalled N / not-started ERRNO WORDS / survived 0
 *            reason ended / timeout / abort: what came first
 *            started US US | ended US US (wall, up) | asked US US (when abort or time-out came; absent else)
 *            left N (processes left behind when the main one ended) | survivor PID NAME (a line each, at most 32)
 *            output BYTES (all that came) | kept BYTES (of them written, also what was later overwritten in a tail)
 *            cut WORDS (absent unless something could not be kept)
 *   `survived`: the main process could not be ended; it is the first survivor.
 *
 * A frame of output: one header line `US S OFFSET LENGTH\n` (wall time, S is o or e, OFFSET counts the bytes of both
 * streams before it: a jump is a gap), LENGTH bytes, `\n`. */
#ifndef WARROOM_KEEPER_LEAVES_H
#define WARROOM_KEEPER_LEAVES_H

#define LEAF_SCRIPT "script"
#define LEAF_LOCK "lock"
#define LEAF_EXIT "exit"
#define LEAF_HOLDER "holder"
#define LEAF_OUTPUT "output"
#define LEAF_TAIL_0 "tail.0"
#define LEAF_TAIL_1 "tail.1"

#define LEAF_VERSION 1
#define LEAF_EXIT_SIZE 4096
#define LEAF_SURVIVORS 32 /* named in the record; more are counted by the last line `survivor 0 N more` */
#define OUTPUT_HEAD (8 * 1024 * 1024)
#define OUTPUT_TAIL (8 * 1024 * 1024)
#define OUTPUT_FRAME (64 * 1024) /* bytes in one frame, at most */
#define KEEPER_LOCK_FD 3
#define KEEPER_KILL_MS 2000 /* G7: how long the tree is killed before what remains is named */

#endif
