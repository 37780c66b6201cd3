#include "ptrace/threads.h"

#include <stdlib.h>

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
	thread->stop_each = tracees->stop_each;
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
}
