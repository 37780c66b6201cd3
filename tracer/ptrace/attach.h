/* Takes running threads under our eyes, and lets them go as they were. */
#pragma once

#include "types/stop.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Seizes every thread of a process, also those that are made meanwhile, and interrupts them, so
 * that each comes to a first stop (STOP_BORN). Calls `each` for every thread seized. They
 * are not killed with us: whoever was there before us goes on without us.
 * Returns how many threads were seized, or -errno if none was (-ESRCH, -EPERM).
 */
int attach_process(pid_t pid, void (*each)(void *context, pid_t tid), void *context);

/* Asks a thread to stop, so that it can be let go. 0 or -errno. */
int attach_interrupt(pid_t tid);

/* Whether a call that returned so was ended by an interruption: EINTR, or one of the kernel's own
 * numbers for "start it anew". */
bool attach_ended_call(int64_t result);

/*
 * At a stop that we asked for: some calls (epoll_wait; accept with SO_RCVTIMEO) come back with
 * EINTR because of us. Makes the kernel start such a call anew (signal(7) lists them).
 */
void attach_restart_call(pid_t tid);

/* At a call's entry: the thread leaves it, and enters it again. False: it cannot be made to. */
bool attach_repeat_call(pid_t tid);

/* Lets a stopped thread go on without us; a signal it was stopped for is delivered. */
int attach_detach(const struct stop *stop);

/* Who traces that process already, 0: nobody. For a message. */
pid_t attach_tracer_of(pid_t pid);
