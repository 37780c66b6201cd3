/*
 * The wire in a trace: each segment that passed between traced sockets becomes a record, before
 * the record of the call that caused it. Which call that was, the connection's ends and the
 * sequence numbers say; the time only where these leave it open.
 */
#pragma once

#include "types/event.h"
#include "types/socket.h"

#include <stdbool.h>

struct pending;
struct session;
struct wiring;

/* Begins to look at the wire, if that was asked for. 0, or -errno (-EPERM: no right to). */
int wiring_open(struct session *session);
void wiring_close(struct session *session);

/* From time to time: what the clock says now. */
void wiring_tick(struct session *session);
/* Takes in what had passed by then; to be called before anything else is written. `returned`: a
 * call that has just returned, NULL if none has. Where nobody looks these do nothing. */
void wiring_collect(struct session *session, const struct pending *returned, uint64_t until);
/* Looks whether the ends have taken what passed, where no other look has told. */
void wiring_confirm(struct session *session);
/* A call on that socket enters. */
void wiring_enter(struct session *session, struct pending *pending, struct socket *socket);
/* It is shown as waiting: what is known of its ends is known now. */
void wiring_waits(struct session *session, struct pending *pending);
/* It has returned, its effects are applied, and it is not written yet. */
void wiring_return(struct session *session, struct pending *pending);
/* It is over, whether it returned or not. */
void wiring_settle(struct session *session, struct pending *pending);
