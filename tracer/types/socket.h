/* What is known of one socket, as the kernel sees one: known by its cookie. */
#pragma once

#include "types/tcp_state.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum socket_role {
	ROLE_NONE, /* not decided yet */
	ROLE_LISTENER,
	ROLE_ACCEPTED,
	ROLE_CONNECTOR,
	ROLE_DATAGRAM,
	ROLE_PAIR,
};

/* "listener", "accepted" ... as the record spells them; NULL for ROLE_NONE. */
const char *socket_role_name(enum socket_role role);
enum socket_role socket_role_named(const char *name);

enum {
	SOCKET_ID_SIZE = 21, /* a 64-bit number in decimal */
	/* sun_path of 108 bytes, each escaped as \xNN, and the prefix "unix:@" */
	ENDPOINT_SIZE = 448,
	SOCKET_EXPECTED = 4,
};

struct sender;
struct ledger;
struct history;

struct socket {
	uint64_t cookie; /* SO_COOKIE: never used again until the next boot */
	char id[SOCKET_ID_SIZE];
	/* Its network namespace, for ever that in which it was made (SO_NETNS_COOKIE): addresses
	 * mean something there alone. 0: not known. */
	uint64_t network;
	uint64_t inode; /* of one of AF_UNIX: how its other end is known; 0: not known */
	int domain, type, protocol; /* numbers of the kernel: AF_..., SOCK_..., IPPROTO_... */
	/* Names of the three; static, or owned by whoever made the socket. */
	const char *domain_name, *type_name, *protocol_name;
	char local[ENDPOINT_SIZE];  /* "127.0.0.1:8000"; empty while it has none */
	char remote[ENDPOINT_SIZE]; /* the same */
	enum socket_role role;
	/* What it puts on the wire, and by which calls (tracer/senders.c); on the heap, freed with
	 * it. NULL: nothing, or nobody looks. */
	struct sender *sender;
	/* What it sent and received, call by call (sockets/ledger.h), and what its other end sent
	 * that is gone; freed with it. NULL: nothing, or nobody could say. */
	struct ledger *ledger, *legacy;
	/* What the rules remember of it (teach/rules/history.h); on the heap, freed with it. NULL:
	 * nothing. */
	struct history *history;
	/* The last state a witness saw, on which an "after" becomes the next "before". */
	enum tcp_state state;
	uint64_t since; /* the time of that change */
	/* States that segments on their way lead to, in their order; nobody has seen it there yet.
	 */
	struct {
		enum tcp_state state;
		uint64_t time, cause;
	} expected[SOCKET_EXPECTED];
	unsigned expected_count;

	/* What its sight said had come when its receive queue was last seen empty; and when the
	 * last call on it had returned, 0: nobody could ask. */
	uint64_t drained, came;
	unsigned under_way; /* calls on it that have not returned */
	bool lingering;     /* SO_LINGER is on: whoever closes it last may have to wait */
	/* What waited in the kernel when its last descriptor was about to go: bytes nobody had
	 * received, connections nobody had accepted. 0: nothing, or nobody looked. */
	int64_t unread, unaccepted;
	enum tcp_state last; /* and its state then */
	/* On the wire: its FIN, and the segment that acknowledged it alone; 0: not seen.
	 * `fin_again`: the FIN had to be sent more than once. */
	uint64_t fin_sent, fin_acknowledged;
	bool fin_again;
	bool ending;      /* with its process */
	uint64_t sent_to; /* what its peer had sent then, bytes */
	/* Made by a traced process and never handed to anybody else, and no ring works on it: its
	 * holders are all, and do nothing with it that we do not see. */
	bool contained;

	/* How many descriptors of traced processes hold it. */
	unsigned holders;
	/* One of them: where a witness can ask for it. Meaningless if holders is 0. */
	pid_t holder_pid;
	int holder_fd;
	/* The lane that shows it: its maker's; for one still in an accept queue the listener's. */
	const char *lane;
	unsigned program; /* which of the started programs that is (struct process) */
	/* The other end, if it is traced: a plain pointer both ways, cut when one is freed. */
	struct socket *peer;
	/* For an accepted one, and for one still queued: the cookie of its listener. For a client
	 * of AF_UNIX the one in whose queue it was seen, and the process that connected it. */
	uint64_t listener;
	bool in_syn_queue; /* it is among its listener's syn_rcvd */
	unsigned syn_rcvd; /* of a listener: its connections last seen in SYN_RCVD (queues.c) */
	pid_t connected_by;
	const char *listening_lane; /* of that one; lives as the trace */
	/* A connection's life, for its line at the end. */
	uint64_t bytes_sent, bytes_received, calls;
	uint64_t opened; /* time of the first sight as a connection, 0 if it never was one */
	enum tcp_state states[STATE_COUNT]; /* those seen, in order, none twice in a row */
	unsigned state_count;
	bool reset;    /* a witness or an errno showed a RST */
	bool shut;     /* its own FIN followed the other end's: CLOSED is no reset */
	bool killed;   /* closed by its holder's death, not by a call */
	bool gone;     /* of AF_UNIX: the kernel has it no more */
	bool reported; /* its connection line is written */
};
