/* One traced process: what its threads share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct descriptor_table; /* sockets/descriptors.h: may be shared (CLONE_FILES) */

enum { WATCH_EXACT = 8, CLOSED_KEPT = 8 };

/* The descriptors at whose calls a process stops (ptrace/watch.h). */
struct watch {
	int exact[WATCH_EXACT];
	unsigned exact_count;
	uint32_t blocks; /* bit k: all numbers from 2^k to 2^(k+1)-1; bit 0 has 0 too */
	int filters;     /* how many were put into it for them */
	bool stop_each;  /* filters are no way here: it stops at every call */
};

struct process {
	pid_t pid;
	int pidfd;        /* pidfd_open(), -1 where that failed */
	const char *lane; /* the main thread's name; NULL until it is known; lives as the trace */
	unsigned threads; /* how many are alive */
	unsigned exiting; /* and how many of these have begun to end */
	unsigned threads_named; /* how many /tN names were given */
	struct descriptor_table *descriptors;
	unsigned program; /* which of the started programs it descends from, from 0 */
	bool own_mask;    /* it has set a CPU mask of its own: it is never moved */
	struct watch watch;
	/* The numbers of sockets that it closed last, from the first: a ring (tracer/closed.c). */
	int closed[CLOSED_KEPT];
	unsigned closed_count;
	bool own_filter; /* it has installed a seccomp filter */
	bool attached;   /* was there before us, and goes on after us */
	bool ring;       /* it has an io_uring: what that does to its descriptors is not seen */
	/* Threads in a call that may change a connection's state, or what a number means. */
	unsigned changing;
};
