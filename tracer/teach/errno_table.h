/* The meanings of errno, as rows: the first that fits a call is the one. */
#pragma once

#include "types/call.h"

#include <stddef.h>

/* In the place of a call_id: rows that several calls share, after those of one call. */
enum {
	ANY_SEND = CALL_COUNT,
	ANY_RECEIVE,
	ANY_CALL,
};

/* Which sockets a row is about. ON_ANY comes last, and is right when nothing is known. */
enum meaning_for {
	ON_ANY,
	ON_TCP,
	ON_UDP,
	ON_UNIX,
};

struct meaning {
	int call; /* a call_id, or ANY_... */
	int error;
	enum meaning_for on;
	const char *why; /* a plain sentence or two, true whatever the cause was */
	const char *fix; /* in C and in Python; NULL: there is nothing to do */
	/* A shell command; NULL: there is none. {port}, {address} and {path} are the event's,
	 * and where the event has none there is no command. */
	const char *check;
};

extern const struct meaning meanings[];
extern const size_t meanings_count;

/* The row for a call, NULL if there is none. */
const struct meaning *meaning_find(enum call_id call, int error, enum meaning_for on);
