#include "session.h"
#include "transitions.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

bool is_tcp(const struct socket *socket)
{
	return (socket->domain == AF_INET || socket->domain == AF_INET6) &&
	       socket->type == SOCK_STREAM && socket->protocol == IPPROTO_TCP;
}

/* States that the other end can change behind our back. */
static bool may_change_alone(enum tcp_state state)
{
	return state != STATE_UNKNOWN && state != STATE_CLOSED && state != STATE_LISTEN;
}

/* Only where both halves once were open can one of them be shut. */
static bool is_closing(enum tcp_state state)
{
	return state == STATE_FIN_WAIT_1 || state == STATE_FIN_WAIT_2 || state == STATE_CLOSING ||
	       state == STATE_TIME_WAIT;
}

static int ask_exact(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	const char *remote = *socket->remote ? socket->remote : "0.0.0.0:0";
	int result = witness_exact(session->witnesses, socket->network, socket->domain,
				   socket->local, remote, socket->cookie, ret_sight);
	return session_answer(session, result);
}

/* While TIME_WAIT takes over from a socket the kernel finds neither: the new one is in its place,
 * but may not be taken yet (inet_twsk_hashdance_schedule()). That takes a moment, or longer where
 * the processor itself has to wait. So nobody is called CLOSED at once who may be on the way there.
 */
static int ask_patiently(struct session *session, const struct socket *socket,
			 struct sight *ret_sight)
{
	enum { AT_ONCE = 3, LATER = 20 };
	const struct timespec moment = { .tv_nsec = 50000 };
	int tries = is_closing(socket->state)            ? AT_ONCE + LATER
		    : socket->state == STATE_ESTABLISHED ? AT_ONCE
							 : 0;
	int result = ask_exact(session, socket, ret_sight);
	for (int i = 0; i < tries && result == -ENOENT; i++) {
		if (i >= AT_ONCE)
			nanosleep(&moment, NULL);
		result = ask_exact(session, socket, ret_sight);
	}
	return result;
}

static int exact(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	int result = ask_patiently(session, socket, ret_sight);
	if (result != -ENOENT)
		return result;
	/* The kernel knows no such socket any more: that is CLOSED (RFC 9293, 3.3.2). */
	*ret_sight = (struct sight){ .witness = WITNESS_SOCK_DIAG,
				     .state = STATE_CLOSED,
				     .receive = -1,
				     .send = -1,
				     .accept = -1,
				     .backlog = -1 };
	return 0;
}

static const struct process *holder_of(const struct session *session, const struct socket *socket)
{
	return socket->holders ? map_get(&session->processes, (uint64_t)socket->holder_pid) : NULL;
}

/* If another thread closes the descriptor while our copy of it lives, the close that lingers is
 * ours: the tracer waits. */
static bool may_linger(const struct process *holder, const struct socket *socket)
{
	return socket->lingering && *socket->local && !sockets_alone(holder);
}

/* Through a descriptor while there is one, by its ends afterwards. */
static int look(struct session *session, const struct socket *socket, bool state_only,
		struct sight *ret_sight)
{
	const struct process *holder = holder_of(session, socket);
	if (!holder)
		return *socket->local ? exact(session, socket, ret_sight) : -ENOENT;
	/* Where sock_diag does not know it nothing lingers. */
	if (may_linger(holder, socket)) {
		witnesses_end(session->witnesses);
		if (ask_exact(session, socket, ret_sight) == 0)
			return 0;
	}

	struct question question = { .cookie = socket->cookie,
				     .certain = sockets_alone(holder) && !holder->changing,
				     .state_only = state_only,
				     .drained = socket->drained };
	int result = witness_descriptor(session->witnesses, holder, socket->holder_fd, &question,
					ret_sight);
	session_answer(session, result);
	/* The descriptor says CLOSED when what is left of the connection waits elsewhere. */
	if (result == 0 && ret_sight->state == STATE_CLOSED && *socket->remote &&
	    (is_closing(socket->state) || socket->state == STATE_ESTABLISHED)) {
		struct sight rest;
		if (exact(session, socket, &rest) == 0 && rest.state == STATE_TIME_WAIT) {
			ret_sight->state = rest.state;
			ret_sight->witness = rest.witness;
		}
	}
	return result;
}

