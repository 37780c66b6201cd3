#include "ptrace/stops.h"

#include "support/auto.h"

#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* With PTRACE_O_TRACESYSGOOD a syscall stop is told from a real SIGTRAP (ptrace(2)). */
enum { SIGNAL_SYSCALL = SIGTRAP | 0x80 };

/* ptrace() with the types its callers here have. */
static long request(int what, pid_t tid, unsigned long address, void *data)
{
	return ptrace((enum __ptrace_request)what, tid, address, data);
}

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
		/* Both share the layout of nr and args (linux/ptrace.h). */
		stop->kind = STOP_ENTRY;
		stop->abi = abi_of(info.arch, info.entry.nr);
		stop->number = (int)info.entry.nr;
		for (size_t i = 0; i < 6; i++)
			stop->args[i] = info.entry.args[i];
		thread->in_call = thread->stop_each;
		break;
	case PTRACE_SYSCALL_INFO_EXIT:
		stop->kind = STOP_EXIT;
		stop->abi = abi_of(info.arch, 0);
		stop->result = info.exit.rval;
		thread->in_call = false;
		break;
	default:
		break;
	}
}

/* A number from a line of /proc/TID/status, -1 if there is none. */
static pid_t status_number(pid_t tid, const char *label)
{
	char path[64], line[128];
	snprintf(path, sizeof path, "/proc/%d/status", tid);
	autofclose FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, label, strlen(label)) == 0)
			return (pid_t)strtol(line + strlen(label), NULL, 10);
	return -1;
}

static void read_kinship(struct stop *stop)
{
	pid_t pid = stop->thread->process->pid;
	stop->child_is_thread = status_number(stop->child, "Tgid:") == pid;
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

static void read_signal(struct stop *stop, int signal)
{
	siginfo_t info = { 0 };
	stop->kind = STOP_SIGNAL;
	stop->signal = signal;
	request(PTRACE_GETSIGINFO, stop->thread->tid, 0, &info);
	/* si_code <= 0: from a process (kill, tgkill, sigqueue); above: from the kernel. */
	stop->sender = info.si_code <= 0 ? info.si_pid : 0;
}

int stop_wait(struct tracees *tracees, struct stop *ret_stop)
{
	int status = 0;
	pid_t tid = waitpid(-1, &status, __WALL);
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

	if (how == RESUME_LISTEN) {
		what = PTRACE_LISTEN;
	} else if (how == RESUME_TO_EXIT || thread->in_call || thread->stop_each) {
		thread->in_call = how == RESUME_TO_EXIT || thread->in_call;
		what = PTRACE_SYSCALL;
	}
	if (request(what, thread->tid, 0, (void *)(intptr_t)signal) == 0)
		return 0;
	/* SIGKILL ends a stop without asking us; waitpid() will tell. */
	return errno == ESRCH ? 0 : -errno;
}
