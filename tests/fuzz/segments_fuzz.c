/*
 * Packets and histories of any kind, for the parser and the tracker. The first byte chooses: even
 * ones mean packets, each after its length in two bytes; odd ones connections, of which each
 * segment takes twelve bytes, so that numbers and ends often meet.
 */
#include "fuzz.h"

#include "witnesses/segment_parse.h"
#include "witnesses/track.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 8, COMPACT = 12 };

static void check(struct track *track, struct segment *segment)
{
	struct path_states states;
	assert(memchr(segment->from, '\0', sizeof segment->from));
	assert(memchr(segment->to, '\0', sizeof segment->to));
	assert(segment->options.sack_count <= SEGMENT_MAX_SACKS);
	assert(track_segment(track, segment, &states) == 0);
	assert(states.sender < STATE_COUNT && states.receiver < STATE_COUNT);
	assert(segment->remark < SEGMENT_REMARKS);
	assert(segment->window_bytes >= segment->window);
	assert(!segment->relative || !segment->relative_ack_alone);
}

static void packets(struct track *track, const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t length = (size_t)(data[0] << 8 | data[1]), there = size - 2;
		const struct packet packet = { .bytes = data + 2,
					       .captured = length < there ? length : there,
					       .length = length,
					       .interface = 1 };
		struct segment segment;
		if (segment_parse(&packet, &segment, NULL)) {
			/* A datagram's first fragment is shorter than its length says. */
			assert(segment.length < packet.length || segment.protocol == SEGMENT_UDP);
			assert(*segment.from && *segment.to);
			check(track, &segment);
		}
		data += 2 + packet.captured;
		size -= 2 + packet.captured;
	}
}

static void histories(struct track *track, const uint8_t *data, size_t size)
{
	for (; size >= COMPACT; data += COMPACT, size -= COMPACT) {
		struct segment segment = {
			.flags = data[0] & 0x17, /* FIN, SYN, RST, ACK */
			.length = data[1] & 3,
			.seq = (uint32_t)data[2] + (data[3] & 1 ? UINT32_MAX - 64 : 0),
			.ack = (uint32_t)data[4] + (data[5] & 1 ? UINT32_MAX - 64 : 0),
			.window = data[6],
			.options = { .has_scale = data[7] & 1,
				     .scale = data[8],
				     .sack_count = data[9] & 3 },
		};
		snprintf(segment.from, sizeof segment.from, "10.0.0.1:%u", data[10] & 3U);
		snprintf(segment.to, sizeof segment.to, "10.0.0.1:%u", data[11] & 3U);
		segment.window_bytes = segment.window;
		check(track, &segment);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct track *track;
	if (!size || track_new(&track, LIMIT) < 0)
		return 0;
	/* Of exactly that size: a byte read too many is seen. */
	uint8_t *copy = malloc(size);
	assert(copy);
	memcpy(copy, data, size);
	if (copy[0] & 1)
		histories(track, copy + 1, size - 1);
	else
		packets(track, copy + 1, size - 1);
	free(copy);
	track_free(track);
	return 0;
}
