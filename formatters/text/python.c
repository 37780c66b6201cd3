#include "formatters/text/parts.h"

#include <string.h>

enum {
	COMMENT_COLUMN = 31, /* of the code: where a comment begins, if it can */
	CODE_INDENT = 4,     /* of code that goes on below itself */
};

/* The length of code up to where a line may be broken: behind a comma inside brackets, outside
 * of strings. All of it if there is no such place. */
static size_t piece_length(const char *code, size_t size, int *depth)
{
	char quote = 0;
	for (size_t i = 0; i < size; i++) {
		char byte = code[i];
		if (quote) {
			i += byte == '\\' ? 1 : 0;
			quote = byte == quote ? 0 : quote;
		} else if (byte == '\'' || byte == '"') {
			quote = byte;
		} else if (strchr("([{", byte)) {
			++*depth;
		} else if (strchr(")]}", byte)) {
			--*depth;
		} else if (byte == ',' && *depth > 0 && i + 1 < size && code[i + 1] == ' ') {
			return i + 2;
		}
	}
	return size;
}

/* One line of code, which goes on below itself where the terminal ends: still Python. */
static void put_code_line(struct formatter *text, const char *code, size_t size)
{
	struct line *line = &text->line;
	size_t start = line->columns;
	size_t width = text->options.width;
	int depth = 0;
	for (size_t at = 0; at < size;) {
		size_t length = piece_length(code + at, size - at, &depth);
		struct line_mark mark = line_mark(line);
		line_name_part(line, code + at, length);
		/* The blank behind the comma may stick out. */
		size_t end = line->columns - (at + length < size ? 1 : 0);
		if (width && end > width && mark.columns > start + CODE_INDENT) {
			line_rewind(line, mark);
			line_trim(line);
			line_break(line);
			line_pad(line, start + CODE_INDENT);
			line_name_part(line, code + at, length);
		}
		at += length;
	}
}

/* Code of several lines goes below itself. */
static void put_code(struct formatter *text, const char *code, size_t size)
{
	struct line *line = &text->line;
	line_style(line, STYLE_CODE);
	while (size) {
		const char *newline = memchr(code, '\n', size);
		size_t length = newline ? (size_t)(newline - code) : size;
		put_code_line(text, code, length);
		if (newline) {
			text_detail(text, "");
			length++;
		}
		code += length;
		size -= length;
	}
	line_style(line, STYLE_PLAIN);
}

/* Words are wrapped; a payload is not, since its blanks may matter. */
static void put_comment(struct formatter *text, const char *comment, size_t width, enum style style)
{
	struct line *line = &text->line;
	line_style(line, style);
	line_put(line, "# ");
	if (width)
		line_wrap(line, comment, width);
	else
		line_name(line, comment);
	line_style(line, STYLE_PLAIN);
}

/* Behind the code, at that column if it can be; below it where it would not fit. */
static void put_remark(struct formatter *text, const char *remark, size_t column, enum style style)
{
	struct line *line = &text->line;
	size_t width = text->options.width;
	struct line_mark mark = line_mark(line);
	line_blanks(line, column ? 2 : 3);
	line_pad(line, column);
	put_comment(text, remark, 0, style);
	if (!width || line->columns <= width)
		return;
	line_rewind(line, mark);
	text_detail(text, "");
	put_comment(text, remark, style == STYLE_ERROR ? width : 0, style);
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
		put_remark(text, python->raises, 0, STYLE_ERROR);
	else if (commented)
		put_remark(text, code + length + PYTHON_COMMENT_GAP, start + COMMENT_COLUMN,
			   STYLE_DIM);
}
