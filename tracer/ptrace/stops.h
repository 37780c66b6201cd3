/* Waits for a thread of a tracee to stop, says why, and lets it go on. */
#pragma once

#include "ptrace/threads.h"
#include "types/stop.h"

#include <signal.h>

/* With PTRACE_O_TRACESYSGOOD a syscall stop is told from a real SIGTRAP (ptrace(2)). */
enum { SIGNAL_SYSCALL = SIGTRAP | 0x80 };

/*
 * Blocks until something happens. Returns 0 with a stop, or
 *   -EINTR   a signal came (the session's timer, SIGTERM),
 *   -ECHILD  nobody is left.
 * stop->thread is NULL for a process that is none of ours (a pipe's reader): ignore it.
 */
int stop_wait(struct tracees *tracees, struct stop *ret_stop);

/* Lets the thread go on. Returns 0 (also if it died meanwhile) or -errno. */
int stop_resume(const struct stop *stop, enum resume how);

/* Room for one more stop that is kept: 0 or -ENOMEM. Before waiting, since what was waited for and
 * is not kept would never go on. */
int stop_make_room(struct tracees *tracees);

/* A stop that somebody else has waited for, with room made before: the next stop_wait() gives it,
 * and until then stop_resume() lets the thread stand. */
void stop_keep(struct tracees *tracees, pid_t tid, int status);

/* The options every tracee is seized with. */
unsigned long stop_options(bool follow);
