/*
 * What the torture programs have in common, beside tests/programs/helpers.h: numbers by chance
 * that are the same in every run, a fast timer, and children.
 */
#pragma once

#include "tests/programs/helpers.h"

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

/* xorshift64: Marsaglia, "Xorshift RNGs". */
static inline unsigned chance(uint64_t *state, unsigned below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (unsigned)(*state >> 33) % below;
}

/* How often: the first argument, or else as given. */
static inline int count_of(int argc, char **argv, int otherwise)
{
	return argc > 1 ? (int)strtol(argv[1], NULL, 10) : otherwise;
}

/* Traced, each signal is a stop, which may last longer than a tick: after this many without
 * progress the timer rests until the next tick_goes_on(). */
enum { TICK = 60 /* microseconds */, PATIENCE = 200 };

static volatile sig_atomic_t ticks, ticks_at_once;

static inline void tick_every(suseconds_t every)
{
	struct timeval time = { .tv_usec = every };
	setitimer(ITIMER_REAL, &(struct itimerval){ time, time }, NULL);
}

static inline void on_tick(int signal)
{
	int saved = errno;
	(void)signal;
	ticks++;
	if (++ticks_at_once == PATIENCE)
		tick_every(0);
	errno = saved;
}

static inline void tick_goes_on(void)
{
	bool rested = ticks_at_once >= PATIENCE;
	ticks_at_once = 0;
	if (rested)
		tick_every(TICK);
}

static inline void tick_begin(int flags)
{
	struct sigaction action = { .sa_handler = on_tick, .sa_flags = flags };
	need(sigaction(SIGALRM, &action, NULL), "sigaction");
	ticks_at_once = 0;
	tick_every(TICK);
}

static inline void tick_end(void)
{
	tick_every(0);
}

/* Its status as waitpid(2) gives it, whatever signals come meanwhile. */
static inline int status_of(pid_t child)
{
	int status = -1;
	while (waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
	return status;
}

static inline void say_status(const char *name, int status)
{
	if (WIFSIGNALED(status))
		printf("%s: killed by SIG%s\n", name, sigabbrev_np(WTERMSIG(status)));
	else
		printf("%s: status %d\n", name, WEXITSTATUS(status));
}

static inline void stream_pair(int ends[2])
{
	need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
}

/* proc(5): the letter behind the name in parentheses. S is a sleep that a signal may end. */
static inline char state_of(pid_t pid, pid_t tid)
{
	char path[64], text[512] = "";
	snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)tid);
	FILE *file = fopen(path, "re");
	if (!file)
		return '?';
	size_t size = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	const char *end = size ? strrchr(text, ')') : NULL;
	return end && end[1] ? end[2] : '?';
}

/* Asleep at several looks in a row: not for a moment on its way to the call. */
static inline void wait_until_asleep(pid_t pid, pid_t tid)
{
	for (int asleep = 0, looks = 0; asleep < 5 && looks < 5000; looks++) {
		asleep = state_of(pid, tid) == 'S' ? asleep + 1 : 0;
		usleep(2000);
	}
}
