/*
 * The states that the ends of connections passed through, kept until the call that caused it is
 * told: they stand before it in the record and below it in the text, as one path for each
 * socket. What is kept is bounded; beyond it a change has a line of its own.
 */
#pragma once

#include "support/map.h"
#include "types/record.h"

#include <stdbool.h>

enum {
	PATH_STATES = 8, /* of one socket by one call: no way through the diagram is longer */
	PATH_SOCKETS = 8,
};

/* From one state to the next. All zero: nowhere. */
struct state_path {
	enum tcp_state states[PATH_STATES];
	unsigned count;
	bool inferred;
};

/* Goes on to that state, unless it is there; STATE_UNKNOWN: nobody knows where. */
void state_path_to(struct state_path *path, enum tcp_state state);

/* What one call did. */
struct passed {
	uint64_t cause, time;
	struct {
		char id[SOCKET_ID_SIZE];
		struct state_path path;
	} sockets[PATH_SOCKETS];
	unsigned count;
};

/* All zero: nothing has passed. */
struct passed_memory {
	struct map calls; /* the cause's n -> struct passed */
};

struct formatter;

/* RECORD_STATE: true if it now waits for its call. */
bool passed_keep(struct formatter *text, const struct record *record);
/* What the record's call did, taken out of the memory; NULL: nothing that is known. The caller
 * frees it. */
struct passed *passed_take(struct formatter *text, const struct record *record);
/* What a call did that never came, in lines of their own. */
void passed_flush(struct formatter *text);
void passed_done(struct passed_memory *memory);
