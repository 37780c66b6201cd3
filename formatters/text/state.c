#include "formatters/made.h"
#include "formatters/text/parts.h"
#include "support/language.h"
#include "support/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHORTEST_VARIABLE = 4, /* sock, conn */
	PATH_COLUMNS = 25,     /* where the accept queue stands behind a path of states */
	PATH_GAP = 3,
};

/* One end's line: `client  sock  CLOSED -> SYN_SENT -> ESTABLISHED`. */
struct row {
	const char *id, *lane, *variable;
	struct state_path path;
};

/* Those of a call: its own socket, the other end, and others that it changed. */
struct rows {
	struct row rows[2 + PATH_SOCKETS];
	size_t count;
};

static bool is_change(enum tcp_state before, enum tcp_state after)
{
	return after != STATE_UNKNOWN && after != before;
}

/* What the reader knows the socket as: what this line's Python or an earlier one names it. */
static const char *variable_of(const struct formatter *text, const char *id)
{
	const struct known_socket *known = memory_find(&text->memory, id);
	return known && *known->variable ? known->variable : _("new");
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
		return _("socket");
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

/* A path that is longer than its line goes on below its beginning. */
static void put_step(struct formatter *text, size_t start, const char *arrow, const char *words)
{
	struct line *line = &text->line;
	struct line_mark mark = line_mark(line);
	line_put(line, arrow);
	line_put(line, words);
	if (!text->options.width || line->columns <= text->options.width || mark.columns == start)
		return;
	line_rewind(line, mark);
	line_break(line);
	line_pad(line, start);
	line_put(line, arrow + strspn(arrow, " "));
	line_put(line, words);
}

static void put_path(struct formatter *text, const struct state_path *path)
{
	size_t start = text->line.columns;
	for (unsigned i = 0; i < path->count; i++)
		put_step(text, start, i ? " -> " : "", tcp_state_name(path->states[i]));
	if (path->inferred)
		put_step(text, start, " ", _("(inferred)"));
}

static void put_queue_length(struct line *line, const struct record_queues *queues)
{
	/* A queue is full when it is longer than its limit (net/sock.h, sk_acceptq_is_full). */
	if (queues->backlog >= 0)
		line_format(line, _("waiting %" PRId64 " of %" PRIu64), queues->accept,
			    (uint64_t)queues->backlog + 1);
	else
		line_format(line, _("waiting %" PRId64), queues->accept);
	if (queues->syn_rcvd <= 0)
		return;
	/* Only those of traced clients were seen. */
	line_put(line, _(", "));
	line_format(line, _("%" PRId64 " seen in SYN_RCVD"), queues->syn_rcvd);
}

/* In its column, or directly behind the path where the terminal is too narrow. */
static void put_waiting(struct formatter *text, size_t path, const struct record_queues *queues)
{
	struct line *line = &text->line;
	struct line_mark mark = line_mark(line);
	line_pad(line, path + PATH_COLUMNS - PATH_GAP);
	line_blanks(line, PATH_GAP);
	put_queue_length(line, queues);
	if (!text->options.width || line->columns <= text->options.width)
		return;
	line_rewind(line, mark);
	line_blanks(line, PATH_GAP);
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
	put_path(text, &row->path);
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

static void put_rows(struct formatter *text, const struct rows *rows, const char *own_lane,
		     const struct record_queues *queues, size_t queue_row)
{
	size_t lanes = 0, variables = SHORTEST_VARIABLE;
	bool others = false;
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];
		lanes = larger(lanes, width_of(row->lane));
		variables = larger(variables, width_of(row->variable));
		others |= !row->lane || !own_lane || strcmp(row->lane, own_lane) != 0;
	}
	const char *label = _("state");
	for (size_t i = 0; i < rows->count; i++) {
		text_detail(text, label);
		put_row(text, &rows->rows[i], others ? lanes : 0, variables,
			i == queue_row ? queues : NULL);
		label = "";
	}
}

/* The other end's call, that brought the change about, may have told of it already: this
 * call then only returned later. */
