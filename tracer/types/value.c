#include "types/value.h"

#include <string.h>

const struct value *value_field(const struct value *value, const char *name)
{
	if (!value || value->kind != VALUE_STRUCT)
		return NULL;
	for (size_t i = 0; i < value->list.count; i++)
		if (strcmp(value->list.items[i].name, name) == 0)
			return &value->list.items[i];
	return NULL;
}

int64_t value_number(const struct value *value)
{
	switch (value->kind) {
	case VALUE_INTEGER:
		return value->integer;
	case VALUE_DESCRIPTOR:
		return value->descriptor.fd;
	case VALUE_CONSTANT:
		return value->constant.value;
	case VALUE_FLAGS:
		return (int64_t)value->flags.value;
	case VALUE_ADDRESS:
		return (int64_t)value->address;
	case VALUE_BYTES:
	case VALUE_ENDPOINT:
	case VALUE_STRUCT:
	case VALUE_ARRAY:
		break;
	}
	return 0;
}

int value_fd(const struct value *value)
{
	return value && value->kind == VALUE_DESCRIPTOR ? value->descriptor.fd : -1;
}
