#include "formatters/counts/sockets.h"

#include "formatters/counts/calls.h"
#include "formatters/counts/grid.h"
#include "formatters/made.h"
#include "support/language.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_SHOWN = 50,
	/* Of those that have ended there are never more, and so many are kept then. */
	MOST_ENDED = 1024,
	KEPT_ENDED = 512,
	/* UDP sockets have no connection whose end is told. */
	MOST_ROWS = 65536,
	VARIABLE_SIZE = 24,
};

struct socket_count {
	uint64_t cookie;
	uint64_t order;               /* of the first sight */
	char *lane;                   /* owned; whose call on it came first */
	char *local, *remote;         /* owned; NULL: none is known */
	char variable[VARIABLE_SIZE]; /* what Python calls it; empty: no name is known */
	int fd;                       /* in that lane; -1: not known */
	bool ended;
	struct tally tally;
};

static void socket_count_free(struct socket_count *row)
{
	if (!row)
		return;
	free(row->lane);
	free(row->local);
	free(row->remote);
	free(row);
}

void sockets_count_done(struct sockets_count *sockets)
{
	size_t position = 0;
	for (void *row; (row = map_next(&sockets->rows, &position));)
		socket_count_free(row);
	map_done(&sockets->rows);
	*sockets = (struct sockets_count){ 0 };
}

/* --- rows ----------------------------------------------------------------------------------- */

/* The id is the cookie in decimal (types/socket.h); false if it is not. */
static bool cookie_of(const char *id, uint64_t *ret_cookie)
{
	char *end = NULL;
	if (!id || *id < '0' || *id > '9')
		return false;
	errno = 0;
	*ret_cookie = strtoull(id, &end, 10);
	return !*end && !errno;
}

static struct socket_count *find(const struct sockets_count *sockets, const char *id)
{
	uint64_t cookie = 0;
	return cookie_of(id, &cookie) ? map_get(&sockets->rows, cookie) : NULL;
}

/* NULL: it gets none. */
static struct socket_count *row_of(struct sockets_count *sockets, const char *id)
{
	uint64_t cookie = 0;
	struct socket_count *row = find(sockets, id);
	if (row || !cookie_of(id, &cookie))
		return row;
	sockets->full = sockets->full || sockets->rows.count >= MOST_ROWS;
	row = sockets->full ? NULL : calloc(1, sizeof *row);
	if (!row)
		return NULL;
	*row = (struct socket_count){ .cookie = cookie, .order = sockets->seen++, .fd = -1 };
	if (map_put(&sockets->rows, cookie, row) == 0)
		return row;
	free(row);
	return NULL;
}

/* *owned becomes a copy of text, unless it is that already or there is none. */
static void set_string(char **owned, const char *text)
{
	if (!text || !*text || (*owned && strcmp(*owned, text) == 0))
		return;
	char *copy = strdup(text);
	if (!copy)
		return;
	free(*owned);
	*owned = copy;
}

static void learn(struct socket_count *row, const struct record *record, int fd)
{
	if (!row->lane)
		set_string(&row->lane, record->lane);
	if (row->fd < 0)
		row->fd = fd;
}

static void learn_variables(const struct sockets_count *sockets, const struct python *python)
{
	for (size_t i = 0; python && i < python->variable_count; i++) {
		const struct python_variable *variable = &python->variables[i];
		struct socket_count *row = find(sockets, variable->socket);
		if (row && variable->name)
			snprintf(row->variable, sizeof row->variable, "%s", variable->name);
	}
}

/* The record's socket of an accept() is the new one; the call was made on the listener. */
static const struct value_descriptor *called_on(const struct event *event)
{
	const struct value *first = event->arg_count ? &event->args[0] : NULL;
	bool names_one = first && first->kind == VALUE_DESCRIPTOR && first->descriptor.socket;
	return names_one ? &first->descriptor : NULL;
}

void sockets_count_add(struct sockets_count *sockets, const struct record *record,
		       const struct tally *tally)
{
	if (!record->socket)
		return;
	const struct value_descriptor *named = called_on(record->event);
	struct socket_count *row = row_of(sockets, named ? named->socket : record->socket->id);
	struct socket_count *own = row_of(sockets, record->socket->id);
	if (row && named)
		learn(row, record, named->fd);
	if (own) {
		learn(own, record, record_socket_fd(record));
		set_string(&own->local, record->socket->local);
		set_string(&own->remote, record->socket->remote);
	}
	learn_variables(sockets, record->python);
	tally_add(row ? &row->tally : &sockets->others, tally);
}

/* --- bounded -------------------------------------------------------------------------------- */

struct ranked {
	struct socket_count *row;
};

