/*
 * What is said of a packet: the call that caused it, its Python line and the states that
 * resulted. A packet stands before its call in the record, or, if it had to wait in a buffer, after
 * it: calls are remembered for both.
 */
#pragma once

#include "formatters/line.h"
#include "support/map.h"
#include "types/record.h"

#include <stdbool.h>

enum {
	COMMENT_SIZE = 2048, /* bytes of the longest */
	RECENT_CALLS = 1024, /* of which more packets may come */
	MOST_CALLS = 4096,   /* known at once, those that have not returned among them */
};

/* All zero: no call is known. */
struct comments {
	struct map calls; /* n -> struct known_call */
	uint64_t returned[RECENT_CALLS];
	size_t returned_count;
	struct line line;
};

/* Of RECORD_ENTER, RECORD_CALL, RECORD_UNFINISHED and RECORD_STATE. */
void comments_learn(struct comments *comments, const struct record *record, size_t show_bytes);
/* Whether all is known of that call that ever will be. */
bool comments_complete(const struct comments *comments, uint64_t number);
/* One line of UTF-8 without controls; borrowed until the next change. NULL: nothing is known. */
const char *comments_find(const struct comments *comments, uint64_t number);
void comments_done(struct comments *comments);

/* Cuts it to COMMENT_SIZE, not within a character, and says that it did. */
const char *comment_string(struct line *line);