static bool is_told(const struct formatter *text, const char *id, enum tcp_state before,
		    enum tcp_state after)
{
	const struct known_socket *known = memory_find(&text->memory, id);
	return known && before != STATE_UNKNOWN && known->told == after;
}

static void remember_told(struct formatter *text, const char *id, const struct state_path *path)
{
	struct known_socket *known = memory_find(&text->memory, id);
	if (known && path->count)
		known->told = path->states[path->count - 1];
}

static struct row *add_row(struct rows *rows, const char *id, const char *lane,
			   const char *variable)
{
	struct row *row = &rows->rows[rows->count++];
	*row = (struct row){ .id = id, .lane = lane, .variable = variable };
	return row;
}

static struct row *row_of(struct rows *rows, const char *id)
{
	for (size_t i = 0; i < rows->count; i++)
		if (id && rows->rows[i].id && strcmp(rows->rows[i].id, id) == 0)
			return &rows->rows[i];
	return NULL;
}

/* What the witnesses saw on the way goes between what was before and after. */
static void fill_paths(struct formatter *text, struct rows *rows, const struct passed *passed)
{
	for (unsigned i = 0; passed && i < passed->count; i++) {
		const char *id = passed->sockets[i].id;
		const struct state_path *path = &passed->sockets[i].path;
		const struct known_socket *known = memory_find(&text->memory, id);
		struct row *row = row_of(rows, id);
		if (!row)
			row = add_row(rows, id, known ? known->lane : NULL, variable_of(text, id));
		for (unsigned k = 0; k < path->count; k++)
			state_path_to(&row->path, path->states[k]);
		row->path.inferred |= path->inferred;
	}
}

static bool has_passed(const struct passed *passed, const char *id)
{
	for (unsigned i = 0; passed && id && i < passed->count; i++)
		if (strcmp(passed->sockets[i].id, id) == 0)
			return true;
	return false;
}

static void put_states(struct formatter *text, const struct record *record,
		       const struct passed *passed)
{
	const struct record_state *state = &record->state;
	const struct record_queues *queues = &record->queues;
	const char *address = listening_address(record);
	bool queue_news =
		queues->accept >= 0 && memory_accept_changed(&text->memory, address, queues);
	bool peer = is_change(state->peer_before, state->peer_after) &&
		    (has_passed(passed, state->peer_socket) ||
		     !is_told(text, state->peer_socket, state->peer_before, state->peer_after));
	bool queue_with_peer = peer && !is_server_end(record);
	const char *id = record->socket ? record->socket->id : NULL;
	bool change = has_passed(passed, id) || (is_change(state->before, state->after) &&
						 !is_told(text, id, state->before, state->after));
	bool own = change || (queue_news && !queue_with_peer && state->after != STATE_UNKNOWN);
	if (!own && !peer && !passed)
		return;

	char buffer[VARIABLE_SIZE];
	struct rows rows = { .count = 0 };
	if (own) {
		struct row *row =
			add_row(&rows, id, record->lane, own_variable(text, record, buffer));
		if (change)
			state_path_to(&row->path, state->before);
	}
	if (peer)
		state_path_to(&add_row(&rows, state->peer_socket, state->peer_lane,
				       variable_of(text, state->peer_socket))
				       ->path,
			      state->peer_before);
	fill_paths(text, &rows, passed);
	if (own)
		state_path_to(&rows.rows[0].path, state->after);
	if (peer)
		state_path_to(&rows.rows[own].path, state->peer_after);
	for (size_t i = 0; i < rows.count; i++)
		remember_told(text, rows.rows[i].id, &rows.rows[i].path);
	put_rows(text, &rows, record->lane, queues->accept >= 0 ? queues : NULL,
		 queue_with_peer ? own : 0);
	if (queues->accept >= 0)
		memory_accept_shown(&text->memory, address, queues);
}

