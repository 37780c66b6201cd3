/*
 * Calls that are followed for the program's sake, not the reader's: it shall get the answers
 * that it would get without us.
 */
#include "session.h"

#include "ptrace/memory.h"
#include "ptrace/registers.h"
#include "support/language.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* --- seccomp -------------------------------------------------------------------------------- */

enum own_seccomp { NO_SECCOMP, OWN_FILTER, STRICT_MODE };

/* The program's own: seccomp(2), prctl(2). */
static enum own_seccomp asks_for(const struct event *event)
{
	bool prctl = event->call == CALL_PRCTL && event->raw[0] == PR_SET_SECCOMP;
	if (prctl && event->raw[1] == SECCOMP_MODE_STRICT)
		return STRICT_MODE;
	if (prctl)
		return OWN_FILTER;
	if (event->call != CALL_SECCOMP)
		return NO_SECCOMP;
	if (event->raw[0] == SECCOMP_SET_MODE_STRICT)
		return STRICT_MODE;
	return event->raw[0] == SECCOMP_SET_MODE_FILTER ? OWN_FILTER : NO_SECCOMP;
}

/* Its filters would win over ours (seccomp(2): the lowest action counts), so from now on it is
 * stopped before any filter is asked. */
static void enter_seccomp(struct session *session, struct pending *pending)
{
	if (asks_for(pending->event) != NO_SECCOMP)
		watching_fall_back(session, pending->thread->process, pending->thread);
}

static void answer(const struct stop *stop, struct event *event, int64_t result)
{
	struct user_regs_struct registers;
	if (registers_read(stop->tid, &registers) < 0)
		return;
	registers_set_result(&registers, result);
	if (registers_write(stop->tid, &registers) < 0)
		return;
	event->result = result;
	event->error = 0;
}

/* The kernel refuses strict mode to who has a filter, and ours is one. Then we are the
 * strict ones (hidden_forbid()). */
static void return_seccomp(struct pending *pending, const struct stop *stop)
{
	struct event *event = pending->event;
	struct thread *thread = pending->thread;
	enum own_seccomp asked = asks_for(event);
	if (asked == OWN_FILTER && !event->error)
		thread->process->own_filter = true;
	if (asked == STRICT_MODE && event->error == EINVAL && !thread->process->own_filter) {
		thread->strict = true;
		answer(stop, event, 0);
	}
	if (event->call == CALL_PRCTL && event->raw[0] == PR_GET_SECCOMP && !event->error &&
	    !thread->process->own_filter)
		answer(stop, event, SECCOMP_MODE_DISABLED);
}

void hidden_forbid(const struct thread *thread, const struct stop *stop)
{
	/* kernel/seccomp.c: mode1_syscalls */
	static const int allowed[] = { SYS_read, SYS_write, SYS_exit, SYS_rt_sigreturn };
	if (!thread->strict)
		return;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		if (stop->abi == ABI_NATIVE && stop->number == allowed[i])
			return;
	kill(thread->process->pid, SIGKILL);
}

/* --- clone ---------------------------------------------------------------------------------- */

/* An untraced child would inherit our filters, and their SECCOMP_RET_TRACE without a tracer is
 * ENOSYS: so the flag is taken out, and put back when the call returns. */
static void set_clone_flags(const struct pending *pending, const struct stop *stop, bool untraced)
{
	const struct event *event = pending->event;
	struct user_regs_struct registers;
	if (event->call != CALL_CLONE || !(event->raw[0] & CLONE_UNTRACED) ||
	    registers_read(stop->tid, &registers) < 0)
		return;
	uint64_t without = event->raw[0] & ~(uint64_t)CLONE_UNTRACED;
	registers_set_argument(&registers, 0, untraced ? event->raw[0] : without);
	registers_write(stop->tid, &registers);
}

/* clone3(2) has them in memory, as the first word of struct clone_args. */
static void take_clone3_flag(struct pending *pending)
{
	struct live_memory memory;
	uint64_t flags = 0, address = pending->event->raw[0];
	pid_t tid = pending->thread->tid;
	live_memory_init(&memory, tid);
	memory.memory.read(&memory.memory, address, &flags, sizeof flags);
	if (!(flags & CLONE_UNTRACED))
		return;
	pending->clone_flags = flags;
	flags &= ~(uint64_t)CLONE_UNTRACED;
	live_memory_write(tid, address, &flags, sizeof flags);
}

static void put_clone3_flag(const struct pending *pending)
{
	if (pending->clone_flags)
		live_memory_write(pending->thread->tid, pending->event->raw[0],
				  &pending->clone_flags, sizeof pending->clone_flags);
}

/* --- notices -------------------------------------------------------------------------------- */

/* io_uring(7): what a program asks for through a ring never stops it. */
static void tell_ring(struct session *session, const struct pending *pending)
{
	if (!session->ring_told && !pending->event->error)
		session_notice(
			session, pending->thread->process,
			_("uses io_uring: what it does through the ring is no system call, and "
			  "is not seen here"),
			_("as root, sysctl kernel.io_uring_disabled=2 makes most programs use "
			  "system calls"));
	session->ring_told |= !pending->event->error;
}

static void tell_tracer(struct session *session, const struct pending *pending)
{
	if (!session->ptrace_told && pending->event->error == EPERM)
		session_notice(session, pending->thread->process,
			       _("uses ptrace, and is refused: a process has one tracer at a time"),
			       _("a debugger or another tracer does not work under socktrace"));
	session->ptrace_told |= pending->event->error == EPERM;
}

/* --- a call's way --------------------------------------------------------------------------- */

static bool looks_at_masks(const struct pending *pending)
{
	return pending->event->call == CALL_SCHED_GETAFFINITY ||
	       pending->event->call == CALL_SCHED_SETAFFINITY;
}

void hidden_enter(struct session *session, struct pending *pending, const struct stop *stop)
{
	/* What they see must be what they would see without us. */
	if (looks_at_masks(pending))
		colocation_suspend(&session->colocation, &session->tracees);
	enter_seccomp(session, pending);
	set_clone_flags(pending, stop, false);
	if (pending->event->call == CALL_CLONE3)
		take_clone3_flag(pending);
}

void hidden_return(struct session *session, struct pending *pending, const struct stop *stop)
{
	return_seccomp(pending, stop);
	set_clone_flags(pending, stop, true);
	put_clone3_flag(pending);
	if (pending->event->call == CALL_SCHED_SETAFFINITY)
		pending->thread->process->own_mask = true;
	if (pending->event->call == CALL_IO_URING_SETUP)
		tell_ring(session, pending);
	if (pending->event->call == CALL_PTRACE)
		tell_tracer(session, pending);
}

void hidden_end(struct session *session, const struct pending *pending)
{
	if (looks_at_masks(pending))
		colocation_resume(&session->colocation);
}
