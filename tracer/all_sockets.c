/* The table of all sockets of the traced programs, as ss(8) would show them (--sockets). */
#include "session.h"

#include <stdlib.h>
#include <string.h>

/* Closed connections of which the kernel may still keep something; older ones give way. */
enum { MOST_REMAINS = 256, LANE_SIZE = 64 };

struct remains {
	size_t next;
	struct remain {
		struct socket socket; /* cookie 0: none */
		char lane[LANE_SIZE];
	} rows[MOST_REMAINS];
};

void all_sockets_remember(struct session *session, const struct socket *socket)
{
	if (!session->options->sockets || socket->state != STATE_TIME_WAIT)
		return;
	if (!session->remains)
		session->remains = calloc(1, sizeof *session->remains);
	if (!session->remains)
		return;
	struct remain *remain = &session->remains->rows[session->remains->next];
	session->remains->next = (session->remains->next + 1) % MOST_REMAINS;
	remain->socket = *socket;
	remain->socket.peer = NULL;
	snprintf(remain->lane, sizeof remain->lane, "%s", socket->lane ? socket->lane : "");
	remain->socket.lane = remain->lane;
}

void all_sockets_done(struct session *session)
{
	free(session->remains);
}

/* Who holds it now; else whom it belonged to. */
static const char *lane_of(const struct session *session, const struct socket *socket)
{
	const struct process *holder =
		socket->holders ? map_get(&session->processes, (uint64_t)socket->holder_pid) : NULL;
	return holder && holder->lane ? holder->lane : socket->lane;
}

/* False: there is nothing left of it. */
static bool make_row(struct session *session, const struct socket *socket,
		     struct record_row *ret_row)
{
	struct record_row row = {
		.lane = lane_of(session, socket),
		.fd = socket->holders ? socket->holder_fd : -1,
		.socket = socket,
		.queues = record_queues_none(),
	};
	struct sight sight;
	bool seen = state_see(session, socket, &sight) == 0;
	if (seen) {
		row.state = sight.state;
		row.witness = sight.state == STATE_UNKNOWN ? WITNESS_NONE : sight.witness;
		row.queues = queues_of(&sight);
	}
	*ret_row = row;
	return socket->holders || (seen && sight.state != STATE_CLOSED);
}

/* By lanes, and within one as they were made. */
static int compare(const void *a, const void *b)
{
	const struct record_row *first = a;
	const struct record_row *second = b;
	int lanes = strcmp(first->lane ? first->lane : "", second->lane ? second->lane : "");
	if (lanes)
		return lanes;
	return (first->socket->cookie > second->socket->cookie) -
	       (first->socket->cookie < second->socket->cookie);
}

static size_t make_rows(struct session *session, struct record_row *rows)
{
	size_t count = 0;
	size_t position = 0;
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position));)
		count += make_row(session, socket, &rows[count]);
	for (size_t i = 0; session->remains && i < MOST_REMAINS; i++) {
		const struct socket *socket = &session->remains->rows[i].socket;
		if (socket->cookie)
			count += make_row(session, socket, &rows[count]);
	}
	qsort(rows, count, sizeof *rows, compare);
	return count;
}

void all_sockets_write(struct session *session, bool asked)
{
	size_t room = MOST_REMAINS;
	size_t position = 0;
	/* A change is told before the table in which it is seen. */
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position)); room++)
		if (is_tcp(socket))
			state_look(session, socket, 0);
	struct record_row *rows = calloc(room, sizeof *rows);
	if (!rows)
		return;
	struct record_sockets sockets = { .asked = asked, .rows = rows };
	sockets.count = make_rows(session, rows);
	struct record record = record_blank(RECORD_SOCKETS, session_now(session));
	record.sockets = &sockets;
	session_write(session, &record);
	free(rows);
	session->listed = session->listed || !asked;
}

void all_sockets_exiting(struct session *session, struct thread *thread)
{
	session->exiting += !thread->exiting;
	thread->exiting = true;
	/* Its descriptors are still open, and nobody runs who could open more. */
	if (session->options->sockets && !session->listed &&
	    session->exiting == session->tracees.threads.count)
		all_sockets_write(session, false);
}

void all_sockets_exited(struct session *session, struct thread *thread)
{
	session->exiting -= thread->exiting;
	thread->exiting = false;
}
