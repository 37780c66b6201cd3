/* Events made by hand, as decode/ would make them, for the tests of teach/. */
#pragma once

#include "types/event.h"

#include <string.h>

#define INTEGER(number)                                    \
	{                                                  \
		.kind = VALUE_INTEGER, .integer = (number) \
	}
#define ADDRESS(number)                                    \
	{                                                  \
		.kind = VALUE_ADDRESS, .address = (number) \
	}
#define CONSTANT(number)                                                 \
	{                                                                \
		.kind = VALUE_CONSTANT, .constant = {(number), #number } \
	}
#define UNNAMED(number)                                               \
	{                                                             \
		.kind = VALUE_CONSTANT, .constant = {(number), NULL } \
	}
#define ENDPOINT(text)                                     \
	{                                                  \
		.kind = VALUE_ENDPOINT, .endpoint = (text) \
	}
/* A socket that has the variable and, to tell it from others, the id "id-" with it. */
#define SOCKET(number, name)                                                          \
	{                                                                             \
		.kind = VALUE_DESCRIPTOR, .descriptor = {(number), "id-" name, name } \
	}
#define DESCRIPTOR(number)                                                      \
	{                                                                       \
		.kind = VALUE_DESCRIPTOR, .descriptor = {(number), NULL, NULL } \
	}
#define BYTES(text)                                                                         \
	{                                                                                   \
		.kind = VALUE_BYTES, .bytes = {(text), sizeof(text) - 1, sizeof(text) - 1 } \
	}
#define LIST(of, ...)                                                                  \
	{                                                                              \
		.kind = (of), .list = {                                                \
			(struct value[]){ __VA_ARGS__ },                               \
			sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value) \
		}                                                                      \
	}
#define ARRAY(...)  LIST(VALUE_ARRAY, __VA_ARGS__)
#define STRUCT(...) LIST(VALUE_STRUCT, __VA_ARGS__)
#define FLAGS(bits, others, ...)                                                  \
	{                                                                         \
		.kind = VALUE_FLAGS, .flags = {                                   \
			(bits),                                                   \
			(const char *[]){ __VA_ARGS__ },                          \
			sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), \
			(others)                                                  \
		}                                                                 \
	}
#define NO_FLAGS                    \
	{                           \
		.kind = VALUE_FLAGS \
	}

/* The same with a field's name in front. */
#define FIELD_INTEGER(field, number)                                        \
	{                                                                   \
		.name = (field), .kind = VALUE_INTEGER, .integer = (number) \
	}
#define FIELD_CONSTANT(field, number)                                                     \
	{                                                                                 \
		.name = (field), .kind = VALUE_CONSTANT, .constant = {(number), #number } \
	}
#define FIELD_ENDPOINT(field, text)                                         \
	{                                                                   \
		.name = (field), .kind = VALUE_ENDPOINT, .endpoint = (text) \
	}
#define FIELD_ADDRESS(field, number)                                        \
	{                                                                   \
		.name = (field), .kind = VALUE_ADDRESS, .address = (number) \
	}
#define FIELD_SOCKET(field, number, variable)                              \
	{                                                                  \
		.name = (field), .kind = VALUE_DESCRIPTOR, .descriptor = { \
			(number),                                          \
			"id-" variable,                                    \
			variable                                           \
		}                                                          \
	}
#define FIELD_ARRAY(field, ...)                                                        \
	{                                                                              \
		.name = (field), .kind = VALUE_ARRAY, .list = {                        \
			(struct value[]){ __VA_ARGS__ },                               \
			sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value) \
		}                                                                      \
	}
#define FIELD_FLAGS(field, bits, ...)                                             \
	{                                                                         \
		.name = (field), .kind = VALUE_FLAGS, .flags = {                  \
			(bits),                                                   \
			(const char *[]){ __VA_ARGS__ },                          \
			sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), \
			0                                                         \
		}                                                                 \
	}

/* A call that has entered, with these arguments. */
#define ENTERED(id, ...)                                     \
	event_entered((id), (struct value[]){ __VA_ARGS__ }, \
		      sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value))
/* One that has returned that result; one that failed with that errno. */
#define RETURNED(id, value, ...) event_returned(ENTERED((id), __VA_ARGS__), (value))
#define FAILED(id, errno_, ...)  event_failed(ENTERED((id), __VA_ARGS__), (errno_))

static inline struct event *event_entered(enum call_id call, const struct value *args, size_t count)
{
	struct event *event = event_new();
	event->call = call;
	event->name = "call";
	event->abi = ABI_NATIVE;
	event->arg_count = count;
	event->entered = 1;
	memcpy(event->args, args, count * sizeof *args);
	if (args[0].kind == VALUE_DESCRIPTOR)
		event->fd = args[0].descriptor.fd;
	return event;
}

static inline struct event *event_returned(struct event *event, int64_t result)
{
	event->returned = 2;
	event->result = result;
	return event;
}

static inline struct event *event_failed(struct event *event, int error)
{
	event->returned = 2;
	event->result = -1;
	event->error = error;
	return event;
}
