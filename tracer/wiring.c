#include "wiring.h"

#include "session.h"
#include "witnesses/track.h"
#include "witnesses/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	RECENT_SENDS = 64, /* of one socket: data may stay in its buffer for long */
	MOST_HELD = 4096,
};

/* Segments of others are waited for so long: a call that is under way may turn out to be theirs. */
static const uint64_t HELD_FOR = 100000000; /* 100 ms */

struct sender {
	/* The last call to begin that may make it speak; not under way: over. */
	bool under_way;
	uint64_t number, entered;
	uint64_t opened_by, closed_by; /* the n of its connect, of its shutdown or close */
	/* Behind which byte of the stream each send ended. */
	struct {
		uint64_t end, number;
	} sends[RECENT_SENDS];
	size_t send_count;
};

struct wiring {
	struct wire *wire;
	struct track *track;
	struct segment next; /* the first that is not taken in yet, if there is one */
	bool has_next;
	struct segment *held; /* nobody's yet, in their order */
	size_t held_count;
	unsigned unsettled; /* calls under way by which a socket gets its ends */
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
	struct wiring *wiring = calloc(1, sizeof *wiring);
	if (!wiring)
		return -ENOMEM;
	session->wiring = wiring;
	wiring->held = calloc(MOST_HELD, sizeof *wiring->held);
	int result = wiring->held ? track_new(&wiring->track, 0) : -ENOMEM;
	if (result == 0)
		result = wire_open(&wiring->wire, PACKETS);
	if (result < 0)
		wiring_close(session);
	else
		tell_time(session);
	return result;
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
	free(wiring->held);
	free(wiring);
	session->wiring = NULL;
}

/* --- the cause ------------------------------------------------------------------------------- */

/* The n of the call that makes it speak at that time; 0: none does. */
static uint64_t speaks_by(const struct socket *socket, uint64_t time)
{
	const struct sender *sender = socket ? socket->sender : NULL;
	return sender && sender->under_way && sender->entered <= time ? sender->number : 0;
}

/* The send whose bytes these are, by their place in the stream. */
static uint64_t send_of(const struct socket *socket, uint64_t offset)
{
	const struct sender *sender = socket->sender;
	size_t kept = sender->send_count < RECENT_SENDS ? sender->send_count : RECENT_SENDS;
	for (size_t i = sender->send_count - kept; i < sender->send_count; i++)
		if (offset < sender->sends[i % RECENT_SENDS].end)
			return sender->sends[i % RECENT_SENDS].number;
	return sender->under_way ? sender->number : 0;
}

/* The whole offset in the stream, of which the segment has the lower half. */
static uint64_t offset_of(const struct socket *socket, uint32_t relative)
{
	uint32_t offset = relative - 1; /* the SYN is one */
	uint64_t near = socket->bytes_sent;
	uint64_t whole = (near & ~(uint64_t)UINT32_MAX) | offset;
	if (whole > near + INT32_MAX && whole > UINT32_MAX)
		whole -= UINT64_C(1) << 32;
	else if (whole + INT32_MAX < near)
		whole += UINT64_C(1) << 32;
	return whole;
}

static uint64_t cause_of_tcp(const struct segment *segment, const struct socket *from,
			     const struct socket *to)
{
	bool syn = segment->flags & SEGMENT_SYN, ack = segment->flags & SEGMENT_ACK;
	if (syn)
		from = ack ? to : from; /* an answer comes by itself: connect(2) asked for it */
	if (syn)
		return from && from->sender ? from->sender->opened_by : 0;
	if (segment->flags & SEGMENT_FIN && from && from->sender)
		return from->sender->closed_by;
	if (segment->length && from && from->sender && segment->relative)
		return send_of(from, offset_of(from, segment->relative_seq));
	/* Acknowledgements, RSTs, data of a connection that is older than the trace: of the call
	 * that makes the sender speak, or else of the one that it answers. */
	uint64_t own = speaks_by(from, segment->time);
	return own ? own : speaks_by(to, segment->time);
}

static uint64_t cause_of(const struct segment *segment, const struct socket *from,
			 const struct socket *to)
{
	if (segment->protocol == SEGMENT_TCP)
		return cause_of_tcp(segment, from, to);
	return speaks_by(from, segment->time);
}

/* --- whose it is ------------------------------------------------------------------------------ */

