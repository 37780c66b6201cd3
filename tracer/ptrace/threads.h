/* The traced threads. */
#pragma once

#include "support/map.h"
#include "types/process.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pending; /* session.h: the call a thread is in */

struct thread {
	pid_t tid;
	struct process *process; /* NULL until its maker's STOP_FORK was seen */
	const char *lane;        /* "server", "server/t2"; lives as the trace */
	struct pending *pending; /* the session's; NULL: in no call of interest */
	bool in_call;            /* between an entry stop and its exit stop */
	int number;              /* of the call it entered last */
	bool stop_each;          /* PTRACE_SYSCALL: stops at every call, without a filter */
	bool strict;             /* in seccomp's strict mode, as far as the program knows */
	bool interrupted;        /* we asked it to stop: the next STOP_BORN is our doing */
	/* colocation.h: how often it stops, and whether it is on our CPU therefore */
	uint64_t stopped; /* last, nanoseconds */
	unsigned stops;
	uint64_t used;  /* of a processor, nanoseconds, when it was asked last, */
	unsigned asked; /* after so many stops */
	bool shares_cpu;
	cpu_set_t mask;  /* its own, while it shares ours */
	bool exiting;    /* has begun to end */
	bool held;       /* its first stop came before its maker's STOP_FORK */
	unsigned waited; /* and so many ticks ago */
	bool kept;       /* its next stop is in tracees.kept: it must not be resumed before */
};

enum { OPEN_STATS = 16 };

/* All zero is an empty set. */
struct tracees {
	struct map threads; /* tid -> struct thread */
	/* They run on other processors than we do (colocation.h), and stop so often that it pays
	 * to look out for the next stop before we sleep. */
	bool apart, eager;
	bool told; /* SIGCHLD is blocked, and says who has stopped */
	/* Stops that came while somebody waited for another one, in their order. */
	struct kept_stop {
		pid_t tid;
		int status; /* as waitpid() gave it */
	} * kept;
	size_t kept_next, kept_count, kept_room;
	size_t turns; /* waits since all were taken */
	/* The files last read by thread_activity(), kept open; tid 0: none. */
	struct open_stat {
		pid_t tid;
		int fd;
	} stats[OPEN_STATS];
};

/* NULL: not one of ours. */
struct thread *tracees_find(const struct tracees *tracees, pid_t tid);
/* NULL if there is no memory. */
struct thread *tracees_add(struct tracees *tracees, pid_t tid);
void tracees_remove(struct tracees *tracees, struct thread *thread);
void tracees_done(struct tracees *tracees);

/* What a thread does that was let into a call. */
enum activity {
	ACTIVITY_RUNS,
	ACTIVITY_SLEEPS,
	ACTIVITY_STOPPED, /* it is out of the call: waitpid() will tell */
};

enum activity thread_activity(struct tracees *tracees, const struct thread *thread);
/* Whether it sleeps in the kernel, that is neither runs nor is stopped. */
bool thread_is_asleep(struct tracees *tracees, const struct thread *thread);
