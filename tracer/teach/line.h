/* A line of text that grows in an arena. Out of memory: it stays whole, and says so at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct line {
	struct arena *arena;
	char *text; /* ends in NUL; NULL while it is empty */
	size_t length, room;
	bool failed;
};

struct line line_new(struct arena *arena);
void line_add(struct line *line, const char *text);
void line_add_bytes(struct line *line, const char *bytes, size_t size);
void line_printf(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was added, "" if nothing was; NULL if there was no memory for all of it. */
const char *line_text(const struct line *line);
