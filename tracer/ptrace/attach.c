#include "ptrace/attach.h"

#include "ptrace/registers.h"
#include "ptrace/status.h"
#include "ptrace/stops.h"
#include "support/auto.h"
#include "support/map.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>

/* The kernel's own numbers, never seen by programs: start the call anew, unless a handler runs
 * (include/linux/errno.h). */
enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

static int seize(pid_t tid)
{
	unsigned long options = stop_options(true) & ~(unsigned long)PTRACE_O_EXITKILL;
	if (ptrace(PTRACE_SEIZE, tid, 0L, (void *)options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, tid, 0L, 0L) < 0)
		return -errno;
	return 0;
}

/* One walk over the threads; returns how many were new, or the error of the first. */
static int seize_new(pid_t pid, struct map *seen, void (*each)(void *context, pid_t tid),
		     void *context)
{
	char path[64];
	int count = 0, error = 0;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	autoclosedir DIR *directory = opendir(path);

	if (!directory)
		return -ESRCH;
	for (struct dirent *entry; (entry = readdir(directory));) {
		pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (tid <= 0 || map_get(seen, (uint64_t)tid))
			continue;
		int result = seize(tid);
		/* A thread made by one that we hold already is ours from birth: EPERM. */
		if (result < 0 && error == 0)
			error = result;
		if (map_put(seen, (uint64_t)tid, seen) < 0)
			return -ENOMEM;
		if (result < 0)
			continue;
		count++;
		each(context, tid);
	}
	return count ? count : error;
}

int attach_process(pid_t pid, void (*each)(void *context, pid_t tid), void *context)
{
	struct map seen = { 0 };
	int total = 0, result;
	/* Until a walk finds nobody new: threads are made while we look. */
	while ((result = seize_new(pid, &seen, each, context)) > 0)
		total += result;
	map_done(&seen);
	return total ? total : result ? result : -ESRCH;
}

int attach_interrupt(pid_t tid)
{
	return ptrace(PTRACE_INTERRUPT, tid, 0L, 0L) < 0 ? -errno : 0;
}

bool attach_ended_call(int64_t result)
{
	return result == -EINTR || (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK);
}

void attach_restart_call(pid_t tid)
{
	struct user_regs_struct registers;
	if (registers_read(tid, &registers) == 0 && registers_restart_call(&registers))
		registers_write(tid, &registers);
}

bool attach_repeat_call(pid_t tid)
{
	struct user_regs_struct registers;
	if (registers_read(tid, &registers) < 0)
		return false;
	registers_repeat_call(&registers);
	return registers_write(tid, &registers) == 0 && registers_skip_call(tid) == 0;
}

int attach_detach(const struct stop *stop)
{
	long signal = stop->kind == STOP_SIGNAL ? stop->signal : 0;
	if (ptrace(PTRACE_DETACH, stop->tid, 0L, (void *)signal) == 0)
		return 0;
	return errno == ESRCH ? 0 : -errno;
}

pid_t attach_tracer_of(pid_t pid)
{
	struct status status;
	uint64_t tracer;
	return status_read(pid, &status) && status_number(&status, "TracerPid:", 10, &tracer)
		       ? (pid_t)tracer
		       : 0;
}
