#include "ptrace/colocation.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

/* So many stops in that time are one each 200 us: then stops are what the time goes into. */
enum { OFTEN = 100 };
static const uint64_t WINDOW = 20000000; /* 20 ms */
/* A thread is asked whether it does more than to stop: so much for each stop. */
static const uint64_t EACH = 200000; /* 200 us */

static cpu_set_t only(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return set;
}

/* The tracer stays where it is. */
static bool settle(struct colocation *colocation)
{
	if (colocation->sharing)
		return true;
	colocation->cpu = sched_getcpu();
	if (colocation->cpu < 0 ||
	    sched_getaffinity(0, sizeof colocation->own, &colocation->own) < 0)
		return false;
	cpu_set_t here = only(colocation->cpu);
	return sched_setaffinity(0, sizeof here, &here) == 0;
}

static void leave(struct colocation *colocation)
{
	if (--colocation->sharing == 0)
		sched_setaffinity(0, sizeof colocation->own, &colocation->own);
}

static void share(struct colocation *colocation, struct thread *thread)
{
	cpu_set_t mask;
	/* With one CPU only there is nothing to gain, and somebody's wish to keep. */
	if (sched_getaffinity(thread->tid, sizeof mask, &mask) < 0 || CPU_COUNT(&mask) < 2)
		return;
	if (!settle(colocation))
		return;
	colocation->sharing++;
	cpu_set_t here = only(colocation->cpu);
	if (!CPU_ISSET((size_t)colocation->cpu, &mask) ||
	    sched_setaffinity(thread->tid, sizeof here, &here) < 0) {
		leave(colocation);
		return;
	}
	thread->mask = mask;
	thread->shares_cpu = true;
}

static void unshare_cpu(struct colocation *colocation, struct thread *thread)
{
	cpu_set_t mask, here = only(colocation->cpu);
	thread->shares_cpu = false;
	thread->stops = thread->asked = 0;
	/* Somebody else (taskset -p) may have set another mask meanwhile: that one counts. */
	if (sched_getaffinity(thread->tid, sizeof mask, &mask) == 0 && CPU_EQUAL(&mask, &here))
		sched_setaffinity(thread->tid, sizeof thread->mask, &thread->mask);
	leave(colocation);
}

/* What the thread has used of a processor so far, nanoseconds; the first word of
 * /proc/TID/schedstat. 0: nobody says. */
static uint64_t processor_time(pid_t tid)
{
	char path[64], text[64];
	snprintf(path, sizeof path, "/proc/%d/schedstat", tid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	text[size > 0 ? size : 0] = '\0';
	return strtoull(text, NULL, 10);
}

/* After 4 stops, 8, 16 ..., then every 256. */
static bool is_time_to_ask(unsigned stops)
{
	enum { FIRST = 4, MANY = 256 };
	bool power = (stops & (stops - 1)) == 0;
	return stops >= FIRST && (stops % MANY == 0 || (stops < MANY && power));
}

/* Of many threads each stops rarely, but does nothing in between: then it loses nothing. Who
 * computes has a processor of its own. */
static bool is_idle_between(struct thread *thread)
{
	uint64_t used = processor_time(thread->tid), before = thread->used;
	unsigned stops = thread->stops - thread->asked;
	thread->used = used;
	thread->asked = thread->stops;
	return before && used - before < stops * EACH;
}

void colocation_stop(struct colocation *colocation, struct thread *thread, uint64_t now)
{
	if (now - colocation->window > WINDOW) {
		colocation->window = now;
		colocation->were_frequent = colocation->stops >= OFTEN;
		colocation->stops = 0;
	}
	bool frequent = ++colocation->stops >= OFTEN || colocation->were_frequent;
	thread->stopped = now;
	thread->stops++;
	if (!is_time_to_ask(thread->stops) || !frequent || colocation->suspended ||
	    thread->process->attached || thread->process->own_mask)
		return;
	bool idle = is_idle_between(thread);
	if (idle && !thread->shares_cpu)
		share(colocation, thread);
	else if (!idle && thread->shares_cpu)
		unshare_cpu(colocation, thread);
}

void colocation_tick(struct colocation *colocation, struct tracees *tracees, uint64_t now)
{
	size_t position = 0;
	if (!colocation->sharing)
		return;
	for (struct thread *thread; (thread = map_next(&tracees->threads, &position));)
		if (thread->shares_cpu && now - thread->stopped > 2 * WINDOW)
			unshare_cpu(colocation, thread);
}

void colocation_suspend(struct colocation *colocation, struct tracees *tracees)
{
	size_t position = 0;
	colocation->suspended++;
	if (!colocation->sharing)
		return;
	for (struct thread *thread; (thread = map_next(&tracees->threads, &position));)
		if (thread->shares_cpu)
			unshare_cpu(colocation, thread);
}

void colocation_resume(struct colocation *colocation)
{
	colocation->suspended--;
}

void colocation_born(const struct thread *maker, pid_t child)
{
	if (maker->shares_cpu)
		sched_setaffinity(child, sizeof maker->mask, &maker->mask);
}

void colocation_gone(struct colocation *colocation, struct thread *thread)
{
	if (!thread->shares_cpu)
		return;
	thread->shares_cpu = false;
	leave(colocation);
}
