#include "senders.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { RECENT_SENDS = 64 }; /* of one socket: data may stay in its buffer for long */

struct sender {
	/* The last call to begin that may make it speak; not under way: over. */
	bool under_way, receives;
	uint64_t number, entered;
	uint64_t opened_by, closed_by; /* the n of its connect, of its shutdown or close */
	/* Behind which byte of the stream each send ended. */
	struct {
		uint64_t end, number;
	} sends[RECENT_SENDS];
	size_t send_count;
};

/* --- the cause ------------------------------------------------------------------------------- */

/* The n of the call that makes it speak at that time; 0: none does. */
static uint64_t speaks_by(const struct socket *socket, uint64_t time)
{
	const struct sender *sender = socket ? socket->sender : NULL;
	return sender && sender->under_way && sender->entered <= time ? sender->number : 0;
}

/* The same, but no receive: that one asks for nothing, and ends nothing. */
static uint64_t acts_by(const struct socket *socket, uint64_t time)
{
	return socket && socket->sender && !socket->sender->receives ? speaks_by(socket, time) : 0;
}

/* An end that gives up closes, or the kernel closes it for a program that was killed: then no call
 * is the cause. It says what it has received (ACK). A RST without that, or of nobody, is an answer
 * (RFC 9293, 3.5.2). */
static uint64_t cause_of_reset(const struct segment *segment, const struct socket *from,
			       const struct socket *to)
{
	uint64_t own = acts_by(from, segment->time);
	bool gives_up = segment->flags & SEGMENT_ACK && from;
	return own || gives_up ? own : acts_by(to, segment->time);
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
	if (segment->remark == SEGMENT_KEEPALIVE || segment->remark == SEGMENT_KEEPALIVE_ACK)
		return 0; /* a timer asks, a kernel answers */
	if (segment->flags & SEGMENT_RST)
		return cause_of_reset(segment, from, to);
	if (segment->length && from && from->sender && segment->relative)
		return send_of(from, offset_of(from, segment->relative_seq));
	/* Acknowledgements, data of a connection that is older than the trace: of the call
	 * that makes the sender speak, or else of the one that it answers. One that was delayed
	 * until its timer ran out is of none. */
	uint64_t own = speaks_by(from, segment->time);
	return own ? own : acts_by(to, segment->time);
}

uint64_t sender_cause(const struct segment *segment, const struct socket *from,
		      const struct socket *to)
{
	if (segment->protocol == SEGMENT_TCP)
		return cause_of_tcp(segment, from, to);
	return speaks_by(from, segment->time);
}

/* --- the calls -------------------------------------------------------------------------------- */

enum act {
	ACT_NONE,
	ACT_OPENS,
	ACT_SENDS,
	ACT_RECEIVES, /* room in the buffer, or a late acknowledgement, is news for the other end */
	ACT_CLOSES,
};

/* What a call puts on the wire. */
static enum act act_of(enum call_id call)
{
	static const enum act acts[CALL_COUNT] = {
		[CALL_CONNECT] = ACT_OPENS, [CALL_SENDFILE] = ACT_SENDS,
		[CALL_SPLICE] = ACT_SENDS,  [CALL_SHUTDOWN] = ACT_CLOSES,
		[CALL_CLOSE] = ACT_CLOSES,  [CALL_DUP2] = ACT_CLOSES,
		[CALL_DUP3] = ACT_CLOSES,   [CALL_CLOSE_RANGE] = ACT_CLOSES,
	};
	static const enum act of_flow[] = {
		[FLOW_NONE] = ACT_NONE,
		[FLOW_SENDS] = ACT_SENDS,
		[FLOW_RECEIVES] = ACT_RECEIVES,
	};
	return acts[call] != ACT_NONE ? acts[call] : of_flow[call_flow(call)];
}

bool sender_gives_ends(const struct event *event, const struct socket *socket)
{
	return socket->type == SOCK_STREAM ? act_of(event->call) == ACT_OPENS && !*socket->remote
					   : act_of(event->call) == ACT_SENDS && !*socket->local;
}

void sender_enter(struct socket *socket, const struct event *event, uint64_t number)
{
	enum act act = act_of(event->call);
	if (act == ACT_NONE)
		return;
	if (!socket->sender)
		socket->sender = calloc(1, sizeof *socket->sender);
	struct sender *sender = socket->sender;
	if (!sender)
		return;
	/* Of two threads the one that sends. */
	if (act != ACT_RECEIVES || !sender->under_way) {
		sender->under_way = true;
		sender->receives = act == ACT_RECEIVES;
		sender->number = number;
		sender->entered = event->entered;
	}
	if (act == ACT_OPENS)
		sender->opened_by = number;
	if (act == ACT_CLOSES)
		sender->closed_by = number;
}

static void note_sent(struct sender *sender, uint64_t end, uint64_t number)
{
	size_t place = sender->send_count++ % RECENT_SENDS;
	sender->sends[place].end = end;
	sender->sends[place].number = number;
}

void sender_return(struct socket *socket, const struct event *event, uint64_t number)
{
	struct sender *sender = socket->sender;
	if (!sender)
		return;
	if (act_of(event->call) == ACT_SENDS && event->bytes_moved)
		note_sent(sender, socket->bytes_sent, number);
	/* Others hold it still: nothing was closed. */
	if (act_of(event->call) == ACT_CLOSES && event->call != CALL_SHUTDOWN && socket->holders)
		sender->closed_by = 0;
	if (sender->number == number)
		sender->under_way = false;
}