/* Of one of AF_UNIX, which has no state. */
static void put_waiting_alone(struct formatter *text, const struct record *record)
{
	const struct record_queues *queues = &record->queues;
	const char *address = listening_address(record);
	if (queues->accept < 0 || record->state.after != STATE_UNKNOWN ||
	    !memory_accept_changed(&text->memory, address, queues))
		return;
	text_detail(text, _("queue"));
	put_queue_length(&text->line, queues);
	memory_accept_shown(&text->memory, address, queues);
}

static void begin_queue(struct formatter *text, const char *variable)
{
	text_detail(text, _("queue"));
	put_column(&text->line, variable, SHORTEST_VARIABLE);
}

/* What the call took out of the kernel's buffer, and what it left there. */
static void put_received(struct line *line, const struct record_queues *queues)
{
	int64_t left = queues->receive;
	if (queues->taken > 0)
		line_format(line,
			    _("took %" PRId64 " of %" PRId64 " bytes, %" PRId64
			      " left in the receive buffer"),
			    queues->taken, queues->taken + left, left);
	else
		line_format(line,
			    P_("%" PRId64 " byte waits to be received",
			       "%" PRId64 " bytes wait to be received", (uint64_t)left),
			    left);
}

/* What the call copied into the kernel's buffer, which keeps it until the other end has it. */
static void put_sent(struct line *line, const struct record_queues *queues)
{
	if (queues->copied > 0)
		line_format(line,
			    P_("%" PRId64 " byte copied into the send buffer, %" PRId64
			       " in it not yet acknowledged",
			       "%" PRId64 " bytes copied into the send buffer, %" PRId64
			       " in it not yet acknowledged",
			       (uint64_t)queues->copied),
			    queues->copied, queues->send);
	else
		line_format(line,
			    P_("%" PRId64 " byte in the send buffer, not yet acknowledged",
			       "%" PRId64 " bytes in the send buffer, not yet acknowledged",
			       (uint64_t)queues->send),
			    queues->send);
}

/* Bytes on their way: said when there are some, and the call moved some or how many is news. */
static void put_queues(struct formatter *text, const struct record *record)
{
	const struct record_queues *queues = &record->queues;
	struct known_socket *known =
		record->socket ? memory_find(&text->memory, record->socket->id) : NULL;
	if (!known)
		return;
	char buffer[VARIABLE_SIZE];
	const char *variable = own_variable(text, record, buffer);
	if (queues->receive > 0 && (queues->taken > 0 || queues->receive != known->receive)) {
		begin_queue(text, variable);
		put_received(&text->line, queues);
	}
	if (queues->send > 0 && (queues->copied > 0 || queues->send != known->send)) {
		begin_queue(text, variable);
		put_sent(&text->line, queues);
	}
	if (queues->receive >= 0)
		known->receive = queues->receive;
	if (queues->send >= 0)
		known->send = queues->send;
}

void text_states(struct formatter *text, const struct record *record)
{
	struct passed *passed = passed_take(text, record);
	put_states(text, record, passed);
	free(passed);
	put_waiting_alone(text, record);
	put_queues(text, record);
}

void text_path(struct formatter *text, uint64_t time, const char *id, const struct state_path *path,
	       uint64_t cause)
{
	const struct known_socket *known = memory_find(&text->memory, id);
	struct line *line = &text->line;
	remember_told(text, id, path);
	text_begin(text, 0, time, known ? known->lane : NULL);
	text_label(text, _("state"));
	put_column(line, variable_of(text, id), SHORTEST_VARIABLE);
	put_path(text, path);
	line_put(line, cause ? "   " : "");
	if (cause)
		line_format(line, _("(cause: call %" PRIu64 ")"), cause);
	line_break(line);
}

void text_transition(struct formatter *text, const struct record *record)
{
	const struct record_transition *transition = &record->transition;
	struct state_path path = { .inferred = transition->witness == WITNESS_INFERRED };
	state_path_to(&path, transition->from);
	state_path_to(&path, transition->to);
	if (path.count)
		text_path(text, record->time, record->socket ? record->socket->id : NULL, &path,
			  transition->cause);
}
