/* Lines on their way to a reader: a growing buffer that counts columns and knows colour. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_ERROR,
	STYLE_CODE,
	STYLE_LANE, /* the first of LANE_STYLES */
};

enum { LANE_STYLES = 6 };

/* All zero is an empty line. If memory runs out it is not written: half of one would be read as
 * something else. */
struct line {
	char *bytes;
	size_t size, room;
	size_t columns; /* since the last line break; escape sequences take none */
	bool color;
	bool failed; /* there was no memory for all of it */
};

/* A place to go back to. */
struct line_mark {
	size_t size, columns;
};

void line_done(struct line *line);

/* Our own words, in any language: printable text without line breaks. */
void line_put(struct line *line, const char *text);
/* The words of strangers in it go through line_names() instead. */
void line_format(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
void line_blanks(struct line *line, size_t count);
/* Blanks up to that column. */
void line_pad(struct line *line, size_t column);
/* Takes blanks away from the end. */
void line_trim(struct line *line);
void line_break(struct line *line);

/*
 * The words of strangers, made inert. A name (a path, an address, a sentence about one)
 * keeps its quotes and backslashes; what is no UTF-8 becomes U+FFFD, as in the record.
 */
void line_name(struct line *line, const char *name);
void line_name_part(struct line *line, const char *name, size_t size);
/* A sentence of ours about names: each %s in it, and nothing else, is one. */
void line_names(struct line *line, const char *sentence, ...) __attribute__((format(printf, 2, 3)));
/* The inside of a C string literal. */
void line_literal(struct line *line, const char *bytes, size_t size);
/* One line that a program wrote, without its line break; a tab goes to the next stop. */
void line_output(struct line *line, const char *bytes, size_t size);

/* Words from here to `width` columns, each further line beginning at the column where the
 * first one began. 0: no limit. */
void line_wrap(struct line *line, const char *text, size_t width);

/* Until the next style; without colour nothing happens. */
void line_style(struct line *line, enum style style);

struct line_mark line_mark(const struct line *line);
void line_rewind(struct line *line, struct line_mark mark);

/* All of it as a C string, valid until the next change. */
const char *line_string(struct line *line);

/* Whole lines from another buffer, as they are. */
void line_append(struct line *line, const struct line *lines);

/* Writes the whole buffer, unless it has failed, and empties it. */
void line_write(struct line *line, FILE *file);
