#include "sockets/sockets.h"

#include "sockets/descriptors.h"
#include "sockets/ends.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sockets *sockets_new(const struct identifier *identifier)
{
	struct sockets *sockets = calloc(1, sizeof *sockets);
	if (sockets)
		sockets->identifier = identifier;
	return sockets;
}

void sockets_free(struct sockets *sockets)
{
	if (!sockets)
		return;
	size_t position = 0;
	for (struct known *known; (known = map_next(&sockets->by_cookie, &position));)
		known_delete(known);
	map_done(&sockets->by_cookie);
	map_done(&sockets->by_ends);
	map_done(&sockets->by_port);
	map_done(&sockets->by_inode);
	position = 0;
	for (size_t *count; (count = map_next(&sockets->in_network, &position));)
		free(count);
	map_done(&sockets->in_network);
	free(sockets);
}

/* --- processes ------------------------------------------------------------------------ */

int sockets_process_init(struct sockets *sockets, struct process *process)
{
	(void)sockets;
	process->descriptors = table_new(process->pid);
	return process->descriptors ? 0 : -ENOMEM;
}

int sockets_process_fork(struct sockets *sockets, struct process *child,
			 const struct process *parent, bool shared)
{
	if (!parent->descriptors)
		return sockets_process_init(sockets, child);
	if (shared) {
		int result = table_join(parent->descriptors, child->pid);
		if (result == 0)
			child->descriptors = parent->descriptors;
		return result;
	}
	child->descriptors = table_copy(sockets, parent->descriptors, child->pid);
	return child->descriptors ? 0 : -ENOMEM;
}

int sockets_process_exec(struct sockets *sockets, struct process *process)
{
	int result = table_unshare(sockets, process);
	if (result == 0 && process->descriptors)
		table_exec(sockets, process->descriptors);
	return result;
}

void sockets_process_exit(struct sockets *sockets, struct process *process, bool killed,
			  void (*orphan)(void *context, struct socket *socket), void *context)
{
	/* Those that were orphans before did not lose their last holder by this death. */
	struct known *before = sockets->orphans.last;
	if (process->descriptors)
		table_leave(sockets, process->descriptors, process->pid);
	process->descriptors = NULL;

	struct known *known = before ? before->next : sockets->orphans.first;
	for (; known; known = known->next)
		known->socket.killed = killed;
	for (struct socket *socket; orphan && (socket = sockets_next_orphan(sockets));)
		orphan(context, socket);
}

struct socket *sockets_recognise(struct sockets *sockets, struct process *process, int fd)
{
	struct descriptor *descriptor = table_find(process->descriptors, fd);
	if (!descriptor && process->descriptors) {
		struct known *known = known_identify(sockets, process, fd, NULL, ASK_ALL);
		if (!known)
			return NULL;
		if (!known->lane)
			known_set_lane(known, process->lane, process->program);
		descriptor = table_put(sockets, process->descriptors, fd, known, false);
	}
	return descriptor ? &descriptor->known->socket : NULL;
}

void sockets_verify(struct sockets *sockets, struct process *process)
{
	struct descriptor_table *table = process->descriptors;
	for (size_t fd = 0; table && fd < table->size; fd++) {
		const struct descriptor *descriptor = table->slots[fd];
		if (descriptor && !known_is_behind(sockets, descriptor->known, process, (int)fd))
			table_remove(sockets, table, (int)fd);
	}
}

struct socket *sockets_of_process(const struct process *process, size_t *position)
{
	const struct descriptor_table *table = process->descriptors;
	while (table && *position < table->size) {
		const struct descriptor *descriptor = table->slots[(*position)++];
		if (descriptor)
			return &descriptor->known->socket;
	}
	return NULL;
}

bool sockets_alone(const struct process *process)
{
	return process->threads <= 1 && !process->ring && !process->attached &&
	       process->descriptors && process->descriptors->pid_count == 1;
}

/* --- look-ups ------------------------------------------------------------------------- */

struct socket *sockets_find(const struct sockets *sockets, const struct process *process, int fd)
{
	(void)sockets;
	struct descriptor *descriptor = table_find(process->descriptors, fd);
	return descriptor ? &descriptor->known->socket : NULL;
}

