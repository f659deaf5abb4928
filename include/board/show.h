/* show.h - a board as text and as JSON: what `warroom status`, `incident show`, `step list` print.
 *
 * Texts are lines for people, foreign text already visible. JSON documents are stable: fields are added,
 * never renamed. `live` is what the engine says of the metrics just now (see engine), or NULL. */
#ifndef WARROOM_BOARD_SHOW_H
#define WARROOM_BOARD_SHOW_H

#include "board/board.h"

char *show_room(const board *board, const room *room, const json *live);
json *show_room_json(const board *board, const room *room, const json *live);

char *show_house(const board *board, const json *live);
json *show_house_json(const board *board, const json *live);

char *show_steps(const board *board, const room *room);
json *show_steps_json(const board *board, const room *room);
char *show_gates(const room *room);
json *show_gates_json(const room *room);

#endif
