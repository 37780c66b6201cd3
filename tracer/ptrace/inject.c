#include "ptrace/inject.h"

#include "ptrace/memory.h"
#include "ptrace/registers.h"
#include "ptrace/request.h"
#include "ptrace/status.h"
#include "ptrace/stops.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel's signal set is one word. */
static const uint64_t ALL_SIGNALS = UINT64_MAX;

/* --- the way to the next stop -------------------------------------------------------------- */

enum passage { PASSED_ENTRY, PASSED_EXIT, PASSED_OTHER, PASSED_AWAY };

/* Which side of which call it stopped at. */
static enum passage read_passage(const struct injection *injection, int number, int64_t *ret_result)
{
	struct __ptrace_syscall_info info;
	if (request(PTRACE_GET_SYSCALL_INFO, injection->thread->tid, sizeof info, &info) <= 0)
		return PASSED_OTHER;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		*ret_result = info.exit.rval;
		return PASSED_EXIT;
	}
	/* The same nr is there at a stop that our own filter makes of it. */
	return info.op == PTRACE_SYSCALL_INFO_ENTRY && (int)info.entry.nr == number ? PASSED_ENTRY
										    : PASSED_OTHER;
}

/* A stop that is none of a call's: kept in mind, or left to the session. */
static enum passage pass(struct injection *injection, int status)
{
	int event = (int)((unsigned)status >> 16);
	if (WIFSTOPPED(status) && event == PTRACE_EVENT_SECCOMP)
		return PASSED_OTHER;
	if (WIFSTOPPED(status) && event == PTRACE_EVENT_STOP) {
		injection->interrupted = true;
		return PASSED_OTHER;
	}
	if (WIFSTOPPED(status) && !event && WSTOPSIG(status) == SIGSTOP) {
		injection->stopped = true;
		return PASSED_OTHER;
	}
	/* About to exit, gone, or become the thread that called execve. */
	stop_keep(injection->tracees, injection->thread->tid, status);
	return PASSED_AWAY;
}

static enum passage go_on(struct injection *injection, int number, int64_t *ret_result)
{
	pid_t tid = injection->thread->tid;
	int status = 0;
	if (request(PTRACE_SYSCALL, tid, 0, NULL) < 0 && errno != ESRCH)
		return PASSED_AWAY;
	pid_t found;
	do
		found = waitpid(tid, &status, __WALL);
	while (found < 0 && errno == EINTR);
	if (found < 0)
		return PASSED_AWAY;
	if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGNAL_SYSCALL)
		return read_passage(injection, number, ret_result);
	return pass(injection, status);
}

/* From the thread's being set up for a call to that call's exit stop; -1: any call's. */
static int run_call(struct injection *injection, int number, int64_t *ret_result)
{
	/* Signals are blocked, so there is nothing that another call could come from; if one
	 * does all the same, it is not ours to repeat. */
	enum { PATIENCE = 64 };
	bool entered = number < 0;
	for (int i = 0; i < PATIENCE; i++) {
		switch (go_on(injection, number, ret_result)) {
		case PASSED_ENTRY:
			entered = true;
			break;
		case PASSED_EXIT:
			return entered ? 0 : -EINTR;
		case PASSED_OTHER:
			break;
		case PASSED_AWAY:
			return -ESRCH;
		}
	}
	return -EINTR;
}

/* --- begin, call, end --------------------------------------------------------------------- */

static bool is_call_there(const struct injection *injection)
{
	struct live_memory memory;
	uint8_t code[8];
	live_memory_init(&memory, injection->thread->tid);
	uint64_t address = registers_call_address(&injection->before);
	return memory.memory.read(&memory.memory, address, code, registers_call_size) ==
		       registers_call_size &&
	       memcmp(code, registers_call_code, registers_call_size) == 0;
}

int injection_begin(struct injection *injection, struct tracees *tracees, const struct stop *stop)
{
	uint64_t all = ALL_SIGNALS;
	*injection = (struct injection){ .tracees = tracees, .thread = stop->thread };
	bool in_call = stop->kind == STOP_ENTRY || stop->kind == STOP_EXIT;
	if (in_call && stop->abi != ABI_NATIVE)
		return -EOPNOTSUPP;
	/* What comes meanwhile must find a place: pass(). */
	int result = stop_make_room(tracees);
	if (result == 0)
		result = registers_read(stop->tid, &injection->before);
	if (result < 0)
		return result;
	if (!is_call_there(injection))
		return -EOPNOTSUPP;
	if (request(PTRACE_GETSIGMASK, stop->tid, sizeof injection->mask, &injection->mask) < 0 ||
	    request(PTRACE_SETSIGMASK, stop->tid, sizeof all, &all) < 0)
		return -errno;
	injection->begun = true;
	if (stop->kind != STOP_ENTRY)
		return 0;
	/* Out of the call first; it is entered again afterwards. */
	int64_t nothing;
	injection->repeats = true;
	result = registers_skip_call(stop->tid);
	return result == 0 ? run_call(injection, -1, &nothing) : result;
}

int injection_call(struct injection *injection, int number, const uint64_t arguments[6],
		   int64_t *ret_result)
{
	struct user_regs_struct registers = injection->before;
	/* It is about to be gone: that stop is the session's. */
	if (injection->thread->kept)
		return -ESRCH;
	registers_make_call(&registers, number, arguments);
	int result = registers_write(injection->thread->tid, &registers);
	return result == 0 ? run_call(injection, number, ret_result) : result;
}

/* A SIGCONT that came meanwhile is waiting, as it was blocked: then the SIGSTOP before it is
 * over. */
static bool is_continued(pid_t tid)
{
	struct status status;
	uint64_t own = 0, shared = 0, bit = UINT64_C(1) << (SIGCONT - 1);
	return status_read(tid, &status) && status_number(&status, "SigPnd:", 16, &own) &&
	       status_number(&status, "ShdPnd:", 16, &shared) && (own | shared) & bit;
}

void injection_end(struct injection *injection)
{
	const struct thread *thread = injection->thread;
	struct user_regs_struct registers = injection->before;
	if (!injection->begun || thread->kept)
		return;
	if (injection->stopped && !is_continued(thread->tid))
		syscall(SYS_tgkill, thread->process->pid, thread->tid, SIGSTOP);
	if (injection->repeats)
		registers_repeat_call(&registers);
	registers_write(thread->tid, &registers);
	request(PTRACE_SETSIGMASK, thread->tid, sizeof injection->mask, &injection->mask);
	/* The group is stopped still, or somebody of us has asked for a stop: PTRACE_EVENT_STOP
	 * says so again. */
	if (injection->interrupted)
		request(PTRACE_INTERRUPT, thread->tid, 0, NULL);
}
