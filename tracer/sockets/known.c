#include "sockets/known.h"

#include "sockets/descriptors.h"
#include "sockets/ends.h"
#include "sockets/ledger.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* --- birth ---------------------------------------------------------------------------- */

/* Without memory it does not count: then nobody waits for it there. */
static void count_in_network(struct sockets *sockets, struct known *known)
{
	uint64_t network = known->socket.network;
	size_t *count = map_get(&sockets->in_network, network);
	if (!count) {
		count = calloc(1, sizeof *count);
		if (!count || map_put(&sockets->in_network, network, count) < 0) {
			free(count);
			return;
		}
	}
	++*count;
	known->counted = true;
}

static void uncount(struct sockets *sockets, const struct known *known)
{
	size_t *count = map_get(&sockets->in_network, known->socket.network);
	if (known->counted && count && --*count == 0)
		free(map_remove(&sockets->in_network, known->socket.network));
}

static struct known *known_new(struct sockets *sockets, const struct identity *identity)
{
	struct known *known = calloc(1, sizeof *known);
	if (!known || map_put(&sockets->by_cookie, identity->cookie, known) < 0) {
		free(known);
		return NULL;
	}
	struct socket *socket = &known->socket;
	socket->cookie = identity->cookie;
	snprintf(socket->id, sizeof socket->id, "%" PRIu64, identity->cookie);
	socket->domain = identity->domain;
	socket->type = identity->type;
	socket->protocol = identity->protocol;
	socket->lingering = identity->lingering;
	socket->network = identity->network;
	socket->inode = identity->inode;
	count_in_network(sockets, known);
	/* Without memory it is just not found. */
	if (socket->inode)
		map_put(&sockets->by_inode, socket->inode, known);
	if (identity->type == SOCK_DGRAM)
		socket->role = ROLE_DATAGRAM;
	if (sockets->identifier->name)
		sockets->identifier->name(sockets->identifier, socket);
	return known;
}

static void copy_end(char to[ENDPOINT_SIZE], const char *from)
{
	snprintf(to, ENDPOINT_SIZE, "%s", from);
}

/* What the kernel says of its ends now. A stream that was reset has forgotten its peer, the
 * transcript has not; a datagram socket that was disconnected has none any more. */
static void learn_ends(struct sockets *sockets, struct known *known,
		       const struct identity *identity)
{
	struct socket *socket = &known->socket;
	bool stream = socket->type != SOCK_DGRAM;
	if (*identity->local || !stream)
		copy_end(socket->local, identity->local);
	if (*identity->remote || !stream)
		copy_end(socket->remote, identity->remote);
	if (*identity->remote)
		known->connecting = false;
	if (identity->listening)
		socket->role = ROLE_LISTENER;
	ends_index(sockets, known);
}

struct known *known_enter(struct sockets *sockets, const struct identity *identity)
{
	struct known *known = map_get(&sockets->by_cookie, identity->cookie);
	if (!known)
		known = known_new(sockets, identity);
	if (known)
		learn_ends(sockets, known, identity);
	return known;
}

/* A cookie of 0 names nobody: the kernel counts from 1 (net/core/sock_diag.c). */
static int ask(const struct sockets *sockets, const struct process *process, int fd, unsigned asked,
	       struct identity *identity)
{
	int result =
		sockets->identifier->identify(sockets->identifier, process, fd, asked, identity);
	return result == 0 && !identity->cookie ? -ENOTSOCK : result;
}

static struct identity identity_of(const struct socket *socket)
{
	struct identity identity = { .cookie = socket->cookie,
				     .domain = socket->domain,
				     .type = socket->type,
				     .protocol = socket->protocol,
				     .network = socket->network,
				     .inode = socket->inode,
				     .lingering = socket->lingering };
	copy_end(identity.local, socket->local);
	copy_end(identity.remote, socket->remote);
	return identity;
}

/* What may have changed since a socket was last seen. */
static unsigned still_open(const struct socket *socket)
{
	bool connected = socket->type == SOCK_STREAM && *socket->local && *socket->remote;
	return connected ? 0 : ASK_ENDS;
}

struct known *known_identify(struct sockets *sockets, const struct process *process, int fd,
			     const struct identity *given, unsigned asked)
{
	struct identity identity = { 0 };
	/* Most are nobody we know, and a second answer would be of a second moment. */
	unsigned first = given ? ASK_COOKIE : asked;
	if (given)
		identity = *given;
	if (ask(sockets, process, fd, first, &identity) < 0)
		return NULL;
	uint64_t cookie = identity.cookie;
	const struct known *known = map_get(&sockets->by_cookie, cookie);
	if (known && given) {
		identity = identity_of(&known->socket);
		asked &= still_open(&known->socket);
	}
	asked &= ~first;
	/* Through one and the same copy the cookie costs nothing. */
	if (asked && (ask(sockets, process, fd, asked | ASK_COOKIE, &identity) < 0 ||
		      identity.cookie != cookie))
		return NULL;
	return known_enter(sockets, &identity);
}

bool known_is_behind(const struct sockets *sockets, const struct known *known,
		     const struct process *process, int fd)
{
	struct identity identity = { 0 };
	int result = ask(sockets, process, fd, ASK_COOKIE, &identity);
	if (result == 0)
		return identity.cookie == known->socket.cookie;
	return result != -EBADF && result != -ENOTSOCK;
}

