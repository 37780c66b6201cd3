#include "formatters/made.h"
#include "formatters/text/parts.h"
#include "support/text.h"

#include <inttypes.h>
#include <string.h>

enum {
	SHORTEST_VARIABLE = 4, /* sock, conn */
	PATH_COLUMNS = 25,     /* where the accept queue stands behind a path of states */
	PATH_GAP = 3,
};

/* One end's line: `client  sock  CLOSED -> ESTABLISHED`. */
struct row {
	const char *lane, *variable;
	enum tcp_state before, after;
};

static bool is_change(enum tcp_state before, enum tcp_state after)
{
	return after != STATE_UNKNOWN && after != before;
}

/* What the reader knows the socket as: what this line's Python or an earlier one names it. */
static const char *variable_of(const struct formatter *text, const char *id)
{
	const struct known_socket *known = memory_find(&text->memory, id);
	return known && *known->variable ? known->variable : "new";
}

/* The record's own socket is never "new": if it has no name it has a descriptor. */
static const char *own_variable(const struct formatter *text, const struct record *record,
				char buffer[VARIABLE_SIZE])
{
	const char *id = record->socket ? record->socket->id : NULL;
	const struct known_socket *known = memory_find(&text->memory, id);
	if (known && *known->variable)
		return known->variable;
	int fd = record->socket ? record_socket_fd(record) : -1;
	if (fd < 0)
		return "socket";
	snprintf(buffer, VARIABLE_SIZE, "fd %d", fd);
	return buffer;
}

static size_t width_of(const char *name)
{
	return name ? text_width(name) : 0;
}

static void put_column(struct line *line, const char *words, size_t width)
{
	size_t start = line->columns;
	line_name(line, words);
	line_pad(line, start + width);
	line_blanks(line, 2);
}

static void put_path(struct line *line, enum tcp_state before, enum tcp_state after)
{
	if (before != STATE_UNKNOWN)
		line_format(line, "%s -> ", tcp_state_name(before));
	line_put(line, tcp_state_name(after));
}

static void put_queue_length(struct line *line, const struct record_queues *queues)
{
	line_blanks(line, PATH_GAP);
	line_format(line, "waiting %" PRId64, queues->accept);
	/* A queue is full when it is longer than its limit (net/sock.h, sk_acceptq_is_full). */
	if (queues->backlog >= 0)
		line_format(line, " of %" PRIu64, (uint64_t)queues->backlog + 1);
}

/* In its column, or directly behind the path where the terminal is too narrow. */
static void put_waiting(struct formatter *text, size_t path, const struct record_queues *queues)
{
	struct line *line = &text->line;
	struct line_mark mark = line_mark(line);
	line_pad(line, path + PATH_COLUMNS - PATH_GAP);
	put_queue_length(line, queues);
	if (!text->options.width || line->columns <= text->options.width)
		return;
	line_rewind(line, mark);
	put_queue_length(line, queues);
}

static void put_row(struct formatter *text, const struct row *row, size_t lanes, size_t variables,
		    const struct record_queues *queues)
{
	struct line *line = &text->line;
	if (lanes)
		put_column(line, row->lane ? row->lane : "", lanes);
	put_column(line, row->variable, variables);
	size_t path = line->columns;
	put_path(line, is_change(row->before, row->after) ? row->before : STATE_UNKNOWN,
		 row->after);
	if (queues)
		put_waiting(text, path, queues);
}

static size_t larger(size_t one, size_t other)
{
	return one > other ? one : other;
}

/* The address whose port has the accept queue the record tells of. */
static const char *listening_address(const struct record *record)
{
	const struct socket *socket = record->socket;
	if (!socket)
		return NULL;
	return socket->role == ROLE_LISTENER || socket->role == ROLE_ACCEPTED ? socket->local
									      : socket->remote;
}

static bool is_server_end(const struct record *record)
{
	return record->socket &&
	       (record->socket->role == ROLE_LISTENER || record->socket->role == ROLE_ACCEPTED);
}

static void put_rows(struct formatter *text, const struct row rows[2], const bool shown[2],
		     const struct record_queues *queues, bool queue_with_peer)
{
	size_t lanes =
		shown[1] ? larger(width_of(rows[0].lane) * shown[0], width_of(rows[1].lane)) : 0;
	size_t variables = SHORTEST_VARIABLE;
	for (size_t i = 0; i < 2; i++)
		variables = shown[i] ? larger(variables, width_of(rows[i].variable)) : variables;
	const char *label = "state";
	for (size_t i = 0; i < 2; i++) {
		if (!shown[i])
			continue;
		text_detail(text, label);
		put_row(text, &rows[i], lanes, variables,
			queue_with_peer == (i == 1) ? queues : NULL);
		label = "";
	}
}

