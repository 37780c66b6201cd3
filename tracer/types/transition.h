/* A TCP socket's move from one state to the next, as the kernel tells it when it happens. */
#pragma once

#include "types/tcp_state.h"

#include <stdint.h>
#include <sys/types.h>

struct transition {
	uint64_t time;   /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t cookie; /* SO_COOKIE of the socket */
	enum tcp_state from, to;
	/* The thread on whose back it happened. That it is the one who wanted it is not said: what
	 * comes from the network is handled on whoever's back it finds. 0: nobody's, or a thread's
	 * of another process namespace. */
	pid_t tid;
};
