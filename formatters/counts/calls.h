/* The first table: each kind of call, with the columns of `strace -c` and the bytes besides. */
#pragma once

#include "formatters/counts/tally.h"
#include "formatters/line.h"

#include <stddef.h>

/* All zero is none. */
struct calls_count {
	struct call_count *rows; /* owned */
	size_t count;
	struct tally total, others; /* others: of names beyond those that have a row */
	uint64_t unfinished;        /* calls that never returned; they are in no tally */
};

void calls_count_done(struct calls_count *calls);
void calls_count_add(struct calls_count *calls, const char *name, const struct tally *tally);
/* Sorts the rows. */
void calls_count_put(struct calls_count *calls, struct line *line);

/* "0.001234" */
void tally_seconds(char *cell, size_t size, uint64_t nanoseconds);
/* Empty where nothing was counted. */
void tally_number(char *cell, size_t size, uint64_t number);
