/*
 * What a socket puts on the wire, and by which of its calls: of a segment, the n of the call that
 * caused it. The connection's ends and the sequence numbers say; the time only where these
 * leave it open.
 */
#pragma once

#include "types/event.h"
#include "types/segment.h"
#include "types/socket.h"

#include <stdbool.h>
#include <stdint.h>

/* A call on that socket, of that n (0: it is not shown), enters, and has returned with its effects
 * applied. */
void sender_enter(struct socket *socket, const struct event *event, uint64_t number);
void sender_return(struct socket *socket, const struct event *event, uint64_t number);

/* Whether it gets its ends by this call, so that its segments are nobody's before it returns. */
bool sender_gives_ends(const struct event *event, const struct socket *socket);

/* Of a segment between these, NULL: not traced. 0: no call caused it. */
uint64_t sender_cause(const struct segment *segment, const struct socket *from,
		      const struct socket *to);
