#include "wiring.h"

#include "senders.h"
#include "session.h"
#include "transitions.h"
#include "witnesses/track.h"
#include "witnesses/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	MOST_HELD = 4096,
	MOST_EXPECTING = 1024,
	MOST_HELD_BYTES = 16 << 20, /* of packets; what is held beyond has none of its bytes */
};

/* Segments of others are waited for so long: a call that is under way may turn out to be theirs. */
static const uint64_t HELD_FOR = 100000000; /* 100 ms */

/* A segment, and what the diagram of states says of it. */
struct passing {
	struct segment segment; /* while it is held its packet is its own, on the heap */
	struct path_states states;
};

struct wiring {
	struct wire *wire;
	struct track *track;
	struct segment next; /* the first that is not taken in yet, if there is one */
	bool has_next;
	struct passing *held; /* nobody's yet, in their order */
	size_t held_count, held_bytes;
	/* Cookies of those whose state is expected to change: nobody has looked at the last ones.
	 */
	uint64_t expecting[MOST_EXPECTING];
	size_t expecting_count, looked_at;
	unsigned unsettled;             /* calls under way by which a socket gets its ends */
	uint64_t ticked, ticked_before; /* when the last tick began, and the one before it */
};

/* --- on and off ------------------------------------------------------------------------------ */

/* Both clocks at once nobody can read: the one is read between two looks at the other, until these
 * are close together. */
static void tell_time(struct session *session)
{
	enum { TRIES = 5, CLOSE = 1000 /* nanoseconds */ };
	uint64_t closest = UINT64_MAX;
	int64_t offset = 0;
	for (int i = 0; i < TRIES && closest > CLOSE; i++) {
		struct timespec now;
		uint64_t before = session_now(session);
		clock_gettime(CLOCK_REALTIME, &now);
		uint64_t apart = session_now(session) - before;
		int64_t since_1970 = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
		if (apart >= closest)
			continue;
		closest = apart;
		offset = (int64_t)(before + apart / 2) - since_1970;
	}
	wire_set_offset(session->wiring->wire, offset);
}

int wiring_open(struct session *session)
{
	enum { PACKETS = 16384 };
	const struct options *options = session->options;
	int64_t payload = options_take(options, format_takes_packets) ? (int64_t)options->capture
								      : WIRE_NO_BYTES;
	struct wiring *wiring = calloc(1, sizeof *wiring);
	if (!wiring)
		return -ENOMEM;
	session->wiring = wiring;
	wiring->held = calloc(MOST_HELD, sizeof *wiring->held);
	int result = wiring->held ? track_new(&wiring->track, 0) : -ENOMEM;
	if (result == 0)
		result = wire_open(&wiring->wire, PACKETS, payload);
	if (result < 0)
		wiring_close(session);
	else
		tell_time(session);
	return result;
}

/* The wire lends the bytes only until its next segment. */
static void hold(struct wiring *wiring, const struct passing *passing)
{
	struct passing *held = &wiring->held[wiring->held_count++];
	struct value_bytes *packet = &held->segment.packet;
	*held = *passing;
	size_t size = packet->captured;
	char *copy = size && wiring->held_bytes + size <= MOST_HELD_BYTES ? malloc(size) : NULL;
	if (copy)
		memcpy(copy, packet->data, size);
	*packet = copy ? (struct value_bytes){ copy, size, packet->length }
		       : (struct value_bytes){ 0 };
	wiring->held_bytes += packet->captured;
}

/* The first so many of those held. */
static void let_go(struct wiring *wiring, size_t count)
{
	if (!count)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct value_bytes *packet = &wiring->held[i].segment.packet;
		wiring->held_bytes -= packet->captured;
		free((char *)(uintptr_t)packet->data);
	}
	wiring->held_count -= count;
	memmove(wiring->held, wiring->held + count, wiring->held_count * sizeof *wiring->held);
}

void wiring_close(struct session *session)
{
	struct wiring *wiring = session->wiring;
	if (!wiring)
		return;
	if (wiring->wire) {
		session->lost += wire_lost(wiring->wire);
		wire_close(wiring->wire);
	}
	track_free(wiring->track);
	let_go(wiring, wiring->held_count);
	free(wiring->held);
	free(wiring);
	session->wiring = NULL;
}

/* --- whose it is ------------------------------------------------------------------------------ */

