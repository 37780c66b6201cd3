/* A recording and a transcript side by side, live and replayed. */
#pragma once

#include "records.h"
#include "replay/replay.h"

/* The two formats side by side, fed with the same records. */
struct pair {
	struct transcript text, jsonl;
};

static inline void pair_open(struct pair *pair)
{
	static const struct format_options options = {
		.show_bytes = 32,
		.width = 90,
		.color = true,
		.duration = true,
		.time = TIME_MICROS,
		.wire = WIRE_FULL,
	};
	transcript_open(&pair->text, "text", &options);
	transcript_open(&pair->jsonl, "jsonl", &options);
}

static inline int pair_write(void *context, const struct record *record)
{
	struct pair *pair = context;
	transcript_write(&pair->text, record);
	transcript_write(&pair->jsonl, record);
	return 0;
}

static inline void pair_free(struct pair *pair)
{
	free(pair->text.text);
	free(pair->jsonl.text);
}

static inline int replay_text(const char *text, size_t size, struct pair *pair,
			      struct replay_error *error)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, size, "r");
	ck_assert_ptr_nonnull(in);
	int result = replay_run(in, pair_write, pair, error);
	fclose(in);
	return result;
}

/* Replays a recording that must be fine; what it showed is in ret_pair. */
static inline void replay_again(const char *recording, struct pair *ret_pair)
{
	struct replay_error error;
	pair_open(ret_pair);
	int result = replay_text(recording, strlen(recording), ret_pair, &error);
	ck_assert_msg(result == 0, "line %lu: %s", error.line, error.message);
	transcript_close(&ret_pair->text);
	transcript_close(&ret_pair->jsonl);
}
