/*
 * System calls of ours, made by a tracee: it is stopped, makes them, and is afterwards where and
 * as it was, but for what the calls have done. No signal reaches it meanwhile.
 *
 *     result = injection_begin(&injection, tracees, stop);
 *     if (result == 0)
 *             result = injection_call(&injection, SYS_mmap, arguments, &address);
 *     injection_end(&injection);
 */
#pragma once

#include "ptrace/threads.h"
#include "types/stop.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct injection {
	struct tracees *tracees;
	struct thread *thread;
	struct user_regs_struct before;
	uint64_t mask;    /* the signals it had blocked */
	bool begun;       /* there is something to put back */
	bool repeats;     /* it was at a call's entry, and comes there again */
	bool interrupted; /* it met a stop that will be repeated */
	bool stopped;     /* a SIGSTOP on the way, which will be sent again */
};

/*
 * At STOP_EXIT or STOP_BORN; also at STOP_ENTRY, whose call will then be entered once more when
 * the thread goes on: another STOP_ENTRY.
 * Returns 0, or -errno with nothing changed: -EOPNOTSUPP if the thread is not of our own
 * word size or there is no call instruction where it stands, -EPERM if it may not be read.
 */
int injection_begin(struct injection *injection, struct tracees *tracees, const struct stop *stop);

/* One call: *ret_result as the kernel returned it, -errno or a value. Returns 0; -ESRCH if
 * the thread died meanwhile (its end is the next thing stop_wait() tells); -EINTR if the call was
 * not made. After an error there is only injection_end(). */
int injection_call(struct injection *injection, int number, const uint64_t arguments[6],
		   int64_t *ret_result);

/* Puts registers and signal mask back; what was met on the way is repeated. */
void injection_end(struct injection *injection);
