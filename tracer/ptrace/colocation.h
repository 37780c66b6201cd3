/*
 * Tracer and tracee on one CPU while the tracee stops often: a stop wakes one of them and puts
 * the other to sleep, and on one CPU that takes a fraction of the time it takes across two.
 *
 * The program must not see it: before it asks for its CPU mask, or sets it, everybody has the
 * mask back; whoever sets its own is left alone from then on; children start with the mask
 * their maker had. What it still can see are getcpu(2) and Cpus_allowed in /proc/self/status.
 */
#pragma once

#include "ptrace/threads.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero: nobody shares. */
struct colocation {
	unsigned sharing;   /* threads that share our CPU now */
	unsigned suspended; /* calls under way that look at masks */
	/* How often anybody stops. */
	uint64_t window; /* when the count began, nanoseconds */
	unsigned stops;
	bool were_frequent; /* in the window before */
	int cpu;
	cpu_set_t own; /* the tracer's own mask, while it shares */
};

/* The thread stopped at a call: `now` in nanoseconds. May put it on our CPU. */
void colocation_stop(struct colocation *colocation, struct thread *thread, uint64_t now);
/* Lets go of those that stop no longer so often. */
void colocation_tick(struct colocation *colocation, struct tracees *tracees, uint64_t now);
/* Around a call that looks at masks or sets one: everybody has its own meanwhile. */
void colocation_suspend(struct colocation *colocation, struct tracees *tracees);
void colocation_resume(struct colocation *colocation);
/* Born with its maker's mask: the one it would have without us. */
void colocation_born(const struct thread *maker, pid_t child);
/* The thread is gone. */
void colocation_gone(struct colocation *colocation, struct thread *thread);
