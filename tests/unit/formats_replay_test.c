/* Every format of the table: whatever the records, a replay gives what the trace gave. */
#include "random_records.h"
#include "replay/replay.h"
#include "unit.h"

static const struct format_options options = { .show_bytes = 64 };

enum { RUNS = 10, RECORDS = 100, SHOWN = 60 };

static int write_again(void *context, const struct record *record)
{
	transcript_write(context, record);
	return 0;
}

/* The same records live, and by way of a recording. */
static void compare(const struct format *format, struct random *random)
{
	struct transcript live;
	struct transcript recording;
	struct transcript again;
	struct replay_error error;
	random->waiting = 0;
	transcript_open_as(&live, format, &options);
	transcript_open(&recording, "jsonl", &options);
	transcript_open_as(&again, format, &options);
	for (int i = 0; i < RECORDS; i++) {
		random->arena = arena_new();
		struct record record = random_record(random);
		transcript_write(&live, &record);
		transcript_write(&recording, &record);
		arena_free(random->arena);
	}
	char *lines = transcript_close(&recording);
	FILE *in = fmemopen(lines, recording.size, "r");
	ck_assert_int_eq(replay_run(in, write_again, &again, &error), 0);
	fclose(in);
	free(lines);
	char *one = transcript_close(&live);
	char *other = transcript_close(&again);
	size_t size = live.size < again.size ? live.size : again.size;
	size_t same = 0;
	while (same < size && one[same] == other[same])
		same++;
	/* Check has no room for whole transcripts. */
	size_t from = same < SHOWN ? 0 : same - SHOWN;
	ck_assert_msg(same == live.size && same == again.size,
		      "%s, from byte %zu on:\n%.*s\n--- and\n%.*s", format->name, from, 2 * SHOWN,
		      one + from, 2 * SHOWN, other + from);
	free(one);
	free(other);
}

START_TEST(random_records_give_the_same_live_and_replayed)
{
	for (const struct format *format = formats; format->name; format++) {
		struct random random = { .state = 11 };
		for (int run = 0; run < RUNS; run++)
			compare(format, &random);
	}
	struct random random = { .state = 11 };
	for (int run = 0; run < RUNS; run++)
		compare(&counts_format, &random);
}
END_TEST

START_TEST(a_format_that_gets_no_records_is_opened_and_closed)
{
	for (const struct format *format = formats; format->name; format++) {
		struct transcript transcript;
		transcript_open(&transcript, format->name, &options);
		free(transcript_close(&transcript));
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("formats replay");
	TCase *records = tcase_create("records");
	tcase_set_timeout(records, 120);
	tcase_add_test(records, random_records_give_the_same_live_and_replayed);
	tcase_add_test(records, a_format_that_gets_no_records_is_opened_and_closed);
	suite_add_tcase(suite, records);
	return suite;
}
