/*
 * The tracepoint in a trace: each change of a traced socket's state becomes a record, when it
 * happened, whether a call brought it about or the other end did. Nothing is shown of other
 * people's sockets. Where nobody looks these do nothing.
 */
#pragma once

#include "types/socket.h"

#include <stdbool.h>

struct pending;
struct session;
struct tracing;

/* Begins to look, if there is the right to. */
void tracing_open(struct session *session);
void tracing_close(struct session *session);

/* Whether something may happen while nobody stops, so that it must be looked at from time to time.
 */
bool tracing_waits(const struct session *session);
/* Takes in what has happened, and the segments that passed, each in its place; to be called before
 * anything else is written. */
void tracing_collect(struct session *session);
/* The same while sockets are in use: none is forgotten. */
void tracing_catch_up(struct session *session);
/* The same where a call that gives its socket its ends has returned: its effects are applied, and
 * it is not written yet. */
void tracing_return(struct session *session, const struct pending *pending);
/* A call has to do with that socket: what was kept because it might be one of ours is its. To be
 * called before anybody else says in which state it is. */
void tracing_known(struct session *session, struct socket *socket);
