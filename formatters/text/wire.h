/*
 * What passed on the wire, kept until the call that caused it is told: its segments stand
 * before it in the record and below it in the text. What is kept is bounded; of many segments
 * that are alike the first are shown and the rest is counted.
 */
#pragma once

#include "support/map.h"
#include "types/record.h"

#include <stdbool.h>

enum { WIRE_REMEMBERED = 4096 };

/* Further segments that are only counted. */
struct wire_count {
	uint64_t segments, bytes;
};

/* One line: a segment, its opener's end on the left. */
struct wire_row {
	uint64_t time;
	struct segment segment;
	char *left, *right;                 /* owned, inert: the ends' lanes, or addresses */
	bool rightward;                     /* it goes from left to right */
	bool folded;                        /* it and those like it that follow are counted: */
	struct wire_count data[2], acks[2]; /* by rightward */
};

/* The segments of one call. */
struct wire_block {
	uint64_t cause;
	struct wire_row *rows;
	size_t count, room;
	struct wire_count more; /* beyond the rows that are kept */
};

/* All zero: nothing has passed. */
struct wire_memory {
	struct map blocks; /* the cause's n -> struct wire_block */
	size_t rows;       /* in all of them */
	/* The calls last told, each at its number modulo the size: what comes later does not wait.
	 */
	uint64_t told[WIRE_REMEMBERED];
	struct map openers; /* two addresses -> which of them opened, or was seen first */
};

struct formatter;

/* RECORD_SEGMENT: true if it now waits for its call, or is not to be shown at all. */
bool wire_keep(struct formatter *text, const struct record *record);
/* The record's call, told or on its way to be: its segments as details below it. */
void wire_show(struct formatter *text, const struct record *record);
/* The same, but nobody wants to see them. */
void wire_drop(struct formatter *text, const struct record *record);
/* Whether the call of that number is told: nothing can stand below it any more. */
bool wire_is_told(const struct wire_memory *wire, uint64_t number);
/* Those whose call never came, in lines of their own. */
void wire_flush(struct formatter *text);
void wire_done(struct wire_memory *wire);
