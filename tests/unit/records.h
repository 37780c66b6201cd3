/* Records made by hand, and what a format writes of them. */
#pragma once

#include "formatters/formatter.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER(label, number)                                              \
	{                                                                   \
		.kind = VALUE_INTEGER, .name = (label), .integer = (number) \
	}
#define DESCRIPTOR(label, number, id)                                      \
	{                                                                  \
		.kind = VALUE_DESCRIPTOR, .name = (label), .descriptor = { \
			.fd = (number),                                    \
			.socket = (id)                                     \
		}                                                          \
	}
#define CONSTANT(label, number, word)                                  \
	{                                                              \
		.kind = VALUE_CONSTANT, .name = (label), .constant = { \
			.value = (number),                             \
			.name = (word)                                 \
		}                                                      \
	}
#define ENDPOINT(label, address)                                               \
	{                                                                      \
		.kind = VALUE_ENDPOINT, .name = (label), .endpoint = (address) \
	}
#define ADDRESS(label, number)                                              \
	{                                                                   \
		.kind = VALUE_ADDRESS, .name = (label), .address = (number) \
	}
/* A literal, of which all was captured and moved. */
#define PAYLOAD(label, text)                                     \
	{                                                        \
		.kind = VALUE_BYTES, .name = (label), .bytes = { \
			.data = (text),                          \
			.captured = sizeof(text) - 1,            \
			.length = sizeof(text) - 1               \
		}                                                \
	}
#define NO_FLAGS(label)                                                      \
	{                                                                    \
		.kind = VALUE_FLAGS, .name = (label), .flags = {.value = 0 } \
	}
#define LIST(list_kind, label, ...)                                                              \
	{                                                                                        \
		.kind = (list_kind), .name = (label), .list = {                                  \
			.items = (struct value[]){ __VA_ARGS__ },                                \
			.count = sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value), \
		}                                                                                \
	}

/* A call that returned; the arguments are copied. */
#define CALL(call_name, call_result, ...)                                      \
	made_call((call_name), (call_result), (struct value[]){ __VA_ARGS__ }, \
		  sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value))

static inline struct event made_call(const char *name, int64_t result, const struct value *args,
				     size_t count)
{
	struct event event = { .name = name, .result = result, .fd = -1, .arg_count = count };
	memcpy(event.args, args, count * sizeof *args);
	return event;
}

static inline struct record call_record(enum record_type type, uint64_t number, const char *lane,
					const struct event *event)
{
	struct record record = record_blank(type, number * 1000);
	record.number = number;
	record.pid = 100;
	record.tid = 100;
	record.lane = lane;
	record.event = event;
	return record;
}

static inline struct socket made_socket(const char *id, enum socket_role role, const char *local,
					const char *remote)
{
	struct socket socket = {
		.cookie = strtoull(id, NULL, 10),
		.role = role,
		.domain_name = "AF_INET",
		.type_name = "SOCK_STREAM",
		.protocol_name = "IPPROTO_TCP",
	};
	snprintf(socket.id, sizeof socket.id, "%s", id);
	snprintf(socket.local, sizeof socket.local, "%s", local);
	snprintf(socket.remote, sizeof socket.remote, "%s", remote);
	return socket;
}

/* What a format writes into a file, to be freed. */
struct transcript {
	char *text;
	size_t size;
	FILE *file;
	const struct format *format;
	struct formatter *formatter;
};

static inline void transcript_open_as(struct transcript *transcript, const struct format *format,
				      const struct format_options *options)
{
	transcript->file = open_memstream(&transcript->text, &transcript->size);
	ck_assert_ptr_nonnull(transcript->file);
	transcript->format = format;
	ck_assert_ptr_nonnull(transcript->format);
	transcript->formatter = transcript->format->open(transcript->file, options);
	ck_assert_ptr_nonnull(transcript->formatter);
}

static inline void transcript_open(struct transcript *transcript, const char *format,
				   const struct format_options *options)
{
	transcript_open_as(transcript, format_named(format), options);
}

static inline void transcript_write(struct transcript *transcript, const struct record *record)
{
	transcript->format->write(transcript->formatter, record);
}

static inline char *transcript_close(struct transcript *transcript)
{
	transcript->format->close(transcript->formatter);
	fclose(transcript->file);
	return transcript->text;
}
