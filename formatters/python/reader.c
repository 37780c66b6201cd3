#include "formatters/python/reader.h"

#include "support/text.h"

#include <stdint.h>
#include <string.h>

/* --- words -------------------------------------------------------------------------------- */

bool reader_fail(struct reader *reader)
{
	if (reader->verdict == CODE_FINE)
		reader->verdict = CODE_STRANGE;
	return false;
}

/* The name goes into a sentence: it is one of ours, or short and plain. */
bool reader_miss(struct reader *reader, const char *name, size_t size)
{
	if (reader->verdict != CODE_FINE)
		return false;
	reader->verdict = CODE_UNKNOWN;
	snprintf(reader->code->unknown, CODE_NAME_SIZE, "%.*s", (int)size, name);
	return false;
}

void reader_put(struct reader *reader, const char *bytes, size_t size)
{
	line_name_part(&reader->code->text, bytes, size);
}

bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

char reader_peek(const struct reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

bool reader_take(struct reader *reader, const char *bytes)
{
	size_t size = strlen(bytes);
	if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, bytes, size) != 0)
		return false;
	reader_put(reader, bytes, size);
	reader->at += size;
	return true;
}

bool reader_expect(struct reader *reader, const char *bytes)
{
	return reader_take(reader, bytes) || reader_fail(reader);
}

struct word word_at(const char *at, const char *end)
{
	struct word word = { .at = at };
	while (at + word.size < end &&
	       (is_letter(at[word.size]) || (word.size && is_digit(at[word.size]))))
		word.size++;
	return word;
}

bool is_word(struct word word, const char *name)
{
	return word.size == strlen(name) && memcmp(word.at, name, word.size) == 0;
}

bool is_among(struct word word, const char *const *list)
{
	for (; *list; list++)
		if (is_word(word, *list))
			return true;
	return false;
}

void reader_take_word(struct reader *reader, struct word word)
{
	reader_put(reader, word.at, word.size);
	reader->at = word.at + word.size;
}

bool is_socket_name(struct word word, enum name_kind *ret_kind, unsigned *ret_number)
{
	enum { WORD = 4, MOST_DIGITS = 8 };
	static const char *const words[] = { [NAME_SOCK] = "sock", [NAME_CONN] = "conn" };
	if (word.size < WORD || word.size > WORD + MOST_DIGITS)
		return false;
	unsigned number = 0;
	for (size_t i = WORD; i < word.size; i++) {
		if (!is_digit(word.at[i]))
			return false;
		number = number * 10 + (unsigned)(word.at[i] - '0');
	}
	bool canonical = word.size == WORD || (number > 1 && word.at[WORD] != '0');
	*ret_number = word.size == WORD ? 1 : number;
	for (enum name_kind kind = NAME_SOCK; kind < NAME_KINDS; kind++)
		if (memcmp(word.at, words[kind], WORD) == 0) {
			*ret_kind = kind;
			return canonical;
		}
	return false;
}

void reader_put_mark(struct reader *reader, enum name_kind kind, unsigned number)
{
	line_format(&reader->code->text, "%c%c%u;", CODE_MARK, kind == NAME_SOCK ? 's' : 'c',
		    number);
}

/* --- literals ------------------------------------------------------------------------------ */

static bool is_hex(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/* Behind a backslash: how long what follows is, 0: no escape of Python's (reference, 2.4.1). */
static size_t escape_length(const char *at, const char *end, bool bytes)
{
	static const struct {
		char letter;
		size_t digits;
	} numbers[] = { { 'x', 2 }, { 'u', 4 }, { 'U', 8 } };
	if (at == end)
		return 0;
	if (strchr("nrt\\'\"0", *at) && *at)
		return 1;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		size_t digits = numbers[i].digits;
		if (*at != numbers[i].letter || (bytes && i > 0))
			continue;
		if ((size_t)(end - at) <= digits)
			return 0;
		for (size_t k = 1; k <= digits; k++)
			if (!is_hex(at[k]))
				return 0;
		/* There is no character beyond U+10FFFF. */
		bool beyond = *at == 'U' && (at[1] != '0' || at[2] != '0' || at[3] > '1' ||
					     (at[3] == '1' && at[4] != '0'));
		return beyond ? 0 : digits + 1;
	}
	return 0;
}

/* One character of a literal; 0: it cannot stand there. */
static size_t character_length(const char *at, const char *end, bool bytes)
{
	uint32_t code = 0;
	if (*at == '\\') {
		size_t escape = escape_length(at + 1, end, bytes);
		return escape ? escape + 1 : 0;
	}
	size_t length = utf8_length(at, (size_t)(end - at), &code);
	return length && text_printable(code) && !(bytes && code >= 0x80) ? length : 0;
}

bool reader_string(struct reader *reader)
{
	bool bytes = reader_peek(reader) == 'b';
	const char *at = reader->at + bytes;
	char quote = *at++;
	while (at < reader->end && *at != quote) {
		size_t length = character_length(at, reader->end, bytes);
		if (!length)
			return reader_fail(reader);
		at += length;
	}
	if (at == reader->end)
		return reader_fail(reader);
	reader_put(reader, reader->at, (size_t)(at + 1 - reader->at));
	reader->at = at + 1;
	/* Two literals side by side would be one; ours never are. */
	return reader_peek(reader) == '\'' || reader_peek(reader) == '"' ? reader_fail(reader)
									 : true;
}

bool reader_number(struct reader *reader)
{
	enum { MOST_DIGITS = 20 };
	const char *at = reader->at;
	bool hex = reader->end - at > 2 && at[0] == '0' && at[1] == 'x';
	at += hex ? 2 : 0;
	const char *digits = at;
	while (at < reader->end && (hex ? is_hex(*at) : is_digit(*at)))
		at++;
	bool leading_zero = !hex && *digits == '0' && at - digits > 1;
	if (at == digits || at - digits > MOST_DIGITS || leading_zero)
		return reader_fail(reader);
	if (!hex && reader->end - at > 1 && *at == '.' && is_digit(at[1]))
		for (at++; at < reader->end && is_digit(*at);)
			at++;
	if (at < reader->end && is_letter(*at))
		return reader_fail(reader);
	reader_put(reader, reader->at, (size_t)(at - reader->at));
	reader->at = at;
	return true;
}
