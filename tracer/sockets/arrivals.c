#include "sockets/arrivals.h"

#include "sockets/descriptors.h"
#include "support/arena.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* The event says which variables it made: the first two, no call makes more by itself. */
static void announce(struct event *event, const struct descriptor *descriptor)
{
	size_t i = event->new_variables[0] ? 1 : 0;
	if (event->new_variables[i])
		return;
	event->new_variables[i] = arena_copy(event->arena, descriptor->variable);
	event->new_sockets[i] = arena_copy(event->arena, descriptor->known->socket.id);
}

void arrival_put(struct step *step, int fd, struct known *known, bool close_on_exec)
{
	if (!known->lane)
		known_set_lane(known, step->process->lane, step->process->program);
	struct descriptor *descriptor =
		table_put(step->sockets, step->process->descriptors, fd, known, close_on_exec);
	if (descriptor)
		announce(step->event, descriptor);
}

/* The number is of a descriptor we have not seen yet; what it meant before is closed. */
static struct known *appeared(struct step *step, int fd, enum socket_role role, bool close_on_exec,
			      const struct identity *given, unsigned asked)
{
	struct known *known = known_identify(step->sockets, step->process, fd, given, asked);
	if (!known) {
		table_remove(step->sockets, step->process->descriptors, fd);
		return NULL;
	}
	if (known->socket.role == ROLE_NONE)
		known->socket.role = role;
	arrival_put(step, fd, known, close_on_exec);
	return known;
}

/* --- made here ------------------------------------------------------------------------ */

/* What a fresh socket still has to be asked: others are as the call made them, and have no ends.
 * With threads the number may be another socket's already. */
static unsigned asked_of_fresh(const struct step *step, struct identity *ret_given)
{
	int domain = (int)step->event->raw[0];
	int type = (int)step->event->raw[1] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	*ret_given = (struct identity){ .domain = domain, .type = type };
	unsigned fresh = ASK_COOKIE | ASK_PROTOCOL | ASK_NETWORK;
	if (domain == AF_UNIX)
		fresh |= ASK_INODE;
	/* The kernel takes a few others for something else (__sock_create() in net/socket.c). */
	bool plain = (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX) &&
		     (type == SOCK_STREAM || type == SOCK_DGRAM);
	return plain && sockets_alone(step->process) ? fresh : ASK_ALL;
}

/* Nobody but the process that made it has it, so far. If calls were made on it before, it is
 * older than we thought. */
static void contain(const struct step *step, struct known *known)
{
	const struct process *process = step->process;
	if (known)
		known->socket.contained = !process->attached && !process->ring &&
					  !known->socket.calls && !known->socket.under_way;
}

void arrival_made(struct step *step)
{
	const struct event *event = step->event;
	struct identity given;
	unsigned asked = asked_of_fresh(step, &given);
	step->made = appeared(step, (int)event->result, ROLE_NONE, event->raw[1] & SOCK_CLOEXEC,
			      &given, asked);
	contain(step, step->made);
}

void arrival_pair(struct step *step)
{
	const struct value *array = &step->event->args[3];
	bool close_on_exec = step->event->raw[1] & SOCK_CLOEXEC;
	if (array->kind != VALUE_ARRAY || array->list.count != 2)
		return;
	struct known *ends[2];
	struct identity given;
	unsigned asked = asked_of_fresh(step, &given);
	for (size_t i = 0; i < 2; i++) {
		ends[i] = appeared(step, value_fd(&array->list.items[i]), ROLE_PAIR, close_on_exec,
				   &given, asked);
		contain(step, ends[i]);
		if (ends[i])
			ends[i]->socket.role = ROLE_PAIR;
	}
	step->made = ends[0];
	if (ends[0] && ends[1] && ends[0] != ends[1]) {
		ends[0]->socket.peer = &ends[1]->socket;
		ends[1]->socket.peer = &ends[0]->socket;
	}
}

/* What an accepted socket still has to be asked: it is of its listener's kind. */
static unsigned asked_of_accepted(const struct step *step, struct identity *ret_given)
{
	*ret_given = (struct identity){ 0 };
	if (!step->known || !sockets_alone(step->process))
		return ASK_ALL;
	const struct socket *listener = &step->known->socket;
	*ret_given = (struct identity){ .domain = listener->domain,
					.type = listener->type,
					.protocol = listener->protocol,
					.network = listener->network,
					.lingering = listener->lingering };
	/* One of MPTCP gives plain TCP to those who know no better. */
	bool same = listener->protocol == IPPROTO_TCP || listener->domain == AF_UNIX;
	unsigned asked = ASK_COOKIE | ASK_ENDS | (same ? 0 : ASK_PROTOCOL);
	return listener->domain == AF_UNIX ? asked | ASK_INODE : asked;
}

void arrival_accepted(struct step *step)
{
	const struct event *event = step->event;
	bool close_on_exec = event->call == CALL_ACCEPT4 && event->raw[3] & SOCK_CLOEXEC;
	struct identity given;
	unsigned asked = asked_of_accepted(step, &given);
	struct known *known =
		known_identify(step->sockets, step->process, (int)event->result, &given, asked);
	if (!known) {
		table_remove(step->sockets, step->process->descriptors, (int)event->result);
		return;
	}
	contain(step, known);
	known->socket.role = ROLE_ACCEPTED;
	known->socket.listener = event->cookie;
	/* While it was queued it stood in its listener's lane. */
	known_set_lane(known, step->process->lane, step->process->program);
	arrival_put(step, (int)event->result, known, close_on_exec);
	step->made = known;
}

/* --- made elsewhere ------------------------------------------------------------------- */

void arrival_received(struct step *step)
{
	const struct event *event = step->event;
	uint64_t flags = event->raw[event->call == CALL_RECVMSG ? 2 : 3];
	struct identity given = { 0 };
	for (size_t i = 0; i < event->passed_count; i++)
		appeared(step, event->passed[i], ROLE_NONE, flags & MSG_CMSG_CLOEXEC, &given,
			 ASK_ALL);
}

/* "The close-on-exec flag is set on the file descriptor returned." */
void arrival_fetched(struct step *step)
{
	struct identity given = { 0 };
	step->made = appeared(step, (int)step->event->result, ROLE_NONE, true, &given, ASK_ALL);
}