static void find_ends(const struct session *session, const struct segment *segment,
		      struct socket **ret_from, struct socket **ret_to)
{
	if (segment->protocol == SEGMENT_TCP) {
		sockets_of_connection(session->sockets, segment->from, segment->to, ret_from,
				      ret_to);
		return;
	}
	*ret_from = sockets_of_datagrams(session->sockets, segment->from);
	*ret_to = sockets_of_datagrams(session->sockets, segment->to);
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

/* False: of no socket that we know. With `more` another call may give one these ends yet. */
static bool write_segment(struct session *session, const struct segment *segment,
			  const struct pending *pending, struct socket *hint, bool more)
{
	struct socket *from = NULL, *to = NULL;
	find_ends(session, segment, &from, &to);
	if (hint && !from && !to) {
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
		sender = sockets_listener_for(session->sockets, segment->from);
	if (!receiver && tcp)
		receiver = sockets_listener_for(session->sockets, segment->to);
	if (!sender && !receiver)
		return false;
	struct record record = record_blank(RECORD_SEGMENT, segment->time);
	record.socket = from ? from : to ? to : sender ? sender : receiver;
	record.lane = sender ? sender->lane : NULL;
	record.segment = (struct record_segment){
		.segment = segment,
		.from_lane = sender ? sender->lane : NULL,
		.to_lane = receiver ? receiver->lane : NULL,
		.cause = cause_of(segment, from, to),
	};
	session_write(session, &record);
	return true;
}

/* What was held is somebody's now, or nobody's. `pending` has just returned, on `hint`. */
static void place_held(struct session *session, const struct pending *pending, struct socket *hint,
		       uint64_t until)
{
	struct wiring *wiring = session->wiring;
	uint64_t now = session_now(session);
	bool more = wiring->unsettled > (pending && pending->unsettled);
	size_t i = 0;
	for (; i < wiring->held_count && wiring->held[i].time <= until; i++) {
		const struct segment *segment = &wiring->held[i];
		bool waits = more && segment->time + HELD_FOR > now;
		if (!write_segment(session, segment, pending, hint, waits) && waits)
			break; /* and none overtakes it */
	}
	wiring->held_count -= i;
	memmove(wiring->held, wiring->held + i, wiring->held_count * sizeof *wiring->held);
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
	struct segment segment;
	struct path_states states;
	if (!wiring)
		return;
	if (wiring->held_count)
		place_held(session, returned, hint, until);
	while (wiring->held_count < MOST_HELD && take_next(wiring, until, &segment)) {
		track_segment(wiring->track, &segment, &states);
		bool more = wiring->unsettled > (returned && returned->unsettled);
		if (wiring->held_count ||
		    (!write_segment(session, &segment, returned, hint, more) && more))
			wiring->held[wiring->held_count++] = segment;
	}
}

void wiring_tick(struct session *session)
{
	if (!session->wiring)
		return;
	tell_time(session);
}

/* --- calls ------------------------------------------------------------------------------------ */

enum act {
	ACT_NONE,
	ACT_OPENS,
	ACT_SENDS,
	ACT_RECEIVES, /* room in the buffer, or a late acknowledgement, is news for the other end */
	ACT_CLOSES,
};

/* What calls put on the wire. */
static const enum act acts[CALL_COUNT] = {
	[CALL_CONNECT] = ACT_OPENS,     [CALL_SENDTO] = ACT_SENDS,
	[CALL_SENDMSG] = ACT_SENDS,     [CALL_SENDMMSG] = ACT_SENDS,
	[CALL_WRITE] = ACT_SENDS,       [CALL_WRITEV] = ACT_SENDS,
	[CALL_SENDFILE] = ACT_SENDS,    [CALL_SPLICE] = ACT_SENDS,
	[CALL_RECVFROM] = ACT_RECEIVES, [CALL_RECVMSG] = ACT_RECEIVES,
	[CALL_RECVMMSG] = ACT_RECEIVES, [CALL_READ] = ACT_RECEIVES,
	[CALL_READV] = ACT_RECEIVES,    [CALL_SHUTDOWN] = ACT_CLOSES,
	[CALL_CLOSE] = ACT_CLOSES,      [CALL_DUP2] = ACT_CLOSES,
	[CALL_DUP3] = ACT_CLOSES,       [CALL_CLOSE_RANGE] = ACT_CLOSES,
};

static bool gives_ends(const struct event *event, const struct socket *socket)
{
	return socket->type == SOCK_STREAM ? acts[event->call] == ACT_OPENS && !*socket->remote
					   : acts[event->call] == ACT_SENDS && !*socket->local;
}

void wiring_enter(struct session *session, struct pending *pending, struct socket *socket)
{
	const struct event *event = pending->event;
	enum act act = acts[event->call];
	if (!session->wiring || !socket || act == ACT_NONE)
		return;
	if (!socket->sender)
		socket->sender = calloc(1, sizeof *socket->sender);
	struct sender *sender = socket->sender;
	if (!sender)
		return;
	/* Of two threads the one that sends. */
	if (act != ACT_RECEIVES || !sender->under_way) {
		sender->under_way = true;
		sender->number = pending->number;
		sender->entered = event->entered;
	}
	if (act == ACT_OPENS)
		sender->opened_by = pending->number;
	if (act == ACT_CLOSES)
		sender->closed_by = pending->number;
	pending->unsettled = gives_ends(event, socket);
	session->wiring->unsettled += pending->unsettled;
}

void wiring_settle(struct session *session, struct pending *pending)
{
	if (session->wiring && pending->unsettled)
		session->wiring->unsettled--;
	pending->unsettled = false;
}

static void note_sent(struct sender *sender, uint64_t end, uint64_t number)
{
	size_t place = sender->send_count++ % RECENT_SENDS;
	sender->sends[place].end = end;
	sender->sends[place].number = number;
}

void wiring_return(struct session *session, struct pending *pending)
{
	const struct event *event = pending->event;
	struct socket *socket = sockets_by_cookie(session->sockets, pending->socket);
	if (!session->wiring)
		return;
	place_held(session, pending, socket, UINT64_MAX);
	wiring_settle(session, pending);
	struct sender *sender = socket ? socket->sender : NULL;
	if (!sender)
		return;
	if (acts[event->call] == ACT_SENDS && event->bytes_moved)
		note_sent(sender, socket->bytes_sent, pending->number);
	/* Others hold it still: nothing was closed. */
	if (acts[event->call] == ACT_CLOSES && event->call != CALL_SHUTDOWN && socket->holders)
		sender->closed_by = 0;
	if (sender->number == pending->number)
		sender->under_way = false;
}

void wiring_waits(struct session *session, struct pending *pending)
{
	if (!session->wiring || !pending->unsettled)
		return;
	if (pending->event->call == CALL_CONNECT)
		sockets_connecting(session->sockets, pending->thread->process, pending->event);
	wiring_settle(session, pending);
	wiring_collect(session, NULL, UINT64_MAX);
}
