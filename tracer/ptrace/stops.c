#include "ptrace/stops.h"

#include "ptrace/filter.h"
#include "ptrace/registers.h"
#include "ptrace/request.h"
#include "ptrace/status.h"

#include <assert.h>
#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

unsigned long stop_options(bool follow)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT |
				PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
	return follow ? options | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE
		      : options | PTRACE_O_TRACECLONE;
}

static enum abi abi_of(uint32_t arch, uint64_t number)
{
	switch (arch) {
	case AUDIT_ARCH_X86_64:
		return number & X32_SYSCALL_BIT ? ABI_X32 : ABI_X86_64;
	case AUDIT_ARCH_I386:
		return ABI_I386;
	case AUDIT_ARCH_AARCH64:
		return ABI_AARCH64;
	case AUDIT_ARCH_ARM:
		return ABI_ARM;
	default:
		return ABI_NATIVE;
	}
}

/* A stop that a filter made, and that tells nothing new. */
static bool is_only_filter(const struct thread *thread, uint32_t mark)
{
	/* The program's own SECCOMP_RET_TRACE: without a tracer the call fails with ENOSYS, which
	 * is what stands there until it is made. */
	if (mark != FILTER_MARK)
		registers_skip_call(thread->tid);
	/* Who stops at each call has told of this one before its filters did. */
	return mark != FILTER_MARK || thread->in_call;
}

/* SECCOMP_RET_TRAP: the call is not made, its number stands where its result would, and SIGSYS
 * is on its way. */
static bool is_trapped(pid_t tid)
{
	enum { LOOK_AT = 16, BY_SECCOMP = 1 /* SYS_SECCOMP, asm-generic/siginfo.h */ };
	struct __ptrace_peeksiginfo_args from = { .nr = LOOK_AT };
	siginfo_t infos[LOOK_AT];
	long count = request(PTRACE_PEEKSIGINFO, tid, (unsigned long)(uintptr_t)&from, infos);
	for (long i = 0; i < count; i++)
		if (infos[i].si_signo == SIGSYS && infos[i].si_code == BY_SECCOMP)
			return true;
	return false;
}

/* What the kernel says of the call a thread is stopped in. */
static void read_call(struct stop *stop)
{
	struct __ptrace_syscall_info info;
	struct thread *thread = stop->thread;
	long size = request(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof info, &info);

	if (size <= 0)
		return; /* SIGKILL; waitpid() will tell */
	switch (info.op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
	case PTRACE_SYSCALL_INFO_SECCOMP:
		if (info.op == PTRACE_SYSCALL_INFO_SECCOMP &&
		    is_only_filter(thread, info.seccomp.ret_data))
			break;
		/* Both share the layout of nr and args (linux/ptrace.h). */
		stop->kind = STOP_ENTRY;
		stop->abi = abi_of(info.arch, info.entry.nr);
		stop->number = (int)info.entry.nr;
		for (size_t i = 0; i < 6; i++)
			stop->args[i] = info.entry.args[i];
		stop->instruction = info.instruction_pointer;
		stop->stack = info.stack_pointer;
		thread->in_call = thread->stop_each;
		thread->number = stop->number;
		break;
	case PTRACE_SYSCALL_INFO_EXIT:
		stop->kind = STOP_EXIT;
		stop->abi = abi_of(info.arch, 0);
		stop->result = info.exit.rval;
		stop->refused = thread->process->own_filter && stop->result == thread->number &&
				is_trapped(thread->tid);
		thread->in_call = false;
		break;
	default:
		break;
	}
}

static void read_kinship(struct stop *stop)
{
	struct status status;
	uint64_t number;
	pid_t pid = stop->thread->process->pid;
	stop->child_filters = -1;
	if (!status_read(stop->child, &status))
		return;
	stop->child_is_thread =
		status_number(&status, "Tgid:", 10, &number) && number == (uint64_t)pid;
	if (status_number(&status, "Seccomp_filters:", 10, &number))
		stop->child_filters = (int)number;
	/* kcmp(2) answers 0 if both have the same table of descriptors. */
	stop->child_shares_files = !stop->child_is_thread &&
				   syscall(SYS_kcmp, stop->tid, stop->child, KCMP_FILES, 0, 0) == 0;
}

static pid_t event_message(const struct stop *stop)
{
	unsigned long message = 0;
	request(PTRACE_GETEVENTMSG, stop->thread->tid, 0, &message);
	return (pid_t)message;
}

