#include "witnesses/path.h"

#include "witnesses/sequence.h"

static bool has(const struct segment *segment, unsigned flag)
{
	return segment->flags & flag;
}

/* --- beginnings ----------------------------------------------------------------------- */

enum path_beginning path_beginning(const struct path *path, struct path_way way,
				   const struct segment *segment)
{
	const struct path_end *sender = &path->ends[way.sender];
	const struct path_end *receiver = &path->ends[way.receiver];
	if (!has(segment, SEGMENT_SYN) || has(segment, SEGMENT_RST))
		return PATH_GOES_ON;
	if (sender->syn && sender->initial == segment->seq && !sender->closed)
		return PATH_GOES_ON;
	if (has(segment, SEGMENT_ACK))
		return sender->syn || sender->closed ? PATH_END_BEGINS : PATH_GOES_ON;
	/* Simultaneous open: two SYNs cross. */
	bool crossing = receiver->syn && !receiver->syn_acked && !receiver->closed;
	return crossing && !sender->syn ? PATH_GOES_ON : PATH_BEGINS;
}

/* --- what a segment tells ------------------------------------------------------------- */

static void take_syn(struct path_end *sender, struct path_end *receiver,
		     const struct segment *segment)
{
	bool answer = has(segment, SEGMENT_ACK);
	sender->known = true;
	sender->syn = true;
	sender->initial = segment->seq;
	/* A second time: the ACK that passed was not taken (a full queue, TCP_DEFER_ACCEPT). The
	 * first time it may have crossed with it (simultaneous open). */
	if (answer && sender->syn_ack)
		sender->syn_acked = false;
	sender->syn_ack |= answer;
	/* It answers a SYN that passed before we looked. */
	if (answer && !receiver->syn) {
		receiver->known = true;
		receiver->syn = true;
		receiver->initial = segment->ack - 1;
	}
}

static void take_ack(struct path_end *sender, struct path_end *receiver,
		     const struct segment *segment)
{
	sender->acked = true;
	sender->ack = segment->ack;
	if (receiver->syn && before(receiver->initial, segment->ack))
		receiver->syn_acked = true;
	if (receiver->fin && before(receiver->last, segment->ack))
		receiver->fin_acked = true;
}

/* Whoever opened and sends no SYN any more has had the answer, if we have or not. */
static void take_synchronized(struct path_end *sender, struct path_end *receiver)
{
	if (!sender->syn || sender->syn_ack)
		return;
	sender->syn_acked = true;
	receiver->known = true;
}

static bool has_acked_fin(const struct path_end *other, const struct segment *segment)
{
	return other->fin && has(segment, SEGMENT_ACK) && before(other->last, segment->ack);
}

static void take_fin(struct path_end *sender, const struct path_end *receiver,
		     const struct segment *segment)
{
	if (sender->fin)
		return;
	sender->fin_second = has_acked_fin(receiver, segment);
	sender->fin = true;
	sender->last = segment->seq + segment_span(segment) - 1;
}

static void take_numbers(struct path_end *sender, const struct segment *segment)
{
	uint32_t next = segment->seq + segment_span(segment);
	/* Nobody sends new bytes behind its FIN. */
	if (sender->heard && segment->length && !before(segment->seq, sender->next))
		sender->known = true;
	if (!sender->heard || before(sender->next, next))
		sender->next = next;
	sender->heard = true;
}

/* --- states --------------------------------------------------------------------------- */

