#include "tracing.h"

#include "session.h"
#include "support/language.h"
#include "transitions.h"
#include "witnesses/tracepoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Of connections that nobody has accepted yet, or that are not ours: so many at once. */
	MOST_STRANGERS = 4096,
	/* And so many changes of each; none has more before it is accepted. */
	MOST_CHANGES = 8,
};

/* The call its thread was in. */
struct culprit {
	uint64_t number; /* its n; 0: none */
	uint64_t socket; /* the cookie of the socket it was made on */
	enum call_id call;
};

/* A connection at the end that was not opened by a call, before anybody was seen to hold it. It may
 * wait for an accept of ours as long as that likes to. */
struct stranger {
	uint64_t cookie;
	enum tcp_state from; /* where it was before the first */
	unsigned count;
	struct {
		enum tcp_state to;
		uint64_t time;
		struct culprit culprit;
	} changes[MOST_CHANGES];
};

struct tracing {
	struct tracepoint *tracepoint;
	bool begun;
	struct stranger *strangers; /* the youngest takes the place of the oldest */
	size_t next;
	struct map by_cookie; /* of the strangers that are still of interest */
	uint64_t nobodys; /* changes that were lost while there was nobody whose they could be */
	bool overflowed;  /* one that was open has lost its place: it may be one of ours */
};

/* --- on and off ------------------------------------------------------------------------------ */

void tracing_open(struct session *session)
{
	struct tracing *tracing = calloc(1, sizeof *tracing);
	if (!tracing)
		return;
	session->tracing = tracing;
	tracing->strangers = calloc(MOST_STRANGERS, sizeof *tracing->strangers);
	if (!tracing->strangers || tracepoint_open(&tracing->tracepoint, 0) < 0)
		tracing_close(session);
}

void tracing_close(struct session *session)
{
	struct tracing *tracing = session->tracing;
	if (!tracing)
		return;
	if (tracing->tracepoint)
		session->lost += tracepoint_lost(tracing->tracepoint) - tracing->nobodys;
	tracepoint_close(tracing->tracepoint);
	map_done(&tracing->by_cookie);
	free(tracing->strangers);
	free(tracing);
	session->tracing = NULL;
}

/* --- the cause ------------------------------------------------------------------------------- */

#define STATE(name) (1U << STATE_##name)

enum {
	OPENED = STATE(SYN_SENT) | STATE(SYN_RCVD) | STATE(ESTABLISHED) | STATE(CLOSED),
	CLOSED = STATE(FIN_WAIT_1) | STATE(FIN_WAIT_2) | STATE(LAST_ACK) | STATE(CLOSED),
	/* What the other end's calls lead to, where it is on this machine. */
	OPENED_BY_OTHER = STATE(SYN_RCVD) | STATE(ESTABLISHED),
	CLOSED_BY_OTHER = STATE(CLOSE_WAIT) | STATE(CLOSING) | STATE(FIN_WAIT_2) | STATE(CLOSED),
};

/* The states in which a call can leave its own socket, and the one at the other end. A change that
 * happens on a thread's back is its call's doing only if it is one of these: it may as well have
 * been on its way from the network, and be handled where a processor was to be had. */
static const struct {
	unsigned own, other;
} makes[CALL_COUNT] = {
	[CALL_LISTEN] = { STATE(LISTEN), 0 },          [CALL_CONNECT] = { OPENED, OPENED_BY_OTHER },
	[CALL_SHUTDOWN] = { CLOSED, CLOSED_BY_OTHER }, [CALL_CLOSE] = { CLOSED, CLOSED_BY_OTHER },
	[CALL_DUP2] = { CLOSED, CLOSED_BY_OTHER },     [CALL_DUP3] = { CLOSED, CLOSED_BY_OTHER },
};

static struct culprit culprit_of(const struct session *session, const struct transition *transition,
				 uint64_t time)
{
	const struct thread *thread =
		transition->tid ? tracees_find(&session->tracees, transition->tid) : NULL;
	const struct pending *pending = thread ? thread->pending : NULL;
	/* A call that began later cannot have done it. */
	if (!pending || pending->event->entered > time)
		return (struct culprit){ 0 };
	return (struct culprit){ pending->number, pending->socket, pending->event->call };
}

static uint64_t cause_of(const struct culprit *culprit, const struct socket *socket,
			 enum tcp_state to)
{
	unsigned makes_it = 0;
	if (culprit->number && culprit->socket == socket->cookie)
		makes_it = makes[culprit->call].own;
	else if (culprit->number && socket->peer && culprit->socket == socket->peer->cookie)
		makes_it = makes[culprit->call].other;
	return makes_it & (1U << to) ? culprit->number : 0;
}

/* --- whose it is ------------------------------------------------------------------------------ */

