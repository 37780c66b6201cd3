#include "session.h"

#include "types/tcp_state.h"

#include <string.h>

/* So many orphans are looked at in one tick: the rest has its turn in the next. */
enum { LOOKS_PER_TICK = 64 };

/* Nobody holds it, and the kernel has nothing more to do but wait. */
static bool is_over(const struct session *session, const struct socket *socket)
{
	return !socket->holders && !unix_is_queued(session, socket) &&
	       (socket->gone || socket->state == STATE_CLOSED || socket->state == STATE_TIME_WAIT);
}

static bool was_connection(const struct socket *socket)
{
	return socket->opened && socket->role != ROLE_LISTENER;
}

static void fill_end(const struct socket *socket, struct record_end_of_connection *ret_end)
{
	*ret_end = (struct record_end_of_connection){
		.socket = socket->id,
		.lane = socket->lane,
		.address = socket->local,
		.bytes_sent = socket->bytes_sent,
		.bytes_received = socket->bytes_received,
		.state_count = socket->state_count,
	};
	for (size_t i = 0; i < socket->state_count; i++)
		ret_end->states[i] = socket->states[i];
}

static enum connection_closed how_closed(const struct session *session, const struct socket *socket,
					 const struct socket *peer)
{
	if (!is_over(session, socket) && (!peer || !is_over(session, peer)))
		return CLOSED_OPEN;
	if (socket->reset || (peer && peer->reset))
		return CLOSED_RESET;
	if (socket->killed || (peer && peer->killed))
		return CLOSED_KILLED;
	return is_unix(socket) ? CLOSED_CLOSED : CLOSED_FIN;
}

/* A client of AF_UNIX need not have one: then its name is empty. */
static const char *address_of_stranger(const struct socket *socket)
{
	return is_unix(socket) && !*socket->remote ? "unix:" : socket->remote;
}

/* A socket can be connected to itself: then both ends are one. */
static bool is_own_peer(const struct socket *socket)
{
	return is_tcp(socket) && strcmp(socket->local, socket->remote) == 0;
}

static void write_connection(struct session *session, struct socket *socket, struct socket *peer)
{
	/* The connecting end stands first. */
	bool swap = peer && socket->role == ROLE_ACCEPTED;
	const struct socket *first = swap ? peer : socket;
	const struct socket *second = swap ? socket : peer;
	struct record_connection connection = {
		.id = ++session->connections,
		.opened = first->opened,
		.closed = how_closed(session, socket, peer),
		.calls = first->calls + (second ? second->calls : 0),
	};
	fill_end(first, &connection.ends[0]);
	if (second || is_own_peer(socket))
		fill_end(second ? second : socket, &connection.ends[1]);
	else
		connection.ends[1] = (struct record_end_of_connection){
			.lane = first->listening_lane,
			.address = address_of_stranger(first),
		};

	struct record record = record_blank(RECORD_CONNECTION, session_now(session));
	record.connection = &connection;
	/* The rules look at the end that has to wait; the line is about both. */
	struct socket *waits = peer && peer->state == STATE_TIME_WAIT ? peer : socket;
	record.socket = waits;
	teach_record(session, &record, waits);
	record.socket = NULL;
	session_write(session, &record);
}

static void forget(struct session *session, struct socket *socket)
{
	map_remove(&session->orphans, socket->cookie);
	remains_add(session, socket);
	sockets_forget(session->sockets, socket);
}

void connection_settle(struct session *session, struct socket *socket)
{
	struct socket *peer = socket->peer == socket ? NULL : socket->peer;
	if (!was_connection(socket) || !is_over(session, socket) ||
	    (peer && !is_over(session, peer)))
		return;
	write_connection(session, socket, peer);
	if (peer)
		forget(session, peer);
	forget(session, socket);
}

/* True: it has changed. */
static bool look_again(struct session *session, struct socket *socket)
{
	return is_unix(socket) ? unix_look(session, socket) : state_look(session, socket, 0);
}

void connection_orphan(struct session *session, struct socket *socket)
{
	bool gone = socket->gone && !unix_is_queued(session, socket);
	if (!gone && socket->state != STATE_TIME_WAIT && socket->state != STATE_CLOSED)
		map_put(&session->orphans, socket->cookie, socket);
}

void connection_lost(void *context, struct socket *socket)
{
	struct session *session = context;
	if ((!is_tcp(socket) && !is_unix(socket)) || !was_connection(socket))
		return;
	look_again(session, socket);
	if (socket->peer && socket->peer != socket)
		look_again(session, socket->peer);
	connection_orphan(session, socket);
	connection_settle(session, socket);
}

void connections_collect(struct session *session)
{
	for (struct socket *socket; (socket = sockets_next_orphan(session->sockets));)
		connection_lost(session, socket);
}

void connections_tick(struct session *session)
{
	uint64_t cookies[LOOKS_PER_TICK];
	size_t count = 0;
	/* Settling takes sockets out of the map, the other ends as well, and frees them: so first
	 * comes the walk, and what it met is looked for again. */
	for (const struct socket *socket;
	     count < LOOKS_PER_TICK &&
	     (socket = map_next(&session->orphans, &session->next_orphan));)
		cookies[count++] = socket->cookie;
	if (count < LOOKS_PER_TICK)
		session->next_orphan = 0;
	for (size_t i = 0; i < count; i++) {
		struct socket *socket = map_get(&session->orphans, cookies[i]);
		if (!socket)
			continue;
		look_again(session, socket);
		if (!is_over(session, socket))
			continue;
		map_remove(&session->orphans, cookies[i]);
		connection_settle(session, socket);
	}
}

bool connections_under_way(const struct session *session)
{
	size_t position = 0;
	for (const struct socket *socket; (socket = map_next(&session->orphans, &position));)
		if (socket->peer && !socket->peer->holders &&
		    (socket->state == STATE_FIN_WAIT_1 || socket->state == STATE_CLOSING ||
		     socket->state == STATE_LAST_ACK))
			return true;
	return false;
}

void connections_close(struct session *session)
{
	size_t position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));)
		if (was_connection(socket))
			look_again(session, socket);
	position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));) {
		struct socket *peer = socket->peer == socket ? NULL : socket->peer;
		if (!was_connection(socket) || socket->reported)
			continue;
		write_connection(session, socket, peer);
		socket->reported = true;
		if (peer)
			peer->reported = true;
	}
}
