#include "formatters/json.h"

#include <inttypes.h>

static void put_positive(struct json_line *line, const char *key, unsigned number)
{
	if (number)
		put_number(line, key, number);
}

static void put_line(struct json_line *line, const struct source *source)
{
	struct json_place fields = json_open(line, "source", '{');
	put_text(line, "language", source_language_name(source->language));
	put_text(line, "file", source->file);
	put_positive(line, "line", source->line);
	put_positive(line, "column", source->column);
	put_positive(line, "end_column", source->end_column);
	put_text(line, "function", source->function);
	put_text(line, "text", source->text);
	put_text(line, "via", source->via);
	json_close(line, fields);
}

static void put_frame(struct json_line *line, const struct source_frame *frame)
{
	struct json_place fields = json_open(line, NULL, '{');
	char address[2 + 16 + 1];
	snprintf(address, sizeof address, "0x%" PRIx64, frame->address);
	put_text(line, "module", frame->module);
	put_text(line, "address", address);
	put_text(line, "function", frame->function);
	if (frame->offset)
		put_number(line, "offset", (int64_t)frame->offset);
	put_text(line, "file", frame->file);
	put_positive(line, "line", frame->line);
	json_close(line, fields);
}

void put_source(struct json_line *line, const struct record *record)
{
	if (record->source)
		put_line(line, record->source);
	struct json_place stack = json_open(line, "stack", '[');
	for (size_t i = 0; i < record->stack_count; i++)
		put_frame(line, &record->stack[i]);
	json_close(line, stack);
}
