#include "formatters/line.h"

#include "support/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 1024,
	LONGEST_ESCAPE = 12, /* of one character, with a NUL: support/text.c */
	ESCAPED_AT_ONCE = 64,
	TAB_STOP = 8,
	NARROWEST_WRAP = 20, /* below that a broken sentence is worse than a long line */
};

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Room for that many more bytes, NULL if there is no memory. */
static char *reserve(struct line *line, size_t more)
{
	if (line->bytes && line->room - line->size >= more)
		return line->bytes + line->size;
	size_t room = line->room ? line->room : FIRST_ROOM;
	while (room - line->size < more)
		room *= 2;
	char *bytes = realloc(line->bytes, room);
	if (!bytes) {
		line->failed = true;
		return NULL;
	}
	line->bytes = bytes;
	line->room = room;
	return bytes + line->size;
}

static void append(struct line *line, const char *bytes, size_t size, size_t columns)
{
	char *to = reserve(line, size);
	if (!to)
		return;
	memcpy(to, bytes, size);
	line->size += size;
	line->columns += columns;
}

static bool is_plain(char byte)
{
	return byte >= ' ' && byte < 0x7F;
}

void line_done(struct line *line)
{
	free(line->bytes);
	*line = (struct line){ 0 };
}

void line_put(struct line *line, const char *text)
{
	size_t size = strlen(text);
	size_t plain = 0;
	while (plain < size && is_plain(text[plain]))
		plain++;
	append(line, text, size, plain + (plain < size ? text_width(text + plain) : 0));
}

void line_format(struct line *line, const char *format, ...)
{
	char text[128];
	char *longer = NULL;
	va_list args;
	va_start(args, format);
	int size = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (size >= (int)sizeof text) {
		va_start(args, format);
		size = vasprintf(&longer, format, args);
		va_end(args);
	}
	line->failed |= size < 0;
	if (size > 0)
		line_put(line, longer ? longer : text);
	if (size >= 0)
		free(longer);
}

void line_blanks(struct line *line, size_t count)
{
	char *to = reserve(line, count);
	if (!to)
		return;
	memset(to, ' ', count);
	line->size += count;
	line->columns += count;
}

void line_pad(struct line *line, size_t column)
{
	if (line->columns < column)
		line_blanks(line, column - line->columns);
}

void line_trim(struct line *line)
{
	while (line->columns && line->bytes[line->size - 1] == ' ') {
		line->size--;
		line->columns--;
	}
}

void line_break(struct line *line)
{
	append(line, "\n", 1, 0);
	line->columns = 0;
}

/* A character that is not plain ASCII; returns how many bytes of the input it was. */
static size_t put_character(struct line *line, const char *bytes, size_t size, bool name)
{
	char escape[LONGEST_ESCAPE];
	uint32_t code = 0;
	size_t length = utf8_length(bytes, size, &code);
	size_t used = length ? length : 1;
	if (!length && name) {
		/* From here on as if it had been there, as it is in a replay. */
		bytes = replacement;
		length = utf8_length(replacement, sizeof replacement - 1, &code);
	}
	if (length && text_printable(code)) {
		append(line, bytes, length, (size_t)text_columns(code));
	} else {
		size_t written = text_escape(escape, sizeof escape, bytes, length ? length : 1);
		append(line, escape, written, written);
	}
	return used;
}

static size_t put_plain(struct line *line, const char *bytes, size_t size)
{
	size_t plain = 0;
	while (plain < size && is_plain(bytes[plain]))
		plain++;
	append(line, bytes, plain, plain);
	return plain;
}

void line_name_part(struct line *line, const char *name, size_t size)
{
	for (size_t i = put_plain(line, name, size); i < size;) {
		i += put_character(line, name + i, size - i, true);
		i += put_plain(line, name + i, size - i);
	}
}

void line_name(struct line *line, const char *name)
{
	line_name_part(line, name, strlen(name));
}

void line_names(struct line *line, const char *sentence, ...)
{
	va_list names;
	va_start(names, sentence);
	for (const char *place; (place = strstr(sentence, "%s")); sentence = place + 2) {
		line_name_part(line, sentence, (size_t)(place - sentence));
		line_name(line, va_arg(names, const char *));
	}
	va_end(names);
	line_put(line, sentence);
}

void line_output(struct line *line, const char *bytes, size_t size)
{
	size_t start = line->columns;
	for (size_t i = put_plain(line, bytes, size); i < size;) {
		if (bytes[i] == '\t') {
			line_blanks(line, TAB_STOP - (line->columns - start) % TAB_STOP);
			i++;
		} else {
			i += put_character(line, bytes + i, size - i, false);
		}
		i += put_plain(line, bytes + i, size - i);
	}
}

static bool is_plain_in_literal(char byte)
{
	return is_plain(byte) && byte != '"' && byte != '\\';
}

