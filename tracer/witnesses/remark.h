/*
 * What the segments before it say of a segment: sent again, or about the window, or only asking.
 * The rules are those of Wireshark's "TCP Analysis", except that an acknowledgement is a duplicate
 * only while something is unacknowledged (RFC 5681, 2). Pure.
 */
#pragma once

#include "types/segment.h"

#include <stdbool.h>
#include <stdint.h>

enum { FLOW_MAX_HOLES = 4 };

/* What one end sent. All zero: nothing yet. */
struct flow {
	bool heard, acked, syn, syn_ack, scaled;
	bool settled;        /* the window is not the SYN's own */
	bool asked;          /* its last segment was a keepalive or a probe */
	uint8_t scale;       /* if scaled */
	uint32_t next;       /* behind the last byte sent; if heard */
	uint32_t ack;        /* the last acknowledgement, and the window that came with it: */
	uint32_t window;     /* in bytes; both if acked */
	unsigned hole_count; /* what did not pass, though later bytes did */
	struct {
		uint32_t left, right;
	} holes[FLOW_MAX_HOLES];
};

/*
 * A segment of TCP from one end, whose flow this is, to the other; the same flow twice, if a socket
 * is connected to itself. Fills in its window_bytes and its remark.
 */
void flow_remark(struct flow *flow, struct flow *back, struct segment *segment);