static void find_ends(const struct session *session, const struct segment *segment,
		      struct socket **ret_from, struct socket **ret_to)
{
	/* The wire is that of our own network: the same addresses elsewhere are others. */
	uint64_t home = witnesses_home(session->witnesses);
	if (segment->protocol == SEGMENT_TCP) {
		sockets_of_connection(session->sockets, home, segment->from, segment->to, ret_from,
				      ret_to);
		return;
	}
	*ret_from = sockets_of_datagrams(session->sockets, home, segment->from);
	*ret_to = sockets_of_datagrams(session->sockets, home, segment->to);
}

/* A connect that failed leaves no ends behind: its segments are known by where they go. */
static struct socket *by_target(const struct pending *pending, struct socket *socket,
				const char *end)
{
	const struct value *address = pending && pending->event->call == CALL_CONNECT
					      ? event_arg(pending->event, "addr")
					      : NULL;
	return address && address->kind == VALUE_ENDPOINT && strcmp(address->endpoint, end) == 0
		       ? socket
		       : NULL;
}

/* The end that nobody has accepted yet, known by its other end and its listener. */
static struct socket *find_queued(struct session *session, struct socket *client,
				  const struct socket *listener)
{
	struct sight sight;
	return client && listener && *client->local && *client->remote
		       ? state_find_queued(session, client, listener, &sight)
		       : NULL;
}

/* --- what it does to the ends ----------------------------------------------------------------- */

static void expect(struct wiring *wiring, struct socket *socket, enum tcp_state state,
		   uint64_t time, uint64_t cause)
{
	unsigned before = socket->expected_count;
	state_expected(socket, state, time, cause);
	if (socket->expected_count > before && wiring->expecting_count < MOST_EXPECTING)
		wiring->expecting[wiring->expecting_count++] = socket->cookie;
}

/* Looks at those with an expected state; false: nobody can tell, or it has not come about. */
static bool look_at(struct session *session, uint64_t cookie)
{
	struct socket *socket = sockets_by_cookie(session->sockets, cookie);
	if (socket && socket->expected_count)
		state_look(session, socket, 0);
	return !socket || !socket->expected_count;
}

void wiring_confirm(struct session *session)
{
	struct wiring *wiring = session->wiring;
	if (!wiring)
		return;
	size_t kept = wiring->looked_at;
	for (size_t i = kept; i < wiring->expecting_count; i++)
		if (!look_at(session, wiring->expecting[i]))
			wiring->expecting[kept++] = wiring->expecting[i];
	wiring->looked_at = wiring->expecting_count = kept;
}

/* --- a segment -------------------------------------------------------------------------------- */

/* A RST that is taken ends the connection, unless both ends had closed it before. */
static void note_reset(const struct passing *passing, struct socket *to)
{
	if (passing->segment.flags & SEGMENT_RST && to &&
	    passing->states.receiver == STATE_CLOSED && to->state != STATE_TIME_WAIT)
		to->reset = true;
}

/* How long its acknowledgement takes is up to the other end. */
static void note_fin(const struct passing *passing, struct socket *from, struct socket *to)
{
	const struct segment *segment = &passing->segment;
	if (from && segment->flags & SEGMENT_FIN) {
		from->fin_again = from->fin_sent != 0;
		from->fin_sent = segment->time;
	}
	if (to && passing->states.receiver == STATE_FIN_WAIT_2)
		to->fin_acknowledged = segment->time;
}

/* False: of no socket that we know. With `more` another call may give one these ends yet. */
static bool write_segment(struct session *session, const struct passing *passing,
			  const struct pending *pending, struct socket *hint, bool more)
{
	const struct segment *segment = &passing->segment;
	struct socket *from = NULL, *to = NULL;
	uint64_t home = witnesses_home(session->witnesses);
	find_ends(session, segment, &from, &to);
	if (hint && hint->network == home && !from && !to) {
		from = by_target(pending, hint, segment->to);
		to = by_target(pending, hint, segment->from);
	}
	/* Who receives datagrams is no evidence of who sent them. */
	if (!from && more && (!to || segment->protocol == SEGMENT_UDP))
		return false;
	/* Of a connection that nobody has accepted yet: its listener. */
	bool tcp = segment->protocol == SEGMENT_TCP;
	struct socket *sender = from, *receiver = to;
	if (!sender && tcp)
		sender = sockets_listener_for(session->sockets, home, segment->from);
	if (!receiver && tcp)
		receiver = sockets_listener_for(session->sockets, home, segment->to);
	if (!sender && !receiver)
		return false;
	if (!from && passing->states.sender != STATE_UNKNOWN)
		from = find_queued(session, to, sender);
	if (!to && passing->states.receiver != STATE_UNKNOWN)
		to = find_queued(session, from, receiver);
	uint64_t cause = sender_cause(segment, from, to);
	if (from && passing->states.sender != STATE_UNKNOWN)
		state_witnessed(session, from, passing->states.sender, WITNESS_WIRE, segment->time,
				cause);
	struct record record = record_blank(RECORD_SEGMENT, segment->time);
	record.socket = from ? from : to ? to : sender ? sender : receiver;
	record.lane = sender ? sender->lane : NULL;
	record.segment = (struct record_segment){
		.segment = segment,
		.from_lane = sender ? sender->lane : NULL,
		.to_lane = receiver ? receiver->lane : NULL,
		.cause = cause,
	};
	session_write(session, &record);
	note_reset(passing, to);
	note_fin(passing, from, to);
	if (to && passing->states.receiver != STATE_UNKNOWN)
		expect(session->wiring, to, passing->states.receiver, segment->time, cause);
	return true;
}