static int compare(const void *one, const void *other)
{
	const struct socket_count *a = ((const struct ranked *)one)->row;
	const struct socket_count *b = ((const struct ranked *)other)->row;
	int order = tally_compare(&a->tally, &b->tally);
	return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

/* The ones with the most time first; NULL if there is no memory. The caller frees the array. */
static struct ranked *sorted(const struct sockets_count *sockets, bool only_ended,
			     size_t *ret_count)
{
	size_t position = 0;
	struct ranked *ranking = calloc(sockets->rows.count + 1, sizeof *ranking);
	*ret_count = 0;
	if (!ranking)
		return NULL;
	for (struct socket_count *row; (row = map_next(&sockets->rows, &position));)
		if (row->ended || !only_ended)
			ranking[(*ret_count)++].row = row;
	qsort(ranking, *ret_count, sizeof *ranking, compare);
	return ranking;
}

static void drop_cheapest(struct sockets_count *sockets)
{
	size_t count = 0;
	struct ranked *ranking = sorted(sockets, true, &count);
	for (size_t i = KEPT_ENDED; ranking && i < count; i++) {
		struct socket_count *row = ranking[i].row;
		tally_add(&sockets->others, &row->tally);
		map_remove(&sockets->rows, row->cookie);
		socket_count_free(row);
		sockets->ended--;
	}
	free(ranking);
}

void sockets_count_end(struct sockets_count *sockets, const struct record_connection *connection)
{
	for (size_t i = 0; i < 2; i++) {
		struct socket_count *row = find(sockets, connection->ends[i].socket);
		if (row && !row->ended) {
			row->ended = true;
			sockets->ended++;
		}
	}
	if (sockets->ended >= MOST_ENDED)
		drop_cheapest(sockets);
}

/* --- the table ------------------------------------------------------------------------------ */

enum column { LANE, FD, VARIABLE, ADDRESSES, SECONDS, CALLS, ERRORS, SENT, RECEIVED, COLUMNS };

static const struct grid_column columns[] = {
	[LANE] = { N_("lane"), false },        [FD] = { N_("fd"), true },
	[VARIABLE] = { N_("name"), false },    [ADDRESSES] = { N_("address"), false },
	[SECONDS] = { N_("seconds"), true },   [CALLS] = { N_("calls"), true },
	[ERRORS] = { N_("errors"), true },     [SENT] = { N_("sent"), true },
	[RECEIVED] = { N_("received"), true },
};

static void add_row(struct grid *grid, const char *const names[SECONDS], const struct tally *tally)
{
	char cells[COLUMNS][GRID_CELL];
	const char *row[COLUMNS];
	for (enum column column = LANE; column < SECONDS; column++)
		row[column] = names[column] ? names[column] : "";
	tally_seconds(cells[SECONDS], GRID_CELL, tally->time);
	snprintf(cells[CALLS], GRID_CELL, "%" PRIu64, tally->calls);
	tally_number(cells[ERRORS], GRID_CELL, tally->errors);
	tally_number(cells[SENT], GRID_CELL, tally->sent);
	tally_number(cells[RECEIVED], GRID_CELL, tally->received);
	for (enum column column = SECONDS; column < COLUMNS; column++)
		row[column] = cells[column];
	grid_add(grid, row);
}

static void add_socket(struct grid *grid, const struct socket_count *row)
{
	char fd[GRID_CELL] = "";
	char addresses[ENDPOINT_SIZE + sizeof " -> " + ENDPOINT_SIZE];
	if (row->fd >= 0)
		snprintf(fd, sizeof fd, "%d", row->fd);
	snprintf(addresses, sizeof addresses, "%s%s%s", row->local ? row->local : "",
		 row->remote ? " -> " : "", row->remote ? row->remote : "");
	add_row(grid, (const char *[]){ row->lane, fd, row->variable, addresses }, &row->tally);
}

void sockets_count_put(const struct sockets_count *sockets, struct line *line)
{
	size_t count = 0;
	struct grid grid = { .columns = columns, .column_count = COLUMNS };
	struct tally others = sockets->others;
	struct ranked *ranking = sorted(sockets, false, &count);
	line->failed = line->failed || !ranking;
	for (size_t i = 0; ranking && i < count; i++) {
		if (i < MOST_SHOWN)
			add_socket(&grid, ranking[i].row);
		else
			tally_add(&others, &ranking[i].row->tally);
	}
	free(ranking);
	if (others.calls)
		add_row(&grid, (const char *[SECONDS]){ _("(others)") }, &others);
	if (grid.count) {
		line_break(line);
		line_style(line, STYLE_BOLD);
		line_put(line, _("sockets, and the wall time spent in calls on them"));
		line_style(line, STYLE_PLAIN);
		line_break(line);
		grid_put(&grid, line);
	}
	grid_done(&grid);
}