/* What a look tells, behind what the witnesses tell that see each change pass: how it got there. */
static int look_on(struct session *session, struct socket *socket, bool state_only,
		   struct sight *ret_sight)
{
	int result = look(session, socket, state_only, ret_sight);
	if (result < 0 || ret_sight->state == socket->state)
		return result;
	tracing_catch_up(session);
	/* What has come meanwhile may be younger than that look. */
	if (state_is_behind(socket, ret_sight->state))
		result = look(session, socket, state_only, ret_sight);
	if (result == 0)
		state_confirm(session, socket, ret_sight->state);
	return result;
}

int state_see(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	if (!is_tcp(socket) && !socket->holders)
		return -ENOENT;
	int result = look(session, socket, false, ret_sight);
	/* Where the leader has ended before its threads, pidfd_getfd() finds no descriptors. */
	if (result < 0 && is_tcp(socket) && *socket->local)
		result = ask_exact(session, socket, ret_sight);
	if (result == 0 && is_unix(socket))
		unix_see(session, socket, ret_sight);
	return result;
}

bool state_look(struct session *session, struct socket *socket, uint64_t cause)
{
	struct sight sight;
	enum tcp_state from = socket->state;

	if (look_on(session, socket, true, &sight) < 0 || sight.state == STATE_UNKNOWN)
		return false;
	if (sight.state != socket->state)
		state_seen(session, socket, &sight, cause);
	return socket->state != from;
}

/* One question where a look takes several. */
static bool is_unchanged(struct session *session, const struct socket *socket)
{
	const struct process *holder = holder_of(session, socket);
	return holder && !may_linger(holder, socket) &&
	       witness_unchanged(session->witnesses, holder, socket->holder_fd, socket->state);
}

/* Beside those that move data or wait: they leave a connection that stands as it is. */
static const bool keeps_states[CALL_COUNT] = {
	[CALL_SOCKET] = true,     [CALL_SOCKETPAIR] = true,  [CALL_ACCEPT] = true,
	[CALL_ACCEPT4] = true,    [CALL_GETSOCKNAME] = true, [CALL_GETPEERNAME] = true,
	[CALL_GETSOCKOPT] = true, [CALL_DUP] = true,         [CALL_FCNTL] = true,
};

void call_begins(struct session *session, struct pending *pending)
{
	const struct event *event = pending->event;
	struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	const struct socket *peer = socket ? socket->peer : NULL;
	pending->peer = peer ? peer->cookie : 0;
	pending->peer_before = peer ? peer->state : STATE_UNKNOWN;
	pending->under_way = socket != NULL;
	if (socket)
		socket->under_way++;
	pending->changing = event->class != CLASS_DATA && event->class != CLASS_WAIT &&
			    !keeps_states[event->call];
	if (pending->changing)
		pending->thread->process->changing++;
}

void call_ends(struct session *session, struct pending *pending)
{
	struct socket *socket =
		pending->under_way ? sockets_by_cookie(session->sockets, pending->socket) : NULL;
	/* Forgotten meanwhile, and seen again, it counts anew. */
	if (socket && socket->under_way)
		socket->under_way--;
	pending->under_way = false;
	if (pending->changing)
		pending->thread->process->changing--;
	pending->changing = false;
}

/* Whether its only holder can have done nothing to it that we have not seen: it is the process
 * that stands before us, or its one thread is in a call that changes no states, and out of which
 * it does not come without telling us. */
static bool is_left_alone(const struct session *session, const struct process *caller,
			  const struct socket *socket)
{
	const struct process *holder = holder_of(session, socket);
	if (!holder || socket->holders > 1 || !socket->contained || holder->ring ||
	    holder->changing)
		return false;
	if (holder == caller)
		return true;
	const struct thread *thread = tracees_find(&session->tracees, holder->pid);
	return sockets_alone(holder) && thread && thread->pending;
}

/* Whether neither end of a connection can have changed since both were last seen. */
static bool is_settled(const struct session *session, const struct process *caller,
		       const struct socket *socket)
{
	const struct socket *peer = socket->peer;
	return peer && socket->state == STATE_ESTABLISHED && peer->state == STATE_ESTABLISHED &&
	       !session->options->no_follow && is_left_alone(session, caller, socket) &&
	       is_left_alone(session, caller, peer);
}

enum tcp_state state_before(struct session *session, const struct process *process,
			    struct socket *socket)
{
	if (!socket || !is_tcp(socket))
		return STATE_UNKNOWN;
	/* "Before" is the last "after", unless the peer can have changed it meanwhile. */
	if (socket->state == STATE_UNKNOWN ||
	    (may_change_alone(socket->state) && !is_settled(session, process, socket) &&
	     !is_unchanged(session, socket)))
		state_look(session, socket, 0);
	return socket->state;
}

