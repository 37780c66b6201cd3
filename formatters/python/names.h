/*
 * What sockets are called in a generated program: by their role, as far as the whole run told
 * it. A record numbers them in the order of creation (sock, sock2 ..., conn, conn2 ...), and never
 * uses a number again in one process.
 */
#pragma once

#include "formatters/line.h"

#include <stdbool.h>
#include <stddef.h>

enum name_kind { NAME_SOCK, NAME_CONN, NAME_KINDS };

enum name_role {
	NAME_OTHER,  /* sock: a datagram socket, one of a pair, or it never got to anything */
	NAME_SERVER, /* it listens */
	NAME_CLIENT, /* it connects */
	NAME_ROLES,
};

/* Of one process. Its threads share it; a child has those that were there when it began. */
struct names;

struct names *names_new(struct names *parent);
void names_free(struct names *names);

/* Whether the program has given a socket that name. */
bool names_has(const struct names *names, enum name_kind kind, unsigned number);
/* false: it had, or the number is out of all proportion (a recording may say anything). */
bool names_add(struct names *names, enum name_kind kind, unsigned number);
/* Of a sock that has been added; the last word counts. */
void names_role(struct names *names, unsigned number, enum name_role role);

/* When all roles are known: the parent before its children. */
void names_settle(struct names *names);
/* "server", "server2", "conn" ... */
void names_put(const struct names *names, enum name_kind kind, unsigned number, struct line *line);
