/* Whatever a trace shows, a replay of its recording shows the same, and nothing raw. */
#include "pairs.h"
#include "random_records.h"
#include "unit.h"

/* Whole transcripts are too long for a message: the first difference is what is shown. */
static void expect_equal(const char *one, const char *other)
{
	size_t same = 0;
	while (one[same] && one[same] == other[same])
		same++;
	size_t shown = same > 200 ? same - 200 : 0;
	ck_assert_msg(one[same] == other[same], "they differ at %zu:\n%.300s\n--- and\n%.300s",
		      same, one + shown, other + shown);
}

START_TEST(a_replay_shows_what_the_trace_showed)
{
	struct random random = { .state = 42 };
	for (int run = 0; run < 60; run++) {
		struct pair live;
		struct pair again;
		pair_open(&live);
		for (int i = 0; i < 100; i++) {
			random.arena = arena_new();
			struct record record = random_record(&random);
			pair_write(&live, &record);
			arena_free(random.arena);
		}
		transcript_close(&live.text);
		transcript_close(&live.jsonl);
		replay_again(live.jsonl.text, &again);
		expect_equal(again.jsonl.text, live.jsonl.text);
		expect_equal(again.text.text, live.text.text);
		pair_free(&live);
		pair_free(&again);
	}
}
END_TEST

START_TEST(nothing_a_stranger_says_reaches_the_terminal_raw)
{
	static const struct format_options options = { .show_bytes = 64 };
	static const char *const dangerous[] = { "\x1b", "\r",       "\x7f",
						 "\xff", "\xc2\x9b", "\xe2\x80\xae" };
	struct random random = { .state = 7 };
	struct transcript transcript;
	transcript_open(&transcript, "text", &options);
	for (int i = 0; i < 2000; i++) {
		random.arena = arena_new();
		struct record record = random_record(&random);
		transcript_write(&transcript, &record);
		arena_free(random.arena);
	}
	char *text = transcript_close(&transcript);
	ck_assert_uint_eq(strlen(text), transcript.size);
	for (size_t i = 0; i < sizeof dangerous / sizeof *dangerous; i++)
		ck_assert_ptr_null(strstr(text, dangerous[i]));
	free(text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("round trip");
	TCase *records = tcase_create("records");
	tcase_set_timeout(records, 60);
	tcase_add_test(records, a_replay_shows_what_the_trace_showed);
	tcase_add_test(records, nothing_a_stranger_says_reaches_the_terminal_raw);
	suite_add_tcase(suite, records);
	return suite;
}
