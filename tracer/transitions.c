#include "transitions.h"

#include "director.h"
#include "session.h"

#include <string.h>

/* How far on its way a connection's end is. From no state does one lead back, and of those in one
 * row an end passes only one (RFC 9293, figure 5). */
static const unsigned progress[STATE_COUNT] = {
	[STATE_SYN_SENT] = 1,   [STATE_SYN_RCVD] = 2,   [STATE_ESTABLISHED] = 3,
	[STATE_FIN_WAIT_1] = 4, [STATE_CLOSE_WAIT] = 4, [STATE_FIN_WAIT_2] = 5,
	[STATE_CLOSING] = 5,    [STATE_LAST_ACK] = 5,   [STATE_TIME_WAIT] = 6,
	[STATE_CLOSED] = 7,
};

/* Whether it is news that it came there: a witness may lag behind another. */
static bool is_ahead(const struct socket *socket, enum tcp_state to, uint64_t time)
{
	enum tcp_state from = socket->state;
	/* A connection has a socket of its own. */
	if (from == STATE_LISTEN)
		return to == STATE_CLOSED;
	/* It can be opened, once more too, while somebody holds it. */
	if (from == STATE_CLOSED)
		return socket->holders && time >= socket->since &&
		       (to == STATE_LISTEN || to == STATE_SYN_SENT || to == STATE_SYN_RCVD);
	return progress[to] > progress[from];
}

bool state_is_behind(const struct socket *socket, enum tcp_state state)
{
	return progress[state] < progress[socket->state];
}

/* Between a FIN and its acknowledgement a socket is torn down without one: a RST came. */
static bool is_reset(const struct socket *socket, enum tcp_state to)
{
	enum tcp_state from = socket->state;
	return socket->holders && !socket->shut && to == STATE_CLOSED &&
	       (from == STATE_ESTABLISHED || from == STATE_CLOSE_WAIT || from == STATE_SYN_RCVD);
}

/* One that is refused, or that nobody answers, never was a connection. */
static bool is_connection(enum tcp_state state)
{
	return progress[state] >= progress[STATE_ESTABLISHED] && state != STATE_CLOSED;
}

void state_note(struct session *session, struct socket *socket, enum tcp_state state)
{
	if (is_reset(socket, state))
		socket->reset = true;
	if (!socket->opened && is_connection(state))
		socket->opened = session_now(session);
	queue_note(session, socket, state);
	if (!sockets_state(socket, state))
		return;
	socket->since = session_now(session);
	director_state(session->director, socket);
}

static void write_transition(struct session *session, struct socket *socket, enum tcp_state from,
			     enum witness witness, uint64_t time, uint64_t cause)
{
	struct record record = record_blank(RECORD_STATE, time);
	record.lane = socket->lane;
	record.socket = socket;
	record.transition = (struct record_transition){
		.from = from, .to = socket->state, .witness = witness, .cause = cause
	};
	teach_record(session, &record, socket);
	session_write(session, &record);
}

void state_seen(struct session *session, struct socket *socket, const struct sight *sight,
		uint64_t cause)
{
	enum tcp_state from = socket->state;
	state_note(session, socket, sight->state);
	if (from != STATE_UNKNOWN)
		write_transition(session, socket, from, sight->witness, session_now(session),
				 cause);
}

static void enter(struct session *session, struct socket *socket, enum tcp_state to,
		  enum witness witness, uint64_t time, uint64_t cause)
{
	enum tcp_state from = socket->state;
	if (!is_ahead(socket, to, time))
		return;
	state_note(session, socket, to);
	socket->since = time;
	write_transition(session, socket, from, witness, time, cause);
}

void state_witnessed(struct session *session, struct socket *socket, enum tcp_state to,
		     enum witness witness, uint64_t time, uint64_t cause)
{
	state_confirm(session, socket, to);
	enter(session, socket, to, witness, time, cause);
}

void state_expected(struct socket *socket, enum tcp_state to, uint64_t time, uint64_t cause)
{
	unsigned count = socket->expected_count;
	enum tcp_state last = count ? socket->expected[count - 1].state : socket->state;
	if (!is_ahead(socket, to, time) || last == to || count == SOCKET_EXPECTED)
		return;
	socket->expected[count].state = to;
	socket->expected[count].time = time;
	socket->expected[count].cause = cause;
	socket->expected_count++;
}

void state_confirm(struct session *session, struct socket *socket, enum tcp_state seen)
{
	unsigned done = 0;
	for (; done < socket->expected_count; done++) {
		enum tcp_state expected = socket->expected[done].state;
		if (progress[expected] > progress[seen])
			break;
		/* A RST ends it from anywhere: what came before it may not have been taken. */
		if (seen == STATE_CLOSED && expected != STATE_CLOSED)
			continue;
		enter(session, socket, expected, WITNESS_WIRE, socket->expected[done].time,
		      socket->expected[done].cause);
	}
	socket->expected_count -= done;
	memmove(socket->expected, socket->expected + done,
		socket->expected_count * sizeof *socket->expected);
}
