#include "teach/python_literal.h"

#include "support/arena.h"
#include "support/text.h"
#include "teach/teach.h"

#include <string.h>

/* Like repr(): single quotes, unless these would need escapes and double ones would not. */
static char quote_for(const char *bytes, size_t size)
{
	return memchr(bytes, '\'', size) && !memchr(bytes, '"', size) ? '"' : '\'';
}

/* An ASCII byte, the same in both kinds of literal. */
static void add_ascii(struct line *line, unsigned char byte, char quote)
{
	static const char escaped[] = "n\nr\rt\t";
	const char *simple = byte < ' ' && byte ? strchr(escaped, byte) : NULL;

	if (simple)
		line_add_bytes(line, (const char[]){ '\\', simple[-1] }, 2);
	else if (byte == '\\' || byte == (unsigned char)quote)
		line_add_bytes(line, (const char[]){ '\\', (char)byte }, 2);
	else if (byte < ' ' || byte >= 0x7F)
		line_printf(line, "\\x%02x", byte);
	else
		line_add_bytes(line, (const char *)&byte, 1);
}

/* What a terminal could take amiss is escaped; its value stays the same. */
static void add_character(struct line *line, uint32_t code, const char *bytes, size_t size)
{
	if (text_printable(code))
		line_add_bytes(line, bytes, size);
	else if (code <= 0xFF)
		line_printf(line, "\\x%02x", code);
	else
		line_printf(line, code <= 0xFFFF ? "\\u%04x" : "\\U%08x", code);
}

void literal_string(struct line *line, const char *bytes, size_t size)
{
	char quote = size ? quote_for(bytes, size) : '\'';
	line_add_bytes(line, &quote, 1);
	while (size) {
		uint32_t code = 0;
		size_t length = utf8_length(bytes, size, &code);
		unsigned char byte = (unsigned char)*bytes;
		if (byte < 0x80)
			add_ascii(line, byte, quote);
		else if (length)
			add_character(line, code, bytes, length);
		else /* PEP 383: byte 0xNN stands as the lone surrogate U+DCNN. */
			line_printf(line, "\\udc%02x", byte);
		length = length ? length : 1;
		bytes += length;
		size -= length;
	}
	line_add_bytes(line, &quote, 1);
}

static void add_bytes_literal(struct line *line, const char *bytes, size_t size)
{
	char quote = size ? quote_for(bytes, size) : '\'';
	line_add(line, "b");
	line_add_bytes(line, &quote, 1);
	for (size_t i = 0; i < size; i++)
		add_ascii(line, (unsigned char)bytes[i], quote);
	line_add_bytes(line, &quote, 1);
}

/* Text that Python cannot write as a bytes literal: UTF-8, not all of it ASCII, and none
 * of the control characters that binary data is full of. */
static bool is_text(const char *bytes, size_t size)
{
	bool foreign = false;
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)bytes[i];
		if ((byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F)
			return false;
		foreign = foreign || byte >= 0x80;
	}
	return foreign && utf8_valid(bytes, size);
}

/* The most bytes up to `limit` that end between two characters. */
static size_t whole_characters(const char *bytes, size_t limit)
{
	while (limit && ((unsigned char)bytes[limit] & 0xC0) == 0x80)
		limit--;
	return limit;
}

void literal_bytes(struct line *line, const char *bytes, size_t size, size_t show)
{
	bool text = is_text(bytes, size);
	size_t shown = size;
	if (size > show)
		shown = text ? whole_characters(bytes, show) : show;
	if (text) {
		literal_string(line, bytes, shown);
		line_add(line, ".encode()");
	} else {
		add_bytes_literal(line, bytes, shown);
	}
	if (shown < size)
		line_add(line, "...");
}

const char *python_bytes(struct arena *arena, const char *bytes, size_t size, size_t show)
{
	struct line line = line_new(arena);
	literal_bytes(&line, bytes, size, show);
	return line_text(&line);
}

const char *python_string(struct arena *arena, const char *text)
{
	struct line line = line_new(arena);
	literal_string(&line, text, strlen(text));
	return line_text(&line);
}

/* Digits of a number, at most so many; returns how many there were. */
static size_t read_digits(const char *text, size_t most, unsigned base, uint32_t *ret_number)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t number = 0;
	size_t count = 0;
	for (; count < most && text[count]; count++) {
		const char *digit = memchr(digits, text[count], base);
		if (!digit)
			break;
		number = number * base + (uint32_t)(digit - digits);
	}
	*ret_number = number;
	return count;
}

static size_t put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = length - 1; i; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3F));
	out[0] = (char)(0xF0 << (4 - length) | code);
	return length;
}

/* The escape behind a backslash. Returns how many characters it took, 0 if it is none. */
static size_t unescape_one(char *out, size_t *written, const char *text)
{
	static const struct {
		char letter;
		size_t most;
	} numbers[] = {
		{ 'x', 2 },
		{ 'u', 4 },
		{ 'U', 8 },
	};
	static const char simple[] = "n\nr\rt\t\\\\\"\"";
	uint32_t number = 0;

	for (size_t i = 0; i < sizeof simple - 1; i += 2)
		if (*text == simple[i]) {
			out[(*written)++] = simple[i + 1];
			return 1;
		}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (*text == numbers[i].letter) {
			size_t digits = read_digits(text + 1, numbers[i].most, 16, &number);
			if (*text == 'x')
				out[(*written)++] = (char)number;
			else
				*written += put_utf8(out + *written, number);
			return digits + 1;
		}
	size_t digits = read_digits(text, 3, 8, &number);
	if (digits)
		out[(*written)++] = (char)number;
	return digits;
}

size_t literal_unescape(char *out, const char *text)
{
	size_t written = 0;
	while (*text) {
		size_t used = *text == '\\' ? unescape_one(out, &written, text + 1) : 0;
		if (used) {
			text += 1 + used;
		} else {
			out[written++] = *text++;
		}
	}
	return written;
}
