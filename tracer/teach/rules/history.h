/*
 * What the rules remember: of a socket, of a process, and of a descriptor that is closed. Each is
 * as large however long the trace is.
 */
#pragma once

#include "support/map.h"
#include "types/record.h"

#include <stdbool.h>
#include <stdint.h>

/* One socket. All times are those at which calls entered, on the trace's clock; 0: never. */
struct history {
	uint64_t reuse_address; /* SO_REUSEADDR was switched on, and not off again */
	uint64_t bound, listening;
	uint64_t bind_failed; /* since then none has worked */
	int bind_error;
};

/* One process. */
struct life {
	pid_t pid;
	/* The last call that should have given a descriptor; 0: it did. */
	uint64_t failed;
	const char *failed_call;
	int failed_error;
};

struct histories {
	struct map processes; /* pid -> struct life */
};

void histories_done(struct histories *histories);

/* Never NULL: an empty one where nothing is remembered. */
const struct history *history_of(const struct socket *socket);
const struct life *life_of(const struct histories *histories, pid_t pid);

/* After the rules have looked: what the record adds. */
void histories_note(struct histories *histories, const struct record *record,
		    struct socket *socket);
