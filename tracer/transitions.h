/*
 * Changes of state that nobody has to ask for: what the witnesses tell that see each one pass.
 * They may lag, and several tell the same; each change is written once, in the order of RFC
 * 9293's diagram, as a RECORD_STATE.
 */
#pragma once

#include "types/socket.h"
#include "types/witness.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

/* A witness saw it enter that state, at that time, by the call of that number (0: by none).
 * Writes it, unless the socket is known to be there, or further. */
void state_witnessed(struct session *session, struct socket *socket, enum tcp_state to,
		     enum witness witness, uint64_t time, uint64_t cause);

/* A segment is on its way to it that leads there if it is taken (RFC 9293, 3.10). Written once the
 * socket is seen there. */
void state_expected(struct socket *socket, enum tcp_state to, uint64_t time, uint64_t cause);
/* It was seen in that state: writes what led there, as far as it was expected. */
void state_confirm(struct session *session, struct socket *socket, enum tcp_state seen);

/* Whether that state lies behind the one it is known to be in. */
bool state_is_behind(const struct socket *socket, enum tcp_state state);
/* A look found a change that nobody else told. Writes it, unless it is the first ever seen of the
 * socket. */
void state_seen(struct session *session, struct socket *socket, const struct sight *sight,
		uint64_t cause);
/* Remembers a state; the first that makes it a connection dates its opening. */
void state_note(struct session *session, struct socket *socket, enum tcp_state state);
