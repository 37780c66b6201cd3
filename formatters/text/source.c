#include "formatters/text/parts.h"
#include "support/language.h"
#include "support/text.h"

#include <inttypes.h>
#include <string.h>

enum {
	NARROW = 100,       /* below that the source has a line of its own */
	SOURCE_COLUMN = 56, /* of the call's line, behind the indent */
	GAP = 2,            /* to what stands before it, if that is longer */
	LONGEST_TEXT = 80,  /* columns; a recording has it whole */
	SHORTEST_TEXT = 12, /* less of it says nothing */
	FUNCTION_COLUMNS = 24,
};

static const char dots[] = "...";

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* The text without its indentation; a tab inside is a blank. Cut where the terminal ends, or where
 * it gets too long for a line that is about something else. */
static void put_text(struct line *line, const char *text, size_t most)
{
	size_t start = line->columns;
	struct line_mark fits = line_mark(line);
	text += strspn(text, " \t");
	size_t size = strlen(text);
	while (size && strchr(" \t\r", text[size - 1]))
		size--;
	for (size_t i = 0; i < size;) {
		size_t length = utf8_length(text + i, size - i, NULL);
		length = length ? length : 1;
		if (text[i] == '\t')
			line_blanks(line, 1);
		else
			line_name_part(line, text + i, length);
		i += length;
		if (line->columns - start + strlen(dots) <= most)
			fits = line_mark(line);
	}
	if (line->columns - start <= most)
		return;
	line_rewind(line, fits);
	line_put(line, dots);
}

/* `server.py:14 in main (via socket.py:930 create_server)` */
static void put_place(struct line *line, const struct source *source)
{
	bool numbered = source->file && source->line;
	if (source->file)
		line_name(line, base_name(source->file));
	if (numbered)
		line_format(line, ":%u", source->line);
	/* The C programmer knows which function a line is in, of Python it is the custom. */
	if (source->function && (!numbered || source->language == SOURCE_PYTHON)) {
		line_put(line, source->file ? " " : "");
		line_names(line, _("in %s"), source->function);
	}
	if (source->via) {
		line_put(line, " ");
		line_names(line, _("(via %s)"), source->via);
	}
}

static void put_source(struct line *line, const struct source *source, size_t width)
{
	put_place(line, source);
	size_t left = !width                         ? LONGEST_TEXT
		      : line->columns + GAP >= width ? 0
						     : width - line->columns - GAP;
	if (!source->text || !source->text[strspn(source->text, " \t")] || left < SHORTEST_TEXT)
		return;
	line_blanks(line, GAP);
	line_style(line, STYLE_CODE);
	put_text(line, source->text, left < LONGEST_TEXT ? left : LONGEST_TEXT);
	line_style(line, STYLE_PLAIN);
}

/* At the right of the call. False: there it would not fit. */
static bool put_right(struct formatter *text, const struct source *source, struct line_mark begun)
{
	struct line *line = &text->line;
	size_t width = text->options.width;
	struct line_mark mark = line_mark(line);
	/* What the call returned may have had to go below it. */
	if ((width && width < NARROW) ||
	    memchr(line->bytes + begun.size, '\n', line->size - begun.size))
		return false;
	size_t column = text->indent + SOURCE_COLUMN;
	line_pad(line, line->columns + GAP > column ? line->columns + GAP : column);
	put_place(line, source);
	bool fits = !width || line->columns <= width;
	line_rewind(line, mark);
	if (!fits)
		return false;
	line_pad(line, line->columns + GAP > column ? line->columns + GAP : column);
	put_source(line, source, width);
	return true;
}

void text_source(struct formatter *text, const struct record *record, struct line_mark begun,
		 bool resumed)
{
	const struct source *source = record->source;
	if (!source || put_right(text, source, begun) || resumed)
		return;
	text_detail(text, _("at"));
	put_source(&text->line, source, text->options.width);
}

/* --- the stack -------------------------------------------------------------------------------- */

static void put_frame(struct line *line, const struct source_frame *frame)
{
	size_t start = line->columns;
	if (frame->function) {
		line_name(line, frame->function);
		line_format(line, "+0x%" PRIx64, frame->offset);
	} else {
		line_format(line, "0x%" PRIx64, frame->address);
	}
	line_blanks(line, GAP);
	line_pad(line, start + FUNCTION_COLUMNS);
	if (frame->file && frame->line) {
		line_name(line, base_name(frame->file));
		line_format(line, ":%u", frame->line);
	} else {
		line_name(line, frame->module ? base_name(frame->module) : "?");
	}
}

void text_stack(struct formatter *text, const struct record *record, bool resumed)
{
	for (size_t i = 0; !resumed && i < record->stack_count; i++) {
		text_detail(text, i ? "" : _("stack"));
		put_frame(&text->line, &record->stack[i]);
	}
}
