/* Inside witnesses/: what one look through a descriptor, or one answer, makes of a sight. */
#pragma once

#include "types/process.h"
#include "types/witness.h"
#include "witnesses/network.h"

#include <stdbool.h>
#include <stdint.h>

struct question;

struct witnesses {
	struct networks networks;
	enum { DIAG_NOT_ASKED, DIAG_THERE, DIAG_MISSING } unix_diag;
	const struct process *stopped; /* between witnesses_begin() and witnesses_end() */
	/* The last copy, while it is kept. */
	struct copy {
		int fd; /* -1: none */
		const struct process *process;
		int number;      /* the process's */
		uint64_t cookie; /* 0: not asked yet */
	} copy;
};

/* Nothing seen yet. */
static inline struct sight sight_blank(enum witness witness)
{
	return (struct sight){ .witness = witness,
			       .receive = -1,
			       .send = -1,
			       .accept = -1,
			       .backlog = -1,
			       .expires = -1 };
}

/* The kernel's number of a TCP state as ours; both count alike up to CLOSING. */
enum tcp_state state_of_kernel(unsigned state);

/* What a FIN or a SYN that nobody acknowledged counts in the send queue's number: it takes a
 * sequence number as a byte does (RFC 9293, 3.4), and is none. */
int64_t without_flag_sent(enum tcp_state state, int64_t bytes);

/* The same for a FIN that came: sock_diag counts it until the program has read the end of the
 * file. */
int64_t without_fin_received(enum tcp_state state, int64_t bytes);

/* net/ipv4/inet_diag.c: what idiag_timer says of a socket in TIME_WAIT. */
enum { DIAG_TIMER_TIME_WAIT = 3 };

/* The state of a socket we have a descriptor of; unknown if it is not TCP. */
enum tcp_state state_through(int fd);

/* State of a socket we have a descriptor of, and queues as far as the question wants them. */
void look_through(int fd, const struct question *question, struct sight *ret_sight);
