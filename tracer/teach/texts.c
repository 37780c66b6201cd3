#include "teach/texts.h"

#include "support/arena.h"
#include "support/language.h"
#include "teach/line.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *id, const void *row)
{
	return strcmp(id, ((const struct text *)row)->id);
}

const struct text *texts_find(const struct texts *texts, const char *id)
{
	return bsearch(id, texts->rows, texts->count, sizeof *texts->rows, compare);
}

static const struct text_field *field_find(const struct text *text, const char *key, size_t n)
{
	for (size_t i = 0; i < text->count; i++)
		if (strcmp(text->fields[i].key, key) == 0 && n-- == 0)
			return &text->fields[i];
	return NULL;
}

const char *text_field(const struct text *text, const char *key, size_t n)
{
	const struct text_field *field = field_find(text, key, n);
	return field ? language_text(field->value) : NULL;
}

/* --- places ------------------------------------------------------------------------------------
 */

/* A learner will paste the command into a shell: a hostile name must not do harm there. */
static bool is_harmless(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789./:_-%";
	return *text && *text != '-' && !text[strspn(text, allowed)];
}

static const char *param_find(const struct note_param *params, size_t count, const char *name,
			      size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(params[i].name) == length && strncmp(params[i].name, name, length) == 0)
			return params[i].value;
	return NULL;
}

/* Of "connection|connections" the first where there is one, else the second. */
static void add_word(struct line *line, const char *words, const char *end, const char *value)
{
	const char *bar = memchr(words, '|', (size_t)(end - words));
	if (!bar)
		bar = end;
	if (strcmp(value, "1") == 0)
		line_add_bytes(line, words, (size_t)(bar - words));
	else if (bar < end)
		line_add_bytes(line, bar + 1, (size_t)(end - bar - 1));
}

/* NULL: a place stays empty. */
static const char *fill(struct arena *arena, const char *pattern, const struct note_param *params,
			size_t count, bool quote)
{
	struct line line = line_new(arena);
	while (*pattern) {
		size_t plain = strcspn(pattern, "{");
		line_add_bytes(&line, pattern, plain);
		pattern += plain;
		const char *end = *pattern ? strchr(pattern, '}') : NULL;
		if (!end) {
			line_add(&line, pattern);
			break;
		}
		size_t length = strcspn(++pattern, ":}");
		const char *value = param_find(params, count, pattern, length);
		if (!value || (quote && !is_harmless(value)))
			return NULL;
		if (pattern[length] == ':')
			add_word(&line, pattern + length + 1, end, value);
		else
			line_add(&line, value);
		pattern = end + 1;
	}
	return line_text(&line);
}

const char *text_fill(struct arena *arena, const struct text *text, const char *key,
		      const struct note_param *params, size_t param_count, bool quote)
{
	const struct text_field *field;
	for (size_t n = 0; (field = field_find(text, key, n)); n++) {
		/* A command has the same words in every language. */
		const char *pattern = quote ? field->value : language_text(field->value);
		const char *filled = fill(arena, pattern, params, param_count, quote);
		if (filled)
			return filled;
	}
	return NULL;
}

enum { MOST_PLACES = 16 };

const char *text_pattern(struct arena *arena, const struct text *text, const char *key, size_t n)
{
	struct note_param params[MOST_PLACES];
	size_t count = 0;
	const char *pattern = text_field(text, key, n);
	for (const char *place = pattern; place && count < MOST_PLACES; count++) {
		place = strchr(place, '{');
		if (!place)
			break;
		size_t length = strcspn(++place, ":}");
		char *name = arena_copy_bytes(arena, place, length);
		char *value = arena_copy_bytes(arena, place, length);
		if (!name || !value)
			return NULL;
		for (char *letter = value; *letter; letter++)
			*letter = (char)toupper((unsigned char)*letter);
		params[count] = (struct note_param){ name, value };
	}
	return pattern ? fill(arena, pattern, params, count, false) : NULL;
}
