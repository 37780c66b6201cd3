/* The table of all sockets at one moment. */
#include "formatters/text/parts.h"
#include "support/language.h"
#include "support/text.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_ROWS = 50, INDENT = 4, COLUMN_GAP = 2, CELL_SIZE = 64 };

enum column { LANE, FD, ROLE, KIND, LOCAL, REMOTE, STATE, LEFT, RECEIVE, SEND, WAITING, COLUMNS };

static const char *const heads[] = {
	[LANE] = N_("lane"),         [FD] = N_("fd"),           [ROLE] = N_("role"),
	[KIND] = N_("domain, type"), [LOCAL] = N_("local"),     [REMOTE] = N_("remote"),
	[STATE] = N_("state"),       [LEFT] = N_("left"),       [RECEIVE] = N_("receive"),
	[SEND] = N_("send"),         [WAITING] = N_("waiting"),
};

/* For a reader; the record has socket_role_name(). */
static const char *const roles[] = {
	[ROLE_NONE] = "",
	[ROLE_LISTENER] = N_("listener"),
	[ROLE_ACCEPTED] = N_("accepted"),
	[ROLE_CONNECTOR] = N_("connector"),
	[ROLE_DATAGRAM] = N_("datagram"),
	[ROLE_PAIR] = N_("pair"),
};

static bool is_numeric(enum column column)
{
	return column == FD || column == LEFT || column == RECEIVE || column == SEND;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static const char *number_cell(char buffer[CELL_SIZE], int64_t number)
{
	snprintf(buffer, CELL_SIZE, "%" PRId64, number);
	return number < 0 ? "" : buffer;
}

static const char *cell(char buffer[CELL_SIZE], const struct record_row *row, enum column column)
{
	const struct socket *socket = row->socket;
	switch (column) {
	case LANE:
		return or_empty(row->lane);
	case FD:
		return number_cell(buffer, row->fd);
	case ROLE:
		return _(roles[socket->role]);
	case KIND:
		snprintf(buffer, CELL_SIZE, "%s, %s", or_empty(socket->domain_name),
			 or_empty(socket->type_name));
		return buffer;
	case LOCAL:
		return socket->local;
	case REMOTE:
		return socket->remote;
	case STATE:
		return or_empty(tcp_state_name(row->state));
	case LEFT: /* seconds, rounded up: there is something left of it */
		snprintf(buffer, CELL_SIZE, _("%" PRIu64 " s"),
			 ((uint64_t)row->expires + 999) / 1000);
		return row->expires < 0 ? "" : buffer;
	case RECEIVE:
		return number_cell(buffer, row->queues.receive);
	case SEND:
		return number_cell(buffer, row->queues.send);
	case WAITING:
		/* backlog + 1 connections find room (FACTS 2). */
		snprintf(buffer, CELL_SIZE, _("%" PRId64 " of %" PRIu64), row->queues.accept,
			 (uint64_t)row->queues.backlog + 1);
		return row->queues.accept < 0 || row->queues.backlog < 0 ? "" : buffer;
	case COLUMNS:
		break;
	}
	return "";
}

/* A column that is empty everywhere has width 0 and is left out. */
static void measure(struct line *scratch, const struct record_row *rows, size_t count,
		    size_t widths[COLUMNS])
{
	for (enum column column = LANE; column < COLUMNS; column++) {
		widths[column] = 0;
		for (size_t i = 0; i < count; i++) {
			char buffer[CELL_SIZE];
			line_rewind(scratch, (struct line_mark){ 0 });
			line_name(scratch, cell(buffer, &rows[i], column));
			if (scratch->columns > widths[column])
				widths[column] = scratch->columns;
		}
		if (widths[column] && widths[column] < text_width(_(heads[column])))
			widths[column] = text_width(_(heads[column]));
	}
	line_rewind(scratch, (struct line_mark){ 0 });
}

static void put_cell(struct line *line, const char *words, enum column column, size_t width)
{
	if (!width)
		return;
	size_t start = line->columns;
	if (is_numeric(column))
		line_pad(line, start + width - text_width(words));
	line_name(line, words);
	line_pad(line, start + width + COLUMN_GAP);
}

static void put_row(struct line *line, const struct record_row *row, const size_t widths[COLUMNS])
{
	char buffer[CELL_SIZE];
	line_pad(line, INDENT);
	for (enum column column = LANE; column < COLUMNS; column++)
		put_cell(line, row ? cell(buffer, row, column) : _(heads[column]), column,
			 widths[column]);
	line_trim(line);
	line_break(line);
}

static void put_table(struct formatter *text, struct line *line,
		      const struct record_sockets *sockets)
{
	size_t widths[COLUMNS];
	size_t shown = sockets->count < MOST_ROWS ? sockets->count : MOST_ROWS;
	line_break(line);
	line_style(line, STYLE_BOLD);
	line_put(line, sockets->why == SOCKETS_LINGER ? _("what remains") : _("sockets"));
	line_style(line, STYLE_PLAIN);
	line_put(line, sockets->count ? "" : "  ");
	line_put(line, sockets->count ? "" : _("none"));
	line_break(line);
	if (!shown)
		return;
	measure(&text->scratch, sockets->rows, shown, widths);
	line_style(line, STYLE_DIM);
	put_row(line, NULL, widths);
	line_style(line, STYLE_PLAIN);
	for (size_t i = 0; i < shown; i++)
		put_row(line, &sockets->rows[i], widths);
	if (shown < sockets->count) {
		line_pad(line, INDENT);
		line_format(line, _("... and %zu more"), sockets->count - shown);
		line_break(line);
	}
}

void text_sockets(struct formatter *text, const struct record *record)
{
	const struct record_sockets *sockets = record->sockets;
	if (sockets->why != SOCKETS_END) {
		put_table(text, &text->line, sockets);
		line_break(&text->line);
		return;
	}
	text->sockets.color = text->options.color;
	line_rewind(&text->sockets, (struct line_mark){ 0 });
	put_table(text, &text->sockets, sockets);
}
