#include "formatters/text/values.h"

#include "support/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* How many of the captured bytes to show: not half a character. */
static size_t cut(const struct value_bytes *bytes, size_t limit)
{
	if (bytes->captured <= limit)
		return bytes->captured;
	for (size_t back = 1; back <= 3 && back <= limit; back++) {
		size_t start = limit - back;
		size_t length = utf8_length(bytes->data + start, bytes->captured - start, NULL);
		if (length)
			return length > back ? start : limit;
	}
	return limit;
}

static void put_bytes(struct line *line, const struct value_bytes *bytes, size_t show_bytes)
{
	size_t shown = cut(bytes, show_bytes);
	line_put(line, "\"");
	line_literal(line, bytes->data, shown);
	line_put(line, shown < bytes->length ? "\"..." : "\"");
}

static void put_flags(struct line *line, const struct value_flags *flags)
{
	uint64_t unknown = flags->count ? flags->unknown : flags->value;
	for (size_t i = 0; i < flags->count; i++) {
		line_put(line, i ? "|" : "");
		line_name(line, flags->names[i]);
	}
	if (unknown)
		line_format(line, "%s0x%" PRIx64, flags->count ? "|" : "", unknown);
	else if (!flags->count)
		line_put(line, "0");
}

/* strace shows as many. */
enum { MAX_ITEMS = 32 };

static void put_list(struct line *line, const struct value_list *list, size_t show_bytes)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct value *item = &list->items[i];
		if (i == MAX_ITEMS) {
			line_put(line, ", ...");
			return;
		}
		line_put(line, i ? ", " : "");
		if (item->name) {
			line_name(line, item->name);
			line_put(line, "=");
		}
		put_argument(line, item, show_bytes);
	}
}

static void put_constant(struct line *line, const struct value_constant *constant)
{
	if (constant->name)
		line_name(line, constant->name);
	else
		line_format(line, "%" PRId64, constant->value);
}

void put_argument(struct line *line, const struct value *value, size_t show_bytes)
{
	switch (value->kind) {
	case VALUE_INTEGER:
		line_format(line, "%" PRId64, value->integer);
		return;
	case VALUE_DESCRIPTOR:
		line_format(line, "%d", value->descriptor.fd);
		return;
	case VALUE_CONSTANT:
		put_constant(line, &value->constant);
		return;
	case VALUE_FLAGS:
		put_flags(line, &value->flags);
		return;
	case VALUE_BYTES:
		put_bytes(line, &value->bytes, show_bytes);
		return;
	case VALUE_ENDPOINT:
		line_name(line, value->endpoint ? value->endpoint : "");
		return;
	case VALUE_STRUCT:
		line_put(line, "{");
		put_list(line, &value->list, show_bytes);
		line_put(line, "}");
		return;
	case VALUE_ARRAY:
		line_put(line, "[");
		put_list(line, &value->list, show_bytes);
		line_put(line, "]");
		return;
	case VALUE_ADDRESS:
		if (value->address)
			line_format(line, "0x%" PRIx64, value->address);
		else
			line_put(line, "NULL");
		return;
	}
}

static bool is_list(const struct value *value)
{
	return value->kind == VALUE_STRUCT || value->kind == VALUE_ARRAY;
}

bool holds_address(const struct value *value)
{
	if (!is_list(value))
		return value->kind == VALUE_ADDRESS && value->address;
	for (size_t i = 0; i < value->list.count; i++)
		if (holds_address(&value->list.items[i]))
			return true;
	return false;
}

size_t longest_payload(const struct value *values, size_t count)
{
	size_t longest = 0;
	for (size_t i = 0; i < count; i++) {
		const struct value *value = &values[i];
		size_t size = value->kind == VALUE_BYTES ? value->bytes.captured
			      : is_list(value)
				      ? longest_payload(value->list.items, value->list.count)
				      : 0;
		longest = size > longest ? size : longest;
	}
	return longest;
}

/* The length of an address or an option says nothing the argument before it does not,
 * unless that one was not read, or the length may be what is wrong. */
static bool is_hidden(const struct event *event, size_t i)
{
	const struct value *arg = &event->args[i];
	if (i == 0 || arg->kind != VALUE_INTEGER || !arg->name || event->error == EINVAL)
		return false;
	if (strcmp(arg->name, "addrlen") != 0 && strcmp(arg->name, "optlen") != 0)
		return false;
	return event->args[i - 1].kind != VALUE_ADDRESS;
}

void put_arguments(struct line *line, const struct event *event, size_t count, size_t show_bytes)
{
	const char *comma = "";
	for (size_t i = 0; i < count; i++) {
		if (is_hidden(event, i))
			continue;
		line_put(line, comma);
		put_argument(line, &event->args[i], show_bytes);
		comma = ", ";
	}
}

size_t first_output(const struct event *event)
{
	for (size_t i = 0; i < event->arg_count; i++)
		if (holds_address(&event->args[i]))
			return i;
	return event->arg_count;
}

bool put_call_without_result(struct line *line, const struct record *record, size_t show_bytes)
{
	const struct event *event = record->event;
	bool returned = record->type != RECORD_ENTER;
	size_t known = returned ? event->arg_count : first_output(event);
	line_name(line, event->name);
	line_put(line, "(");
	put_arguments(line, event, known, show_bytes);
	if (returned)
		line_put(line, ")");
	else
		line_put(line, known == 0 ? "..." : known < event->arg_count ? ", ..." : " ...");
	return returned;
}

void put_c_call(struct line *line, const struct record *record, size_t show_bytes)
{
	const struct event *event = record->event;
	if (!put_call_without_result(line, record, show_bytes))
		return;
	line_put(line, " = ");
	if (event->restarted)
		line_put(line, "?");
	else if (event->error)
		line_names(line, "-1 %s", event->error_name ? event->error_name : "");
	else
		line_format(line, "%" PRId64, event->result);
}
