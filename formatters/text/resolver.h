/*
 * The sockets with which the C library looks up a name, folded into one line: a reader of
 * getaddrinfo() did not write those fifteen calls. The record keeps them all.
 *
 * nscd's socket, and those of its like, name themselves when they are connected. The others
 * a program may use for itself, so they count only beside them:
 *   - a datagram socket connected to port 53, in a process that has asked nscd before;
 *   - NETLINK_ROUTE, directly before or after a socket that is the resolver's;
 *   - a datagram socket that is connected, moves nothing and is closed again (which source
 *     address the kernel would take), directly after such a NETLINK_ROUTE.
 * Lines of a socket that does not tell yet are held back until it does, or until anything
 * else is to be printed, so that the order of lines stays true.
 */
#pragma once

#include "formatters/line.h"
#include "support/map.h"
#include "types/record.h"

enum resolver_verdict {
	RESOLVER_ALIEN,   /* somebody else's: write it */
	RESOLVER_PERHAPS, /* write it, and have the line held */
	RESOLVER_OWN,     /* nothing is to be written */
};

/* All zero: no thread looks up anything. */
struct resolver {
	struct map processes; /* pid -> not NULL: its C library has asked nscd or its like */
	pid_t tid;            /* the thread that looks up something now */
	char *lane;           /* owned; its lane */
	uint64_t time;        /* of its last call */
	unsigned calls;       /* those that are the resolver's and not yet told of */
	bool netlink;         /* it has asked the kernel */
	struct line asked;    /* "nscd (not running), 192.0.2.1:53" */
	struct line held;     /* lines that wait for the verdict */
	unsigned held_calls;
	uint64_t previous;          /* the formatter's, before the first held line */
	char known[SOCKET_ID_SIZE]; /* the socket that was last found to be the resolver's */
};

struct formatter;

/* Prints what is pending if this record is another's. */
enum resolver_verdict resolver_judge(struct formatter *text, const struct record *record);
/* Takes the line that was made away from the formatter. */
void resolver_hold(struct formatter *text, const struct record *record);
/* Prints what is pending: the one line, then those held. */
void resolver_flush(struct formatter *text);
void resolver_done(struct resolver *resolver);
