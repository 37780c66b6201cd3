/*
 * A run as lines of a Mermaid sequence diagram: lanes side by side, an arrow where a call of one
 * concerns another, a note where it does not.
 */
#pragma once

#include "formatters/line.h"
#include "support/map.h"
#include "types/record.h"

/* A lane; kept to the end, since its name never means another. */
struct participant {
	char *lane;               /* owned */
	unsigned number;          /* p1, p2 ... */
	struct participant *next; /* of the same hash */
};

/* Its size follows the lanes, and what is on its way. All zero: nothing has happened. */
struct sequence {
	struct map participants; /* hash of the lane -> struct participant */
	struct map processes;    /* pid -> struct participant */
	struct map peers;        /* cookie -> struct participant, of a socket's other end */
	struct map sent;         /* n -> struct sent: not received yet */
	struct map causes;       /* n -> struct cause: segments of a call that has not returned */
	unsigned count;          /* of participants ever */
};

/* Adds the lines, each with its break, that the record makes. */
void sequence_add(struct sequence *sequence, const struct record *record, struct line *lines);
/* What nobody was seen to receive. */
void sequence_end(struct sequence *sequence, struct line *lines);
void sequence_done(struct sequence *sequence);
