#include "replay/json.h"

#include "support/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

/* Where in the text the reader is: the NUL behind it ends every loop. */
struct place {
	struct json_reader *reader;
	char *start, *at, *end;
	unsigned level;
	int error;
};

static bool read_value(struct place *place, const char *key);

static bool fail(struct place *place, int error)
{
	if (!place->error)
		place->error = error;
	return false;
}

/* The new node's number: its address changes when the tree needs more room. */
static bool add_node(struct place *place, const char *key, enum json_kind kind, size_t *ret_index)
{
	struct json_reader *reader = place->reader;
	if (reader->count == reader->room) {
		size_t room = reader->room ? reader->room * 2 : FIRST_ROOM;
		struct json *nodes = reallocarray(reader->nodes, room, sizeof *nodes);
		if (!nodes)
			return fail(place, -ENOMEM);
		reader->nodes = nodes;
		reader->room = room;
	}
	reader->nodes[reader->count] = (struct json){ .kind = kind, .span = 1, .key = key };
	*ret_index = reader->count++;
	return true;
}

static void skip_blanks(struct place *place)
{
	while (*place->at == ' ' || *place->at == '\t' || *place->at == '\n' || *place->at == '\r')
		place->at++;
}

static bool skip(struct place *place, char byte)
{
	if (*place->at != byte)
		return false;
	place->at++;
	return true;
}

/* --- strings -------------------------------------------------------------------------------- */

static bool read_four_digits(struct place *place, uint32_t *ret_code)
{
	uint32_t code = 0;
	for (size_t i = 0; i < 4; i++) {
		unsigned char byte = (unsigned char)*place->at;
		unsigned char letter = byte | 0x20;
		if (byte >= '0' && byte <= '9')
			code = code << 4 | (uint32_t)(byte - '0');
		else if (letter >= 'a' && letter <= 'f')
			code = code << 4 | (uint32_t)(letter - 'a' + 10);
		else
			return fail(place, -EBADMSG);
		place->at++;
	}
	*ret_code = code;
	return true;
}

/* Behind "\u": one character, which beyond U+FFFF takes two escapes (UTF-16's surrogates). */
static bool read_code_point(struct place *place, uint32_t *ret_code)
{
	uint32_t high = 0, low = 0;
	if (!read_four_digits(place, &high))
		return false;
	*ret_code = high;
	if (high < 0xD800 || high > 0xDFFF)
		return true;
	if (high > 0xDBFF || !skip(place, '\\') || !skip(place, 'u') ||
	    !read_four_digits(place, &low) || low < 0xDC00 || low > 0xDFFF)
		return fail(place, -EBADMSG);
	*ret_code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
	return true;
}

/* UTF-8 is never longer than the escape that it was made of. */
static char *put_code_point(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xC0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		*to++ = (char)(0xE0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
		*to++ = (char)(0x80 | (code & 0x3F));
	} else {
		*to++ = (char)(0xF0 | code >> 18);
		*to++ = (char)(0x80 | (code >> 12 & 0x3F));
		*to++ = (char)(0x80 | (code >> 6 & 0x3F));
		*to++ = (char)(0x80 | (code & 0x3F));
	}
	return to;
}

/* Behind the backslash. */
static char *read_escape(struct place *place, char *to)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	uint32_t code = 0;
	const char *letter = *place->at && *place->at != 'u' ? strchr(letters, *place->at) : NULL;
	if (letter) {
		place->at++;
		*to = meanings[letter - letters];
		return to + 1;
	}
	if (!skip(place, 'u')) {
		fail(place, -EBADMSG);
		return NULL;
	}
	return read_code_point(place, &code) ? put_code_point(to, code) : NULL;
}

/* What needs no second look: ASCII but for controls, the quote and the backslash. */
static bool is_plain(char byte)
{
	return (signed char)byte >= ' ' && byte != '"' && byte != '\\';
}

/* One character that is not plain; NULL: none may stand there. */
static char *read_special(struct place *place, char *to)
{
	if (skip(place, '\\'))
		return read_escape(place, to);
	size_t length = utf8_length(place->at, (size_t)(place->end - place->at), NULL);
	if (!length || (unsigned char)*place->at < 0x80) {
		fail(place, -EBADMSG);
		return NULL;
	}
	memmove(to, place->at, length);
	place->at += length;
	return to + length;
}

/* Behind the opening quote. The closing one, or what comes before it, becomes the NUL. */
static bool read_string(struct place *place, const char **ret_text, size_t *ret_size)
{
	char *text = place->at;
	while (is_plain(*place->at))
		place->at++;
	char *to = place->at;
	while (*place->at != '"') {
		if (is_plain(*place->at))
			*to++ = *place->at++;
		else if (!(to = read_special(place, to)))
			return false;
	}
	*to = '\0';
	place->at++;
	*ret_text = text;
	*ret_size = (size_t)(to - text);
	return true;
}

static bool read_text(struct place *place, const char *key)
{
	size_t index = 0;
	const char *text = NULL;
	size_t size = 0;
	if (!add_node(place, key, JSON_TEXT, &index) || !read_string(place, &text, &size))
		return false;
	place->reader->nodes[index].text = text;
	place->reader->nodes[index].count = size;
	return true;
}

/* --- numbers and words ---------------------------------------------------------------------- */

static bool skip_digits(struct place *place)
{
	char *first = place->at;
	while (*place->at >= '0' && *place->at <= '9')
		place->at++;
	return place->at > first || fail(place, -EBADMSG);
}

