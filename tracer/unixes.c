/* Sockets of AF_UNIX: who is at their other end, and who waits for accept(). They have no states as
 * TCP has; their connections begin with connect() and end when nobody holds them any more. */
#include "session.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

bool is_unix(const struct socket *socket)
{
	return socket->domain == AF_UNIX;
}

/* Those that have one other end, for as long as they live. */
static bool makes_connections(const struct socket *socket)
{
	return is_unix(socket) && socket->type != SOCK_DGRAM;
}

static int ask(struct session *session, const struct socket *socket, const struct socket *client,
	       struct unix_sight *ret_sight)
{
	struct unix_question question = { .network = socket->network,
					  .inode = socket->inode,
					  .cookie = socket->cookie,
					  .client = client ? client->inode : 0 };
	return session_answer(session, witness_unix(session->witnesses, &question, ret_sight));
}

static void open_connection(struct session *session, struct socket *socket)
{
	if (!socket->opened)
		socket->opened = session_now(session);
}

/* --- the other end ---------------------------------------------------------------------------- */

/* The traced socket that the kernel calls its other end, NULL: there is none. */
static struct socket *other_end(struct session *session, const struct unix_sight *sight)
{
	return sight->peer ? sockets_by_inode(session->sockets, sight->peer) : NULL;
}

static bool is_pair(const struct socket *socket)
{
	return socket->role == ROLE_NONE && !*socket->local && !*socket->remote;
}

void unix_recognise(struct session *session, struct socket *socket)
{
	struct unix_sight sight;
	if (!makes_connections(socket) || socket->peer || socket->role == ROLE_LISTENER ||
	    ask(session, socket, NULL, &sight) < 0)
		return;
	struct socket *peer = other_end(session, &sight);
	if (!peer || peer->peer)
		return;
	sockets_join(socket, peer);
	/* Only who listened has a name that both ends know. */
	if (is_pair(socket) && is_pair(peer)) {
		socket->role = peer->role = ROLE_PAIR;
		return;
	}
	struct socket *accepted = *socket->local ? socket : peer;
	struct socket *connector = accepted == socket ? peer : socket;
	if (accepted->role == ROLE_NONE && connector->role == ROLE_NONE && !*connector->local) {
		accepted->role = ROLE_ACCEPTED;
		connector->role = ROLE_CONNECTOR;
	}
	open_connection(session, socket);
	open_connection(session, peer);
}

bool unix_is_queued(const struct session *session, const struct socket *socket)
{
	const struct socket *listener =
		is_unix(socket) && socket->role == ROLE_CONNECTOR && !socket->peer
			? sockets_by_cookie(session->sockets, socket->listener)
			: NULL;
	return listener && listener->holders;
}

/* The client has closed before it was accepted, and the kernel names it no more. But it still tells
 * which process had connected it; and who connected first is accepted first. */
static struct socket *closed_client(struct session *session, const struct process *process,
				    const struct socket *conn)
{
	struct socket *first = NULL;
	size_t position = 0;
	pid_t pid =
		witness_peer_process(session->witnesses, process, conn->holder_fd, conn->cookie);
	for (struct socket *socket; (socket = map_next(&session->orphans, &position));)
		if (socket->gone && pid > 0 && socket->connected_by == pid &&
		    socket->listener == conn->listener && !socket->peer &&
		    (!first || socket->opened < first->opened))
			first = socket;
	return first;
}

static void join_accepted(struct session *session, const struct process *process,
			  struct socket *conn)
{
	struct unix_sight sight;
	if (conn->peer || ask(session, conn, NULL, &sight) < 0)
		return;
	open_connection(session, conn);
	struct socket *client =
		sight.peer ? other_end(session, &sight) : closed_client(session, process, conn);
	if (!client || client->peer || client == conn)
		return;
	sockets_join(conn, client);
	open_connection(session, client);
}

/* --- the queue -------------------------------------------------------------------------------- */

static void note_queue(const struct unix_sight *sight, struct record *record)
{
	record->queues.accept = sight->accept;
	record->queues.backlog = sight->backlog;
}

static void see_queue(struct session *session, const struct socket *listener, struct record *record)
{
	struct unix_sight sight;
	if (listener && ask(session, listener, NULL, &sight) == 0)
		note_queue(&sight, record);
}

