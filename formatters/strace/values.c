/* Values as strace spells them whatever call they belong to. */
#include "formatters/strace/parts.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

void spell_address(struct line *line, uint64_t address)
{
	if (address)
		line_format(line, "%#" PRIx64, address);
	else
		line_put(line, "NULL");
}

/* A word that no call of ours has was written into a recording by somebody: it is left out whole,
 * for a recording repairs what is no UTF-8, and a replay must write what the trace wrote. */
void spell_word(struct line *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_";
	line_put(line, *word && !word[strspn(word, plain)] ? word : "_");
}

/* --- strings -------------------------------------------------------------------------------- */

/* Octal, as short as the next character allows: \0 but \0001. */
static size_t escape(char *out, unsigned char byte, bool digit_follows)
{
	static const char letters[] = "\t\n\v\f\r\"\\";
	static const char escapes[] = "tnvfr\"\\";
	const char *letter = byte ? strchr(letters, byte) : NULL;
	if (letter)
		return (size_t)sprintf(out, "\\%c", escapes[letter - letters]);
	if (byte >= ' ' && byte < 0x7F) {
		*out = (char)byte;
		return 1;
	}
	return (size_t)sprintf(out, digit_follows ? "\\%03o" : "\\%o", byte);
}

static void put_escaped(struct line *line, const char *bytes, size_t size)
{
	enum { PIECE = 64, LONGEST_ESCAPE = 4 };
	char piece[PIECE + LONGEST_ESCAPE + 1];
	size_t used = 0;
	for (size_t i = 0; i < size; i++) {
		bool digit_follows = i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
		used += escape(piece + used, (unsigned char)bytes[i], digit_follows);
		if (used >= PIECE || i + 1 == size) {
			piece[used] = '\0';
			line_put(line, piece);
			used = 0;
		}
	}
}

void spell_quoted(struct line *line, const char *bytes, size_t captured, size_t length, size_t most)
{
	size_t shown = captured < most ? captured : most;
	line_put(line, "\"");
	put_escaped(line, bytes, shown);
	line_put(line, shown < length ? "\"..." : "\"");
}

void spell_name(struct line *line, const char *name)
{
	struct line repaired = { 0 };
	line_name(&repaired, name);
	put_escaped(line, repaired.bytes, repaired.size);
	line_done(&repaired);
}

/* The argument behind the payload is the room it had: of a datagram cut with MSG_TRUNC the result
 * is more. */
static size_t shown_length(const struct spelling *spelling, const struct value *value)
{
	const struct value *room = event_arg(spelling->event, "len");
	size_t length = value->bytes.length;
	bool cut = room && room->kind == VALUE_INTEGER && (uint64_t)room->integer < length;
	return cut ? (size_t)room->integer : length;
}

void spell_bytes(const struct spelling *spelling, const struct value *value)
{
	if (value->kind == VALUE_BYTES)
		spell_quoted(spelling->line, value->bytes.data, value->bytes.captured,
			     shown_length(spelling, value), spelling->most);
	else
		spell_any(spelling, value);
}

/* --- lists ---------------------------------------------------------------------------------- */

void spell_list(const struct spelling *spelling, const struct value *value, speller *item)
{
	struct line *line = spelling->line;
	if (value->kind != VALUE_ARRAY) {
		spell_any(spelling, value);
		return;
	}
	line_put(line, "[");
	for (size_t i = 0; i < value->list.count && i < spelling->most; i++) {
		line_put(line, i ? ", " : "");
		item(spelling, &value->list.items[i]);
	}
	line_put(line, value->list.count > spelling->most ? ", ...]" : "]");
}

void spell_fields(const struct spelling *spelling, const struct value *value, const char *prefix)
{
	struct line *line = spelling->line;
	line_put(line, "{");
	for (size_t i = 0; i < value->list.count; i++) {
		const struct value *field = &value->list.items[i];
		line_put(line, i ? ", " : "");
		line_put(line, prefix);
		spell_word(line, field->name ? field->name : "");
		line_put(line, "=");
		spell_any(spelling, field);
	}
	line_put(line, "}");
}

