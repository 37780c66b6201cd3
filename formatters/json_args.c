#include "formatters/json.h"

#include <inttypes.h>
#include <stdio.h>

static void put_integer(json_t *object, const struct value *value)
{
	put_number(object, "value", value->integer);
}

static void put_descriptor(json_t *object, const struct value *value)
{
	put_number(object, "value", value->descriptor.fd);
	put_text(object, "socket", value->descriptor.socket);
}

static void put_constant(json_t *object, const struct value *value)
{
	put_number(object, "value", value->constant.value);
	/* Not "name": that is what the argument is called. */
	put_text(object, "symbol", value->constant.name);
}

static void put_flags(json_t *object, const struct value *value)
{
	const struct value_flags *flags = &value->flags;
	json_t *names = json_array();
	for (size_t i = 0; i < flags->count; i++)
		json_array_append_new(names, json_string(flags->names[i]));
	put_number(object, "value", (int64_t)flags->value);
	put_value(object, "names", names);
	if (flags->unknown)
		put_number(object, "unknown", (int64_t)flags->unknown);
}

static void put_payload(json_t *object, const struct value *value)
{
	put_bytes(object, &value->bytes);
}

static void put_endpoint(json_t *object, const struct value *value)
{
	put_text(object, "value", value->endpoint);
}

static void put_fields(json_t *object, const struct value *value)
{
	put_value(object, "fields", json_args(value->list.items, value->list.count));
}

static void put_items(json_t *object, const struct value *value)
{
	put_value(object, "items", json_args(value->list.items, value->list.count));
}

static void put_address(json_t *object, const struct value *value)
{
	char text[sizeof "0x" + 16];
	snprintf(text, sizeof text, "0x%" PRIx64, value->address);
	put_text(object, "value", text);
}

static const struct kind {
	const char *name;
	void (*put)(json_t *object, const struct value *value);
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
static void put_memory(json_t *object, const struct value *value)
{
	if (value->size)
		put_number(object, "size", (int64_t)value->size);
	if (value->room)
		put_number(object, "room", (int64_t)value->room);
	if (value->raw) {
		json_t *raw = json_object();
		put_bytes(raw, value->raw);
		put_value(object, "raw", raw);
	}
}

json_t *json_args(const struct value *values, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct kind *kind = &kinds[values[i].kind];
		json_t *object = json_object();
		put_text(object, "name", values[i].name);
		put_text(object, "kind", kind->name);
		kind->put(object, &values[i]);
		put_memory(object, &values[i]);
		json_array_append_new(array, object);
	}
	return array;
}
