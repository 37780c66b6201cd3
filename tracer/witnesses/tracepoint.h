/*
 * The tracepoint sock:inet_sock_set_state: each change of a TCP socket's state, told by the kernel
 * as it happens, also where nobody holds a descriptor. A BPF program looks at it, because only it
 * can ask for a socket's cookie: addresses alone mean different sockets in different network
 * namespaces. It sees the whole machine: whose the cookie is not, must throw the rest away.
 *
 * Nobody is woken by it: to be looked at from time to time. What it says is not always what it
 * seems: see transition_holds().
 */
#pragma once

#include "types/transition.h"

#include <stdbool.h>
#include <stdint.h>

struct tracepoint;

/* How many changes wait in the ring before some are lost, unless the caller wants others; 40 bytes
 * each. */
enum { TRACEPOINT_CHANGES = 16384 };

/*
 * Makes room for what is to be seen, if there is the right to look. `changes`: a power of two, 0
 * for TRACEPOINT_CHANGES. Returns 0, -EPERM (needs CAP_BPF and CAP_PERFMON, or root, outside of any
 * user namespace), -ENOENT (a kernel without descriptions of its types), -ENOMEM ...
 */
int tracepoint_open(struct tracepoint **ret_tracepoint, unsigned changes);
/*
 * Looks from now on; nothing of it is left behind when it is closed, or its process has died. Takes
 * some ms, and closing it 10: the kernel waits until nobody is in it any more. Returns 0, or
 * -EINVAL, -EACCES (a kernel before 5.12), ...
 */
int tracepoint_begin(struct tracepoint *tracepoint);
void tracepoint_close(struct tracepoint *tracepoint);

/* The next change, of whichever socket; false: nothing more has happened yet. Those of one socket
 * are in their order, those of several within microseconds. */
bool tracepoint_next(struct tracepoint *tracepoint, struct transition *ret_transition);

/* How many found the ring full since it was opened. */
uint64_t tracepoint_lost(const struct tracepoint *tracepoint);

/*
 * Whether the socket really is in `to` afterwards. When a connection enters TIME_WAIT, or nobody
 * holds it in FIN_WAIT_2, a smaller structure takes it over (tcp_time_wait() in
 * net/ipv4/tcp_minisocks.c), and what the tracepoint tells of is the end of the first.
 */
bool transition_holds(const struct transition *transition);
