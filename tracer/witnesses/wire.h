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

/* How many packets wait in the ring before some are lost, unless the caller wants others; 256 bytes
 * each. A busy loopback fills 16384 in 30 ms or so. */
enum { WIRE_PACKETS = 32768 };

/*
 * Captures on all interfaces of the caller's network namespace, from now on. `packets`: a multiple
 * of 256, 0 for WIRE_PACKETS. Opening takes some 10 ms, closing 25 (the kernel waits until nobody
 * looks at the socket any more). Returns 0, -EPERM (needs CAP_NET_RAW in the user namespace
 * that owns the network), -EAFNOSUPPORT (a kernel without packet sockets), -ENOMEM ...
 */
int wire_open(struct wire **ret_wire, unsigned packets);
void wire_close(struct wire *wire);

/* The kernel stamps with CLOCK_REALTIME, in nanoseconds since 1970; what is added to make it a
 * record's time is 0 at first. To be told again after somebody has set the clock. */
void wire_set_offset(struct wire *wire, int64_t offset);

/* The next segment, as the packet alone tells it; false: nothing more has passed yet. */
bool wire_next(struct wire *wire, struct segment *ret_segment);

/* How many packets found the ring full since it was opened. Asks the kernel. */
uint64_t wire_lost(struct wire *wire);