/* An end by what it sent, what of that was acknowledged, and what of the other end it has. */
static enum tcp_state state_of(const struct path_end *end, const struct path_end *other,
			       bool has_syn, bool has_fin)
{
	if (end->closed)
		return STATE_CLOSED;
	if (!end->known)
		return STATE_UNKNOWN;
	if (end->syn && !end->syn_acked && !end->fin)
		return has_syn ? STATE_SYN_RCVD : STATE_SYN_SENT;
	if (!other->known)
		return STATE_UNKNOWN;
	if (!end->fin)
		return has_fin ? STATE_CLOSE_WAIT : STATE_ESTABLISHED;
	if (!has_fin)
		return end->fin_acked ? STATE_FIN_WAIT_2 : STATE_FIN_WAIT_1;
	if (end->fin_second)
		return end->fin_acked ? STATE_CLOSED : STATE_LAST_ACK;
	return end->fin_acked ? STATE_TIME_WAIT : STATE_CLOSING;
}

/* What it acknowledges shows what it has. */
static enum tcp_state state_of_sender(const struct path_end *sender,
				      const struct path_end *receiver,
				      const struct segment *segment)
{
	if (has(segment, SEGMENT_SYN))
		return has(segment, SEGMENT_ACK) ? STATE_SYN_RCVD : STATE_SYN_SENT;
	return state_of(sender, receiver, true, has_acked_fin(receiver, segment));
}

/* --- RST ------------------------------------------------------------------------------ */

/* RFC 9293, 3.5.2: with an acceptable number; in SYN_SENT what it acknowledges is the SYN. */
static bool takes_reset(const struct path_end *receiver, const struct path_end *sender,
			const struct segment *segment)
{
	bool opening = receiver->syn && !receiver->syn_acked && !receiver->syn_ack && !sender->syn;
	if (opening)
		return has(segment, SEGMENT_ACK) && segment->ack == receiver->initial + 1;
	if (!receiver->acked)
		return true;
	uint32_t most = receiver->ack;
	if (sender->heard && before(most, sender->next))
		most = sender->next;
	/* One less, where a FIN was the last byte: some systems do not count it. */
	return !before(segment->seq, receiver->ack - 1) && !before(most, segment->seq);
}

/* An end in SYN_SENT answers a segment of a connection it knows nothing of, and goes on waiting
 * (RFC 9293, 3.5.1: half-open connections). The right answer's RST has its number. */
static bool stays_opening(const struct path_end *sender, const struct segment *segment)
{
	return sender->syn && !sender->syn_acked && !sender->syn_ack &&
	       !has(segment, SEGMENT_ACK) && segment->seq != sender->initial + 1;
}

static struct path_states follow_reset(struct path_end *sender, struct path_end *receiver,
				       const struct segment *segment)
{
	bool taken = takes_reset(receiver, sender, segment);
	if (!stays_opening(sender, segment))
		sender->closed = true;
	if (taken)
		receiver->closed = true;
	return (struct path_states){
		.sender = state_of(sender, receiver, false, false),
		.receiver = state_of(receiver, sender, sender->syn, sender->fin),
	};
}

struct path_states path_follow(struct path *path, struct path_way way,
			       const struct segment *segment)
{
	struct path_end *sender = &path->ends[way.sender], *receiver = &path->ends[way.receiver];
	if (has(segment, SEGMENT_RST))
		return follow_reset(sender, receiver, segment);
	/* Whoever still sends has not taken the RST that passed. */
	sender->closed = false;
	if (has(segment, SEGMENT_SYN))
		take_syn(sender, receiver, segment);
	else if (has(segment, SEGMENT_ACK))
		take_synchronized(sender, receiver);
	take_numbers(sender, segment);
	if (has(segment, SEGMENT_FIN))
		take_fin(sender, receiver, segment);
	enum tcp_state state = state_of_sender(sender, receiver, segment);
	if (has(segment, SEGMENT_ACK))
		take_ack(sender, receiver, segment);
	return (struct path_states){
		.sender = state,
		.receiver = state_of(receiver, sender, sender->syn, sender->fin),
	};
}

bool path_is_over(const struct path *path, struct path_way way)
{
	const struct path_end *a = &path->ends[way.sender], *b = &path->ends[way.receiver];
	return (a->closed && b->closed) || (a->fin_acked && b->fin_acked);
}