void known_refresh(struct sockets *sockets, struct known *known, const struct process *process,
		   int fd, unsigned asked)
{
	struct identity identity = identity_of(&known->socket);
	/* Another thread may have given the number to another socket meanwhile. */
	if (!sockets_alone(process))
		asked |= ASK_COOKIE;
	if (ask(sockets, process, fd, asked, &identity) == 0 &&
	    identity.cookie == known->socket.cookie)
		learn_ends(sockets, known, &identity);
}

void known_set_lane(struct known *known, const char *lane, unsigned program)
{
	char *copy = lane ? strdup(lane) : NULL;
	if (!copy)
		return;
	free(known->lane);
	known->lane = copy;
	known->socket.lane = copy;
	known->socket.program = program;
}

/* --- holders -------------------------------------------------------------------------- */

void known_choose_holder(struct known *known)
{
	struct socket *socket = &known->socket;
	if (!socket->holders)
		return;
	socket->holder_pid = known->held[0].table->pids[0];
	socket->holder_fd = known->held[0].fd;
}

int known_hold(struct known *known, struct descriptor_table *table, int fd)
{
	size_t count = known->socket.holders;
	if (count == known->held_room) {
		size_t room = count ? count * 2 : 2;
		struct holder *held = realloc(known->held, room * sizeof *held);
		if (!held)
			return -ENOMEM;
		known->held = held;
		known->held_room = room;
	}
	known->held[count] = (struct holder){ .table = table, .fd = fd };
	known->socket.holders++;
	known_choose_holder(known);
	return 0;
}

void known_release(struct sockets *sockets, struct known *known,
		   const struct descriptor_table *table, int fd)
{
	size_t i = 0;
	while (i < known->socket.holders &&
	       (known->held[i].table != table || known->held[i].fd != fd))
		i++;
	assert(i < known->socket.holders);
	known->held[i] = known->held[--known->socket.holders];
	known_choose_holder(known);
	known_orphan(sockets, known);
}

/* --- orphans, and the end ------------------------------------------------------------- */

static void list_leave(struct known *known)
{
	struct known_list *list = known->list;
	if (!list)
		return;
	*(known->previous ? &known->previous->next : &list->first) = known->next;
	*(known->next ? &known->next->previous : &list->last) = known->previous;
	known->list = NULL;
	known->previous = known->next = NULL;
}

/* At its end: sockets are told of in the order in which they went. */
static void list_join(struct known_list *list, struct known *known)
{
	list_leave(known);
	known->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = known;
	list->last = known;
	known->list = list;
}

void known_orphan(struct sockets *sockets, struct known *known)
{
	if (!known->socket.holders)
		list_join(&sockets->orphans, known);
}

void known_told(struct sockets *sockets, struct known *known)
{
	if (known->list)
		list_join(&sockets->told, known);
}

void known_pass(struct known *known, const struct known *sender, uint64_t bytes)
{
	/* Messages may be received in part, which leaves no count to compare with. */
	if (sender->socket.type != SOCK_STREAM)
		return;
	known->passed_by = sender->socket.cookie;
	known->passed_to = sender->socket.peer ? sender->socket.peer->cookie : 0;
	known->passed_behind = sender->socket.bytes_sent - bytes;
}

/* unix(7): the kernel holds what was passed until it is received, or thrown away, together with
 * the first byte of its message, or until the socket to which it was sent is closed. */
static bool is_under_way(const struct sockets *sockets, struct known *known)
{
	const struct known *sender = map_get(&sockets->by_cookie, known->passed_by);
	if (!known->passed_to && sender && sender->socket.peer)
		known->passed_to = sender->socket.peer->cookie;
	/* Before accept() the connection waits at a listener. If that is not traced, nobody will
	 * ever tell us who has received it. */
	if (!known->passed_to)
		return sender && sender->socket.holders &&
		       sockets_unix_listener(sockets, sender->socket.remote, NULL);
	const struct known *receiver = map_get(&sockets->by_cookie, known->passed_to);
	return receiver && receiver->socket.holders &&
	       receiver->socket.bytes_received <= known->passed_behind;
}

static void reap(struct sockets *sockets, struct known_list *list)
{
	for (struct known *known = list->first, *next; known; known = next) {
		next = known->next;
		if (!known->socket.holders && is_under_way(sockets, known))
			continue;
		list_leave(known);
		/* Another process may have received it with SCM_RIGHTS meanwhile. */
		if (!known->socket.holders && !known->socket.opened)
			known_free(sockets, known);
	}
}

void known_reap(struct sockets *sockets)
{
	reap(sockets, &sockets->told);
	reap(sockets, &sockets->orphans);
}

void known_delete(struct known *known)
{
	ledger_free(known->socket.ledger);
	ledger_free(known->socket.legacy);
	free(known->socket.sender);
	free(known->socket.history);
	free(known->held);
	free(known->lane);
	free(known);
}

/* What it sent may still be received. */
static void bequeath(struct socket *socket)
{
	struct socket *peer = socket->peer;
	if (!peer)
		return;
	peer->peer = NULL;
	ledger_free(peer->legacy);
	peer->legacy = NULL;
	if (socket->contained) {
		peer->legacy = socket->ledger;
		socket->ledger = NULL;
	}
}

void known_free(struct sockets *sockets, struct known *known)
{
	ends_forget(sockets, known);
	list_leave(known);
	bequeath(&known->socket);
	map_remove(&sockets->by_cookie, known->socket.cookie);
	uncount(sockets, known);
	/* The number may be another one's already. */
	if (known->socket.inode && map_get(&sockets->by_inode, known->socket.inode) == known)
		map_remove(&sockets->by_inode, known->socket.inode);
	known_delete(known);
}
