/* --wire=full: the header field by field, as the RFCs draw it. */
#include "segments.h"
#include "transcripts.h"
#include "unit.h"

#define IN   "               "
#define RULE IN "+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+\n"
#define TOP                                                                             \
	IN " 0                   1                   2                   3\n" IN        \
	   " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n" RULE IN \
	   "|       source port 48008       |     destination port 8000     |\n" RULE

static const struct format_options full = { .show_bytes = 64, .wire = WIRE_FULL };

static char *drawn(const struct format_options *options, const struct record *record)
{
	struct transcript transcript;
	transcript_open(&transcript, "text", options);
	transcript_write(&transcript, record);
	return transcript_close(&transcript);
}

static void expect_drawn(struct segment segment, const char *expected)
{
	struct record record = segment_record(&segment, 0);
	expect(&full, &record, 1, expected);
}

static void expect_line(struct segment segment, const char *line)
{
	struct record record = segment_record(&segment, 0);
	char *text = drawn(&full, &record);
	ck_assert_msg(strstr(text, line) != NULL, "no \"%s\" in\n%s", line, text);
	free(text);
}

START_TEST(a_syn_is_drawn_with_its_options)
{
	expect_drawn(
		made_syn(true),
		IN "wire    client -> server  SYN  seq=x  win=65495 mss=65495 sack ws=7 ts\n" TOP IN
		   "|                   sequence number 1000 (x)                    |\n" RULE IN
		   "|           acknowledgement number 0 (ACK is not set)           |\n" RULE IN
		   "| data  |       |C|E|U|A|P|R|S|F|                               |\n" IN
		   "|offset | rsrvd |W|C|R|C|S|S|Y|I|         window 65495          |\n" IN
		   "|10 x 4 |       |R|E|G|K|H|T|N|N|                               |\n" IN
		   "| bytes |       |0|0|0|0|0|0|1|0|                               |\n" RULE IN
		   "|        checksum 0xfe28        |       urgent pointer 0        |\n" IN
		   "|  (not computed on loopback)   |                               |\n" RULE IN
		   "|                       options, 20 bytes                       |\n" IN
		   "|                  maximum segment size 65495                   |\n" IN
		   "|          selective acknowledgements (SACK) permitted          |\n" IN
		   "|      window scale 7: later windows in units of 2^7 bytes      |\n" IN
		   "|                    timestamp 77, echo of 0                    |\n" RULE);
}
END_TEST

START_TEST(data_is_drawn_with_its_window_in_bytes)
{
	struct segment segment = made_segment(true, SEGMENT_PSH | SEGMENT_ACK, 1, 1, 6);
	segment.header_length = 20;
	segment.checksum_partial = false;
	expect_drawn(segment, IN
		     "wire    client -> server  PSH,ACK  seq=x+1  ack=y+1  len=6\n" TOP IN
		     "|                  sequence number 1001 (x+1)                   |\n" RULE IN
		     "|               acknowledgement number 5001 (y+1)               |\n" RULE IN
		     "| data  |       |C|E|U|A|P|R|S|F|                               |\n" IN
		     "|offset | rsrvd |W|C|R|C|S|S|Y|I|          window 512           |\n" IN
		     "| 5 x 4 |       |R|E|G|K|H|T|N|N|      scaled: 65536 bytes      |\n" IN
		     "| bytes |       |0|0|0|1|1|0|0|0|                               |\n" RULE IN
		     "|        checksum 0xfe28        |       urgent pointer 0        |\n" RULE IN
		     "|                         data, 6 bytes                         |\n" RULE);
}
END_TEST

START_TEST(a_datagram_is_drawn_as_rfc_768_has_it)
{
	expect_drawn(made_datagram(true, 5), IN
		     "wire    client -> server  UDP  len=5\n" TOP IN
		     "|           length 13           |        checksum 0xfe20        |\n" IN
		     "|                               |  (not computed on loopback)   |\n" RULE IN
		     "|                         data, 5 bytes                         |\n" RULE);
}
END_TEST

START_TEST(each_flag_stands_under_its_name)
{
	for (unsigned i = 0; i < 8; i++) {
		char bits[] = "|0|0|0|0|0|0|0|0|";
		bits[1 + 2 * (7 - i)] = '1';
		expect_line(made_segment(true, 1U << i, 1, 1, 0), bits);
	}
}
END_TEST

