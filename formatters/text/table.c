#include "formatters/text/table.h"

#include "support/language.h"
#include "support/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_ROWS = 50,
	NUMBER_COLUMNS = 6,
	COLUMN_GAP = 2,
	ROOM_FOR_STATES = 60, /* with less than that, they go on a line of their own */
	CELL_SIZE = 80,
};

/* One end of a connection. */
struct table_end {
	char *lane, *address; /* owned; NULL: not known */
	const char *opened;   /* how, "" if nobody saw it */
	bool traced;
	uint64_t sent, received;
	enum tcp_state states[RECORD_MAX_STATES];
	size_t state_count;
	char errors[CELL_SIZE]; /* "ECONNRESET, EPIPE (2)" */
};

struct table_row {
	uint64_t id;
	enum connection_closed closed;
	struct table_end ends[2];
};

void connection_table_done(struct connection_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		for (size_t end = 0; end < 2; end++) {
			free(table->rows[i].ends[end].lane);
			free(table->rows[i].ends[end].address);
		}
	}
	free(table->rows);
	*table = (struct connection_table){ 0 };
}

static const char *how_opened(enum socket_role role)
{
	switch (role) {
	case ROLE_ACCEPTED:
		return _("accepted");
	case ROLE_CONNECTOR:
		return _("connected");
	case ROLE_PAIR:
		return _("as a pair");
	case ROLE_NONE:
	case ROLE_LISTENER:
	case ROLE_DATAGRAM:
		break;
	}
	return "";
}

/* Of a socket that is connected to itself all has been said in the first row. */
static struct table_end same_end(const struct record_end_of_connection *end)
{
	return (struct table_end){
		.lane = strdup(_("(the same socket)")),
		.address = end->address ? strdup(end->address) : NULL,
		.opened = "",
	};
}

static bool is_same_socket(const struct record_end_of_connection *first,
			   const struct record_end_of_connection *second)
{
	return first->socket && second->socket && strcmp(first->socket, second->socket) == 0;
}

static void tell_errors(char cell[CELL_SIZE], const struct known_socket *known)
{
	size_t size = 0;
	cell[0] = '\0';
	for (size_t i = 0; i < MOST_ERRORS && known->errors[i].count; i++) {
		const struct known_error *error = &known->errors[i];
		size += (size_t)snprintf(cell + size, CELL_SIZE - size, "%s%s", i ? ", " : "",
					 error->name);
		if (error->count > 1)
			size += (size_t)snprintf(cell + size, CELL_SIZE - size, " (%u)",
						 error->count);
	}
	if (known->more_errors)
		snprintf(cell + size, CELL_SIZE - size, ", ...");
}

static struct table_end remember_end(const struct record_end_of_connection *end,
				     const struct memory_of_run *memory)
{
	const struct known_socket *known = memory_find(memory, end->socket);
	struct table_end kept = {
		.lane = end->lane ? strdup(end->lane) : NULL,
		.address = end->address ? strdup(end->address) : NULL,
		.opened = how_opened(known ? known->role : ROLE_NONE),
		.traced = end->socket != NULL,
		.sent = end->bytes_sent,
		.received = end->bytes_received,
		.state_count = end->state_count,
	};
	memcpy(kept.states, end->states, sizeof kept.states);
	if (known)
		tell_errors(kept.errors, known);
	return kept;
}

void connection_table_add(struct connection_table *table,
			  const struct record_connection *connection,
			  const struct memory_of_run *memory)
{
	if (!table->rows)
		table->rows = calloc(MOST_ROWS, sizeof *table->rows);
	if (!table->rows || table->count == MOST_ROWS) {
		table->more++;
		return;
	}
	const struct record_end_of_connection *first = &connection->ends[0];
	const struct record_end_of_connection *second = &connection->ends[1];
	table->rows[table->count++] = (struct table_row){
		.id = connection->id,
		.closed = connection->closed,
		.ends = { remember_end(first, memory), is_same_socket(first, second)
							       ? same_end(second)
							       : remember_end(second, memory) },
	};
}

/* --- columns -------------------------------------------------------------------------------- */

/* The cells between number and states, left to right. */
enum column { END, ADDRESS, OPENED, SENT, RECEIVED, CLOSED, ERRORS, COLUMNS };

static const char *const heads[] = {
	[END] = N_("end"),       [ADDRESS] = N_("address"),   [OPENED] = N_("opened"),
	[SENT] = N_("sent"),     [RECEIVED] = N_("received"), [CLOSED] = N_("closed"),
	[ERRORS] = N_("errors"),
};

/* For a reader; the record has connection_closed_name(). */
static const char *const closings[] = {
	[CLOSED_FIN] = N_("fin"),       [CLOSED_RESET] = N_("reset"),
	[CLOSED_KILLED] = N_("killed"), [CLOSED_CLOSED] = N_("closed"),
	[CLOSED_OPEN] = N_("open"),
};

static bool is_numeric(enum column column)
{
	return column == SENT || column == RECEIVED;
}