/* What was held is somebody's now, or nobody's. `pending` has just returned, on `hint`. */
static void place_held(struct session *session, const struct pending *pending, struct socket *hint,
		       uint64_t until)
{
	struct wiring *wiring = session->wiring;
	bool more = wiring->unsettled > (pending && pending->unsettled);
	size_t i = 0;
	for (; i < wiring->held_count && wiring->held[i].segment.time <= until; i++) {
		const struct passing *passing = &wiring->held[i];
		/* Its time must have been over a tick ago: where we had to wait for a processor
		 * ourselves, nobody has looked yet which calls have come to wait meanwhile. */
		bool waits = more && passing->segment.time + HELD_FOR > wiring->ticked_before;
		if (!write_segment(session, passing, pending, hint, waits) && waits)
			break; /* and none overtakes it */
	}
	let_go(wiring, i);
}

/* The next one in the ring, if it had passed by then. */
static bool take_next(struct wiring *wiring, uint64_t until, struct segment *ret_segment)
{
	if (!wiring->has_next)
		wiring->has_next = wire_next(wiring->wire, &wiring->next);
	if (!wiring->has_next || wiring->next.time > until)
		return false;
	*ret_segment = wiring->next;
	wiring->has_next = false;
	return true;
}

void wiring_collect(struct session *session, const struct pending *returned, uint64_t until)
{
	struct wiring *wiring = session->wiring;
	struct socket *hint =
		returned ? sockets_by_cookie(session->sockets, returned->socket) : NULL;
	struct passing passing;
	if (!wiring)
		return;
	if (wiring->held_count)
		place_held(session, returned, hint, until);
	while (wiring->held_count < MOST_HELD && take_next(wiring, until, &passing.segment)) {
		track_segment(wiring->track, &passing.segment, &passing.states);
		bool more = wiring->unsettled > (returned && returned->unsettled);
		if (wiring->held_count ||
		    (!write_segment(session, &passing, returned, hint, more) && more))
			hold(wiring, &passing);
	}
}

void wiring_tick(struct session *session)
{
	if (!session->wiring)
		return;
	tell_time(session);
	session->wiring->looked_at = 0;
	session->wiring->ticked_before = session->wiring->ticked;
	session->wiring->ticked = session_now(session);
}

/* --- calls ------------------------------------------------------------------------------------ */

void wiring_enter(struct session *session, struct pending *pending, struct socket *socket)
{
	/* What it sends in another network does not pass here. */
	if (!session->wiring || !socket || socket->network != witnesses_home(session->witnesses))
		return;
	sender_enter(socket, pending->event, pending->number);
	pending->unsettled = sender_gives_ends(pending->event, socket);
	session->wiring->unsettled += pending->unsettled;
}

void wiring_settle(struct session *session, struct pending *pending)
{
	if (session->wiring && pending->unsettled)
		session->wiring->unsettled--;
	pending->unsettled = false;
}

void wiring_return(struct session *session, struct pending *pending)
{
	struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	if (!session->wiring)
		return;
	place_held(session, pending, socket, UINT64_MAX);
	wiring_settle(session, pending);
	if (socket)
		sender_return(socket, pending->event, pending->number);
}

void wiring_waits(struct session *session, struct pending *pending)
{
	if (!session->wiring || !pending->unsettled)
		return;
	if (pending->event->call == CALL_CONNECT)
		sockets_connecting(session->sockets, pending->thread->process, pending->event);
	wiring_settle(session, pending);
	tracing_catch_up(session);
}
