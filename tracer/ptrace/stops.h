/* Waits for a thread of a tracee to stop, says why, and lets it go on. */
#pragma once

#include "ptrace/threads.h"
#include "types/stop.h"

/*
 * Blocks until something happens. Returns 0 with a stop, or
 *   -EINTR   a signal came (the session's timer, SIGTERM),
 *   -ECHILD  nobody is left.
 * stop->thread is NULL for a process that is none of ours (a pipe's reader): ignore it.
 */
int stop_wait(struct tracees *tracees, struct stop *ret_stop);

/* Lets the thread go on. Returns 0 (also if it died meanwhile) or -errno. */
int stop_resume(const struct stop *stop, enum resume how);

/* The options every tracee is seized with. */
unsigned long stop_options(bool follow);
