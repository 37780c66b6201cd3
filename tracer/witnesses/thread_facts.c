#include "witnesses/thread_facts.h"

#include "support/auto.h"
#include "witnesses/proc_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

/* Documentation/admin-guide/devices.txt: consoles and serial lines, /dev/tty, pseudo-terminals. */
enum { TTY_MAJOR = 4, TTYAUX_MAJOR = 5, FIRST_PTS_MAJOR = 136, LAST_PTS_MAJOR = 143 };

static bool is_terminal(int process, const char *path)
{
	struct stat status;
	if (fstatat(process, path, &status, 0) < 0 || !S_ISCHR(status.st_mode))
		return false;
	unsigned number = major(status.st_rdev);
	return number == TTY_MAJOR || number == TTYAUX_MAJOR ||
	       (number >= FIRST_PTS_MAJOR && number <= LAST_PTS_MAJOR);
}

/* proc_pid_syscall(5): the call's number and its arguments, "running" or -1. */
static bool reads_standard_input(int process, pid_t tid)
{
	char path[64], text[256];
	long call = -1;
	unsigned long fd = 1;
	snprintf(path, sizeof path, "task/%d/syscall", tid);
	return proc_read(process, path, text, sizeof text) > 0 &&
	       sscanf(text, "%ld %lx", &call, &fd) == 2 && call == SYS_read && fd == 0;
}

/* proc_pid_stat(5): the state is the word after the name, which ends with the last ')'. */
static bool is_asleep(const char *stat)
{
	const char *end = strrchr(stat, ')');
	return end && end[1] == ' ' && (end[2] == 'S' || end[2] == 'D');
}

int thread_facts_read(const char *proc, pid_t pid, pid_t tid, struct thread_facts *ret_facts)
{
	struct thread_facts facts = { 0 };
	char path[64], text[8192];
	uint64_t threads;
	snprintf(path, sizeof path, "%s/%d", proc, pid);
	autoclose int process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	facts.reads_terminal = reads_standard_input(process, tid) && is_terminal(process, "fd/0");

	ssize_t size = proc_read(process, "status", text, sizeof text);
	if (size < 0)
		return (int)size;
	if (!proc_number(text, "Threads:", 10, 0, &threads))
		return -EBADMSG;
	facts.threads = (unsigned)threads;

	/* Last: who sleeps now has slept all the while, or no stop of it was let go on. */
	snprintf(path, sizeof path, "task/%d/stat", tid);
	size = proc_read(process, path, text, sizeof text);
	if (size < 0)
		return size == -ENOENT ? -ESRCH : (int)size;
	facts.asleep = is_asleep(text);
	facts.reads_terminal = facts.reads_terminal && facts.asleep;
	*ret_facts = facts;
	return 0;
}