struct socket *sockets_current(struct sockets *sockets, const struct process *process, int fd)
{
	struct descriptor *descriptor = table_find(process->descriptors, fd);
	if (descriptor && descriptor->closing &&
	    !known_is_behind(sockets, descriptor->known, process, fd)) {
		table_remove(sockets, process->descriptors, fd);
		return NULL;
	}
	return descriptor ? &descriptor->known->socket : NULL;
}

struct socket *sockets_by_cookie(const struct sockets *sockets, uint64_t cookie)
{
	struct known *known = map_get(&sockets->by_cookie, cookie);
	return known ? &known->socket : NULL;
}

struct socket *sockets_by_inode(const struct sockets *sockets, uint64_t inode)
{
	struct known *known = map_get(&sockets->by_inode, inode);
	return known ? &known->socket : NULL;
}

void sockets_join(struct socket *socket, struct socket *peer)
{
	assert(!socket->peer && !peer->peer);
	socket->peer = peer;
	peer->peer = socket;
}

const char *sockets_variable(const struct process *process, int fd)
{
	const struct descriptor *descriptor = table_find(process->descriptors, fd);
	return descriptor ? descriptor->variable : NULL;
}

size_t sockets_count(const struct sockets *sockets)
{
	return sockets->by_cookie.count;
}

struct socket *sockets_next(const struct sockets *sockets, size_t *position)
{
	struct known *known = map_next(&sockets->by_cookie, position);
	return known ? &known->socket : NULL;
}

size_t sockets_in_network(const struct sockets *sockets, uint64_t network)
{
	const size_t *count = map_get(&sockets->in_network, network);
	return count ? *count : 0;
}

int sockets_next_appeared(struct process *process)
{
	return table_next_appeared(process->descriptors);
}

void sockets_all_appeared(struct process *process)
{
	if (process->descriptors)
		table_all_appeared(process->descriptors);
}

/* --- one socket ----------------------------------------------------------------------- */

struct socket *sockets_next_orphan(struct sockets *sockets)
{
	struct known *known;
	while ((known = sockets->orphans.first)) {
		known_told(sockets, known);
		if (!known->socket.holders)
			return &known->socket;
	}
	return NULL;
}

/* The accepting end of a client's connection, as the listener's family writes it. */
static void copy_mirrored(char to[ENDPOINT_SIZE], const char *from, const struct socket *listener)
{
	const char *colon = strrchr(from, ':');
	if (listener->domain == AF_INET6 && *from != '[' && colon)
		snprintf(to, ENDPOINT_SIZE, "[::ffff:%.*s]%s", (int)(colon - from), from, colon);
	else
		snprintf(to, ENDPOINT_SIZE, "%s", from);
}

struct socket *sockets_queued(struct sockets *sockets, struct socket *listener,
			      struct socket *client, uint64_t cookie)
{
	struct identity identity = { .cookie = cookie,
				     .domain = listener->domain,
				     .type = listener->type,
				     .protocol = listener->protocol,
				     .network = listener->network,
				     .lingering = listener->lingering };
	assert(cookie);
	copy_mirrored(identity.local, client->remote, listener);
	copy_mirrored(identity.remote, client->local, listener);
	/* Accepted meanwhile: then it was entered with its ends, and joined. */
	struct known *known = map_get(&sockets->by_cookie, cookie);
	if (known)
		return &known->socket;
	known = known_enter(sockets, &identity);
	if (!known)
		return NULL;
	known->socket.role = ROLE_ACCEPTED;
	known->socket.listener = listener->cookie;
	known_set_lane(known, listener->lane, listener->program);
	return &known->socket;
}

bool sockets_state(struct socket *socket, enum tcp_state state)
{
	if (state == STATE_UNKNOWN || state == socket->state)
		return false;
	socket->state = state;
	if (socket->state_count < STATE_COUNT)
		socket->states[socket->state_count++] = state;
	return true;
}

void sockets_forget(struct sockets *sockets, struct socket *socket)
{
	assert(!socket->holders);
	known_free(sockets, known_of(socket));
}