static bool read_integer(struct place *place, const char *digits, bool negative, int64_t *ret_value)
{
	int64_t value = 0;
	for (; digits < place->at; digits++) {
		int digit = negative ? '0' - *digits : *digits - '0';
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return fail(place, -EBADMSG);
	}
	*ret_value = value;
	return true;
}

static bool skip_fraction_and_exponent(struct place *place)
{
	if (skip(place, '.') && !skip_digits(place))
		return false;
	if (!skip(place, 'e') && !skip(place, 'E'))
		return true;
	if (!skip(place, '-'))
		skip(place, '+');
	return skip_digits(place);
}

static bool read_number(struct place *place, const char *key)
{
	size_t index = 0;
	bool negative = skip(place, '-');
	const char *digits = place->at;
	if (!add_node(place, key, JSON_INTEGER, &index) || !skip_digits(place))
		return false;
	if (*digits == '0' && place->at > digits + 1)
		return fail(place, -EBADMSG);
	if (*place->at != '.' && *place->at != 'e' && *place->at != 'E')
		return read_integer(place, digits, negative, &place->reader->nodes[index].integer);
	place->reader->nodes[index].kind = JSON_REAL;
	return skip_fraction_and_exponent(place);
}

static bool read_word(struct place *place, const char *key)
{
	static const struct {
		const char *word;
		size_t size;
		enum json_kind kind;
	} words[] = { { "true", 4, JSON_TRUE },
		      { "false", 5, JSON_FALSE },
		      { "null", 4, JSON_NULL } };
	size_t index = 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strncmp(place->at, words[i].word, words[i].size) == 0) {
			place->at += words[i].size;
			return add_node(place, key, words[i].kind, &index);
		}
	}
	return fail(place, -EBADMSG);
}

/* --- arrays and objects ------------------------------------------------------------------------
 */

static bool read_member(struct place *place)
{
	const char *key = NULL;
	size_t size = 0;
	skip_blanks(place);
	if (!skip(place, '"'))
		return fail(place, -EBADMSG);
	if (!read_string(place, &key, &size))
		return false;
	skip_blanks(place);
	if (strlen(key) != size || !skip(place, ':'))
		return fail(place, -EBADMSG);
	return read_value(place, key);
}

static bool read_inside(struct place *place, bool object, char closing, size_t *ret_count)
{
	size_t count = 0;
	skip_blanks(place);
	if (skip(place, closing))
		return true;
	do {
		if (!(object ? read_member(place) : read_value(place, NULL)))
			return false;
		count++;
		skip_blanks(place);
	} while (skip(place, ','));
	*ret_count = count;
	return skip(place, closing) || fail(place, -EBADMSG);
}

/* Behind the opening bracket. */
static bool read_holder(struct place *place, const char *key, enum json_kind kind)
{
	struct json_reader *reader = place->reader;
	size_t index = 0;
	size_t count = 0;
	if (place->level == JSON_MOST_LEVELS)
		return fail(place, -EBADMSG);
	place->level++;
	if (!add_node(place, key, kind, &index) ||
	    !read_inside(place, kind == JSON_OBJECT, kind == JSON_OBJECT ? '}' : ']', &count))
		return false;
	place->level--;
	reader->nodes[index].count = count;
	reader->nodes[index].span = (uint32_t)(reader->count - index);
	return true;
}

static bool read_value(struct place *place, const char *key)
{
	skip_blanks(place);
	if (skip(place, '"'))
		return read_text(place, key);
	if (skip(place, '{'))
		return read_holder(place, key, JSON_OBJECT);
	if (skip(place, '['))
		return read_holder(place, key, JSON_ARRAY);
	if (*place->at == '-' || (*place->at >= '0' && *place->at <= '9'))
		return read_number(place, key);
	return read_word(place, key);
}

const struct json *json_read(struct json_reader *reader, char *text, size_t size, int *ret_error)
{
	struct place place = { .reader = reader, .start = text, .at = text, .end = text + size };
	reader->count = 0;
	bool is_json = read_value(&place, NULL);
	if (is_json)
		skip_blanks(&place);
	/* A NUL before the end stops the reading there, too. */
	if (is_json && place.at == place.end)
		return reader->nodes;
	reader->failed_at = (size_t)(place.at - place.start);
	*ret_error = place.error ? place.error : -EBADMSG;
	return NULL;
}

void json_reader_done(struct json_reader *reader)
{
	free(reader->nodes);
	*reader = (struct json_reader){ 0 };
}

/* --- looking into it ----------------------------------------------------------------------- */

const struct json *json_first(const struct json *holder)
{
	return holder && holder->span > 1 ? holder + 1 : NULL;
}

const struct json *json_next(const struct json *holder, const struct json *item)
{
	const struct json *next = item + item->span;
	return next < holder + holder->span ? next : NULL;
}

const struct json *json_member(const struct json *object, const char *key)
{
	if (!object || object->kind != JSON_OBJECT)
		return NULL;
	const struct json *end = object + object->span;
	const struct json *member = object + 1;
	/* Most keys differ in their first letter, which is seen without a call. */
	while (member < end && (*member->key != *key || strcmp(member->key, key) != 0))
		member += member->span;
	return member < end ? member : NULL;
}

size_t json_count(const struct json *holder)
{
	return holder && (holder->kind == JSON_ARRAY || holder->kind == JSON_OBJECT) ? holder->count
										     : 0;
}

bool json_is_true(const struct json *value)
{
	return value && value->kind == JSON_TRUE;
}

const char *json_text(const struct json *value)
{
	return value && value->kind == JSON_TEXT ? value->text : NULL;
}
