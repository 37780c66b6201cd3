/*
 * The wire: TCP and UDP as they pass the interfaces of a network namespace, each once, in the
 * order in which they passed. What a call sends is normally there before the call returns
 * (no promise: see FACTS), and reading costs no system call.
 */
#pragma once

#include "types/segment.h"

#include <stdbool.h>
#include <stdint.h>

struct wire;

enum {
	/* How many packets wait in the ring before some are lost, unless the caller wants others;
	 * 256 bytes each, or 2048 with their bytes. A busy loopback fills 16384 in 30 ms or so. */
	WIRE_PACKETS = 32768,
	/* Nobody wants the packets' bytes. */
	WIRE_NO_BYTES = -1,
};

/*
 * Captures on all interfaces of the caller's network namespace, from now on. `packets`: a multiple
 * of 256, 0 for WIRE_PACKETS. `payload`: with each segment its packet, headers and at most so many
 * bytes of payload; or WIRE_NO_BYTES. Opening takes some 10 ms, closing 25 (the kernel waits until
 * nobody looks at the socket any more). Returns 0, -EPERM (needs CAP_NET_RAW in the user namespace
 * that owns the network), -EAFNOSUPPORT (a kernel without packet sockets), -ENOMEM ...
 */
int wire_open(struct wire **ret_wire, unsigned packets, int64_t payload);
void wire_close(struct wire *wire);

/* The kernel stamps with CLOCK_REALTIME, in nanoseconds since 1970; what is added to make it a
 * record's time is 0 at first. To be told again after somebody has set the clock. */
void wire_set_offset(struct wire *wire, int64_t offset);

/* The next segment, as the packet alone tells it; false: nothing more has passed yet. Its packet's
 * bytes last until the next call. Of packets longer than 2 kB the kernel keeps what fits into twice
 * net.core.rmem_max (outside of user namespaces, as root: 32 MB); beyond it their end is missing.
 */
bool wire_next(struct wire *wire, struct segment *ret_segment);

/* How many packets found the ring full since it was opened. Asks the kernel. */
uint64_t wire_lost(struct wire *wire);
