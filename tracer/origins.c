/*
 * Where received bytes come from: which calls write into the ledgers of the two ends
 * (sockets/ledger.h), and when a ledger may be believed. That is where both sockets were made
 * under our eyes and nobody untraced has them, and no call is known of that moves bytes past
 * us. A receive of TCP is told only if the kernel's own counts agree.
 */
#include "session.h"

#include "sockets/ledger.h"
#include "support/arena.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
	/* asm-generic/socket.h; the C library's header is younger than some of them. */
	OPTION_PEEK_OFF = 42,
	OPTION_ATTACH_FILTER = 26,
	OPTION_ATTACH_BPF = 50,
};

/* --- what can be followed ----------------------------------------------------------------- */

static bool has_messages(const struct socket *socket)
{
	return socket->type == SOCK_SEQPACKET || socket->type == SOCK_DGRAM;
}

/* A datagram of IP may be lost, and one of AF_UNIX come from anybody, but between two that were
 * made as a pair. */
static bool is_followed(const struct session *session, const struct socket *socket)
{
	if (!socket->contained || session->options->no_follow)
		return false;
	if (is_tcp(socket))
		return true;
	bool pair = socket->role == ROLE_PAIR;
	return socket->domain == AF_UNIX && (socket->type != SOCK_DGRAM || pair);
}

/* Options with which bytes come in another order, changed, or past recv(2). */
static bool upsets_ledger(const struct event *event)
{
	static const struct {
		enum call_id call;
		int level, option;
	} upsetting[] = {
		{ CALL_SETSOCKOPT, SOL_SOCKET, OPTION_PEEK_OFF },
		{ CALL_SETSOCKOPT, SOL_SOCKET, OPTION_ATTACH_FILTER },
		{ CALL_SETSOCKOPT, SOL_SOCKET, OPTION_ATTACH_BPF },
		{ CALL_SETSOCKOPT, IPPROTO_TCP, TCP_REPAIR },
		{ CALL_SETSOCKOPT, IPPROTO_TCP, TCP_ULP },
		{ CALL_GETSOCKOPT, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE },
	};
	for (size_t i = 0; i < sizeof upsetting / sizeof *upsetting; i++)
		if (event->call == upsetting[i].call && (int)event->raw[1] == upsetting[i].level &&
		    (int)event->raw[2] == upsetting[i].option)
			return true;
	return false;
}

/* Nothing more is told of it. */
static void give_up(struct socket *socket)
{
	if (socket->ledger) {
		ledger_lose_sent(socket->ledger);
		ledger_lose_received(socket->ledger);
	}
	socket->contained = false;
}

/* A socket that is connected once more begins anew; one of a pair then has another peer, and with
 * a name it hears from others too. */
static bool leaves_its_peer(const struct event *event, const struct socket *socket)
{
	bool pair = socket->role == ROLE_PAIR && has_messages(socket);
	if (event->call == CALL_CONNECT)
		return pair || socket->ledger || socket->peer;
	return event->call == CALL_BIND && pair;
}

/* --- what a call does --------------------------------------------------------------------- */

enum flow origins_flow(const struct session *session, const struct pending *pending,
		       const struct socket *socket)
{
	const struct event *event = pending->event;
	if (event->call == CALL_SENDFILE || event->call == CALL_SPLICE) {
		/* sendfile(out, in, ...), splice(in, ...): the other one is a file or a pipe. */
		bool first = sockets_find(session->sockets, pending->thread->process,
					  (int)event->raw[0]) == socket;
		return first == (event->call == CALL_SENDFILE) ? FLOW_SENDS : FLOW_RECEIVES;
	}
	/* The error queue holds what this end has sent. */
	if (event_message_flags(event) & MSG_ERRQUEUE)
		return FLOW_NONE;
	return call_flow(event->call);
}

/* Calls whose result counts messages, not bytes. */
static bool moves_several(const struct event *event)
{
	return event->call == CALL_SENDMMSG || event->call == CALL_RECVMMSG;
}

/* Whether a message may go to somebody else than the other end. */
static bool may_have_address(const struct event *event)
{
	if (event->call == CALL_SENDTO)
		return event->raw[4] != 0;
	if (event->call != CALL_SENDMSG)
		return false;
	const struct value *message = event_arg(event, "msg");
	const struct value *name = message ? value_field(message, "name") : NULL;
	return !name || name->kind != VALUE_ADDRESS || name->address;
}

/* What cannot be followed, from the moment it begins. */
static void lose_what_is_unclear(const struct event *event, const struct socket *socket,
				 enum flow flow)
{
	bool urgent = event_message_flags(event) & MSG_OOB;
	bool messages = has_messages(socket);
	/* Of several messages, each has its own length. */
	bool elsewhere = socket->type == SOCK_DGRAM && may_have_address(event);
	if (flow == FLOW_SENDS && (urgent || elsewhere || (messages && moves_several(event))))
		ledger_lose_sent(socket->ledger);
	if (flow == FLOW_RECEIVES && (urgent || (messages && moves_several(event))))
		ledger_lose_received(socket->ledger);
}

