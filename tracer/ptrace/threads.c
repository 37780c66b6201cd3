#include "ptrace/threads.h"

#include "support/scarce.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct thread *tracees_find(const struct tracees *tracees, pid_t tid)
{
	return map_get(&tracees->threads, (uint64_t)tid);
}

struct thread *tracees_add(struct tracees *tracees, pid_t tid)
{
	struct thread *thread = calloc(1, sizeof *thread);
	if (!thread || map_put(&tracees->threads, (uint64_t)tid, thread) < 0) {
		free(thread);
		return NULL;
	}
	thread->tid = tid;
	return thread;
}

void tracees_remove(struct tracees *tracees, struct thread *thread)
{
	map_remove(&tracees->threads, (uint64_t)thread->tid);
	free(thread);
}

void tracees_done(struct tracees *tracees)
{
	size_t position = 0;
	for (struct thread *thread; (thread = map_next(&tracees->threads, &position));)
		free(thread);
	map_done(&tracees->threads);
	free(tracees->kept);
	for (size_t i = 0; i < OPEN_STATS; i++)
		if (tracees->stats[i].tid)
			close(tracees->stats[i].fd);
}

/* --- asleep or not ---------------------------------------------------------------------- */

static ssize_t read_again(const struct open_stat *stat, pid_t tid, char *line, size_t size)
{
	/* Of a thread that is gone: ESRCH, also when another one has its number. */
	return stat->tid == tid ? pread(stat->fd, line, size, 0) : -1;
}

static ssize_t read_anew(struct open_stat *stat, const struct thread *thread, char *line,
			 size_t size)
{
	char path[64];
	if (stat->tid)
		close(stat->fd);
	stat->tid = 0;
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", thread->process->pid, thread->tid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t length = pread(fd, line, size, 0);
	if (descriptor_is_scarce(fd))
		close(fd);
	else
		*stat = (struct open_stat){ .tid = thread->tid, .fd = fd };
	return length;
}

/* proc_pid_stat(5): the state is the word after the name, which ends with the last ')'. */
static enum activity activity_of(const char *line)
{
	const char *end = strrchr(line, ')');
	if (!end || !end[1])
		return ACTIVITY_RUNS;
	if (end[2] == 'S' || end[2] == 'D')
		return ACTIVITY_SLEEPS;
	return end[2] == 't' ? ACTIVITY_STOPPED : ACTIVITY_RUNS;
}

/* Without taking the stop from those who wait for it. */
static bool has_stop(const struct thread *thread)
{
	siginfo_t info = { 0 };
	return waitid(P_PID, (id_t)thread->tid, &info,
		      WSTOPPED | WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
	       info.si_pid;
}

enum activity thread_activity(struct tracees *tracees, const struct thread *thread)
{
	/* While one end waits for the other this is asked at every line: one call, not three. */
	struct open_stat *stat = &tracees->stats[(size_t)thread->tid % OPEN_STATS];
	char line[256];
	/* Of many threads most are stopped, in the queue to us; and this needs no open file. */
	if (tracees->threads.count > OPEN_STATS && has_stop(thread))
		return ACTIVITY_STOPPED;
	ssize_t length = read_again(stat, thread->tid, line, sizeof line - 1);
	if (length <= 0)
		length = read_anew(stat, thread, line, sizeof line - 1);
	if (length <= 0)
		return ACTIVITY_RUNS;
	line[length] = '\0';
	return activity_of(line);
}

bool thread_is_asleep(struct tracees *tracees, const struct thread *thread)
{
	return thread_activity(tracees, thread) == ACTIVITY_SLEEPS;
}
