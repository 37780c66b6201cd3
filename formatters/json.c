#include "formatters/json.h"

#include "support/base64.h"
#include "support/text.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 1024,
	LONGEST_NUMBER = 20,
};

/* --- the buffer -------------------------------------------------------------------------- */

/* Room for that many more bytes, NULL if there is no memory. */
static char *reserve(struct json_line *line, size_t more)
{
	if (line->room - line->size >= more)
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

static void append(struct json_line *line, const char *bytes, size_t size)
{
	char *to = reserve(line, size);
	if (!to)
		return;
	memcpy(to, bytes, size);
	line->size += size;
}

static void append_byte(struct json_line *line, char byte)
{
	append(line, &byte, 1);
}

void json_line_done(struct json_line *line)
{
	free(line->bytes);
	*line = (struct json_line){ 0 };
}

void json_line_write(struct json_line *line, FILE *file)
{
	append_byte(line, '\n');
	if (!line->failed)
		fwrite(line->bytes, 1, line->size, file);
	line->size = 0;
	line->failed = false;
}

/* --- strings -------------------------------------------------------------------------------- */

static bool is_plain(char byte)
{
	return byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\';
}

/* One unit of UTF-16, RFC 8259 section 7. */
static void append_unit(struct json_line *line, uint32_t unit)
{
	static const char digits[] = "0123456789ABCDEF";
	const char escape[] = { '\\',
				'u',
				digits[unit >> 12],
				digits[unit >> 8 & 15],
				digits[unit >> 4 & 15],
				digits[unit & 15] };
	append(line, escape, sizeof escape);
}

static void append_escape(struct json_line *line, uint32_t code)
{
	static const char letters[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	const char *letter = code && code < 0x80 ? strchr(letters, (int)code) : NULL;
	if (letter) {
		append_byte(line, '\\');
		append_byte(line, names[letter - letters]);
	} else if (code < 0x10000) {
		append_unit(line, code);
	} else {
		append_unit(line, 0xD800 + ((code - 0x10000) >> 10));
		append_unit(line, 0xDC00 + ((code - 0x10000) & 0x3FF));
	}
}

/* One character that is not plain; returns how many bytes of the text it was. */
static size_t append_character(struct json_line *line, const char *bytes, size_t size)
{
	static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
	uint32_t code = 0;
	size_t length = utf8_length(bytes, size, &code);
	if (!length)
		append(line, replacement, sizeof replacement - 1);
	else if (code >= 0x80 && text_printable(code))
		append(line, bytes, length);
	else
		append_escape(line, code);
	return length ? length : 1;
}

static void append_string(struct json_line *line, const char *bytes, size_t size)
{
	append_byte(line, '"');
	for (size_t i = 0; i < size;) {
		size_t plain = i;
		while (plain < size && is_plain(bytes[plain]))
			plain++;
		append(line, bytes + i, plain - i);
		i = plain;
		if (i < size)
			i += append_character(line, bytes + i, size - i);
	}
	append_byte(line, '"');
}

/* --- members and items ---------------------------------------------------------------------- */

/* What comes before a value: the comma if it is not the first one, and its key. */
static void append_key(struct json_line *line, const char *key)
{
	char last = line->size ? line->bytes[line->size - 1] : '{';
	if (last != '{' && last != '[')
		append_byte(line, ',');
	if (!key)
		return;
	append_string(line, key, strlen(key));
	append_byte(line, ':');
}

struct json_place json_open(struct json_line *line, const char *key, char bracket)
{
	struct json_place place = { .before = line->size, .bracket = bracket, .member = key };
	append_key(line, key);
	append_byte(line, bracket);
	place.inside = line->size;
	return place;
}

void json_close(struct json_line *line, struct json_place place)
{
	if (place.member && line->size == place.inside)
		line->size = place.before;
	else
		append_byte(line, place.bracket == '{' ? '}' : ']');
}

void put_string(struct json_line *line, const char *key, const char *bytes, size_t size)
{
	append_key(line, key);
	append_string(line, bytes, size);
}

void put_text(struct json_line *line, const char *key, const char *text)
{
	if (text && *text)
		put_string(line, key, text, strlen(text));
}

static void append_digits(struct json_line *line, uint64_t number)
{
	char digits[LONGEST_NUMBER];
	size_t first = sizeof digits;
	do
		digits[--first] = (char)('0' + number % 10);
	while (number /= 10);
	append(line, digits + first, sizeof digits - first);
}

void put_number(struct json_line *line, const char *key, int64_t number)
{
	append_key(line, key);
	if (number < 0)
		append_byte(line, '-');
	/* Unsigned, for there is no -INT64_MIN. */
	append_digits(line, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void put_fixed(struct json_line *line, const char *key, uint64_t number, unsigned digits)
{
	char decimals[LONGEST_NUMBER];
	append_key(line, key);
	for (size_t i = digits; i > 0; i--, number /= 10)
		decimals[i - 1] = (char)('0' + number % 10);
	append_digits(line, number);
	append_byte(line, '.');
	append(line, decimals, digits);
}

void put_boolean(struct json_line *line, const char *key, bool value)
{
	append_key(line, key);
	append(line, value ? "true" : "false", value ? 4 : 5);
}

void put_true(struct json_line *line, const char *key, bool holds)
{
	if (holds)
		put_boolean(line, key, true);
}

void put_list(struct json_line *line, const char *key, const char *const *list)
{
	struct json_place place = json_open(line, key, '[');
	for (; list && *list; list++)
		put_string(line, NULL, *list, strlen(*list));
	json_close(line, place);
}

static void put_base64(struct json_line *line, const char *key, const struct value_bytes *bytes)
{
	size_t length = base64_length(bytes->captured);
	append_key(line, key);
	append_byte(line, '"');
	char *to = reserve(line, length + 1);
	if (to) {
		base64_encode(to, bytes->data, bytes->captured);
		line->size += length;
	}
	append_byte(line, '"');
}

void put_bytes(struct json_line *line, const struct value_bytes *bytes)
{
	if (bytes->captured && utf8_valid(bytes->data, bytes->captured))
		put_string(line, "text", bytes->data, bytes->captured);
	else if (bytes->captured)
		put_base64(line, "base64", bytes);
	put_number(line, "length", (int64_t)bytes->length);
	put_number(line, "captured", (int64_t)bytes->captured);
}

void put_packet(struct json_line *line, const char *key, const struct value_bytes *bytes)
{
	if (!bytes->captured)
		return;
	struct json_place fields = json_open(line, key, '{');
	put_base64(line, "base64", bytes);
	put_number(line, "length", (int64_t)bytes->length);
	put_number(line, "captured", (int64_t)bytes->captured);
	json_close(line, fields);
}
