/* What the tests of decode/ share: calls made of thin air, and events as one line of text. */
#pragma once

#include "fake_memory.h"
#include "unit.h"

#include "decode/decode.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct trace {
	struct fake_memory fake;
	struct decode_limits limits;
	struct event *event;
	char text[256 * 1024];
	size_t used;
};

static inline struct trace *trace_new(void)
{
	struct trace *trace = calloc(1, sizeof *trace);
	ck_assert_ptr_nonnull(trace);
	fake_init(&trace->fake);
	trace->limits.capture = 65536;
	return trace;
}

static inline void trace_free(struct trace *trace)
{
	event_free(trace->event);
	free(trace);
}

static inline const struct call *row(const char *name)
{
	size_t position = 0;
	const struct call *call;
	while ((call = call_next(&position)))
		if (strcmp(call_name(call), name) == 0)
			return call;
	ck_abort_msg("no row for %s", name);
	return NULL;
}

/* --- as text ---------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static inline void say(struct trace *trace,
							     const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int length = vsnprintf(trace->text + trace->used, sizeof trace->text - trace->used, format,
			       args);
	va_end(args);
	ck_assert_int_ge(length, 0);
	trace->used += (size_t)length;
	ck_assert_uint_lt(trace->used, sizeof trace->text);
}

static inline void say_flags(struct trace *trace, const struct value_flags *flags)
{
	for (size_t i = 0; i < flags->count; i++)
		say(trace, "%s%s", i ? "|" : "", flags->names[i]);
	if (flags->unknown || !flags->count)
		say(trace, "%s0x%" PRIx64, flags->count ? "|" : "", flags->unknown);
}

/* Printable as it is; how much was captured of how much only where these differ. */
static inline void say_bytes(struct trace *trace, const struct value_bytes *bytes)
{
	say(trace, "\"");
	for (size_t i = 0; i < bytes->captured; i++) {
		unsigned char byte = (unsigned char)bytes->data[i];
		say(trace, byte >= ' ' && byte < 0x7f ? "%c" : "\\x%02x", byte);
	}
	say(trace, "\"");
	if (bytes->captured != bytes->length)
		say(trace, ":%zu/%zu", bytes->captured, bytes->length);
}

static inline void say_value(struct trace *trace, const struct value *value)
{
	bool list = value->kind == VALUE_STRUCT || value->kind == VALUE_ARRAY;
	switch (value->kind) {
	case VALUE_INTEGER:
		say(trace, "%" PRId64, value->integer);
		break;
	case VALUE_DESCRIPTOR:
		say(trace, "fd%d", value->descriptor.fd);
		break;
	case VALUE_CONSTANT:
		if (value->constant.name)
			say(trace, "%s", value->constant.name);
		else
			say(trace, "?%" PRId64, value->constant.value);
		break;
	case VALUE_FLAGS:
		say_flags(trace, &value->flags);
		break;
	case VALUE_BYTES:
		say_bytes(trace, &value->bytes);
		break;
	case VALUE_ENDPOINT:
		say(trace, "<%s>", value->endpoint);
		break;
	case VALUE_ADDRESS:
		say(trace, "@%" PRIx64, value->address);
		break;
	case VALUE_STRUCT:
	case VALUE_ARRAY:
		say(trace, value->kind == VALUE_STRUCT ? "{" : "[");
		break;
	}
	for (size_t i = 0; list && i < value->list.count; i++) {
		const struct value *item = &value->list.items[i];
		say(trace, "%s", i ? ", " : "");
		if (value->kind == VALUE_STRUCT)
			say(trace, "%s=", item->name);
		say_value(trace, item);
	}
	if (list)
		say(trace, value->kind == VALUE_STRUCT ? "}" : "]");
}

/* recv(fd3, "hello", 1024, 0x0) */
static inline const char *event_said(struct trace *trace)
{
	const struct event *event = trace->event;
	trace->used = 0;
	say(trace, "%s(", event->name);
	for (size_t i = 0; i < event->arg_count; i++) {
		say(trace, "%s", i ? ", " : "");
		say_value(trace, &event->args[i]);
	}
	say(trace, ")");
	return trace->text;
}

/* --- entry and return ------------------------------------------------------------------- */

static inline const char *enter(struct trace *trace, enum abi abi, const char *name,
				const uint64_t args[6])
{
	struct stop stop = { .kind = STOP_ENTRY, .abi = abi };
	memcpy(stop.args, args, sizeof stop.args);
	event_free(trace->event);
	trace->event = decode_entry(row(name), &stop, &trace->fake.memory, &trace->limits);
	ck_assert_ptr_nonnull(trace->event);
	return event_said(trace);
}

static inline const char *leave(struct trace *trace, int64_t result)
{
	struct stop stop = { .kind = STOP_EXIT, .abi = trace->event->abi, .result = result };
	decode_return(trace->event, &stop, &trace->fake.memory, &trace->limits);
	return event_said(trace);
}

/* Six registers; those not given are 0. */
#define ARGS(...) ((const uint64_t[6]){ __VA_ARGS__ })
/* A name and its bytes, for fake_put(). */
#define PUT(trace, address, object) fake_put(&(trace)->fake, (address), &(object), sizeof(object))

/* Of tests that a NULL ends. */
static inline Suite *suite_of(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
	return suite;
}
