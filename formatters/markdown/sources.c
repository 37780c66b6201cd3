/* The source of the programs: at each call the line that made it, at the end the files. */
#include "formatters/markdown/escape.h"
#include "formatters/markdown/parts.h"

#include <string.h>

enum { TAB_STOP = 8 };

/* Of markers behind a fence only what GitHub knows gets colours. */
static const char *fence_of(enum source_language language)
{
	switch (language) {
	case SOURCE_C:
	case SOURCE_PYTHON:
	case SOURCE_RUST:
	case SOURCE_GO:
		return source_language_name(language);
	case SOURCE_CXX:
		return "cpp";
	case SOURCE_ASSEMBLER:
		return "asm";
	case SOURCE_NATIVE:
		break;
	}
	return "text";
}

/* One line of a file, as it is but for what no page should have to show. */
static void put_text(struct line *line, const char *text, size_t size)
{
	size_t start = line->columns;
	if (size && text[size - 1] == '\r')
		size--;
	for (size_t at = 0; at < size; at++) {
		const char *tab = memchr(text + at, '\t', size - at);
		size_t piece = tab ? (size_t)(tab - text) - at : size - at;
		line_name_part(line, text + at, piece);
		line_blanks(line, tab ? TAB_STOP - (line->columns - start) % TAB_STOP : 0);
		at += piece;
	}
	line_break(line);
}

void sources_put(struct line *line, const struct source *source)
{
	struct line place = { 0 };
	struct line text = { 0 };
	if (!source->file && !source->function)
		return;
	line_name(&place, source->file ? source->file : source->function);
	if (source->file && source->line)
		line_format(&place, ":%u", source->line);
	line_put(line, "\n");
	code_put(line, line_string(&place));
	if (source->via) {
		line_put(line, " · ");
		prose_put(line, source->via);
	}
	line_put(line, "\n");
	if (source->text) {
		const char *begin = source->text + strspn(source->text, " \t");
		put_text(&text, begin, strlen(begin));
		line_put(line, "\n");
		fence_put(line, fence_of(source->language), line_string(&text));
	}
	line_done(&place);
	line_done(&text);
}

void sources_add(struct formatter *markdown, const struct record_listing *listing)
{
	struct line *line = &markdown->line;
	struct line text = { 0 };
	const char *end = NULL;
	unsigned number = 0;
	for (const char *at = listing->text; *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, '\n');
		line_format(&text, "%4u  ", ++number);
		put_text(&text, at, (size_t)(end - at));
	}
	line->size = line->columns = 0;
	line_put(line, "\n### ");
	code_put(line, listing->file);
	line_put(line, "\n\n");
	fence_put(line, fence_of(listing->language), line_string(&text));
	part_add(markdown, PART_SOURCES, line);
	line_done(&text);
}