START_TEST(numbers_whose_start_was_not_seen_are_drawn_alone)
{
	struct segment segment = made_segment(false, SEGMENT_ACK, 1, 1, 0);
	segment.relative = false;
	expect_line(segment, "|                     sequence number 5001                      |");
	expect_line(segment, "|                  acknowledgement number 1001                  |");
}
END_TEST

START_TEST(ranges_that_came_beyond_a_gap_are_drawn)
{
	struct segment segment = made_segment(false, SEGMENT_ACK, 1, 1, 0);
	segment.options.sack_count = SEGMENT_MAX_SACKS;
	segment.options.sacks[3].left = 1100;
	segment.options.sacks[3].right = 1200;
	expect_line(segment, "|                  SACK: 1100 to 1200 has come                  |");
}
END_TEST

START_TEST(a_checksum_is_said_to_be_missing_only_where_it_is)
{
	struct segment segment = made_datagram(true, 5);
	segment.checksum_partial = false;
	segment.checksum = 0;
	expect_line(segment, "|            (none)             |");
	segment.checksum_partial = true;
	snprintf(segment.from, sizeof segment.from, "[2001:db8::1]:5");
	snprintf(segment.to, sizeof segment.to, "[2001:db8::2]:5");
	expect_line(segment, "|  (left to the network card)   |");
	snprintf(segment.to, sizeof segment.to, "[2001:db8::1]:77");
	expect_line(segment, "|  (not computed on loopback)   |");
}
END_TEST

/* The longest line of a drawing, in columns. */
static size_t widest(const char *text)
{
	size_t columns = 0;
	for (const char *end = NULL; (end = strchr(text, '\n')); text = end + 1)
		columns = (size_t)(end - text) > columns ? (size_t)(end - text) : columns;
	return columns;
}

START_TEST(a_drawing_fits_eighty_columns_however_long_the_lanes_are)
{
	struct segment segment = made_segment(true, SEGMENT_ACK, 1, 9, 0);
	struct record records[] = { record_blank(RECORD_STATE, 0), segment_record(&segment, 0) };
	struct event event = CALL("listen", 0, INTEGER("backlog", 5));
	records[0] = call_record(RECORD_CALL, 1, "a-server-with-a-long-name", &event);
	struct format_options options = full;
	static const size_t widths[][2] = { { 0, 80 }, { 80, 80 }, { 90, 90 }, { 200, 99 } };
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		struct transcript transcript;
		options.width = (unsigned)widths[i][0];
		transcript_open(&transcript, "text", &options);
		transcript_write(&transcript, &records[0]);
		transcript_write(&transcript, &records[1]);
		char *text = transcript_close(&transcript);
		ck_assert_uint_eq(widest(text), widths[i][1]);
		free(text);
	}
}
END_TEST

START_TEST(segments_that_are_only_counted_are_not_drawn)
{
	struct event event = CALL("close", 0, DESCRIPTOR("fd", 3, "20"));
	struct segment segment = made_segment(true, SEGMENT_ACK, 1, 1, 5);
	struct record call = call_record(RECORD_CALL, 8, "client", &event);
	struct record record = segment_record(&segment, 8);
	struct transcript transcript;
	transcript_open(&transcript, "text", &full);
	for (int i = 0; i < 9; i++)
		transcript_write(&transcript, &record);
	transcript_write(&transcript, &call);
	char *text = transcript_close(&transcript);
	unsigned boxes = 0;
	for (const char *at = text; (at = strstr(at, "source port")); at++)
		boxes++;
	ck_assert_uint_eq(boxes, 3);
	ck_assert_ptr_nonnull(strstr(text, "client -> server  ... 6 more, 30 bytes\n"));
	free(text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text header");
	TCase *drawings = tcase_create("drawings");
	tcase_add_test(drawings, a_syn_is_drawn_with_its_options);
	tcase_add_test(drawings, data_is_drawn_with_its_window_in_bytes);
	tcase_add_test(drawings, a_datagram_is_drawn_as_rfc_768_has_it);
	tcase_add_test(drawings, each_flag_stands_under_its_name);
	tcase_add_test(drawings, numbers_whose_start_was_not_seen_are_drawn_alone);
	tcase_add_test(drawings, ranges_that_came_beyond_a_gap_are_drawn);
	tcase_add_test(drawings, a_checksum_is_said_to_be_missing_only_where_it_is);
	tcase_add_test(drawings, a_drawing_fits_eighty_columns_however_long_the_lanes_are);
	tcase_add_test(drawings, segments_that_are_only_counted_are_not_drawn);
	suite_add_tcase(suite, drawings);
	return suite;
}
