/* Segments in lines of their own, and more than anybody wants to read. */
#include "stories.h"
#include "unit.h"

/* --- on their own ---------------------------------------------------------------------------- */

START_TEST(a_segment_that_no_call_caused_stands_where_it_happened)
{
	struct story story = { 0 };
	add_segment(&story, made_segment(false, SEGMENT_ACK, 1, 7, 0), 0);
	expect_story(&plain, &story, "               wire    client <- server  ACK  ack=x+7\n");
}
END_TEST

START_TEST(what_happened_on_the_way_is_said_in_words)
{
	static const struct {
		enum segment_remark remark;
		uint32_t length;
		const char *shown;
	} cases[] = {
		{ SEGMENT_RETRANSMISSION, 6, "ACK  seq=x+1  ack=y+9  len=6  retransmission" },
		{ SEGMENT_DUPLICATE_ACK, 0, "ACK  ack=y+9  duplicate ACK" },
		{ SEGMENT_ZERO_WINDOW, 0, "ACK  ack=y+9  win=65536  zero window" },
		{ SEGMENT_WINDOW_UPDATE, 0, "ACK  ack=y+9  win=65536  window update" },
		{ SEGMENT_WINDOW_PROBE, 0, "ACK  seq=x+1  ack=y+9  window probe" },
		{ SEGMENT_KEEPALIVE, 1, "ACK  seq=x+1  ack=y+9  len=1  keepalive probe" },
		{ SEGMENT_KEEPALIVE_ACK, 0, "ACK  ack=y+9  keepalive answer" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct story story = { 0 };
		char expected[128];
		struct segment segment = made_segment(true, SEGMENT_ACK, 1, 9, cases[i].length);
		add_segment(&story, remarked(segment, cases[i].remark), 0);
		snprintf(expected, sizeof expected, "               wire    client -> server  %s\n",
			 cases[i].shown);
		expect_story(&plain, &story, expected);
	}
}
END_TEST

START_TEST(what_came_beyond_a_gap_is_told_in_the_senders_numbers)
{
	struct story story = { 0 };
	struct segment segment = made_segment(false, SEGMENT_ACK, 1, 7, 0);
	segment.options.sack_count = 1;
	segment.options.sacks[0].left = CLIENT_INITIAL + 100;
	segment.options.sacks[0].right = CLIENT_INITIAL + 200;
	add_segment(&story, remarked(segment, SEGMENT_DUPLICATE_ACK), 0);
	expect_story(&plain, &story,
		     "               wire    client <- server  ACK  ack=x+7  sack=x+100..x+200  "
		     "duplicate ACK\n");
}
END_TEST

START_TEST(the_end_that_was_seen_first_stays_on_the_left)
{
	struct story story = { 0 };
	struct segment there = made_segment(false, SEGMENT_ACK, 1, 7, 6);
	struct segment back = made_segment(true, SEGMENT_ACK, 7, 7, 0);
	there.relative = back.relative = false;
	add_segment(&story, there, 0);
	add_segment(&story, back, 0);
	expect_story(&plain, &story,
		     "               wire    server -> client  ACK  seq=5001  ack=1007  len=6\n"
		     "               wire    server <- client  ACK  ack=5007\n");
}
END_TEST

START_TEST(a_segment_that_comes_after_its_call_names_it)
{
	struct story story = { 0 };
	struct event event = close_call();
	add(&story, call_record(RECORD_CALL, 9, "client", &event));
	add_segment(&story, made_segment(true, SEGMENT_FIN | SEGMENT_ACK, 7, 1, 0), 9);
	expect_story(
		&plain, &story,
		"     9 client  close(3) = 0\n"
		"               wire    client -> server  FIN,ACK  seq=x+7  ack=y+1  (cause: call "
		"9)\n");
}
END_TEST

START_TEST(segments_whose_call_never_comes_stand_at_the_end)
{
	struct story story = { 0 };
	add_segment(&story, made_segment(true, SEGMENT_FIN | SEGMENT_ACK, 7, 1, 0), 12);
	add_segment(&story, made_segment(false, SEGMENT_ACK, 1, 8, 0), 11);
	add(&story, record_blank(RECORD_END, 9));
	const char *expected =
		"               wire    client <- server  ACK  ack=x+8  (cause: call 11)\n"
		"               wire    client -> server  FIN,ACK  seq=x+7  ack=y+1  (cause: call "
		"12)\n";
	expect_story(&plain, &story, expected);
	story.count--; /* a recording that was cut off */
	expect_story(&plain, &story, expected);
}
END_TEST

START_TEST(times_stand_before_the_segments_of_no_call)
{
	struct story story = { 0 };
	struct format_options options = plain;
	options.time = TIME_EPOCH;
	add_segment(&story, made_segment(false, SEGMENT_ACK, 1, 7, 0), 0);
	expect_story(&options, &story,
		     "       0.000009         wire    client <- server  ACK  ack=x+7\n");
}
END_TEST

START_TEST(a_lane_cannot_speak_to_the_terminal)
{
	struct story story = { 0 };
	struct record *record = add_segment(&story, made_segment(true, SEGMENT_ACK, 9, 7, 0), 0);
	record->segment.from_lane = "\x1b[2J\n";
	record->segment.to_lane = "\xe2\x80\xae\xff";
	expect_story(&plain, &story,
		     "               wire    \\x1b[2J\\n -> \\u202e\xef\xbf\xbd  ACK  ack=y+7\n");
}
END_TEST

/* --- many ------------------------------------------------------------------------------------ */

START_TEST(of_a_call_that_sends_megabytes_the_first_segments_are_shown)
{
	struct story story = { 0 };
	struct event event = send_call();
	uint32_t at = 1;
	for (int i = 0; i < 31; i++, at += 65483) {
		add_segment(&story, made_segment(true, SEGMENT_ACK, at, 1, 65483), 8);
		if (i % 4 == 3)
			add_segment(&story, made_segment(false, SEGMENT_ACK, 1, at + 65483, 0), 8);
	}
	add(&story, call_record(RECORD_CALL, 8, "client", &event));
	expect_story(&plain, &story,
		     "     8 client  send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    client -> server  ACK  seq=x+1       ack=y+1       "
		     "len=65483\n"
		     "                       client -> server  ACK  seq=x+65484   ack=y+1       "
		     "len=65483\n"
		     "                       client -> server  ACK  seq=x+130967  ack=y+1       "
		     "len=65483\n"
		     "                       client -> server  ACK  seq=x+196450  ack=y+1       "
		     "len=65483\n"
		     "                       client <- server  ACK                ack=x+261933\n"
		     "                       client -> server  ... 4 more, 261932 bytes\n"
		     "                       client <- server  ACK                ack=x+523865\n"
		     "                       client -> server  ... 4 more, 261932 bytes\n"
		     "                       client <- server  ACK                ack=x+785797\n"
		     "                       client -> server  ... 19 more, 1244177 bytes\n"
		     "                       client <- server  ... 4 more ACKs\n");
}
END_TEST

START_TEST(what_is_said_of_a_segment_is_never_folded_away)
{
	struct story story = { 0 };
	struct event event = send_call();
	struct segment data = made_segment(true, SEGMENT_ACK, 1, 1, 5);
	for (int i = 0; i < 5; i++)
		add_segment(&story, data, 8);
	add_segment(&story, remarked(data, SEGMENT_RETRANSMISSION), 8);
	add_segment(&story, data, 8);
	add(&story, call_record(RECORD_CALL, 8, "client", &event));
	expect_story(&plain, &story,
		     "     8 client  send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    client -> server  ACK  seq=x+1  ack=y+1  len=5\n"
		     "                       client -> server  ACK  seq=x+1  ack=y+1  len=5\n"
		     "                       client -> server  ACK  seq=x+1  ack=y+1  len=5\n"
		     "                       client -> server  ... 2 more, 10 bytes\n"
		     "                       client -> server  ACK  seq=x+1  ack=y+1  len=5  "
		     "retransmission\n"
		     "                       client -> server  ACK  seq=x+1  ack=y+1  len=5\n");
}
END_TEST

START_TEST(a_call_keeps_no_more_than_some_segments)
{
	struct story story = { 0 };
	struct event event = close_call();
	for (int i = 0; i < 40; i++)
		add_segment(&story, made_segment(true, SEGMENT_FIN | SEGMENT_ACK, 7, 1, 2), 8);
	add(&story, call_record(RECORD_CALL, 8, "client", &event));
	struct transcript transcript;
	transcript_open(&transcript, "text", &plain);
	for (size_t i = 0; i < story.count; i++)
		transcript_write(&transcript, &story.records[i]);
	char *text = transcript_close(&transcript);
	size_t lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_uint_eq(lines, 1 + 24 + 1);
	ck_assert_ptr_nonnull(
		strstr(text, "                       ... 16 more segments, 32 bytes\n"));
	free(text);
}
END_TEST

START_TEST(calls_beyond_what_memory_holds_have_their_segments_at_once)
{
	struct segment segment = made_segment(true, SEGMENT_FIN | SEGMENT_ACK, 7, 1, 0);
	struct transcript transcript;
	transcript_open(&transcript, "text", &plain);
	for (uint64_t cause = 1; cause <= 4097; cause++) {
		struct record record = segment_record(&segment, cause);
		transcript_write(&transcript, &record);
	}
	fflush(transcript.file);
	ck_assert_str_eq(transcript.text,
			 "               wire    client -> server  FIN,ACK  seq=x+7  "
			 "ack=y+1  (cause: call 4097)\n");
	free(transcript_close(&transcript));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text wire alone");
	TCase *alone = tcase_create("alone");
	tcase_add_test(alone, a_segment_that_no_call_caused_stands_where_it_happened);
	tcase_add_test(alone, what_happened_on_the_way_is_said_in_words);
	tcase_add_test(alone, what_came_beyond_a_gap_is_told_in_the_senders_numbers);
	tcase_add_test(alone, the_end_that_was_seen_first_stays_on_the_left);
	tcase_add_test(alone, a_segment_that_comes_after_its_call_names_it);
	tcase_add_test(alone, segments_whose_call_never_comes_stand_at_the_end);
	tcase_add_test(alone, a_lane_cannot_speak_to_the_terminal);
	tcase_add_test(alone, times_stand_before_the_segments_of_no_call);
	suite_add_tcase(suite, alone);
	TCase *many = tcase_create("many");
	tcase_add_test(many, of_a_call_that_sends_megabytes_the_first_segments_are_shown);
	tcase_add_test(many, what_is_said_of_a_segment_is_never_folded_away);
	tcase_add_test(many, a_call_keeps_no_more_than_some_segments);
	tcase_add_test(many, calls_beyond_what_memory_holds_have_their_segments_at_once);
	suite_add_tcase(suite, many);
	return suite;
}
