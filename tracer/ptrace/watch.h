/*
 * Stops only where a socket is concerned. read, close and their like are calls of files as much
 * as of sockets: a process stops at them for the descriptors it is watched for, and for each a
 * filter is put into it from outside. A filter cannot be taken out again, so the first eight
 * small numbers get one each, all others one for their block: 16 to 31, 32 to 63 ...; twenty
 * blocks are all the numbers there are.
 *
 * All threads of a process have the same filters (SECCOMP_FILTER_FLAG_TSYNC), children and
 * programs that it becomes inherit them.
 */
#pragma once

#include "ptrace/filter.h"
#include "ptrace/threads.h"
#include "types/process.h"
#include "types/stop.h"

#include <stdbool.h>
#include <stddef.h>

/* A number below WATCH_SMALL may have a filter of its own. */
enum { WATCH_SMALL = 64, WATCH_BLOCKS = 32, WATCH_FILTERS = WATCH_SMALL + WATCH_BLOCKS };

/* The filters made so far, for all processes. All zero: none. */
struct watcher {
	/* Calls that are watched, with the argument that is the descriptor; their mask and value
	 * are not looked at. */
	struct filter_rule *calls;
	size_t call_count;
	struct filter filters[WATCH_FILTERS];
	int own_filters; /* that we have ourselves, and launched programs inherit */
};

/* 0 or -ENOMEM. */
int watcher_init(struct watcher *watcher, const struct filter_rule *calls, size_t count);
void watcher_done(struct watcher *watcher);

bool watch_covers(const struct watch *watch, int fd);

/* What is missing for these descriptors, and notes it as installed: *ret_count filters of the
 * watcher's. 0 or -errno, with nothing noted. */
int watch_plan(struct watcher *watcher, struct watch *watch, const int *fds, size_t count,
	       const struct filter *ret_filters[WATCH_FILTERS], size_t *ret_count);

/*
 * Puts what is missing for these descriptors into the stopped thread's process (inject.h says
 * at which stops). 0, or -errno if this process must stop at every call instead: the thread's
 * word size, no right, the program's own filters.
 */
int watch_install(struct watcher *watcher, struct tracees *tracees, const struct stop *stop,
		  const int *fds, size_t count);

/* How many filters the process has, if it has none of its own. */
int watch_expected_filters(const struct watcher *watcher, const struct watch *watch);
