/*
 * Numbers that were sockets and are closed. A call on one of them concerns no socket any more, but
 * it is a mistake that a reader wants to see: the last few are remembered.
 */
#include "session.h"

#include <errno.h>

void closed_note(struct process *process, const struct event *event)
{
	if (event->call == CALL_CLOSE && event->cookie && !event->error)
		process->closed[process->closed_count++ % CLOSED_KEPT] = event->fd;
}

/* A number that is open again is some file's: it is asked for once, and forgotten. */
bool closed_is_used(const struct session *session, struct process *process, int fd)
{
	for (unsigned i = 0;
	     process->pidfd >= 0 && fd >= 0 && i < CLOSED_KEPT && i < process->closed_count; i++) {
		struct identity identity = { .cookie = 0 };
		if (process->closed[i] != fd)
			continue;
		if (identify_socket(&session->identifier, process, fd, ASK_COOKIE, &identity) ==
		    -EBADF)
			return true;
		process->closed[i] = -1;
	}
	return false;
}
