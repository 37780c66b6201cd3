#include "ptrace/colocation.h"

#include <errno.h>

/* So many stops in that time are one each 200 us: then stops are what the thread's time goes
 * into, and it loses nothing to others on the same CPU. */
enum { OFTEN = 100 };
static const uint64_t WINDOW = 20000000; /* 20 ms */

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
	thread->stops = 0;
	/* Somebody else (taskset -p) may have set another mask meanwhile: that one counts. */
	if (sched_getaffinity(thread->tid, sizeof mask, &mask) == 0 && CPU_EQUAL(&mask, &here))
		sched_setaffinity(thread->tid, sizeof thread->mask, &thread->mask);
	leave(colocation);
}

void colocation_stop(struct colocation *colocation, struct thread *thread, uint64_t now)
{
	if (now - thread->window > WINDOW) {
		thread->window = now;
		thread->stops = 0;
	}
	thread->stops++;
	if (thread->stops < OFTEN || thread->shares_cpu || colocation->suspended ||
	    thread->process->attached || thread->process->own_mask)
		return;
	share(colocation, thread);
	/* Refused, or not worth it: not asked again before the next window. */
	if (!thread->shares_cpu)
		thread->stops = 0;
}

void colocation_tick(struct colocation *colocation, struct tracees *tracees, uint64_t now)
{
	size_t position = 0;
	if (!colocation->sharing)
		return;
	for (struct thread *thread; (thread = map_next(&tracees->threads, &position));)
		if (thread->shares_cpu && now - thread->window > 2 * WINDOW)
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