/* The other end's call, that brought the change about, may have told of it already: this
 * call then only returned later. */
static bool is_told(const struct formatter *text, const char *id, const struct record_state *state)
{
	const struct known_socket *known = memory_find(&text->memory, id);
	return known && state->before != STATE_UNKNOWN && known->told == state->after;
}

static void remember_told(struct formatter *text, const char *id, enum tcp_state state)
{
	struct known_socket *known = memory_find(&text->memory, id);
	if (known && state != STATE_UNKNOWN)
		known->told = state;
}

static void put_states(struct formatter *text, const struct record *record)
{
	const struct record_state *state = &record->state;
	const struct record_queues *queues = &record->queues;
	const char *address = listening_address(record);
	bool queue_news =
		queues->accept >= 0 && memory_accept_changed(&text->memory, address, queues);
	bool peer = is_change(state->peer_before, state->peer_after);
	bool queue_with_peer = peer && !is_server_end(record);
	const char *id = record->socket ? record->socket->id : NULL;
	bool own = (is_change(state->before, state->after) && !is_told(text, id, state)) ||
		   (queue_news && !queue_with_peer && state->after != STATE_UNKNOWN);
	if (!own && !peer)
		return;
	remember_told(text, id, state->after);
	if (peer)
		remember_told(text, state->peer_socket, state->peer_after);

	char buffer[VARIABLE_SIZE];
	const struct row rows[2] = {
		{ record->lane, own_variable(text, record, buffer), state->before, state->after },
		{ state->peer_lane, variable_of(text, state->peer_socket), state->peer_before,
		  state->peer_after },
	};
	const bool shown[2] = { own, peer };
	put_rows(text, rows, shown, queues->accept >= 0 ? queues : NULL, queue_with_peer);
	if (queues->accept >= 0)
		memory_accept_shown(&text->memory, address, queues);
}

static void put_queue(struct formatter *text, const char *variable, int64_t bytes, const char *one,
		      const char *many)
{
	text_detail(text, "queue");
	put_column(&text->line, variable, SHORTEST_VARIABLE);
	line_format(&text->line, "%" PRId64 " byte%s", bytes, bytes == 1 ? one : many);
}

/* Bytes on their way: said when there are some, and how many is news. */
static void put_queues(struct formatter *text, const struct record *record)
{
	const struct record_queues *queues = &record->queues;
	struct known_socket *known =
		record->socket ? memory_find(&text->memory, record->socket->id) : NULL;
	if (!known)
		return;
	char buffer[VARIABLE_SIZE];
	const char *variable = own_variable(text, record, buffer);
	if (queues->receive > 0 && queues->receive != known->receive)
		put_queue(text, variable, queues->receive, " waits to be received",
			  "s wait to be received");
	if (queues->send > 0 && queues->send != known->send)
		put_queue(text, variable, queues->send, " sent, not yet acknowledged",
			  "s sent, not yet acknowledged");
	if (queues->receive >= 0)
		known->receive = queues->receive;
	if (queues->send >= 0)
		known->send = queues->send;
}

void text_states(struct formatter *text, const struct record *record)
{
	put_states(text, record);
	put_queues(text, record);
}

void text_transition(struct formatter *text, const struct record *record)
{
	const struct record_transition *transition = &record->transition;
	const char *id = record->socket ? record->socket->id : NULL;
	const struct known_socket *known = memory_find(&text->memory, id);
	struct line *line = &text->line;
	/* What the kernel told of while a call brought it about, the call's own line will say. */
	bool told_by_call = transition->cause && transition->witness == WITNESS_TRACEPOINT;
	if (transition->to == STATE_UNKNOWN || told_by_call)
		return;
	remember_told(text, id, transition->to);
	text_begin(text, 0, record->time, known ? known->lane : NULL);
	line_pad(line, text->indent);
	put_column(line, variable_of(text, id), SHORTEST_VARIABLE);
	put_path(line, transition->from, transition->to);
	if (transition->cause)
		line_format(line, "   (cause: call %" PRIu64 ")", transition->cause);
	if (transition->witness == WITNESS_INFERRED)
		line_put(line, "   (inferred)");
	line_break(line);
}
