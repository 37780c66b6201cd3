/* The table of all sockets of the traced programs, as ss(8) would show them (--sockets). */
#include "session.h"

#include <stdlib.h>
#include <string.h>

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
		.expires = -1,
	};
	struct sight sight;
	bool seen = state_see(session, socket, &sight) == 0;
	if (seen) {
		row.state = sight.state;
		row.witness = sight.state == STATE_UNKNOWN ? WITNESS_NONE : sight.witness;
		row.queues = queues_of(&sight);
		if (sight.state == STATE_TIME_WAIT)
			row.expires = sight.expires;
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
	for (size_t i = 0; i < remains_count(session); i++)
		count += make_row(session, remains_get(session, i), &rows[count]);
	qsort(rows, count, sizeof *rows, compare);
	return count;
}

bool all_sockets_make(struct session *session, enum sockets_why why,
		      struct record_sockets *ret_sockets)
{
	size_t room = remains_count(session);
	size_t position = 0;
	/* A change is told before the table in which it is seen. */
	for (struct socket *socket; (socket = sockets_next(session->sockets, &position)); room++)
		if (is_tcp(socket))
			state_look(session, socket, 0);
	struct record_row *rows = calloc(room + 1, sizeof *rows);
	if (!rows)
		return false;
	*ret_sockets = (struct record_sockets){ .why = why, .rows = rows };
	ret_sockets->count = make_rows(session, rows);
	return true;
}

void all_sockets_write(struct session *session, enum sockets_why why)
{
	struct record_sockets sockets;
	if (!all_sockets_make(session, why, &sockets))
		return;
	struct record record = record_blank(RECORD_SOCKETS, session_now(session));
	record.sockets = &sockets;
	session_write(session, &record);
	free((void *)(uintptr_t)sockets.rows);
	session->listed = session->listed || why == SOCKETS_END;
}

void all_sockets_exiting(struct session *session, struct thread *thread)
{
	session->exiting += !thread->exiting;
	thread->exiting = true;
	/* Its descriptors are still open, and nobody runs who could open more. */
	if (session->options->sockets && !session->listed &&
	    session->exiting == session->tracees.threads.count)
		all_sockets_write(session, SOCKETS_END);
}

void all_sockets_exited(struct session *session, struct thread *thread)
{
	session->exiting -= thread->exiting;
	thread->exiting = false;
}