/* One struct iovec. */
static void spell_part(const struct spelling *spelling, const struct value *value)
{
	struct line *line = spelling->line;
	uint64_t room = value->room;
	line_put(line, "{iov_base=");
	if (value->kind == VALUE_BYTES) {
		spell_quoted(line, value->bytes.data, value->bytes.captured, value->bytes.length,
			     spelling->most);
		room = room ? room : value->bytes.length;
	} else {
		spell_any(spelling, value);
	}
	line_format(line, ", iov_len=%" PRIu64 "}", room);
}

void spell_vector(const struct spelling *spelling, const struct value *value)
{
	const struct value *refused = event_beside(spelling->event, "iov");
	bool whole = refused && refused->kind == VALUE_ARRAY && value->kind == VALUE_ADDRESS;
	spell_list(spelling, whole ? refused : value, spell_part);
}

void spell_pair(const struct spelling *spelling, const struct value *value)
{
	spell_list(spelling, value, spell_any);
}

/* --- numbers -------------------------------------------------------------------------------- */

void spell_number(const struct spelling *spelling, const struct value *value)
{
	int64_t number = value ? value_number(value) : (int64_t)spelling->event->left_out;
	line_format(spelling->line, "%" PRId64, number);
}

/* An int's or a long's: what is negative in 32 bits is so in them. */
void spell_unsigned(const struct spelling *spelling, const struct value *value)
{
	uint64_t number = (uint64_t)value_number(value);
	bool narrow = (int64_t)number < 0 && (int64_t)number >= INT32_MIN;
	line_format(spelling->line, "%" PRIu64, narrow ? (uint32_t)number : number);
}

void spell_indirect(const struct spelling *spelling, const struct value *value)
{
	if (value->kind == VALUE_INTEGER)
		line_format(spelling->line, "[%" PRId64 "]", value->integer);
	else
		spell_any(spelling, value);
}

/* Left out, or an argument that is no pointer to something of interest. */
void spell_pointer(const struct spelling *spelling, const struct value *value)
{
	if (value)
		spell_any(spelling, value);
	else
		spell_address(spelling->line, spelling->event->left_out);
}

/* 0x9 and, as a comment, of which names it has none. */
static void spell_unknown(const struct spelling *spelling, uint32_t number)
{
	line_format(spelling->line, number ? "%#" PRIx32 : "0", number);
	if (spelling->unknown)
		line_format(spelling->line, " /* %s */", spelling->unknown);
}

void spell_constant(const struct spelling *spelling, const struct value *value)
{
	if (value->kind == VALUE_CONSTANT && value->constant.name)
		spell_word(spelling->line, value->constant.name);
	else if (value->kind == VALUE_CONSTANT)
		spell_unknown(spelling, (uint32_t)value->constant.value);
	else
		spell_any(spelling, value);
}

void spell_flags(const struct spelling *spelling, const struct value *value)
{
	struct line *line = spelling->line;
	if (value->kind != VALUE_FLAGS) {
		spell_any(spelling, value);
		return;
	}
	const struct value_flags *flags = &value->flags;
	for (size_t i = 0; i < flags->count; i++) {
		line_put(line, i ? "|" : "");
		spell_word(line, flags->names[i]);
	}
	if (flags->count && flags->unknown)
		line_format(line, "|%#" PRIx64, flags->unknown);
	else if (flags->unknown)
		spell_unknown(spelling, (uint32_t)flags->unknown);
	else if (!flags->count)
		line_put(line, "0");
}

/* --- whatever it is ------------------------------------------------------------------------- */

void spell_any(const struct spelling *spelling, const struct value *value)
{
	struct line *line = spelling->line;
	switch (value->kind) {
	case VALUE_INTEGER:
	case VALUE_DESCRIPTOR:
		line_format(line, "%" PRId64, value_number(value));
		break;
	case VALUE_CONSTANT:
		spell_constant(spelling, value);
		break;
	case VALUE_FLAGS:
		spell_flags(spelling, value);
		break;
	case VALUE_BYTES:
		spell_quoted(line, value->bytes.data, value->bytes.captured, value->bytes.length,
			     spelling->most);
		break;
	case VALUE_ENDPOINT:
		spell_sockaddr(spelling, value);
		break;
	case VALUE_STRUCT:
		spell_fields(spelling, value, "");
		break;
	case VALUE_ARRAY:
		spell_list(spelling, value, spell_any);
		break;
	case VALUE_ADDRESS:
		spell_address(line, value->address);
		break;
	}
}
