/* The second table: each socket. Memory follows the sockets that are open, not those that were. */
#pragma once

#include "formatters/counts/tally.h"
#include "formatters/line.h"
#include "support/map.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is none. */
struct sockets_count {
	struct map rows; /* cookie -> struct socket_count */
	size_t ended;    /* how many of them will never be called on again */
	uint64_t seen;   /* rows made so far */
	bool full;       /* nobody gets a row any more: its first calls might be missing in it */
	struct tally others; /* of the sockets that have no row, or none any more */
};

void sockets_count_done(struct sockets_count *sockets);
/* A RECORD_CALL. */
void sockets_count_add(struct sockets_count *sockets, const struct record *record,
		       const struct tally *tally);
/* A RECORD_CONNECTION: its ends have no descriptor any more. */
void sockets_count_end(struct sockets_count *sockets, const struct record_connection *connection);
/* Nothing if there was no call on a socket. */
void sockets_count_put(const struct sockets_count *sockets, struct line *line);
