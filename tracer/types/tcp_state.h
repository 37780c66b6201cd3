/* The states of RFC 9293, numbered as the kernel numbers them (net/tcp_states.h). */
#pragma once

enum tcp_state {
	STATE_UNKNOWN, /* no witness saw it */
	STATE_ESTABLISHED,
	STATE_SYN_SENT,
	STATE_SYN_RCVD,
	STATE_FIN_WAIT_1,
	STATE_FIN_WAIT_2,
	STATE_TIME_WAIT,
	STATE_CLOSED,
	STATE_CLOSE_WAIT,
	STATE_LAST_ACK,
	STATE_LISTEN,
	STATE_CLOSING,
	STATE_COUNT,
};

/* As the RFC spells them, with underscores; NULL for STATE_UNKNOWN. */
const char *tcp_state_name(enum tcp_state state);

/* The other way; STATE_UNKNOWN if there is no such name. */
enum tcp_state tcp_state_named(const char *name);