static void read_event(struct stop *stop, int event, int signal)
{
	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		read_call(stop);
		break;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		stop->kind = STOP_FORK;
		stop->child = event_message(stop);
		read_kinship(stop);
		break;
	case PTRACE_EVENT_EXEC:
		stop->kind = STOP_EXEC;
		stop->child = event_message(stop);
		break;
	case PTRACE_EVENT_EXIT:
		stop->kind = STOP_EXITING;
		stop->status = event_message(stop);
		break;
	case PTRACE_EVENT_STOP:
		/* SIGTRAP: a newborn's first stop, or the end of a group stop. */
		stop->kind = signal == SIGTRAP ? STOP_BORN : STOP_GROUP;
		stop->signal = signal;
		break;
	default:
		break;
	}
}

static struct signal_cause cause_of(const siginfo_t *info)
{
	bool sent =
		info->si_code == SI_USER || info->si_code == SI_TKILL || info->si_code == SI_QUEUE;
	/* Codes above 0 belong to one signal, SI_KERNEL to none. */
	bool own = info->si_code > 0 && info->si_code != SI_KERNEL;
	struct signal_cause cause = { .code = info->si_code };
	cause.of_child = own && info->si_signo == SIGCHLD;
	cause.from_process = sent || cause.of_child;
	cause.at_address = own && (info->si_signo == SIGSEGV || info->si_signo == SIGBUS ||
				   info->si_signo == SIGFPE || info->si_signo == SIGILL);
	if (cause.from_process) {
		cause.pid = info->si_pid;
		cause.uid = info->si_uid;
	}
	if (cause.of_child) {
		cause.status = info->si_status;
		cause.user_ticks = info->si_utime;
		cause.system_ticks = info->si_stime;
	}
	if (cause.at_address)
		cause.address = (uintptr_t)info->si_addr;
	return cause;
}

static void read_signal(struct stop *stop, int signal)
{
	siginfo_t info = { 0 };
	stop->kind = STOP_SIGNAL;
	stop->signal = signal;
	request(PTRACE_GETSIGINFO, stop->thread->tid, 0, &info);
	stop->cause = cause_of(&info);
	/* si_code <= 0: from a process (kill, tgkill, sigqueue); above: from the kernel. */
	stop->sender = info.si_code <= 0 ? info.si_pid : 0;
}

int stop_make_room(struct tracees *tracees)
{
	if (tracees->kept_next + tracees->kept_count < tracees->kept_room)
		return 0;
	size_t room = tracees->kept_room ? 2 * tracees->kept_room : 4;
	struct kept_stop *kept = realloc(tracees->kept, room * sizeof *kept);
	if (!kept)
		return -ENOMEM;
	tracees->kept = kept;
	tracees->kept_room = room;
	return 0;
}

void stop_keep(struct tracees *tracees, pid_t tid, int status)
{
	struct thread *thread = tracees_find(tracees, tid);
	size_t end = tracees->kept_next + tracees->kept_count;
	assert(end < tracees->kept_room);
	tracees->kept[end] = (struct kept_stop){ tid, status };
	tracees->kept_count++;
	if (thread)
		thread->kept = true;
}

static pid_t take_kept(struct tracees *tracees, int *ret_status)
{
	struct kept_stop first = tracees->kept[tracees->kept_next++];
	struct thread *thread = tracees_find(tracees, first.tid);
	if (--tracees->kept_count == 0)
		tracees->kept_next = 0;
	if (thread)
		thread->kept = false;
	*ret_status = first.status;
	return first.tid;
}

static uint64_t microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* waitpid() looks through all tracees for one that has stopped. Who it was says SIGCHLD, which
 * comes with each stop; and to ask for that one alone takes no longer with a thousand than with
 * one. But of two that came at once only the first is kept (signal(7)): so when there is none left
 * all are looked at, before we sleep. */
