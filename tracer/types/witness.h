/* Who saw a socket's state, and what it saw. */
#pragma once

#include "types/socket.h"
#include "types/tcp_state.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum witness {
	WITNESS_NONE,
	WITNESS_TCP_INFO,
	WITNESS_SOCK_DIAG,
	WITNESS_TRACEPOINT,
	WITNESS_WIRE,
	WITNESS_INFERRED,
};

/* "tcp_info", "sock_diag" ... as the record spells them; NULL for WITNESS_NONE. */
const char *witness_name(enum witness witness);
enum witness witness_named(const char *name);

/* One look at a socket. What the witness could not tell is -1 (queues) or STATE_UNKNOWN. */
struct sight {
	enum witness witness;
	enum tcp_state state;
	uint64_t cookie;
	int64_t receive; /* bytes that recv would find; a FIN is no byte */
	int64_t send;    /* bytes sent and not yet acknowledged, or not yet sent */
	int64_t accept;  /* a listener: connections waiting for accept */
	int64_t backlog; /* a listener: its limit, min(backlog, somaxconn) */
	int64_t expires; /* sock_diag, TIME_WAIT: milliseconds left */
	uint64_t inode;  /* sock_diag: 0: no descriptor is made of it */
	uint64_t came;   /* tcp_info: bytes that ever came; a FIN counts as one */
};

/* What there is to be asked of who a socket is. What is known already costs no question. */
enum {
	ASK_COOKIE = 1,
	ASK_KIND = 2, /* domain and type */
	ASK_PROTOCOL = 4,
	ASK_LISTENING = 8,
	ASK_LINGERING = 16,
	ASK_LOCAL = 32,
	ASK_REMOTE = 64,
	ASK_ENDS = ASK_LOCAL | ASK_REMOTE,
	ASK_NETWORK = 128,
	ASK_INODE = 256, /* of one of AF_UNIX; of others there is none to be known */
	ASK_ALL = 511,
};

/* Who a socket is, asked when a descriptor of it is first seen. */
struct identity {
	uint64_t cookie;
	int domain, type, protocol;
	bool listening; /* SO_ACCEPTCONN */
	bool lingering; /* SO_LINGER is on */
	/* The network namespace in which it was made: SO_NETNS_COOKIE. 0: nobody can tell. */
	uint64_t network;
	uint64_t inode; /* of one of AF_UNIX: unix_diag(7) names it so; 0: not known */
	char local[ENDPOINT_SIZE];
	char remote[ENDPOINT_SIZE];
};