static void witnessed(struct session *session, struct socket *socket, enum tcp_state from,
		      enum tcp_state to, uint64_t time, const struct culprit *culprit)
{
	if (!is_tcp(socket))
		return;
	/* Nobody has looked at it before, and this tells of two states at once. */
	if (socket->state == STATE_UNKNOWN)
		sockets_state(socket, from);
	state_witnessed(session, socket, to, WITNESS_TRACEPOINT, time,
			cause_of(culprit, socket, to));
}

static struct stranger *meet(struct tracing *tracing, const struct transition *transition)
{
	struct stranger *stranger = &tracing->strangers[tracing->next];
	tracing->next = (tracing->next + 1) % MOST_STRANGERS;
	if (stranger->cookie && map_remove(&tracing->by_cookie, stranger->cookie) &&
	    stranger->changes[stranger->count - 1].to != STATE_CLOSED)
		tracing->overflowed = true;
	*stranger = (struct stranger){ 0 };
	if (map_put(&tracing->by_cookie, transition->cookie, stranger) < 0)
		return NULL;
	stranger->cookie = transition->cookie;
	stranger->from = transition->from;
	return stranger;
}

static void keep(struct tracing *tracing, const struct transition *transition, uint64_t time,
		 const struct culprit *culprit)
{
	struct stranger *stranger = map_get(&tracing->by_cookie, transition->cookie);
	/* Whoever connects, or listens, is known before it does. */
	if (!stranger && transition->from == STATE_SYN_RCVD && transition->to == STATE_ESTABLISHED)
		stranger = meet(tracing, transition);
	if (!stranger || stranger->count == MOST_CHANGES)
		return;
	stranger->changes[stranger->count].to = transition->to;
	stranger->changes[stranger->count].time = time;
	stranger->changes[stranger->count++].culprit = *culprit;
}

/* The record's header has named this witness: so whoever reads is told that it is none. */
static void tell_refused(struct session *session, int error)
{
	outputs_flush(session->outputs);
	fprintf(stderr, "socktrace: %s\n  %s\n",
		_("the tracepoint is no witness: states are seen at calls only"),
		error == EINVAL ? _("Linux 5.12 or later lets it be one") : strerror(error));
}

/* Not before there is a socket whose states could change: for programs without one it would take
 * longer than all the rest of the trace. */
static void begin(struct session *session)
{
	struct tracing *tracing = session->tracing;
	int result = tracepoint_begin(tracing->tracepoint);
	tracing->begun = result == 0;
	if (result < 0) {
		tell_refused(session, -result);
		tracing_close(session);
	}
}

void tracing_known(struct session *session, struct socket *socket)
{
	if (session->tracing && !session->tracing->begun && socket && is_tcp(socket))
		begin(session);
	struct tracing *tracing = session->tracing;
	if (!tracing || !socket)
		return;
	struct stranger *stranger = map_remove(&tracing->by_cookie, socket->cookie);
	if (!stranger) {
		bool unseen = socket->role == ROLE_ACCEPTED && socket->state == STATE_UNKNOWN;
		session->lost += tracing->overflowed && unseen;
		return;
	}
	struct stranger known = *stranger;
	*stranger = (struct stranger){ 0 };
	for (unsigned i = 0; i < known.count; i++)
		witnessed(session, socket, known.from, known.changes[i].to, known.changes[i].time,
			  &known.changes[i].culprit);
}

static void take_in(struct session *session, const struct transition *transition, uint64_t time)
{
	struct culprit culprit = culprit_of(session, transition, time);
	struct socket *socket = sockets_by_cookie(session->sockets, transition->cookie);
	if (!socket) {
		keep(session->tracing, transition, time, &culprit);
		return;
	}
	tracing_known(session, socket);
	witnessed(session, socket, transition->from, transition->to, time, &culprit);
}

/* With `returned`, a call that has just returned, segments find their sockets that nobody knew.
 * Only those that are `idle` may be forgotten: not while a call of their holder is looked at. */
static void collect(struct session *session, const struct pending *returned, bool idle)
{
	struct tracing *tracing = session->tracing;
	struct transition transition;
	while (tracing && tracepoint_next(tracing->tracepoint, &transition)) {
		uint64_t time =
			transition.time > session->started ? transition.time - session->started : 0;
		if (!transition_holds(&transition))
			continue;
		/* What went over the wire before is told before. */
		wiring_collect(session, returned, time);
		take_in(session, &transition, time);
		struct socket *socket = sockets_by_cookie(session->sockets, transition.cookie);
		if (socket && idle)
			connection_settle(session, socket);
	}
	if (tracing && !sockets_count(session->sockets))
		tracing->nobodys = tracepoint_lost(tracing->tracepoint);
	wiring_collect(session, returned, UINT64_MAX);
}

bool tracing_waits(const struct session *session)
{
	return session->tracing && sockets_count(session->sockets);
}

void tracing_collect(struct session *session)
{
	collect(session, NULL, true);
}

void tracing_catch_up(struct session *session)
{
	collect(session, NULL, false);
}

void tracing_return(struct session *session, const struct pending *pending)
{
	if (pending->unsettled)
		collect(session, pending, false);
}