static pid_t wait_told(struct tracees *tracees, int *ret_status)
{
	const struct timespec at_once = { 0 };
	siginfo_t info;
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGCHLD);
	if (!tracees->told)
		sigprocmask(SIG_BLOCK, &stops, NULL);
	tracees->told = true;
	for (bool looked = false;;) {
		int signal =
			looked ? sigwaitinfo(&stops, &info) : sigtimedwait(&stops, &info, &at_once);
		if (signal < 0 && looked)
			return -1; /* EINTR */
		pid_t tid = waitpid(signal < 0 ? -1 : info.si_pid, ret_status, __WALL | WNOHANG);
		/* A stop that was taken before its signal, or is not a tracee's, is passed over. */
		if (tid > 0 || (tid < 0 && signal < 0))
			return tid;
		looked = signal < 0;
	}
}

/* To be woken on another processor takes longer than most stops are apart: so a look or two
 * hundred first, as long as the stops come that fast. */
static pid_t wait_any(struct tracees *tracees, int *ret_status)
{
	/* With many a look takes as long as a wait. */
	enum { LOOKS = 200, SOON = 100 /* microseconds */, FEW = 16, MANY = 64 };
	pid_t tid = 0;
	if (tracees->threads.count > MANY)
		return wait_told(tracees, ret_status);
	if (!tracees->apart || tracees->threads.count > FEW)
		return waitpid(-1, ret_status, __WALL);
	for (int i = 0; tracees->eager && tid == 0 && i < LOOKS; i++)
		tid = waitpid(-1, ret_status, __WALL | WNOHANG);
	if (tid != 0)
		return tid;
	uint64_t before = microseconds();
	tid = waitpid(-1, ret_status, __WALL);
	tracees->eager = microseconds() - before < SOON;
	return tid;
}

/* The kernel looks for the next stop among the youngest tracees first, so those that stop often
 * would starve the others. From time to time all that have stopped are taken, and have their turn
 * in that order. */
static void take_all(struct tracees *tracees)
{
	int status = 0;
	/* What is taken and cannot be kept would never go on. */
	while (stop_make_room(tracees) == 0) {
		pid_t tid = waitpid(-1, &status, __WALL | WNOHANG);
		if (tid <= 0)
			return;
		stop_keep(tracees, tid, status);
	}
}

static pid_t next_stop(struct tracees *tracees, int *ret_status)
{
	enum { FAIR = 32, SHARE = 4 };
	/* Each look passes over those that were taken before: with many, more rarely. */
	size_t threads = tracees->threads.count, turns = SHARE * threads;
	if (!tracees->kept_count && threads > 1 &&
	    ++tracees->turns >= (turns > FAIR ? turns : FAIR)) {
		tracees->turns = 0;
		take_all(tracees);
	}
	return tracees->kept_count ? take_kept(tracees, ret_status) : wait_any(tracees, ret_status);
}

int stop_wait(struct tracees *tracees, struct stop *ret_stop)
{
	int status = 0;
	pid_t tid = next_stop(tracees, &status);
	if (tid < 0)
		return -errno;

	struct stop stop = { .kind = STOP_OTHER, .thread = tracees_find(tracees, tid), .tid = tid };
	int event = (int)((unsigned)status >> 16);
	if (!WIFSTOPPED(status)) {
		stop.kind = STOP_GONE;
		stop.status = status;
	} else if (!stop.thread) {
		/* A child that stops before the one who made it has told us of it. */
		stop.kind = STOP_BORN;
	} else if (WSTOPSIG(status) == SIGNAL_SYSCALL) {
		read_call(&stop);
	} else if (event) {
		read_event(&stop, event, WSTOPSIG(status));
	} else {
		read_signal(&stop, WSTOPSIG(status));
	}
	*ret_stop = stop;
	return 0;
}

int stop_resume(const struct stop *stop, enum resume how)
{
	struct thread *thread = stop->thread;
	int signal = stop->kind == STOP_SIGNAL ? stop->signal : 0;
	int what = PTRACE_CONT;

	if (thread->kept)
		return 0;
	if (how == RESUME_LISTEN) {
		what = PTRACE_LISTEN;
	} else if (how == RESUME_TO_EXIT || thread->in_call || thread->stop_each) {
		thread->in_call = how == RESUME_TO_EXIT || thread->in_call;
		what = PTRACE_SYSCALL;
	}
	if (request(what, thread->tid, 0, (void *)(intptr_t)signal) == 0)
		return 0;
	/* SIGKILL ends a stop without asking us; waitpid() will tell. And who was in a group stop
	 * may be in its last one by now, where there is nothing to listen for. */
	return errno == ESRCH || (what == PTRACE_LISTEN && errno == EIO) ? 0 : -errno;
}
