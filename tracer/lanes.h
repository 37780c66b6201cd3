/* Names for the columns of a transcript. A name, once given, never returns. */
#pragma once

#include <stddef.h>

#include "support/map.h"

struct arena;

struct lanes {
	struct arena *arena; /* the names: they last as long as the trace */
	struct lane_name {
		const char *base;
		unsigned given; /* how many lanes have it: "server", "server-2" */
	} * names;
	size_t count;
	struct map taken; /* hash of a name that was given -> the name */
};

/* 0 or -ENOMEM. */
int lanes_init(struct lanes *lanes);
void lanes_done(struct lanes *lanes);

/*
 * What a program is called: its base name, or its script's if it is an interpreter.
 * argv is NULL-terminated; the result is the caller's to free, NULL without memory.
 */
char *lane_base(const char *program, const char *const *argv);

/* A new lane of that base name: "server", "server-2". Valid until lanes_done(). */
const char *lane_new(struct lanes *lanes, const char *base);
/* A thread's: "server/t2". */
const char *lane_of_thread(struct lanes *lanes, const char *lane, unsigned number);
