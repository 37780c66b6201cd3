#include "transitions.h"

#include "session.h"

/* Whether the socket is in that state, or was and has left it. */
static bool is_known(const struct socket *socket, enum tcp_state state)
{
	bool over = socket->state == STATE_CLOSED || socket->state == STATE_TIME_WAIT;
	if (socket->state == state || (socket->opened && over))
		return true;
	/* In CLOSED it has been before it was opened. */
	for (unsigned i = 0; socket->opened && state != STATE_CLOSED && i < socket->state_count;
	     i++)
		if (socket->states[i] == state)
			return true;
	return false;
}

void state_witnessed(struct session *session, struct socket *socket, enum tcp_state to,
		     enum witness witness, uint64_t time, uint64_t cause)
{
	enum tcp_state from = socket->state;
	if (is_known(socket, to))
		return;
	/* One that is refused never was a connection. */
	if (!socket->opened && (to == STATE_ESTABLISHED || to == STATE_SYN_RCVD))
		socket->opened = time;
	state_note(socket, to);
	if (from != STATE_UNKNOWN) {
		struct record record = record_blank(RECORD_STATE, time);
		record.lane = socket->lane;
		record.socket = socket;
		record.transition = (struct record_transition){
			.from = from, .to = to, .witness = witness, .cause = cause
		};
		session_write(session, &record);
	}
}