void origins_enter(struct session *session, struct pending *pending, struct socket *socket)
{
	const struct event *event = pending->event;
	if (!socket || !is_followed(session, socket))
		return;
	if (upsets_ledger(event) || leaves_its_peer(event, socket)) {
		give_up(socket);
		return;
	}
	enum flow flow = origins_flow(session, pending, socket);
	if (flow == FLOW_NONE)
		return;
	if (!socket->ledger)
		socket->ledger = ledger_new(has_messages(socket));
	if (!socket->ledger) {
		give_up(socket);
		return;
	}
	pending->flow = flow;
	lose_what_is_unclear(event, socket, flow);
	if (flow == FLOW_SENDS)
		ledger_send(socket->ledger, pending->number, event->name);
	else
		ledger_receive(socket->ledger);
}

/* --- and what came of it ------------------------------------------------------------------ */

static bool has_moved(const struct event *event)
{
	return !event->error && !event->restarted;
}

static uint64_t bytes_of(const struct event *event)
{
	return moves_several(event) ? event->bytes_moved : (uint64_t)event->result;
}

static void sent(struct socket *socket, const struct event *event)
{
	/* Their lengths stand in memory that may not be read. */
	if (moves_several(event) && event->result > 0 && !event->bytes_moved)
		ledger_lose_sent(socket->ledger);
	ledger_sent(socket->ledger, has_moved(event), bytes_of(event),
		    socket->peer ? MOST_SENDS : MOST_EARLY_SENDS);
}

/* The kernel's counts, if it was just asked for them. */
static bool contradicts(const struct socket *socket, const struct ledger *sender,
			const struct record *record)
{
	enum tcp_state state = record->state.after;
	struct arrived arrived = {
		.came = socket->came,
		.waits = record->queues.receive > 0 ? (uint64_t)record->queues.receive : 0,
		.fin = state != STATE_ESTABLISHED && state != STATE_FIN_WAIT_1 &&
		       state != STATE_FIN_WAIT_2,
	};
	return is_tcp(socket) && arrived.came && record->queues.receive >= 0 &&
	       !ledger_agrees(socket->ledger, sender, &arrived);
}

/* A message whose receiver's memory is not there is lost, unlike bytes of a stream. */
static bool has_lost(const struct socket *socket, const struct event *event)
{
	bool unread = moves_several(event) && event->result > 0 && !event->bytes_moved;
	return unread || (has_messages(socket) && event->error && event->error != EAGAIN &&
			  event->error != EINTR);
}

bool origins_drain(const struct session *session, const struct pending *pending,
		   const struct socket *socket)
{
	const struct event *event = pending->event;
	const struct socket *peer = socket->peer;
	return pending->flow == FLOW_RECEIVES && peer && peer->ledger && socket->ledger &&
	       is_followed(session, socket) && is_followed(session, peer) && has_moved(event) &&
	       !(event_message_flags(event) & MSG_PEEK) &&
	       ledger_waits(peer->ledger, socket->ledger) == bytes_of(event);
}

static void received(struct session *session, struct socket *socket, const struct event *event,
		     struct record *record)
{
	uint64_t flags = event_message_flags(event);
	struct ledger *sender = socket->peer ? socket->peer->ledger : socket->legacy;
	struct receipt receipt = {
		/* Of several, each looks at the same bytes. */
		.done = has_moved(event) && !(flags & MSG_PEEK && moves_several(event)),
		.bytes = bytes_of(event),
		.peeked = flags & MSG_PEEK,
		.unclear = flags & MSG_TRUNC && has_messages(socket),
	};
	struct origin *origins = arena_alloc(event->arena, MOST_ORIGINS * sizeof *origins);
	if (!origins || has_lost(socket, event))
		ledger_lose_received(socket->ledger);
	size_t count = ledger_received(socket->ledger, sender, &receipt, origins);
	if (!count || !is_followed(session, socket) ||
	    (socket->peer && !is_followed(session, socket->peer)))
		return;
	if (contradicts(socket, sender, record)) {
		ledger_lose_received(socket->ledger);
		return;
	}
	record->origins = origins;
	record->origin_count = count;
}

void origins_return(struct session *session, struct pending *pending, struct record *record)
{
	/* Closed meanwhile by another thread, it may be forgotten. */
	struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	if (pending->flow == FLOW_NONE || !socket || !socket->ledger)
		return;
	if (pending->flow == FLOW_SENDS)
		sent(socket, pending->event);
	else
		received(session, socket, pending->event, record);
}
