#include "session.h"

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

/* Between a FIN and its acknowledgement a socket is torn down without one: a RST came. */
static bool is_reset(enum tcp_state from, enum tcp_state to, bool held)
{
	return held && to == STATE_CLOSED &&
	       (from == STATE_ESTABLISHED || from == STATE_CLOSE_WAIT || from == STATE_SYN_RCVD);
}

static int ask_exact(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	const char *remote = *socket->remote ? socket->remote : "0.0.0.0:0";
	return witness_exact(session->witnesses, socket->domain, socket->local, remote,
			     socket->cookie, ret_sight);
}

static int exact(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	int result = ask_exact(session, socket, ret_sight);
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

void state_note(struct socket *socket, enum tcp_state state)
{
	if (!socket->shut && is_reset(socket->state, state, socket->holders > 0))
		socket->reset = true;
	sockets_state(socket, state);
}

/* Remembers a state; the first that makes it a connection dates its opening. */
static void note_state(struct session *session, struct socket *socket, enum tcp_state state)
{
	if (state == STATE_UNKNOWN)
		return;
	if (!socket->opened && may_change_alone(state))
		socket->opened = session_now(session);
	state_note(socket, state);
	socket->told = state;
}

int state_see(struct session *session, const struct socket *socket, struct sight *ret_sight)
{
	if (!is_tcp(socket) && !socket->holders)
		return -ENOENT;
	int result = look(session, socket, false, ret_sight);
	/* Where the leader has ended before its threads, pidfd_getfd() finds no descriptors. */
	if (result < 0 && is_tcp(socket) && *socket->local)
		result = ask_exact(session, socket, ret_sight);
	return result;
}

bool state_look(struct session *session, struct socket *socket, uint64_t cause)
{
	struct sight sight;
	enum tcp_state from = socket->state;

	if (look(session, socket, true, &sight) < 0 || sight.state == STATE_UNKNOWN ||
	    sight.state == from)
		return false;
	note_state(session, socket, sight.state);
	if (from == STATE_UNKNOWN)
		return true;
	struct record record = record_blank(RECORD_STATE, session_now(session));
	record.lane = socket->lane;
	record.socket = socket;
	record.transition = (struct record_transition){
		.from = from, .to = sight.state, .witness = sight.witness, .cause = cause
	};
	session_write(session, &record);
	return true;
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

static void see_queue(struct session *session, const struct socket *listener,
		      struct record_queues *queues)
{
	struct sight sight;
	if (look(session, listener, false, &sight) == 0) {
		queues->accept = sight.accept;
		queues->backlog = sight.backlog;
	}
}

/* A connection that nobody has accepted is found by its ends, the other way round. */
static struct socket *find_queued(struct session *session, struct socket *client,
				  const struct socket *listener_const, struct sight *ret_sight)
{
	struct socket *listener = sockets_by_cookie(session->sockets, listener_const->cookie);
	if (!listener ||
	    witness_exact(session->witnesses, listener->domain, client->remote, client->local, 0,
			  ret_sight) < 0 ||
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
			sockets_listener_for(session->sockets, socket->remote);
		if (listener)
			see_queue(session, listener, &record->queues);
		if (!peer && listener)
			return find_queued(session, socket, listener, ret_sight);
	}
	return peer && peer != socket && look(session, peer, true, ret_sight) == 0 ? peer : NULL;
}

static void see_peer(struct session *session, const struct event *event, struct socket *socket,
		     struct record *record)
{
	struct sight sight;
	struct socket *peer = see_other_end(session, event, socket, record, &sight);
	if (!peer || peer == socket || sight.state == STATE_UNKNOWN)
		return;
	/* Not its last one: a push witness may have seen it come meanwhile. */
	enum tcp_state before = peer->told;
	note_state(session, peer, sight.state);
	if (before == sight.state)
		return;
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

	if (!socket || !is_tcp(socket))
		return;
	/* The last descriptor of a socket that never was a connection is gone, and so is it. */
	if (!socket->holders && !socket->opened && socket->state != STATE_LISTEN)
		return;
	if (socket->cookie == pending->socket)
		record->state.before = pending->before;
	if (event->call == CALL_SHUTDOWN && !event->error && socket->state == STATE_CLOSE_WAIT)
		socket->shut = true;
	if (look(session, socket, false, &sight) == 0) {
		note_state(session, socket, sight.state);
		if (sight.receive == 0 && sight.witness == WITNESS_TCP_INFO)
			socket->drained = sight.came;
		record->state.after = sight.state;
		record->state.witness = sight.witness;
		record->queues = (struct record_queues){ sight.receive, sight.send, sight.accept,
							 sight.backlog };
	}
	if (event->error == ECONNRESET)
		socket->reset = true;
	/* accept: the new socket is the call's, the queue is its listener's. */
	if (socket->listener && socket->cookie != pending->socket) {
		const struct socket *listener =
			sockets_by_cookie(session->sockets, socket->listener);
		if (listener)
			see_queue(session, listener, &record->queues);
	}
	if (may_change_peer[event->call])
		see_peer(session, event, socket, record);
	if (!socket->holders && socket->opened)
		connection_orphan(session, socket);
}
