/* Connections as tables of what passed: A and B speak, and each row says what follows from it. */
#pragma once

#include "unit.h"

#include "witnesses/track.h"

#include <stdio.h>
#include <string.h>

/* Numbers in the rows are relative to these; A's run over the end of 32 bits at once. */
enum { B_INITIAL = 5000, A_SCALE = 7, B_SCALE = 2 };
#define A_INITIAL UINT32_C(0xfffffffe)

enum {
	S = SEGMENT_SYN,
	SA = SEGMENT_SYN | SEGMENT_ACK,
	K = SEGMENT_ACK,
	F = SEGMENT_FIN | SEGMENT_ACK,
	R = SEGMENT_RST,
	RA = SEGMENT_RST | SEGMENT_ACK,
};

struct row {
	char from; /* 'A' or 'B'; 0 ends the table */
	unsigned flags;
	uint32_t seq, ack, length;
	int window; /* 0: 100, -1: none */
	enum segment_remark remark;
	enum tcp_state sender, receiver;
};

static struct track *track;

static inline void setup_track(void)
{
	ck_assert_int_eq(track_new(&track, 0), 0);
}

static inline void teardown_track(void)
{
	track_free(track);
}

static inline struct segment segment_of_row(const struct row *row)
{
	bool a = row->from == 'A';
	struct segment segment = {
		.protocol = SEGMENT_TCP,
		.flags = row->flags,
		.length = row->length,
		.seq = row->seq + (a ? A_INITIAL : B_INITIAL),
		.window = (uint16_t)(row->window < 0 ? 0
				     : row->window   ? row->window
						     : 100),
	};
	if (row->flags & SEGMENT_ACK)
		segment.ack = row->ack + (a ? B_INITIAL : A_INITIAL);
	segment.window_bytes = segment.window;
	if (row->flags & SEGMENT_SYN) {
		segment.options.has_scale = true;
		segment.options.scale = a ? A_SCALE : B_SCALE;
	}
	snprintf(segment.from, sizeof segment.from, "%s", a ? "10.0.0.1:1000" : "10.0.0.2:80");
	snprintf(segment.to, sizeof segment.to, "%s", a ? "10.0.0.2:80" : "10.0.0.1:1000");
	return segment;
}

static inline const char *state_word(enum tcp_state state)
{
	return state == STATE_UNKNOWN ? "?" : tcp_state_name(state);
}

/* Lets it pass, and checks what its row says. */
static inline struct segment pass(const struct row *row, size_t number)
{
	struct segment segment = segment_of_row(row);
	struct path_states states;
	ck_assert_int_eq(track_segment(track, &segment, &states), 0);
	ck_assert_msg(states.sender == row->sender && states.receiver == row->receiver,
		      "row %zu: %s, %s", number, state_word(states.sender),
		      state_word(states.receiver));
	ck_assert_msg(segment.remark == row->remark, "row %zu: remark %d", number, segment.remark);
	if (segment.relative) {
		ck_assert_uint_eq(segment.relative_seq, row->seq);
		ck_assert(!(row->flags & SEGMENT_ACK) || segment.relative_ack == row->ack);
		ck_assert_int_eq(segment.from_opener, row->from == 'A');
	}
	return segment;
}

static inline void pass_all(const struct row *rows)
{
	for (size_t i = 0; rows[i].from; i++)
		pass(&rows[i], i);
}

/* The handshake, and each end's first state after it. */
#define OPENED                                                                             \
	{ 'A', S, 0, 0, 0, 0, SEGMENT_PLAIN, STATE_SYN_SENT, STATE_UNKNOWN },              \
		{ 'B', SA, 0, 1, 0, 0, SEGMENT_PLAIN, STATE_SYN_RCVD, STATE_ESTABLISHED }, \
	{                                                                                  \
		'A', K, 1, 1, 0, 0, SEGMENT_PLAIN, STATE_ESTABLISHED, STATE_ESTABLISHED    \
	}

/* The same, where nothing of it has yet been said. */
static inline void open_connection(void)
{
	pass_all((const struct row[]){ OPENED, { 0 } });
}