static const char *count_cell(char buffer[CELL_SIZE], const struct table_end *end, uint64_t count)
{
	if (!end->traced)
		return "";
	snprintf(buffer, CELL_SIZE, "%" PRIu64, count);
	return buffer;
}

/* What stands there; how a connection was closed is said once, in its first line. */
static const char *cell(char buffer[CELL_SIZE], const struct table_row *row, size_t i,
			enum column column)
{
	const struct table_end *end = &row->ends[i];
	switch (column) {
	case END:
		return end->lane ? end->lane : _("(not traced)");
	case ADDRESS:
		return end->address ? end->address : "";
	case OPENED:
		return end->opened;
	case SENT:
		return count_cell(buffer, end, end->sent);
	case RECEIVED:
		return count_cell(buffer, end, end->received);
	case CLOSED:
		return i == 0 ? _(closings[row->closed]) : "";
	case ERRORS:
		return end->errors;
	case COLUMNS:
		break;
	}
	return "";
}

/* How wide a stranger's name becomes when it is made inert. */
static size_t width_of(struct line *scratch, const char *name)
{
	line_rewind(scratch, (struct line_mark){ 0 });
	line_name(scratch, name);
	return scratch->columns;
}

/* A column that is empty everywhere has width 0 and is left out. */
static void measure(const struct connection_table *table, size_t widths[COLUMNS])
{
	struct line scratch = { 0 };
	for (enum column column = END; column < COLUMNS; column++) {
		widths[column] = 0;
		for (size_t i = 0; i < table->count * 2; i++) {
			char buffer[CELL_SIZE];
			const char *words = cell(buffer, &table->rows[i / 2], i % 2, column);
			size_t width = width_of(&scratch, words);
			widths[column] = width > widths[column] ? width : widths[column];
		}
		if (widths[column] && widths[column] < text_width(_(heads[column])))
			widths[column] = text_width(_(heads[column]));
	}
	line_done(&scratch);
}

static void put_cell(struct line *line, const char *words, size_t width, bool right)
{
	if (!width)
		return;
	size_t start = line->columns;
	if (right)
		line_pad(line, start + width - text_width(words));
	line_name(line, words);
	line_pad(line, start + width);
	line_blanks(line, COLUMN_GAP);
}

static void put_heads(struct line *line, const size_t widths[COLUMNS], bool states)
{
	line_style(line, STYLE_DIM);
	line_pad(line, NUMBER_COLUMNS - 1);
	line_put(line, "#");
	line_blanks(line, COLUMN_GAP);
	for (enum column column = END; column < COLUMNS; column++)
		put_cell(line, _(heads[column]), widths[column], is_numeric(column));
	line_put(line, states ? _("states") : "");
	line_trim(line);
	line_style(line, STYLE_PLAIN);
	line_break(line);
}

/* --- rows ------------------------------------------------------------------------------------ */

static void put_path(struct line *line, const struct table_end *end, size_t width)
{
	struct line path = { 0 };
	for (size_t i = 0; i < end->state_count; i++)
		line_format(&path, "%s%s", i ? " -> " : "", tcp_state_name(end->states[i]));
	line_wrap(line, line_string(&path), width);
	line_done(&path);
}

static void put_end(struct line *line, const struct table_row *row, size_t i,
		    const size_t widths[COLUMNS], size_t width, bool states)
{
	char buffer[CELL_SIZE];
	if (i == 0)
		line_format(line, "%*" PRIu64, NUMBER_COLUMNS, row->id);
	line_pad(line, NUMBER_COLUMNS + COLUMN_GAP);
	for (enum column column = END; column < COLUMNS; column++)
		put_cell(line, cell(buffer, row, i, column), widths[column], is_numeric(column));
	const struct table_end *end = &row->ends[i];
	if (!states && end->state_count) {
		line_trim(line);
		line_break(line);
		line_pad(line, NUMBER_COLUMNS + COLUMN_GAP * 2);
	}
	put_path(line, end, width);
	line_trim(line);
	line_break(line);
}

static size_t states_column(const size_t widths[COLUMNS])
{
	size_t column = NUMBER_COLUMNS + COLUMN_GAP;
	for (size_t i = 0; i < COLUMNS; i++)
		column += widths[i] ? widths[i] + COLUMN_GAP : 0;
	return column;
}

void connection_table_put(const struct connection_table *table, struct line *line, size_t width)
{
	size_t widths[COLUMNS];
	if (!table->count)
		return;
	measure(table, widths);
	bool states = !width || states_column(widths) + ROOM_FOR_STATES <= width;
	line_break(line);
	line_style(line, STYLE_BOLD);
	line_put(line, _("connections"));
	line_style(line, STYLE_PLAIN);
	line_break(line);
	put_heads(line, widths, states);
	for (size_t i = 0; i < table->count; i++)
		for (size_t end = 0; end < 2; end++)
			put_end(line, &table->rows[i], end, widths, width, states);
	if (table->more) {
		line_pad(line, NUMBER_COLUMNS + COLUMN_GAP);
		line_format(line, _("... and %" PRIu64 " more"), table->more);
		line_break(line);
	}
}
