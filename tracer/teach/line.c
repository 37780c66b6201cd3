#include "teach/line.h"

#include "support/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Most lines of Python fit. */
enum { FIRST_ROOM = 120 };

struct line line_new(struct arena *arena)
{
	return (struct line){ .arena = arena };
}

/* Makes room for size more bytes and a NUL. The old text is left to the arena. */
static bool grow(struct line *line, size_t size)
{
	if (line->failed)
		return false;
	if (size < line->room - line->length)
		return true;
	size_t room = (line->room ? line->room * 2 : FIRST_ROOM) + size;
	char *text = arena_alloc(line->arena, room);
	if (!text) {
		line->failed = true;
		return false;
	}
	if (line->length)
		memcpy(text, line->text, line->length);
	line->text = text;
	line->room = room;
	return true;
}

void line_add_bytes(struct line *line, const char *bytes, size_t size)
{
	if (!size || !grow(line, size))
		return;
	memcpy(line->text + line->length, bytes, size);
	line->length += size;
	line->text[line->length] = '\0';
}

void line_add(struct line *line, const char *text)
{
	line_add_bytes(line, text, strlen(text));
}

void line_printf(struct line *line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(line->arena, format, args);
	va_end(args);
	if (text)
		line_add(line, text);
	else
		line->failed = true;
}

const char *line_text(const struct line *line)
{
	if (line->failed)
		return NULL;
	return line->text ? line->text : "";
}
