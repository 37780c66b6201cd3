#include "witnesses/remark.h"

#include "witnesses/sequence.h"

#include <string.h>

enum { MAX_SCALE = 14 /* RFC 7323, 2.3 */ };

static bool has(const struct segment *segment, unsigned flag)
{
	return segment->flags & flag;
}

/* --- the window ----------------------------------------------------------------------- */

/* A SYN's own window is never scaled; later ones are, if both SYNs said so. A SYN,ACK says so only
 * if the SYN did. */
static uint32_t window_bytes(const struct flow *flow, const struct flow *back,
			     const struct segment *segment)
{
	bool scaled = flow->scaled && (back->scaled || (flow->syn_ack && !back->syn));
	return scaled && !has(segment, SEGMENT_SYN) ? (uint32_t)segment->window << flow->scale
						    : segment->window;
}

static void note_syn(struct flow *flow, const struct segment *segment)
{
	const struct segment_options *options = &segment->options;
	flow->syn = true;
	flow->syn_ack |= has(segment, SEGMENT_ACK);
	flow->scaled = options->has_scale;
	flow->scale = options->scale < MAX_SCALE ? options->scale : MAX_SCALE;
}

/* --- holes ---------------------------------------------------------------------------- */

static void add_hole(struct flow *flow, uint32_t left, uint32_t right)
{
	if (flow->hole_count == FLOW_MAX_HOLES) { /* the oldest is forgotten */
		flow->hole_count--;
		memmove(flow->holes, flow->holes + 1, flow->hole_count * sizeof *flow->holes);
	}
	flow->holes[flow->hole_count].left = left;
	flow->holes[flow->hole_count++].right = right;
}

static void remove_hole(struct flow *flow, unsigned i)
{
	flow->holes[i] = flow->holes[--flow->hole_count];
}

/* Bytes that now passed; whether any of them had not. */
static bool fill_holes(struct flow *flow, uint32_t left, uint32_t right)
{
	bool filled = false;
	for (unsigned i = flow->hole_count; i-- > 0;) {
		uint32_t begin = flow->holes[i].left, end = flow->holes[i].right;
		if (!before(begin, right) || !before(left, end))
			continue;
		filled = true;
		remove_hole(flow, i);
		if (before(begin, left))
			add_hole(flow, begin, left);
		if (before(right, end))
			add_hole(flow, right, end);
	}
	return filled;
}

/* Whether all of it, or its beginning, passed before. */
static bool note_bytes(struct flow *flow, uint32_t left, uint32_t right)
{
	bool known = flow->heard;
	bool again = known && before(left, flow->next);
	if (again && fill_holes(flow, left, right))
		again = false;
	if (known && before(flow->next, left))
		add_hole(flow, flow->next, left);
	if (!known || before(flow->next, right))
		flow->next = right;
	flow->heard = true;
	return again;
}

/* --- remarks -------------------------------------------------------------------------- */

/*
 * One byte or none where the next one's predecessor stands. Linux asks so of an idle connection
 * (keepalive) and of one whose window is zero; others send the next byte itself into that.
 */
static enum segment_remark question_of(const struct flow *flow, const struct flow *back,
				       const struct segment *segment)
{
	bool shut = back->acked && !back->window;
	if (!flow->heard || segment->length > 1 || has(segment, SEGMENT_SYN | SEGMENT_FIN))
		return SEGMENT_PLAIN;
	if (shut && segment->length && segment->seq == flow->next)
		return SEGMENT_WINDOW_PROBE;
	if (segment->seq != flow->next - 1)
		return SEGMENT_PLAIN;
	if (shut)
		return SEGMENT_WINDOW_PROBE;
	/* A byte that nobody acknowledged is sent again because of that. */
	bool pending = back->acked && before(back->ack, flow->next);
	return segment->length && pending ? SEGMENT_PLAIN : SEGMENT_KEEPALIVE;
}

/* No data, no flags, the same acknowledgement as before. */
static enum segment_remark repeated_ack(const struct flow *flow, const struct flow *back,
					const struct segment *segment)
{
	bool pending = back->heard && before(segment->ack, back->next);
	if (!flow->acked || segment->ack != flow->ack || !flow->heard ||
	    segment->seq != flow->next || segment->length ||
	    has(segment, SEGMENT_SYN | SEGMENT_FIN))
		return SEGMENT_PLAIN;
	/* With a window of zero it would have been asked for that. */
	if (back->asked && flow->window)
		return SEGMENT_KEEPALIVE_ACK;
	if (segment->options.sack_count && !back->asked)
		return SEGMENT_DUPLICATE_ACK;
	/* A SYN's window has no scale: what comes after it is a little more without being news. */
	if (flow->settled && segment->window_bytes > flow->window)
		return SEGMENT_WINDOW_UPDATE;
	return pending && !back->asked && segment->window_bytes == flow->window
		       ? SEGMENT_DUPLICATE_ACK
		       : SEGMENT_PLAIN;
}

static enum segment_remark remark_of(struct flow *flow, const struct flow *back,
				     const struct segment *segment)
{
	uint32_t span = segment_span(segment);
	/* Two SYNs that cross are both repeated with an ACK: that is no second try. */
	bool answer = has(segment, SEGMENT_SYN) && has(segment, SEGMENT_ACK) && !flow->syn_ack;
	enum segment_remark remark = question_of(flow, back, segment);
	bool again = note_bytes(flow, segment->seq, segment->seq + span);
	if (remark != SEGMENT_PLAIN)
		return remark;
	if (span && again && !answer)
		return SEGMENT_RETRANSMISSION;
	if (!segment->window && !has(segment, SEGMENT_SYN | SEGMENT_FIN))
		return SEGMENT_ZERO_WINDOW;
	return repeated_ack(flow, back, segment);
}

void flow_remark(struct flow *flow, struct flow *back, struct segment *segment)
{
	/* It comes from an end that has forgotten the connection, or is about to. */
	if (has(segment, SEGMENT_RST)) {
		segment->window_bytes = segment->window;
		return;
	}
	segment->window_bytes = window_bytes(flow, back, segment);
	segment->remark = remark_of(flow, back, segment);
	if (has(segment, SEGMENT_SYN))
		note_syn(flow, segment);
	back->asked = false;
	flow->asked =
		segment->remark == SEGMENT_KEEPALIVE || segment->remark == SEGMENT_WINDOW_PROBE;
	if (!has(segment, SEGMENT_ACK))
		return;
	/* An older one that came late says nothing of now. */
	if (flow->acked && before(segment->ack, flow->ack))
		return;
	flow->acked = true;
	flow->settled = !has(segment, SEGMENT_SYN);
	flow->ack = segment->ack;
	flow->window = segment->window_bytes;
}
