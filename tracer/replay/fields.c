#include "replay/parts.h"

#include "support/arena.h"
#include "support/language.h"

#include <stdarg.h>
#include <string.h>

void replay_complain(struct replay_line *line, const char *format, ...)
{
	if (line->bad)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(line->error->message, sizeof line->error->message, format, args);
	va_end(args);
	line->bad = true;
}

static const struct json *field(struct replay_line *line, const struct json *object,
				const char *key, enum json_kind kind, const char *wanted)
{
	const struct json *value = json_member(object, key);
	if (!value || value->kind == kind)
		return value;
	replay_complain(line, _("\"%s\" is not %s"), key, _(wanted));
	return NULL;
}

const char *field_text(struct replay_line *line, const struct json *object, const char *key)
{
	const struct json *value = field(line, object, key, JSON_TEXT, N_("a string"));
	return value ? json_text(value) : NULL;
}

int64_t field_number(struct replay_line *line, const struct json *object, const char *key,
		     int64_t fallback)
{
	const struct json *value = field(line, object, key, JSON_INTEGER, N_("an integer"));
	return value ? value->integer : fallback;
}

const struct json *field_object(struct replay_line *line, const struct json *object,
				const char *key)
{
	return field(line, object, key, JSON_OBJECT, N_("an object"));
}

const struct json *field_array(struct replay_line *line, const struct json *object, const char *key)
{
	return field(line, object, key, JSON_ARRAY, N_("an array"));
}

const char *need_text(struct replay_line *line, const struct json *object, const char *key)
{
	const char *text = field_text(line, object, key);
	if (text)
		return text;
	replay_complain(line, _("there is no \"%s\""), key);
	return "";
}

int64_t need_number(struct replay_line *line, const struct json *object, const char *key)
{
	if (!json_member(object, key))
		replay_complain(line, _("there is no \"%s\""), key);
	return field_number(line, object, key, 0);
}

void *replay_room(struct replay_line *line, size_t count, size_t size)
{
	/* count is the length of an array that is in memory: it cannot overflow. */
	void *room = arena_zero(line->arena, count * size + 1);
	if (!room)
		replay_complain(line, _("there is no memory left"));
	return room;
}

const char **replay_list(struct replay_line *line, const struct json *array)
{
	size_t count = json_count(array);
	const char **list = array ? replay_room(line, count + 1, sizeof *list) : NULL;
	const char **next = list;
	for (const struct json *item = json_first(array); next && item;
	     item = json_next(array, item)) {
		*next++ = json_text(item);
		if (!json_text(item)) {
			replay_complain(line, _("a list of strings holds something else"));
			return NULL;
		}
	}
	return list;
}
