/* One traced process: what its threads share. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct descriptor_table; /* sockets/descriptors.h: may be shared (CLONE_FILES) */

struct process {
	pid_t pid;
	int pidfd;        /* pidfd_open(), -1 where that failed */
	const char *lane; /* the main thread's name; NULL until it is known; lives as the trace */
	unsigned threads; /* how many are alive */
	unsigned threads_named; /* how many /tN names were given */
	struct descriptor_table *descriptors;
	unsigned program; /* which of the started programs it descends from, from 0 */
	bool own_mask;    /* it has set a CPU mask of its own: it is never moved */
	bool attached;    /* was there before us, and goes on after us */
	bool ring;        /* it has an io_uring: what that does to its descriptors is not seen */
	/* Threads in a call that may change a connection's state, or what a number means. */
	unsigned changing;
};