void unix_see(struct session *session, const struct socket *socket, struct sight *sight)
{
	struct unix_sight seen;
	if (socket->role != ROLE_LISTENER || ask(session, socket, NULL, &seen) < 0)
		return;
	sight->accept = seen.accept;
	sight->backlog = seen.backlog;
}

/* After a connect: of the listener in whose queue the client stands. If it has been accepted
 * already, its connect has left no trace there. */
static void see_queue_with(struct session *session, struct socket *client, struct record *record)
{
	struct unix_sight sight;
	struct socket *listener = NULL;
	while ((listener = sockets_unix_listener(session->sockets, client->remote, listener))) {
		if (ask(session, listener, client, &sight) < 0 || !sight.waits)
			continue;
		const struct process *holder =
			map_get(&session->processes, (uint64_t)listener->holder_pid);
		client->listener = listener->cookie;
		client->listening_lane = holder ? holder->lane : NULL;
		note_queue(&sight, record);
		return;
	}
}

/* A full queue turned the client away. An abstract name means one listener in its network; which
 * file a path means to whom is not asked. */
static void see_full_queue(struct session *session, const struct event *event,
			   const struct socket *client, struct record *record)
{
	const struct value *address = event_arg(event, "addr");
	if (!address || address->kind != VALUE_ENDPOINT ||
	    strncmp(address->endpoint, "unix:@", 6) != 0)
		return;
	struct socket *listener = NULL;
	while ((listener = sockets_unix_listener(session->sockets, address->endpoint, listener)))
		if (listener->network == client->network && listener->holders)
			see_queue(session, listener, record);
}

/* Bytes that a stream still holds after a receive: the descriptor tells them, and is not asked
 * where all that came is known to have been taken. What a socket of messages holds is more than the
 * next recv() finds, and what waits to be received at the other end is counted in memory, not in
 * bytes. */
static void see_received(struct session *session, const struct pending *pending,
			 const struct socket *socket, struct record *record)
{
	struct sight sight;
	if (socket->type == SOCK_STREAM && socket->holders &&
	    call_flow(pending->event->call) == FLOW_RECEIVES &&
	    !origins_drain(session, pending, socket) && state_see(session, socket, &sight) == 0)
		record->queues.receive = sight.receive;
}

/* --- calls ------------------------------------------------------------------------------------ */

static void connected(struct session *session, const struct pending *pending, struct socket *socket,
		      struct record *record)
{
	const struct event *event = pending->event;
	struct unix_sight sight;
	if (event->error == EAGAIN)
		see_full_queue(session, event, socket, record);
	if (event->error || !makes_connections(socket) || ask(session, socket, NULL, &sight) < 0)
		return;
	open_connection(session, socket);
	socket->connected_by = pending->thread->process->pid;
	if (!socket->peer)
		see_queue_with(session, socket, record);
}

bool unix_look(struct session *session, struct socket *socket)
{
	struct unix_sight sight;
	if (!socket->gone && !socket->holders)
		socket->gone = ask(session, socket, NULL, &sight) == -ENOENT;
	return socket->gone;
}

void unix_after(struct session *session, const struct pending *pending, struct socket *socket,
		struct record *record)
{
	const struct event *event = pending->event;
	bool accepted = event->call == CALL_ACCEPT || event->call == CALL_ACCEPT4;
	/* Who closes with data unread resets the other end (unix_release_sock()). */
	if (event->error == ECONNRESET)
		socket->reset = true;
	if (event->class == CLASS_DATA)
		see_received(session, pending, socket, record);
	else if (event->call == CALL_CONNECT)
		connected(session, pending, socket, record);
	else if (event->call == CALL_LISTEN && !event->error)
		see_queue(session, socket, record);
	else if (accepted && !event->error && makes_connections(socket)) {
		if (socket->role == ROLE_ACCEPTED)
			join_accepted(session, pending->thread->process, socket);
		see_queue(session, sockets_by_cookie(session->sockets, socket->listener), record);
	}
	if (!socket->holders && socket->opened &&
	    (!unix_look(session, socket) || unix_is_queued(session, socket)))
		connection_orphan(session, socket);
}