/* The character behind goes along: how an escape looks depends on whether that is a digit. */
static size_t put_escaped(struct line *line, const char *bytes, size_t size)
{
	char escape[LONGEST_ESCAPE + 1];
	uint32_t code = 0;
	size_t length = utf8_length(bytes, size, &code);
	if (length > 1 && text_printable(code)) {
		append(line, bytes, length, (size_t)text_columns(code));
		return length;
	}
	length = length ? length : 1;
	if (length < size && is_plain_in_literal(bytes[length]))
		length++;
	size_t written = text_escape(escape, sizeof escape, bytes, length);
	append(line, escape, written, written);
	return length;
}

void line_literal(struct line *line, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t plain = i;
		while (plain < size && is_plain_in_literal(bytes[plain]))
			plain++;
		append(line, bytes + i, plain - i, plain - i);
		i = plain;
		if (i < size)
			i += put_escaped(line, bytes + i, size - i);
	}
}

static bool is_wide(uint32_t code)
{
	return code >= 0x80 && text_columns(code) > 1;
}

static bool is_one_of(uint32_t code, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code == list[i])
			return true;
	return false;
}

/* No line begins with one of these: ” 、 。 」 》 ！ ） ， ： ； ？ */
static bool is_closing(uint32_t code)
{
	static const uint32_t closing[] = { 0x201D, 0x3001, 0x3002, 0x300D, 0x300B, 0xFF01,
					    0xFF09, 0xFF0C, 0xFF1A, 0xFF1B, 0xFF1F };
	return is_one_of(code, closing, sizeof closing / sizeof *closing);
}

/* And none ends with one of these: “ 「 《 （ */
static bool is_opening(uint32_t code)
{
	static const uint32_t opening[] = { 0x201C, 0x300C, 0x300A, 0xFF08 };
	return is_one_of(code, opening, sizeof opening / sizeof *opening);
}

/* The length of the next character, 0 where a word ends. */
static size_t next_in_word(const char *text, size_t size, uint32_t *ret_code)
{
	if (size == 0 || *text == ' ' || *text == '\n')
		return 0;
	size_t length = utf8_length(text, size, ret_code);
	if (!length)
		*ret_code = 0;
	return length ? length : 1;
}

/* What stays together: a word; or one wide character, since Chinese has no blanks; each
 * with the punctuation behind it. */
static size_t piece_length(const char *text, size_t size)
{
	uint32_t code = 0;
	size_t length = next_in_word(text, size, &code);
	bool word = !is_wide(code);
	bool opened = is_opening(code);
	size_t next = 0;
	while ((next = next_in_word(text + length, size - length, &code))) {
		bool joined = opened || is_closing(code);
		if (!joined && (!word || is_wide(code)))
			break;
		/* What follows an opening mark begins anew, what follows a closing one is over. */
		word = opened ? !is_wide(code) : word && !joined;
		opened = is_opening(code);
		length += next;
	}
	return length;
}

static void put_piece(struct line *line, const char *piece, size_t size, size_t blanks)
{
	line_blanks(line, blanks);
	line_name_part(line, piece, size);
}

void line_wrap(struct line *line, const char *text, size_t width)
{
	size_t left = line->columns;
	size_t size = strlen(text);
	bool limited = width >= left + NARROWEST_WRAP;
	for (size_t i = 0; i < size;) {
		size_t blanks = strspn(text + i, " ");
		i += blanks;
		size_t piece = piece_length(text + i, size - i);
		struct line_mark mark = line_mark(line);
		put_piece(line, text + i, piece, blanks);
		i += piece;
		if (limited && line->columns > width && mark.columns > left) {
			line_rewind(line, mark);
			line_break(line);
			put_piece(line, text + i - piece, piece, left);
		}
		if (i < size && text[i] == '\n') {
			line_break(line);
			line_blanks(line, left);
			i++;
		}
	}
}

void line_style(struct line *line, enum style style)
{
	/* ECMA-48, 8.3.117 (SGR); red is for errors and green for code, lanes have the rest. */
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\x1b[0m",
		[STYLE_BOLD] = "\x1b[1m",
		[STYLE_DIM] = "\x1b[2m",
		[STYLE_ERROR] = "\x1b[31m",
		[STYLE_CODE] = "\x1b[32m",
		[STYLE_LANE] = "\x1b[36m",
		"\x1b[35m",
		"\x1b[34m",
		"\x1b[33m",
		"\x1b[96m",
		"\x1b[95m",
	};
	if (line->color)
		append(line, codes[style], strlen(codes[style]), 0);
}

struct line_mark line_mark(const struct line *line)
{
	return (struct line_mark){ .size = line->size, .columns = line->columns };
}

void line_rewind(struct line *line, struct line_mark mark)
{
	line->size = mark.size;
	line->columns = mark.columns;
}

const char *line_string(struct line *line)
{
	char *end = reserve(line, 1);
	if (!end)
		return "";
	*end = '\0';
	return line->bytes;
}

void line_append(struct line *line, const struct line *lines)
{
	line->failed |= lines->failed;
	if (lines->size)
		append(line, lines->bytes, lines->size, 0);
}

void line_write(struct line *line, FILE *file)
{
	if (line->size && !line->failed)
		fwrite(line->bytes, 1, line->size, file);
	line->size = 0;
	line->columns = 0;
	line->failed = false;
}
