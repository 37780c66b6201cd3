/* What a push witness, one that tells without being asked, saw of a socket. */
#pragma once

#include "types/socket.h"
#include "types/witness.h"

#include <stdint.h>

struct session;

/* A push witness saw the socket enter that state. Writes a RECORD_STATE unless it is known already,
 * or over. */
void state_witnessed(struct session *session, struct socket *socket, enum tcp_state to,
		     enum witness witness, uint64_t time, uint64_t cause);
