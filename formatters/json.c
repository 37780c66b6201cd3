#include "formatters/json.h"

#include "support/base64.h"
#include "support/text.h"

#include <stdlib.h>
#include <string.h>

/* Each byte that is no UTF-8 replaced; NULL if there is no memory. */
static json_t *repaired(const char *text)
{
	static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
	size_t left = strlen(text);
	char *copy = malloc(left * 3 + 1);
	size_t size = 0;
	if (!copy)
		return NULL;
	while (left) {
		size_t length = utf8_length(text, left, NULL);
		size_t used = length ? length : 1;
		memcpy(copy + size, length ? text : replacement, length ? length : 3);
		size += length ? length : 3;
		text += used;
		left -= used;
	}
	json_t *string = json_stringn_nocheck(copy, size);
	free(copy);
	return string;
}

static json_t *json_text(const char *text)
{
	return utf8_valid(text, strlen(text)) ? json_string_nocheck(text) : repaired(text);
}

void put_text(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(object, key, json_text(text));
}

void put_number(json_t *object, const char *key, int64_t number)
{
	json_object_set_new_nocheck(object, key, json_integer(number));
}

void put_value(json_t *object, const char *key, json_t *value)
{
	if (json_array_size(value) || json_object_size(value))
		json_object_set_new_nocheck(object, key, value);
	else
		json_decref(value);
}

void put_list(json_t *object, const char *key, const char *const *list)
{
	json_t *array = json_array();
	for (; list && *list; list++)
		json_array_append_new(array, json_text(*list));
	put_value(object, key, array);
}

static json_t *json_base64(const struct value_bytes *bytes)
{
	char *text = malloc(base64_length(bytes->captured) + 1);
	if (!text)
		return NULL;
	base64_encode(text, bytes->data, bytes->captured);
	json_t *string = json_string_nocheck(text);
	free(text);
	return string;
}

void put_bytes(json_t *object, const struct value_bytes *bytes)
{
	if (bytes->captured && utf8_valid(bytes->data, bytes->captured))
		json_object_set_new_nocheck(object, "text",
					    json_stringn_nocheck(bytes->data, bytes->captured));
	else if (bytes->captured)
		json_object_set_new_nocheck(object, "base64", json_base64(bytes));
	put_number(object, "length", (int64_t)bytes->length);
	put_number(object, "captured", (int64_t)bytes->captured);
}

/* Whether the line may be shown on a terminal as it is: jansson escapes only C0 controls. */
static bool is_inert(const char *line, size_t size)
{
	while (size) {
		size_t plain = 0;
		while (plain < size && line[plain] >= ' ' && line[plain] < 0x7F)
			plain++;
		line += plain;
		size -= plain;
		if (!size)
			break;
		uint32_t code = 0;
		size_t length = utf8_length(line, size, &code);
		if (!length || !text_printable(code))
			return false;
		line += length;
		size -= length;
	}
	return true;
}

void json_write(json_t *object, FILE *file)
{
	/* Times in microseconds have three digits behind the point, and twelve before it. */
	const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(15);
	char *line = json_dumps(object, flags);
	if (line && !is_inert(line, strlen(line))) {
		free(line);
		line = json_dumps(object, flags | JSON_ENSURE_ASCII);
	}
	json_decref(object);
	if (!line)
		return;
	/* DEL, which is ASCII to jansson; it can be nowhere but in a string. */
	char *rest = line;
	for (char *piece; (piece = strsep(&rest, "\x7f"));) {
		fputs(piece, file);
		if (rest)
			fputs("\\u007F", file);
	}
	free(line);
}
