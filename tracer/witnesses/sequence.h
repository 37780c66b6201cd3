/* Sequence numbers count modulo 2^32 (RFC 9293, 3.4): before and after are a question of less than
 * half of it. */
#pragma once

#include "types/segment.h"

#include <stdbool.h>
#include <stdint.h>

static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* How many numbers a segment takes: a SYN and a FIN count as a byte does. */
static inline uint32_t segment_span(const struct segment *segment)
{
	return segment->length + !!(segment->flags & SEGMENT_SYN) +
	       !!(segment->flags & SEGMENT_FIN);
}
