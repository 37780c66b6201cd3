/* How far a replay has come, on a line of the terminal that goes away at the end. */
#pragma once

#include "types/record.h"

#include <stdio.h>
#include <sys/types.h>

/* All zero: nothing is shown. */
struct progress {
	FILE *terminal;   /* borrowed; NULL: there is none */
	FILE *in;         /* what is read, borrowed */
	off_t size;       /* of that, in bytes; more than 0 */
	unsigned columns; /* of the terminal; 0: not known */
	uint64_t calls;
	uint64_t begun; /* in nanoseconds of the monotonic clock, as all times here */
	uint64_t drawn; /* when the line was last drawn; 0: it is not there */
};

/* If standard error is a terminal that knows escape sequences, and the size of the file is known.
 */
void progress_begin(struct progress *progress, FILE *in);

/* One more has been written to all transcripts. */
void progress_record(struct progress *progress, const struct record *record);

/* Draws the line, if the reading takes longer than half a second, ten times a second at most.
 * position: how much of the file has been read. */
void progress_draw(struct progress *progress, off_t position, uint64_t now);

/* Takes the line away; nothing is shown any more. */
void progress_end(struct progress *progress);
