/*
 * The way of a connection's two ends through the state diagram of RFC 9293 (3.3.2), as it follows
 * from the segments alone. Pure: no clock, no memory, no kernel.
 *
 * Of the sender a segment is evidence. Of the receiver it is what the RFC says of an end that
 * takes it: that it did shows when that end speaks next. So the receiver of a SYN stays
 * unknown (nobody may listen, or the queue be full) until its SYN,ACK says SYN_RCVD. That a
 * TIME_WAIT is over passes no wire.
 */
#pragma once

#include "types/segment.h"
#include "types/tcp_state.h"

#include <stdbool.h>
#include <stdint.h>

/* One end, by what it sent and what came to it. All zero: nothing is known. */
struct path_end {
	bool known;     /* from its SYN on, or since it was seen to send new bytes */
	bool syn;       /* its initial number is known */
	bool syn_ack;   /* it sent that with an ACK */
	bool syn_acked; /* and the other end has acknowledged it */
	uint32_t initial;
	bool fin, fin_acked;
	bool fin_second; /* it had the other end's FIN when it sent its own */
	uint32_t last;   /* the FIN's number */
	bool closed;     /* by a RST */
	bool heard, acked;
	uint32_t next; /* behind the last byte it sent; if heard */
	uint32_t ack;  /* the last it acknowledged; if acked */
};

struct path {
	struct path_end ends[2];
};

struct path_states {
	enum tcp_state sender;   /* in which it sent the segment; after a RST: behind it */
	enum tcp_state receiver; /* once it has taken it */
};

/* Which ends a segment went between. The same one twice, if a socket is connected to itself. */
struct path_way {
	unsigned sender, receiver; /* 0 or 1 */
};

enum path_beginning {
	PATH_GOES_ON,
	PATH_BEGINS,     /* a SYN that belongs to none of what passed before */
	PATH_END_BEGINS, /* a SYN,ACK with another initial number than its sender had */
};

/* What a segment begins. The caller empties both ends, or the sender's, before it goes on. */
enum path_beginning path_beginning(const struct path *path, struct path_way way,
				   const struct segment *segment);

/* Takes in a segment of TCP. */
struct path_states path_follow(struct path *path, struct path_way way,
			       const struct segment *segment);

/* Both FINs are acknowledged, or a RST has ended it: nothing more is to come. */
bool path_is_over(const struct path *path, struct path_way way);
