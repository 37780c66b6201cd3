#include "replay/parts.h"

#include "support/base64.h"
#include "support/language.h"

#include <stdlib.h>
#include <string.h>

static void read_integer(struct replay_line *line, const struct json *object, struct value *value)
{
	value->integer = need_number(line, object, "value");
}

static void read_descriptor(struct replay_line *line, const struct json *object,
			    struct value *value)
{
	value->descriptor.fd = (int)need_number(line, object, "value");
	value->descriptor.socket = field_text(line, object, "socket");
}

static void read_constant(struct replay_line *line, const struct json *object, struct value *value)
{
	value->constant.value = need_number(line, object, "value");
	value->constant.name = field_text(line, object, "symbol");
}

static void read_flags(struct replay_line *line, const struct json *object, struct value *value)
{
	const struct json *names = field_array(line, object, "names");
	value->flags.value = (uint64_t)need_number(line, object, "value");
	value->flags.names = replay_list(line, names);
	value->flags.count = value->flags.names ? json_count(names) : 0;
	value->flags.unknown = (uint64_t)field_number(line, object, "unknown", 0);
}

static void decode_base64(struct replay_line *line, const char *text, struct value_bytes *bytes)
{
	size_t length = strlen(text);
	char *data = replay_room(line, length / 4 * 3 + 1, 1);
	if (!data)
		return;
	if (base64_decode(data, &bytes->captured, text, length))
		bytes->data = data;
	else
		replay_complain(line, _("\"base64\" is not base64"));
}

void replay_bytes(struct replay_line *line, const struct json *object, struct value_bytes *bytes)
{
	const struct json *text = json_member(object, "text");
	const char *base64 = field_text(line, object, "base64");
	bytes->data = "";
	if (base64) {
		decode_base64(line, base64, bytes);
	} else if (field_text(line, object, "text")) {
		/* May contain NUL: its length is not strlen's. */
		bytes->data = text->text;
		bytes->captured = text->count;
	}
	bytes->length = (size_t)field_number(line, object, "length", (int64_t)bytes->captured);
	if (bytes->length < bytes->captured)
		replay_complain(line, _("\"length\" is less than what was captured"));
}

static void read_bytes(struct replay_line *line, const struct json *object, struct value *value)
{
	replay_bytes(line, object, &value->bytes);
}

static void read_endpoint(struct replay_line *line, const struct json *object, struct value *value)
{
	value->endpoint = need_text(line, object, "value");
}

static void read_fields(struct replay_line *line, const struct json *object, struct value *value)
{
	const struct json *fields = field_array(line, object, "fields");
	value->list.items = replay_args(line, fields, true);
	value->list.count = value->list.items ? json_count(fields) : 0;
}

static void read_items(struct replay_line *line, const struct json *object, struct value *value)
{
	const struct json *items = field_array(line, object, "items");
	value->list.items = replay_args(line, items, false);
	value->list.count = value->list.items ? json_count(items) : 0;
}

static void read_address(struct replay_line *line, const struct json *object, struct value *value)
{
	const char *text = need_text(line, object, "value");
	char *end = NULL;
	value->address = strtoull(text, &end, 16);
	if (strncmp(text, "0x", 2) != 0 || *end)
		replay_complain(line, _("an address is not a hexadecimal number"));
}

static const struct kind {
	const char *name;
	enum value_kind kind;
	void (*read)(struct replay_line *line, const struct json *object, struct value *value);
} kinds[] = {
	{ "int", VALUE_INTEGER, read_integer },     { "fd", VALUE_DESCRIPTOR, read_descriptor },
	{ "const", VALUE_CONSTANT, read_constant }, { "flags", VALUE_FLAGS, read_flags },
	{ "bytes", VALUE_BYTES, read_bytes },       { "endpoint", VALUE_ENDPOINT, read_endpoint },
	{ "struct", VALUE_STRUCT, read_fields },    { "array", VALUE_ARRAY, read_items },
	{ "address", VALUE_ADDRESS, read_address },
};

static void read_memory(struct replay_line *line, const struct json *object, struct value *value)
{
	const struct json *raw = field_object(line, object, "raw");
	struct value_bytes *bytes = raw ? replay_room(line, 1, sizeof *bytes) : NULL;
	value->size = (uint64_t)field_number(line, object, "size", 0);
	value->room = (uint64_t)field_number(line, object, "room", 0);
	if (!bytes)
		return;
	replay_bytes(line, raw, bytes);
	value->raw = bytes;
}

static void read_value(struct replay_line *line, const struct json *object, struct value *value)
{
	const char *name = need_text(line, object, "kind");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(name, kinds[i].name) == 0) {
			value->kind = kinds[i].kind;
			kinds[i].read(line, object, value);
			read_memory(line, object, value);
			return;
		}
	}
	replay_complain(line, _("an argument is of an unknown kind"));
}

struct value *replay_args(struct replay_line *line, const struct json *array, bool named)
{
	size_t count = json_count(array);
	struct value *values = array ? replay_room(line, count, sizeof *values) : NULL;
	struct value *value = values;
	/* How deep it goes JSON_MOST_LEVELS has bounded. */
	for (const struct json *object = json_first(array); value && object && !line->bad;
	     object = json_next(array, object), value++) {
		value->name =
			named ? need_text(line, object, "name") : field_text(line, object, "name");
		read_value(line, object, value);
	}
	return line->bad ? NULL : values;
}
