/* What is counted: the same of one call, of all calls of a name, of all calls on a socket. */
#pragma once

#include "types/record.h"

#include <stdint.h>

struct tally {
	uint64_t calls;
	uint64_t errors;         /* calls that failed, as the program saw it */
	uint64_t time;           /* nanoseconds from entry to return: wall time */
	uint64_t sent, received; /* payload bytes */
};

/* Of a RECORD_CALL. A live record and a replayed one give the same: it needs only what is in the
 * recording. */
struct tally tally_of(const struct record *record);

void tally_add(struct tally *tally, const struct tally *more);

/* For qsort: whoever took longer stands first, then whoever was called more often. 0: equal. */
int tally_compare(const struct tally *one, const struct tally *other);
