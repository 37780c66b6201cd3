#include "formatters/counts/grid.h"

#include "support/language.h"
#include "support/text.h"

#include <stdlib.h>
#include <string.h>

enum { INDENT = 4, COLUMN_GAP = 2 };

struct grid_row {
	char *cells[GRID_COLUMNS]; /* owned */
};

void grid_done(struct grid *grid)
{
	for (size_t i = 0; i < grid->count; i++)
		for (size_t column = 0; column < grid->column_count; column++)
			free(grid->rows[i].cells[column]);
	free(grid->rows);
	*grid = (struct grid){ 0 };
}

void grid_add(struct grid *grid, const char *const *cells)
{
	struct grid_row *rows = realloc(grid->rows, (grid->count + 1) * sizeof *rows);
	if (!rows) {
		grid->failed = true;
		return;
	}
	grid->rows = rows;
	struct grid_row *row = &rows[grid->count++];
	for (size_t column = 0; column < grid->column_count; column++) {
		row->cells[column] = strdup(cells[column]);
		if (!row->cells[column])
			grid->failed = true;
	}
}

/* How wide each becomes; 0: nothing stands there. The names of strangers are made inert, and wider
 * by that. */
static void measure(const struct grid *grid, size_t widths[GRID_COLUMNS])
{
	struct line scratch = { 0 };
	for (size_t column = 0; column < grid->column_count; column++) {
		widths[column] = 0;
		for (size_t i = 0; i < grid->count; i++) {
			line_rewind(&scratch, (struct line_mark){ 0 });
			line_name(&scratch, grid->rows[i].cells[column]);
			if (scratch.columns > widths[column])
				widths[column] = scratch.columns;
		}
		size_t head = text_width(_(grid->columns[column].head));
		if (widths[column] && widths[column] < head)
			widths[column] = head;
	}
	line_done(&scratch);
}

static void put_cell(struct line *line, const char *words, size_t width, bool numeric)
{
	if (!width)
		return;
	size_t start = line->columns;
	if (numeric)
		line_pad(line, start + width - text_width(words));
	line_name(line, words);
	line_pad(line, start + width + COLUMN_GAP);
}

static void put_heads(const struct grid *grid, struct line *line, const size_t *widths)
{
	line_style(line, STYLE_DIM);
	line_pad(line, INDENT);
	for (size_t column = 0; column < grid->column_count; column++)
		put_cell(line, _(grid->columns[column].head), widths[column],
			 grid->columns[column].numeric);
	line_trim(line);
	line_style(line, STYLE_PLAIN);
	line_break(line);
}

void grid_put(const struct grid *grid, struct line *line)
{
	size_t widths[GRID_COLUMNS];
	if (grid->failed) {
		line->failed = true;
		return;
	}
	measure(grid, widths);
	put_heads(grid, line, widths);
	for (size_t i = 0; i < grid->count; i++) {
		line_pad(line, INDENT);
		for (size_t column = 0; column < grid->column_count; column++)
			put_cell(line, grid->rows[i].cells[column], widths[column],
				 grid->columns[column].numeric);
		line_trim(line);
		line_break(line);
	}
}
