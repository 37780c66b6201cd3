#include "formatters/text/parts.h"

#include <string.h>

enum { COMMENT_COLUMN = 31 }; /* of the code: where a comment begins, if it can */

/* Code of several lines goes below itself. */
static void put_code(struct formatter *text, const char *code, size_t size)
{
	struct line *line = &text->line;
	line_style(line, STYLE_CODE);
	while (size) {
		const char *newline = memchr(code, '\n', size);
		size_t length = newline ? (size_t)(newline - code) : size;
		line_name_part(line, code, length);
		if (newline) {
			text_detail(text, "");
			length++;
		}
		code += length;
		size -= length;
	}
	line_style(line, STYLE_PLAIN);
}

static void put_comment(struct formatter *text, const char *comment, size_t size, size_t start)
{
	struct line *line = &text->line;
	line_blanks(line, 2);
	line_pad(line, start + COMMENT_COLUMN);
	line_style(line, STYLE_DIM);
	line_put(line, "# ");
	line_name_part(line, comment, size);
	line_style(line, STYLE_PLAIN);
}

static void put_raises(struct formatter *text, const char *raises)
{
	line_put(&text->line, "   ");
	line_style(&text->line, STYLE_ERROR);
	line_put(&text->line, "# ");
	line_name(&text->line, raises);
	line_style(&text->line, STYLE_PLAIN);
}

/* The two as a recording keeps them, so that what is shown is what a replay can show. */
static const char *joined(struct formatter *text, const struct python *python)
{
	struct line *line = &text->scratch;
	line->size = 0;
	line_put(line, python->code);
	if (python->comment) {
		line_put(line, "  # ");
		line_put(line, python->comment);
	}
	return line_string(line);
}

void text_python(struct formatter *text, const struct record *record, bool resumed)
{
	const struct python *python = record->python;
	if (!python || !python->code)
		return;
	const char *code = joined(text, python);
	size_t size = strlen(code);
	size_t length = python_code_length(code);
	bool commented = length < size;
	/* The line of the waiting call has shown the code; the result is what is new. */
	if (resumed && !commented && !python->raises)
		return;
	text_detail(text, "python");
	size_t start = text->line.columns;
	put_code(text, code, length);
	if (python->raises)
		put_raises(text, python->raises);
	else if (commented)
		put_comment(text, code + length + PYTHON_COMMENT_GAP,
			    size - length - PYTHON_COMMENT_GAP, start);
}
