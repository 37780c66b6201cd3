/* Calls and the segments between them, in order, and what the reader sees of them. */
#pragma once

#include "segments.h"
#include "transcripts.h"

enum { MOST_RECORDS = 256 };

/* Records in the making; each segment has a place of its own. */
struct story {
	struct segment segments[MOST_RECORDS];
	struct record records[MOST_RECORDS];
	size_t count;
};

static inline struct record *add(struct story *story, struct record record)
{
	ck_assert_uint_lt(story->count, MOST_RECORDS);
	story->records[story->count] = record;
	return &story->records[story->count++];
}

static inline struct record *add_segment(struct story *story, struct segment segment,
					 uint64_t cause)
{
	ck_assert_uint_lt(story->count, MOST_RECORDS);
	story->segments[story->count] = segment;
	return add(story, segment_record(&story->segments[story->count], cause));
}

static inline void expect_story(const struct format_options *options, const struct story *story,
				const char *expected)
{
	expect(options, story->records, story->count, expected);
}

static inline struct segment remarked(struct segment segment, enum segment_remark remark)
{
	segment.remark = remark;
	return segment;
}

static inline struct event connect_call(void)
{
	return CALL("connect", 0, DESCRIPTOR("sockfd", 3, "20"), ENDPOINT("addr", SERVER_END),
		    INTEGER("addrlen", 16));
}

static inline struct event send_call(void)
{
	return CALL("send", 6, DESCRIPTOR("sockfd", 3, "20"), PAYLOAD("buf", "hello\n"),
		    INTEGER("len", 6), NO_FLAGS("flags"));
}

static inline struct event close_call(void)
{
	return CALL("close", 0, DESCRIPTOR("fd", 3, "20"));
}

static inline void add_handshake(struct story *story, const struct event *event)
{
	add_segment(story, made_syn(true), 6);
	add_segment(story, made_syn(false), 6);
	add_segment(story, made_segment(true, SEGMENT_ACK, 1, 1, 0), 6);
	add(story, call_record(RECORD_CALL, 6, "client", event));
}
