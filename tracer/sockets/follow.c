/* An event's way through the table: sockets_enter() and sockets_return(). */
#include "sockets/descriptors.h"
#include "sockets/effects.h"
#include "support/arena.h"

#include <errno.h>
#include <linux/close_range.h>

/* --- the event's descriptors ---------------------------------------------------------- */

static void annotate_descriptor(const struct process *process, struct arena *arena,
				struct value_descriptor *value)
{
	const struct descriptor *descriptor = table_find(process->descriptors, value->fd);
	if (!descriptor || value->socket)
		return;
	/* Copies: the event may outlive both. */
	value->socket = arena_copy(arena, descriptor->known->socket.id);
	value->variable = arena_copy(arena, descriptor->variable);
}

static void annotate(const struct process *process, struct arena *arena, struct value *values,
		     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (values[i].kind == VALUE_DESCRIPTOR)
			annotate_descriptor(process, arena, &values[i].descriptor);
		else if (values[i].kind == VALUE_STRUCT || values[i].kind == VALUE_ARRAY)
			annotate(process, arena, values[i].list.items, values[i].list.count);
	}
}

static void annotate_event(const struct process *process, struct event *event)
{
	/* The number pidfd_getfd asks for is one of another process. */
	if (event->call != CALL_PIDFD_GETFD)
		annotate(process, event->arena, event->args, event->arg_count);
}

/* --- the event's socket --------------------------------------------------------------- */

/* Calls that concern two descriptors: the one beside event->fd. */
static int other_descriptor(const struct event *event)
{
	switch ((int)event->call) {
	case CALL_DUP2:
	case CALL_DUP3:
	case CALL_SENDFILE:
		return (int)event->raw[1];
	case CALL_SPLICE:
	case CALL_EPOLL_CTL:
		return (int)event->raw[2];
	}
	return -1;
}

/* The first socket that the call closes. */
static struct socket *first_in_range(const struct process *process, const struct event *event)
{
	const struct descriptor_table *table = process->descriptors;
	size_t first = (unsigned)event->raw[0], last = (unsigned)event->raw[1];
	if (!table || event->raw[2] & CLOSE_RANGE_CLOEXEC)
		return NULL;
	for (size_t fd = first; fd <= last && fd < table->size; fd++)
		if (table->slots[fd])
			return &table->slots[fd]->known->socket;
	return NULL;
}

/* These are made on nothing but sockets, so a number we do not know is one we missed.
 * types/call.h has them in a row. */
static bool only_on_sockets(enum call_id call)
{
	return call >= CALL_BIND && call <= CALL_RECVMMSG;
}

static struct socket *event_socket(struct sockets *sockets, struct process *process,
				   const struct event *event)
{
	if (event->call == CALL_CLOSE_RANGE)
		return first_in_range(process, event);
	struct socket *socket = sockets_find(sockets, process, event->fd);
	if (!socket)
		socket = sockets_find(sockets, process, other_descriptor(event));
	if (!socket && event->fd >= 0 && only_on_sockets(event->call))
		socket = sockets_recognise(sockets, process, event->fd);
	return socket;
}

/* --- entry and return ----------------------------------------------------------------- */

/* What travels may arrive where nobody looks. */
static void expose_passed(const struct process *process, const struct event *event)
{
	if (event->call != CALL_SENDMSG && event->call != CALL_SENDMMSG)
		return;
	for (size_t i = 0; i < event->passed_count; i++) {
		struct descriptor *descriptor = table_find(process->descriptors, event->passed[i]);
		if (descriptor)
			descriptor->known->socket.contained = false;
	}
}

/* The numbers that the call gives up. */
static void mark_closing(const struct process *process, const struct event *event, bool closing)
{
	unsigned first = (unsigned)event->raw[0], last = first;
	switch ((int)event->call) {
	case CALL_CLOSE:
		break;
	case CALL_DUP2:
	case CALL_DUP3:
		first = last = (unsigned)event->raw[1];
		break;
	case CALL_CLOSE_RANGE:
		last = (unsigned)event->raw[1];
		break;
	default:
		return;
	}
	const struct descriptor_table *table = process->descriptors;
	for (size_t fd = first; table && fd <= last && fd < table->size; fd++)
		if (table->slots[fd])
			table->slots[fd]->closing = closing;
}

struct socket *sockets_enter(struct sockets *sockets, struct process *process, struct event *event)
{
	known_reap(sockets);
	struct socket *socket = event_socket(sockets, process, event);
	event->cookie = socket ? socket->cookie : 0;
	if (socket && !socket->lane)
		known_set_lane(known_of(socket), process->lane, process->program);
	expose_passed(process, event);
	mark_closing(process, event, true);
	annotate_event(process, event);
	return socket;
}

static void count_call(struct step *step)
{
	if (step->event->restarted)
		return;
	if (step->known)
		step->known->socket.calls++;
	if (step->made && step->made != step->known)
		step->made->socket.calls++;
	if (step->known && step->event->error == ECONNRESET)
		step->known->socket.reset = true;
}

struct socket *sockets_return(struct sockets *sockets, struct process *process, struct event *event)
{
	struct step step = { .sockets = sockets, .process = process, .event = event };
	known_reap(sockets);
	step.known = map_get(&sockets->by_cookie, event->cookie);

	/* Values decoded at return are of the descriptors as they were, or as they are now. */
	if (!effect_fills_descriptors(event->call))
		annotate_event(process, event);
	if (event->error)
		mark_closing(process, event, false);
	effect_apply(&step);
	if (effect_fills_descriptors(event->call))
		annotate_event(process, event);

	struct known *result = step.made ? step.made : step.known;
	count_call(&step);
	if (result)
		known_told(sockets, result);
	return result ? &result->socket : NULL;
}
