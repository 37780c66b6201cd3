/* The bytes of an IP packet as a segment. Pure, and prepared for bytes of any kind. */
#pragma once

#include "types/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet {
	const uint8_t *bytes; /* from the IP header on */
	size_t captured;      /* how many of them there are */
	size_t length;        /* how many passed */
	/* Where it passed: a link-local address means nothing without. 0: not known, or lo. */
	unsigned interface;
};

/*
 * False for what is no segment: another protocol, a fragment that is not the first, a header
 * that the kernel would not take or that was not captured. The options are those that were
 * captured, up to the first that makes no sense. Fills in what the packet itself says, the rest
 * is as in a segment without a history; time is 0, and the bytes are not taken along.
 * ret_headers (NULL: it is of no interest): bytes before the payload.
 */
bool segment_parse(const struct packet *packet, struct segment *ret_segment, size_t *ret_headers);
