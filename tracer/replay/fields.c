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

static const json_t *field(struct replay_line *line, const json_t *object, const char *key,
			   json_type type, const char *wanted)
{
	const json_t *value = json_object_get(object, key);
	if (!value || json_typeof(value) == type)
		return value;
	replay_complain(line, _("\"%s\" is not %s"), key, _(wanted));
	return NULL;
}

const char *field_text(struct replay_line *line, const json_t *object, const char *key)
{
	const json_t *value = field(line, object, key, JSON_STRING, N_("a string"));
	return value ? json_string_value(value) : NULL;
}

int64_t field_number(struct replay_line *line, const json_t *object, const char *key,
		     int64_t fallback)
{
	const json_t *value = field(line, object, key, JSON_INTEGER, N_("an integer"));
	return value ? json_integer_value(value) : fallback;
}

const json_t *field_object(struct replay_line *line, const json_t *object, const char *key)
{
	return field(line, object, key, JSON_OBJECT, N_("an object"));
}

const json_t *field_array(struct replay_line *line, const json_t *object, const char *key)
{
	return field(line, object, key, JSON_ARRAY, N_("an array"));
}

const char *need_text(struct replay_line *line, const json_t *object, const char *key)
{
	const char *text = field_text(line, object, key);
	if (text)
		return text;
	replay_complain(line, _("there is no \"%s\""), key);
	return "";
}

int64_t need_number(struct replay_line *line, const json_t *object, const char *key)
{
	if (!json_object_get(object, key))
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

const char **replay_list(struct replay_line *line, const json_t *array)
{
	size_t count = json_array_size(array);
	const char **list = array ? replay_room(line, count + 1, sizeof *list) : NULL;
	for (size_t i = 0; list && i < count; i++) {
		list[i] = json_string_value(json_array_get(array, i));
		if (!list[i]) {
			replay_complain(line, _("a list of strings holds something else"));
			return NULL;
		}
	}
	return list;
}
