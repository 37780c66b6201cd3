/* Effects that are seen before their cause: a recv returns while the send that made it return is
 * still on its way out of the kernel, on another CPU. */
#include "session.h"

#include "ptrace/stops.h"

#include <string.h>

/* Whether the other end sees an effect of it. */
static bool sends(enum call_id call)
{
	return call_flow(call) == FLOW_SENDS || call == CALL_CONNECT || call == CALL_SHUTDOWN ||
	       call == CALL_CLOSE || call == CALL_SENDFILE || call == CALL_SPLICE;
}

/* Ends that are not joined are told by their addresses: datagrams, AF_UNIX streams. */
static bool fit_together(const struct event *event, const struct socket *from,
			 const struct socket *to)
{
	const struct value *named = event_arg(event, "addr");
	const char *address =
		named && named->kind == VALUE_ENDPOINT ? named->endpoint : from->remote;
	const char *port = strrchr(address, ':');
	const char *own_port = strrchr(to->local, ':');

	if (from->domain != to->domain || from->type != to->type)
		return false;
	if (*from->local && strcmp(from->local, to->remote) == 0)
		return true;
	/* The port alone: who receives may be bound to any address. */
	return port && own_port && strcmp(port, own_port) == 0;
}

static bool can_cause(const struct session *session, const struct pending *cause,
		      const struct pending *effect)
{
	const struct event *event = cause->event;
	if (!sends(event->call) || sends(effect->event->call) || cause->thread == effect->thread)
		return false;
	const struct socket *socket = sockets_by_cookie(session->sockets, cause->socket);
	if (!socket)
		return false;
	if (effect->event->call == CALL_ACCEPT || effect->event->call == CALL_ACCEPT4)
		return event->call == CALL_CONNECT;
	if (effect->event->class == CLASS_WAIT)
		return event->call == CALL_CONNECT ||
		       (socket->peer && socket->peer->holders &&
			socket->peer->holder_pid == effect->thread->process->pid);
	const struct socket *receiver = sockets_by_cookie(session->sockets, effect->socket);
	if (effect->event->class != CLASS_DATA || !receiver)
		return false;
	return socket->peer ? socket->peer == receiver : fit_together(event, socket, receiver);
}

/* What can be said without a look at every call under way: of data that came through a connection
 * only its other end can be the cause. */
static bool may_have_cause(const struct session *session, const struct pending *effect)
{
	const struct event *event = effect->event;
	if (sends(event->call))
		return false;
	const struct socket *receiver = sockets_by_cookie(session->sockets, effect->socket);
	bool connected = event->class == CLASS_DATA && receiver && receiver->peer;
	return !connected || receiver->peer->under_way;
}

/* A call of the other end that is under way, and will be out of the kernel in a moment. */
static bool has_running_cause(struct session *session, const struct pending *effect)
{
	if (!may_have_cause(session, effect))
		return false;
	for (struct pending *cause = session->unshown; cause; cause = cause->next)
		if (!cause->postponed && can_cause(session, cause, effect) &&
		    !call_is_asleep(session, cause))
			return true;
	return false;
}

bool call_postpone(struct session *session, struct thread *thread, const struct stop *stop)
{
	struct pending *pending = thread->pending;
	if (!pending || pending->output || !has_running_cause(session, pending))
		return false;
	pending->exit = *stop;
	pending->postponed = true;
	pending->postponed_at = session_now(session);
	pending->next_postponed = NULL;
	struct pending **link = &session->postponed;
	while (*link)
		link = &(*link)->next_postponed;
	*link = pending;
	return true;
}

int calls_take_up(struct session *session, uint64_t before)
{
	struct pending *next;
	int result = 0;
	for (struct pending *pending = session->postponed; pending && result == 0; pending = next) {
		next = pending->next_postponed;
		if (pending->postponed_at >= before && has_running_cause(session, pending))
			continue;
		struct stop stop = pending->exit;
		call_return(session, stop.thread, &stop);
		result = stop_resume(&stop, RESUME);
	}
	return result;
}
