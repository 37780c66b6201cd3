/*
 * What waits in the kernel: bytes in a socket's two buffers, and connections at a listener in
 * its two queues. Established ones wait for accept(), and the listener tells how many; how many
 * handshakes it has under way, in SYN_RCVD, it does not tell anybody. But each of them can be
 * asked for by its two ends, and those of a traced client are known.
 */
#include "session.h"

#include <sys/socket.h>

struct record_queues queues_of(const struct sight *sight)
{
	struct record_queues queues = record_queues_none();
	queues.receive = sight->receive;
	queues.send = sight->send;
	queues.accept = sight->accept;
	queues.backlog = sight->backlog;
	return queues;
}

/* --- listeners ---------------------------------------------------------------------------- */

void queue_see(struct session *session, const struct socket *listener, struct record_queues *queues)
{
	struct sight sight;
	if (state_see(session, listener, &sight) < 0)
		return;
	queues->accept = sight.accept;
	queues->backlog = sight.backlog;
}

void queue_see_of(struct session *session, const struct socket *connection,
		  struct record_queues *queues)
{
	const struct socket *listener = sockets_by_cookie(session->sockets, connection->listener);
	if (listener)
		queue_see(session, listener, queues);
}

void queue_note(struct session *session, struct socket *socket, enum tcp_state state)
{
	struct socket *listener =
		socket->listener ? sockets_by_cookie(session->sockets, socket->listener) : NULL;
	/* A holder's descriptor would tell of it (TCP Fast Open): that one was accepted. */
	bool enters = state == STATE_SYN_RCVD && listener && !socket->holders;
	if (enters == socket->in_syn_queue)
		return;
	socket->in_syn_queue = enters;
	if (listener)
		listener->syn_rcvd += enters ? 1 : -1U;
	/* Like what remains of a connection it has no descriptor, and changes by itself: the
	 * clock looks after both. */
	if (enters)
		connection_orphan(session, socket);
	else
		map_remove(&session->orphans, socket->cookie);
}

/* --- before the end --------------------------------------------------------------------------- */

void queue_see_last(struct session *session, struct socket *socket)
{
	struct sight sight;
	if (!socket || !is_tcp(socket) || socket->holders != 1 ||
	    (!socket->opened && socket->role != ROLE_LISTENER) ||
	    state_see(session, socket, &sight) < 0)
		return;
	socket->last = sight.state;
	socket->unread = sight.receive > 0 ? sight.receive : 0;
	socket->unaccepted = sight.accept > 0 ? sight.accept : 0;
}

/* With its last thread a process loses all its descriptors. */
void queues_see_exiting(struct session *session, struct thread *thread)
{
	struct process *process = thread->process;
	size_t position = 0;
	if (!process || thread->exiting || ++process->exiting != process->threads)
		return;
	for (struct socket *socket; (socket = sockets_of_process(process, &position));) {
		queue_see_last(session, socket);
		socket->ending = socket->holders == 1;
		socket->sent_to = socket->peer ? socket->peer->bytes_sent : 0;
	}
}

/* --- whose queue ------------------------------------------------------------------------------ */

/* Whose accept queue the record tells of. */
static const struct socket *listener_of(const struct session *session, const struct socket *socket)
{
	if (socket->role == ROLE_LISTENER)
		return socket;
	if (socket->listener)
		return sockets_by_cookie(session->sockets, socket->listener);
	const struct socket *peer = socket->peer;
	if (peer && peer->listener)
		return sockets_by_cookie(session->sockets, peer->listener);
	return sockets_listener_for(session->sockets, socket->network, socket->remote);
}

/* --- buffers ------------------------------------------------------------------------------ */

/* Not of sendfile() and splice(): they hand pages over, and copy nothing. */
static void count_moved(const struct event *event, struct record_queues *queues)
{
	int64_t moved = (int64_t)event->bytes_moved;
	uint64_t flags = event_message_flags(event);
	enum flow flow = call_flow(event->call);
	if (event->error || event->restarted || !moved)
		return;
	if (flow == FLOW_SENDS && !(flags & MSG_ZEROCOPY))
		queues->copied = moved;
	/* An urgent byte stands outside the stream: the receive queue does not count it. */
	if (flow == FLOW_RECEIVES && !(flags & MSG_OOB))
		queues->taken = moved;
}

void queues_complete(const struct session *session, const struct event *event,
		     const struct socket *socket, struct record_queues *queues)
{
	if (queues->receive >= 0 || queues->send >= 0)
		count_moved(event, queues);
	if (queues->accept < 0)
		return;
	const struct socket *listener = listener_of(session, socket);
	if (listener && listener->syn_rcvd)
		queues->syn_rcvd = listener->syn_rcvd;
}
