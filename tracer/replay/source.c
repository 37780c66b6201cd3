#include "replay/parts.h"

#include "support/language.h"

#include <limits.h>
#include <stdlib.h>

/* Absent: 0. */
static unsigned read_positive(struct replay_line *line, const struct json *object, const char *key)
{
	int64_t number = field_number(line, object, key, 0);
	if (number >= 0 && number <= INT_MAX)
		return (unsigned)number;
	replay_complain(line, _("\"%s\" is no line or column"), key);
	return 0;
}

static void read_line(struct replay_line *line)
{
	const struct json *object = field_object(line, line->object, "source");
	if (!object)
		return;
	line->source = (struct source){
		.language = source_language_named(need_text(line, object, "language")),
		.file = field_text(line, object, "file"),
		.line = read_positive(line, object, "line"),
		.column = read_positive(line, object, "column"),
		.end_column = read_positive(line, object, "end_column"),
		.function = field_text(line, object, "function"),
		.text = field_text(line, object, "text"),
		.via = field_text(line, object, "via"),
	};
	line->record.source = &line->source;
}

void replay_source(struct replay_line *line)
{
	const struct json *array = field_array(line, line->object, "stack");
	size_t count = json_count(array);
	read_line(line);
	if (count > SOURCE_MOST_FRAMES)
		replay_complain(line, _("a stack has more than %d frames"), SOURCE_MOST_FRAMES);
	struct source_frame *frames =
		array && !line->bad ? replay_room(line, count, sizeof *frames) : NULL;
	size_t i = 0;
	for (const struct json *object = json_first(array); frames && object;
	     object = json_next(array, object), i++)
		frames[i] = (struct source_frame){
			.module = field_text(line, object, "module"),
			.address = strtoull(need_text(line, object, "address"), NULL, 16),
			.function = field_text(line, object, "function"),
			.offset = (uint64_t)field_number(line, object, "offset", 0),
			.file = field_text(line, object, "file"),
			.line = read_positive(line, object, "line"),
		};
	line->record.stack = frames;
	line->record.stack_count = frames ? count : 0;
}
