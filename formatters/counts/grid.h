/* A table of words: its columns become as wide as what stands in them. */
#pragma once

#include "formatters/line.h"

#include <stdbool.h>
#include <stddef.h>

enum { GRID_COLUMNS = 9, GRID_CELL = 32 /* room for a number */ };

struct grid_column {
	const char *head; /* English; translated when it is written */
	bool numeric;     /* stands to the right */
};

struct grid {
	const struct grid_column *columns;
	size_t column_count;   /* at most GRID_COLUMNS */
	struct grid_row *rows; /* owned */
	size_t count;
	bool failed; /* there was no memory for all of it */
};

void grid_done(struct grid *grid);

/* Copies column_count cells. */
void grid_add(struct grid *grid, const char *const *cells);

/* The heads and the rows below each other. A column in which nothing stands is left out. If memory
 * ran out the line fails: rows would be missing. */
void grid_put(const struct grid *grid, struct line *line);
