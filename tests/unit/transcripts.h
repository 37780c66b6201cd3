/* What the text format makes of records, compared with what the reader should see. */
#pragma once

#include "records.h"

static const struct format_options plain = { .show_bytes = 64 };

static inline void expect(const struct format_options *options, const struct record *records,
			  size_t count, const char *expected)
{
	struct transcript transcript;
	transcript_open(&transcript, "text", options);
	for (size_t i = 0; i < count; i++)
		transcript_write(&transcript, &records[i]);
	char *text = transcript_close(&transcript);
	ck_assert_str_eq(text, expected);
	free(text);
}

static inline void expect_one(struct record record, const char *expected)
{
	expect(&plain, &record, 1, expected);
}

/* A call without anything below it. */
static inline void expect_call(const struct event *event, const char *expected)
{
	expect_one(call_record(RECORD_CALL, 1, "server", event), expected);
}

static inline struct event bind_call(void)
{
	return CALL("bind", 0, DESCRIPTOR("sockfd", 3, "10"), ENDPOINT("addr", "127.0.0.1:8000"),
		    INTEGER("addrlen", 16));
}

static inline struct event fail_with(struct event event, int error, const char *name)
{
	event.result = -1;
	event.error = error;
	event.error_name = name;
	return event;
}
