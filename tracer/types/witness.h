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
};

/* Who a socket is, asked once when a descriptor of it is first seen. */
struct identity {
	uint64_t cookie;
	int domain, type, protocol;
	bool listening; /* SO_ACCEPTCONN */
	char local[ENDPOINT_SIZE];
	char remote[ENDPOINT_SIZE];
};
