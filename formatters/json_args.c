#include "formatters/json.h"

#include <inttypes.h>
#include <stdio.h>

static void put_integer(struct json_line *line, const struct value *value)
{
	put_number(line, "value", value->integer);
}

static void put_descriptor(struct json_line *line, const struct value *value)
{
	put_number(line, "value", value->descriptor.fd);
	put_text(line, "socket", value->descriptor.socket);
}

static void put_constant(struct json_line *line, const struct value *value)
{
	put_number(line, "value", value->constant.value);
	/* Not "name": that is what the argument is called. */
	put_text(line, "symbol", value->constant.name);
}

static void put_flags(struct json_line *line, const struct value *value)
{
	const struct value_flags *flags = &value->flags;
	put_number(line, "value", (int64_t)flags->value);
	struct json_place names = json_open(line, "names", '[');
	for (size_t i = 0; i < flags->count; i++)
		put_text(line, NULL, flags->names[i]);
	json_close(line, names);
	if (flags->unknown)
		put_number(line, "unknown", (int64_t)flags->unknown);
}

static void put_payload(struct json_line *line, const struct value *value)
{
	put_bytes(line, &value->bytes);
}

static void put_endpoint(struct json_line *line, const struct value *value)
{
	put_text(line, "value", value->endpoint);
}

static void put_fields(struct json_line *line, const struct value *value)
{
	put_args(line, "fields", value->list.items, value->list.count);
}

static void put_items(struct json_line *line, const struct value *value)
{
	put_args(line, "items", value->list.items, value->list.count);
}

static void put_address(struct json_line *line, const struct value *value)
{
	char text[sizeof "0x" + 16];
	snprintf(text, sizeof text, "0x%" PRIx64, value->address);
	put_text(line, "value", text);
}

static const struct kind {
	const char *name;
	void (*put)(struct json_line *line, const struct value *value);
} kinds[] = {
	[VALUE_INTEGER] = { "int", put_integer },
	[VALUE_DESCRIPTOR] = { "fd", put_descriptor },
	[VALUE_CONSTANT] = { "const", put_constant },
	[VALUE_FLAGS] = { "flags", put_flags },
	[VALUE_BYTES] = { "bytes", put_payload },
	[VALUE_ENDPOINT] = { "endpoint", put_endpoint },
	[VALUE_STRUCT] = { "struct", put_fields },
	[VALUE_ARRAY] = { "array", put_items },
	[VALUE_ADDRESS] = { "address", put_address },
};

/* What it takes of the program's memory. */
static void put_memory(struct json_line *line, const struct value *value)
{
	if (value->size)
		put_number(line, "size", (int64_t)value->size);
	if (value->room)
		put_number(line, "room", (int64_t)value->room);
	if (value->raw) {
		struct json_place raw = json_open(line, "raw", '{');
		put_bytes(line, value->raw);
		json_close(line, raw);
	}
}

void put_arg(struct json_line *line, const struct value *value)
{
	const struct kind *kind = &kinds[value->kind];
	struct json_place object = json_open(line, NULL, '{');
	put_text(line, "name", value->name);
	put_text(line, "kind", kind->name);
	kind->put(line, value);
	put_memory(line, value);
	json_close(line, object);
}

void put_args(struct json_line *line, const char *key, const struct value *values, size_t count)
{
	struct json_place args = json_open(line, key, '[');
	for (size_t i = 0; i < count; i++)
		put_arg(line, &values[i]);
	json_close(line, args);
}