/* --- the other end ------------------------------------------------------------------------------
 */

static const bool may_change_peer[CALL_COUNT] = {
	[CALL_CONNECT] = true,     [CALL_SHUTDOWN] = true, [CALL_CLOSE] = true,
	[CALL_CLOSE_RANGE] = true, [CALL_DUP2] = true,     [CALL_DUP3] = true,
};

/* It is found by its ends, the other way round. */
struct socket *state_find_queued(struct session *session, struct socket *client,
				 const struct socket *listener_const, struct sight *ret_sight)
{
	struct socket *listener = sockets_by_cookie(session->sockets, listener_const->cookie);
	if (!listener ||
	    session_answer(session,
			   witness_exact(session->witnesses, listener->network, listener->domain,
					 client->remote, client->local, 0, ret_sight)) < 0 ||
	    !ret_sight->cookie)
		return NULL;
	struct socket *queued =
		sockets_queued(session->sockets, listener, client, ret_sight->cookie);
	if (queued) {
		name_socket(&session->identifier, queued);
		tracing_known(session, queued);
	}
	return queued;
}

/* The other end, and how it looks now; NULL: there is none to be seen. */
static struct socket *see_other_end(struct session *session, const struct event *event,
				    struct socket *socket, struct record *record,
				    struct sight *ret_sight)
{
	struct socket *peer = socket->peer;
	if (event->call == CALL_CONNECT && (!event->error || event->error == EINPROGRESS)) {
		const struct socket *listener =
			sockets_listener_for(session->sockets, socket->network, socket->remote);
		if (listener)
			queue_see(session, listener, &record->queues);
		if (!peer && listener)
			return state_find_queued(session, socket, listener, ret_sight);
	}
	return peer && peer != socket && look_on(session, peer, true, ret_sight) == 0 ? peer : NULL;
}

static void see_peer(struct session *session, const struct pending *pending, struct socket *socket,
		     struct record *record)
{
	struct sight sight;
	struct socket *peer = see_other_end(session, pending->event, socket, record, &sight);
	if (!peer || peer == socket || sight.state == STATE_UNKNOWN)
		return;
	enum tcp_state before =
		peer->cookie == pending->peer ? pending->peer_before : STATE_UNKNOWN;
	state_note(session, peer, sight.state);
	if (before == sight.state)
		return;
	/* What completes the handshake moves it from one of the listener's queues to the other. */
	if (before == STATE_SYN_RCVD)
		queue_see_of(session, peer, &record->queues);
	record->state.peer_lane = peer->lane;
	record->state.peer_socket = peer->id;
	record->state.peer_before = before;
	record->state.peer_after = sight.state;
}

/* --- after the call ------------------------------------------------------------------------------
 */

void state_after(struct session *session, const struct pending *pending, struct socket *socket,
		 struct record *record)
{
	const struct event *event = pending->event;
	struct sight sight;

	if (socket && is_unix(socket))
		unix_after(session, pending, socket, record);
	if (!socket || !is_tcp(socket))
		return;
	socket->came = 0;
	/* The last descriptor of a socket that never was a connection is gone, and so is it. */
	if (!socket->holders && !socket->opened && socket->state != STATE_LISTEN &&
	    pending->before != STATE_LISTEN)
		return;
	if (socket->cookie == pending->socket)
		record->state.before = pending->before;
	if (event->call == CALL_SHUTDOWN && !event->error && socket->state == STATE_CLOSE_WAIT)
		socket->shut = true;
	if (look_on(session, socket, false, &sight) == 0) {
		state_note(session, socket, sight.state);
		if (sight.receive == 0 && sight.witness == WITNESS_TCP_INFO)
			socket->drained = sight.came;
		if (sight.witness == WITNESS_TCP_INFO)
			socket->came = sight.came;
		record->state.after = sight.state;
		record->state.witness = sight.witness;
		record->queues = queues_of(&sight);
	}
	if (event->error == ECONNRESET)
		socket->reset = true;
	/* accept: the new socket is the call's, the queue is its listener's. */
	if (socket->listener && socket->cookie != pending->socket)
		queue_see_of(session, socket, &record->queues);
	/* Data can complete a handshake that waits for it (TCP_DEFER_ACCEPT). */
	if (may_change_peer[event->call] || pending->peer_before == STATE_SYN_RCVD)
		see_peer(session, pending, socket, record);
	queues_complete(session, event, socket, &record->queues);
	if (!socket->holders && socket->opened)
		connection_orphan(session, socket);
}
