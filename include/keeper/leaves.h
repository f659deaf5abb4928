/* leaves.h - what a keeper leaves on the disk, for the engine that comes later to read.
 *
 * A keeper holds one running step (or check, or undo) and outlives everything above it. Its folder is made by the engine before
 * the start:
 *
 *   script   the bytes that run, 0500          written by the engine
 *   lock     an flock that means "alive"       taken by the engine, handed over to the keeper as descriptor 3
 *   exit     4096 bytes, reserved and synced   written by the keeper at the end, then fdatasync
 *   holder   who holds it: written by the keeper before the step exists
 *   output   frames, the first OUTPUT_HEAD bytes
 *   tail.0, tail.1   frames, turn about: together they hold at least the last OUTPUT_TAIL bytes
 *
 * The keeper is started as:  warroom-keeper FOLDER TIMEOUT_MS GRACE_MS INTERPRETER [ARG...]
 * with the step's environment as its own, its working directory as the step's, and runs INTERPRETER ARG... FOLDER/script.
 * SIGTERM to the keeper (by pidfd) means abort: the whole tree, politely, after GRACE by force; survivors are named.
 *
 * holder and exit are text: `name value` lines, the last one `sum HEX` (FNV-1a 64 over all bytes before it),
 * so that a torn one is known. Times: wall and boot clock in microseconds.
 *
 *   holder:  boot UUID | keeper PID START | step PID START | wall US | up US          START: field 22 of /proc/PID/stat
 *   exit:    boot UUID | outcome exited N / signalled N / not-started ERRNO WORDS | reason ended / timeout / abort
 *            started US US | ended US US (wall, up) | asked US US (when abort or time-out came; absent else)
 *            left N (processes left behind when the main one ended) | survivor PID NAME (one line each)
 *            output BYTES (all that came) | kept BYTES | cut WORDS (absent unless the output could not be kept)
 *
 * A frame of output: one header line `US S LENGTH\n` (wall time, S is o or e), LENGTH bytes, `\n`. */
#ifndef WARROOM_KEEPER_LEAVES_H
#define WARROOM_KEEPER_LEAVES_H

#define LEAF_SCRIPT "script"
#define LEAF_LOCK "lock"
#define LEAF_EXIT "exit"
#define LEAF_HOLDER "holder"
#define LEAF_OUTPUT "output"
#define LEAF_TAIL_0 "tail.0"
#define LEAF_TAIL_1 "tail.1"

#define LEAF_EXIT_SIZE 4096
#define OUTPUT_HEAD (8 * 1024 * 1024)
#define OUTPUT_TAIL (8 * 1024 * 1024)
#define KEEPER_LOCK_FD 3

#endif
