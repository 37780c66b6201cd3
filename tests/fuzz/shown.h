/* What a format has written, and whether a terminal may show it. */
#pragma once

#include "formatters/formatter.h"
#include "support/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shown {
	char *text; /* after shown_close(); to be freed */
	size_t size;
	FILE *file;
	const struct format *format;
	struct formatter *formatter;
};

static inline void shown_open(struct shown *shown, const struct format *format)
{
	static const struct format_options options = { .show_bytes = 64, .wire = WIRE_FULL };
	*shown = (struct shown){ .format = format };
	shown->file = open_memstream(&shown->text, &shown->size);
	assert(shown->file);
	shown->formatter = format->open(shown->file, &options);
	assert(shown->formatter);
}

static inline void shown_write(struct shown *shown, const struct record *record)
{
	shown->format->write(shown->formatter, record);
}

static inline void shown_close(struct shown *shown)
{
	shown->format->close(shown->formatter);
	assert(fclose(shown->file) == 0);
}

/*
 * Lines of UTF-8 without anything by which a terminal is controlled, a line is hidden or the
 * direction of writing changes. Combining marks and such are the reader's own language: what
 * strangers send has none, but the texts of a recording's notes may.
 */
static inline void shown_check(const struct shown *shown)
{
	for (size_t i = 0, length; i < shown->size; i += length) {
		uint32_t code = (unsigned char)shown->text[i];
		length = code < 0x80 ? 1 : utf8_length(shown->text + i, shown->size - i, &code);
		assert(length);
		assert(code == '\n' || code == '\t' || (code >= ' ' && code != 0x7f));
		assert(code < 0x80 || code > 0x9f);
		assert(code < 0x202a || code > 0x202e);
		assert(code < 0x2066 || code > 0x2069);
	}
}
