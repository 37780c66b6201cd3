#include "formatters/counts/calls.h"

#include "formatters/counts/grid.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* More than there are calls on sockets: only a recording made by hand has so many. */
enum { MOST_NAMES = 256, NANOS_IN_MICRO = 1000, MICROS_IN_SECOND = 1000000 };

struct call_count {
	char *name; /* owned */
	struct tally tally;
};

void calls_count_done(struct calls_count *calls)
{
	for (size_t i = 0; i < calls->count; i++)
		free(calls->rows[i].name);
	free(calls->rows);
	*calls = (struct calls_count){ 0 };
}

/* NULL: there is no room for one more. */
static struct call_count *row_of(struct calls_count *calls, const char *name)
{
	for (size_t i = 0; i < calls->count; i++)
		if (strcmp(calls->rows[i].name, name) == 0)
			return &calls->rows[i];
	if (!calls->rows)
		calls->rows = calloc(MOST_NAMES, sizeof *calls->rows);
	char *copy = calls->rows && calls->count < MOST_NAMES ? strdup(name) : NULL;
	if (!copy)
		return NULL;
	calls->rows[calls->count] = (struct call_count){ .name = copy };
	return &calls->rows[calls->count++];
}

void calls_count_add(struct calls_count *calls, const char *name, const struct tally *tally)
{
	struct call_count *row = row_of(calls, name);
	tally_add(row ? &row->tally : &calls->others, tally);
	tally_add(&calls->total, tally);
}

/* --- the table ------------------------------------------------------------------------------ */

enum column { PERCENT, SECONDS, EACH, CALLS, ERRORS, BYTES, NAME, COLUMNS };

static const struct grid_column columns[] = {
	/* xgettext:no-c-format */
	[PERCENT] = { N_("% time"), true },  [SECONDS] = { N_("seconds"), true },
	[EACH] = { N_("usecs/call"), true }, [CALLS] = { N_("calls"), true },
	[ERRORS] = { N_("errors"), true },   [BYTES] = { N_("bytes"), true },
	[NAME] = { N_("call"), false },
};

void tally_seconds(char *cell, size_t size, uint64_t nanoseconds)
{
	uint64_t micros = nanoseconds / NANOS_IN_MICRO;
	snprintf(cell, size, "%" PRIu64 ".%06" PRIu64, micros / MICROS_IN_SECOND,
		 micros % MICROS_IN_SECOND);
}

void tally_number(char *cell, size_t size, uint64_t number)
{
	cell[0] = '\0';
	if (number)
		snprintf(cell, size, "%" PRIu64, number);
}

static void add_row(struct grid *grid, const char *name, const struct tally *tally,
		    const struct tally *total)
{
	char cells[COLUMNS][GRID_CELL];
	const char *row[COLUMNS] = { [NAME] = name };
	double percent = total->time ? 100.0 * (double)tally->time / (double)total->time : 0;
	snprintf(cells[PERCENT], GRID_CELL, "%.2f", percent);
	tally_seconds(cells[SECONDS], GRID_CELL, tally->time);
	snprintf(cells[EACH], GRID_CELL, "%" PRIu64,
		 tally->calls ? tally->time / tally->calls / NANOS_IN_MICRO : 0);
	snprintf(cells[CALLS], GRID_CELL, "%" PRIu64, tally->calls);
	tally_number(cells[ERRORS], GRID_CELL, tally->errors);
	tally_number(cells[BYTES], GRID_CELL, tally->sent + tally->received);
	for (enum column column = PERCENT; column < NAME; column++)
		row[column] = cells[column];
	grid_add(grid, row);
}

static int compare(const void *one, const void *other)
{
	const struct call_count *a = one;
	const struct call_count *b = other;
	int order = tally_compare(&a->tally, &b->tally);
	return order ? order : strcmp(a->name, b->name);
}

static void put_title(struct line *line, bool any)
{
	line_style(line, STYLE_BOLD);
	line_put(line, _("calls, and the wall time spent in them"));
	line_style(line, STYLE_PLAIN);
	line_put(line, any ? "" : "  ");
	line_put(line, any ? "" : _("none"));
	line_break(line);
}

void calls_count_put(struct calls_count *calls, struct line *line)
{
	struct grid grid = { .columns = columns, .column_count = COLUMNS };
	bool any = calls->total.calls > 0;
	put_title(line, any);
	if (calls->count)
		qsort(calls->rows, calls->count, sizeof *calls->rows, compare);
	for (size_t i = 0; i < calls->count; i++)
		add_row(&grid, calls->rows[i].name, &calls->rows[i].tally, &calls->total);
	if (calls->others.calls)
		add_row(&grid, _("(others)"), &calls->others, &calls->total);
	if (any) {
		add_row(&grid, _("total"), &calls->total, &calls->total);
		grid_put(&grid, line);
	}
	grid_done(&grid);
	if (calls->unfinished) {
		line_blanks(line, 4);
		line_format(line,
			    P_("not counted: %" PRIu64 " call that never returned",
			       "not counted: %" PRIu64 " calls that never returned",
			       calls->unfinished),
			    calls->unfinished);
		line_break(line);
	}
}
