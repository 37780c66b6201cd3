/* Sockets in a story are named by their role, which is known only when the story is over: until
 * then a mark stands for each name. */
#pragma once

#include "formatters/python/names.h"
#include "support/map.h"
#include "types/record.h"

#include <stdio.h>

/* All zero: nobody has a socket. */
struct roles {
	struct map processes; /* pid -> the process's number, from 1 */
	struct names **names; /* of each process that there was */
	size_t count, room;
};

/* Who has begun with whose sockets. */
void roles_process(struct roles *roles, const struct record *record);
/* What a call tells of its sockets. */
void roles_learn(struct roles *roles, const struct record *record);
/* Code of that process, which is inert, with marks. */
void roles_mark(struct roles *roles, pid_t pid, const char *code, struct line *line);

enum { ROLES_MARK = 1 /* the byte with which a mark begins */ };

/* When all is known: */
void roles_settle(struct roles *roles);
/* The name for the rest of a mark, which is read byte by byte. */
void roles_put(const struct roles *roles, int (*next)(void *context), void *context,
	       struct line *line);
void roles_done(struct roles *roles);
