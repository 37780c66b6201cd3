#include "support/text.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

size_t utf8_length(const char *bytes, size_t size, uint32_t *ret_code_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *byte = (const unsigned char *)bytes;
	if (size == 0)
		return 0;
	size_t length = byte[0] < 0x80   ? 1
			: byte[0] < 0xC2 ? 0
			: byte[0] < 0xE0 ? 2
			: byte[0] < 0xF0 ? 3
			: byte[0] < 0xF5 ? 4
					 : 0;
	if (length == 0 || length > size)
		return 0;
	uint32_t code = length == 1 ? byte[0] : byte[0] & (0xFFU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3F);
	}
	if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	if (ret_code_point)
		*ret_code_point = code;
	return length;
}

bool utf8_valid(const char *bytes, size_t size)
{
	while (size) {
		size_t length = utf8_length(bytes, size, NULL);
		if (!length)
			return false;
		bytes += length;
		size -= length;
	}
	return true;
}

bool text_printable(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} never[] = {
		{ 0x00, 0x1F },     { 0x7F, 0xA0 },       { 0xAD, 0xAD },        { 0x61C, 0x61C },
		{ 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },   { 0x180B, 0x180F },    { 0x2000, 0x200F },
		{ 0x2028, 0x202F }, { 0x205F, 0x206F },   { 0x3164, 0x3164 },    { 0xD800, 0xF8FF },
		{ 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },    { 0xFFF0, 0xFFFB },
		{ 0xFFFE, 0xFFFF }, { 0x1D173, 0x1D17A }, { 0xE0000, 0x10FFFF },
	};
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (code >= never[i].first && code <= never[i].last)
			return false;
	/* Combining marks have width 0: in a column they would sit on a neighbour. */
	return text_columns(code) > 0;
}

int text_columns(uint32_t code)
{
	if (code < 0x80)
		return 1;
	/* Asks the C library; in a locale without UTF-8 that knows nothing: then one column. */
	int columns = wcwidth((wchar_t)code);
	return columns < 0 ? (code < 0x300 ? 1 : 0) : columns;
}

size_t text_width(const char *text)
{
	size_t width = 0;
	size_t left = strlen(text);
	while (left) {
		uint32_t code = 0;
		size_t length = utf8_length(text, left, &code);
		width += length ? (size_t)text_columns(code) : 1;
		length = length ? length : 1;
		text += length;
		left -= length;
	}
	return width;
}

/* One character or byte, escaped; returns how many bytes of the input it was. */
static size_t escape_one(char unit[12], const char *bytes, size_t size)
{
	uint32_t code = 0;
	size_t length = utf8_length(bytes, size, &code);
	unsigned char byte = (unsigned char)*bytes;
	const char *simple = strchr("\"\\\nn\rr\tt", byte);
	bool digit_next = size > 1 && strchr("0123456789abcdefABCDEF", bytes[1]) && bytes[1];

	if (byte == '"' || byte == '\\')
		snprintf(unit, 12, "\\%c", byte);
	else if (simple && byte && byte < ' ')
		snprintf(unit, 12, "\\%c", simple[1]);
	else if (length && text_printable(code))
		snprintf(unit, 12, "%.*s", (int)length, bytes);
	else if (length > 1)
		snprintf(unit, 12, code > 0xFFFF ? "\\U%08x" : "\\u%04x", code);
	else
		snprintf(unit, 12, digit_next ? "\\%03o" : "\\x%02x", byte);
	return length > 1 ? length : 1;
}

size_t text_escape(char *out, size_t room, const char *bytes, size_t size)
{
	size_t written = 0;
	while (size && room) {
		char unit[12];
		size_t used = escape_one(unit, bytes, size);
		size_t length = strlen(unit);
		if (written + length + 1 > room)
			break;
		memcpy(out + written, unit, length);
		written += length;
		bytes += used;
		size -= used;
	}
	if (room)
		out[written] = '\0';
	return written;
}
