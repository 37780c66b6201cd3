/* What the segments before it say of a segment: again, about the window, or only asking. */
#include "passing.h"

#define ESTABLISHED STATE_ESTABLISHED

/* A row in which both ends stay open: only the remark is of interest. */
#define OPEN(from, flags, seq, ack, length, window, remark)                                 \
	{                                                                                   \
		from, flags, seq, ack, length, window, SEGMENT_##remark, STATE_ESTABLISHED, \
			STATE_ESTABLISHED                                                   \
	}

static void pass_open(const struct row *rows)
{
	open_connection();
	pass_all(rows);
}

/* --- sent again ------------------------------------------------------------------------- */

START_TEST(bytes_that_passed_before_are_sent_again)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 10, 0, PLAIN),
		OPEN('A', K, 11, 1, 10, 0, PLAIN),
		OPEN('A', K, 11, 1, 10, 0, RETRANSMISSION),
		OPEN('A', K, 1, 1, 30, 0, RETRANSMISSION), /* and new ones with them */
		OPEN('A', K, 31, 1, 10, 0, PLAIN),
		{ 0 },
	});
}
END_TEST

START_TEST(bytes_that_come_late_are_not_sent_again)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 10, 0, PLAIN),
		OPEN('A', K, 21, 1, 10, 0, PLAIN),
		OPEN('A', K, 41, 1, 10, 0, PLAIN),
		OPEN('A', K, 31, 1, 10, 0, PLAIN),
		OPEN('A', K, 11, 1, 5, 0, PLAIN),
		OPEN('A', K, 16, 1, 5, 0, PLAIN),
		OPEN('A', K, 11, 1, 10, 0, RETRANSMISSION),
		OPEN('A', K, 31, 1, 10, 0, RETRANSMISSION),
		{ 0 },
	});
}
END_TEST

START_TEST(more_holes_than_are_remembered_do_no_harm)
{
	open_connection();
	for (uint32_t i = 0; i < 20; i++)
		pass(&(const struct row)OPEN('A', K, 101 + 100 * i, 1, 10, 0, PLAIN), i);
	/* The last four are known; before them what comes late looks like what comes again. */
	pass_all((const struct row[]){
		OPEN('A', K, 1911, 1, 50, 0, PLAIN),
		OPEN('A', K, 1711, 1, 90, 0, PLAIN),
		OPEN('A', K, 1611, 1, 90, 0, PLAIN),
		OPEN('A', K, 11, 1, 90, 0, RETRANSMISSION),
		{ 0 },
	});
}
END_TEST

START_TEST(a_syn_an_answer_and_a_fin_are_sent_again)
{
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, SEGMENT_PLAIN, STATE_SYN_SENT, STATE_UNKNOWN },
		{ 'A', S, 0, 0, 0, 0, SEGMENT_RETRANSMISSION, STATE_SYN_SENT, STATE_UNKNOWN },
		{ 'B', SA, 0, 1, 0, 0, SEGMENT_PLAIN, STATE_SYN_RCVD, ESTABLISHED },
		{ 'B', SA, 0, 1, 0, 0, SEGMENT_RETRANSMISSION, STATE_SYN_RCVD, ESTABLISHED },
		OPEN('A', K, 1, 1, 0, 0, PLAIN),
		{ 'A', F, 1, 1, 0, 0, SEGMENT_PLAIN, STATE_FIN_WAIT_1, STATE_CLOSE_WAIT },
		{ 'A', F, 1, 1, 0, 0, SEGMENT_RETRANSMISSION, STATE_FIN_WAIT_1, STATE_CLOSE_WAIT },
		{ 0 },
	});
}
END_TEST

/* --- the same acknowledgement again ------------------------------------------------------ */

START_TEST(an_acknowledgement_repeated_while_something_is_missing_is_a_duplicate)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 10, 0, PLAIN),
		OPEN('B', K, 1, 11, 0, 0, PLAIN),
		OPEN('A', K, 21, 1, 10, 0, PLAIN),
		OPEN('B', K, 1, 11, 0, 0, DUPLICATE_ACK),
		OPEN('A', K, 31, 1, 10, 0, PLAIN),
		OPEN('B', K, 1, 11, 0, 0, DUPLICATE_ACK),
		OPEN('B', K, 1, 11, 4, 0, PLAIN), /* with bytes of its own: none */
		OPEN('A', K, 11, 1, 10, 0, PLAIN),
		OPEN('B', K, 5, 41, 0, 0, PLAIN),
		OPEN('B', K, 5, 41, 0, 0, PLAIN), /* nothing is missing */
		{ 0 },
	});
}
END_TEST

START_TEST(a_selective_acknowledgement_is_a_duplicate_whatever_the_window)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 10, 0, PLAIN),
		OPEN('B', K, 1, 11, 0, 0, PLAIN),
		{ 0 },
	});
	struct segment segment =
		segment_of_row(&(const struct row)OPEN('B', K, 1, 11, 0, 90, PLAIN));
	struct path_states states;
	segment.options.sack_count = 1;
	ck_assert_int_eq(track_segment(track, &segment, &states), 0);
	ck_assert_int_eq(segment.remark, SEGMENT_DUPLICATE_ACK);
}
END_TEST

/* --- the window ------------------------------------------------------------------------- */

START_TEST(a_window_is_scaled_if_both_ends_said_so)
{
	const struct row syn = { 'A', S, 0, 0, 0, 0, SEGMENT_PLAIN, STATE_SYN_SENT, STATE_UNKNOWN };
	const struct row answer = {
		'B', SA, 0, 1, 0, 0, SEGMENT_PLAIN, STATE_SYN_RCVD, ESTABLISHED
	};
	ck_assert_uint_eq(pass(&syn, 0).window_bytes, 100);
	ck_assert_uint_eq(pass(&answer, 1).window_bytes, 100);
	ck_assert_uint_eq(pass(&(const struct row)OPEN('A', K, 1, 1, 0, 0, PLAIN), 2).window_bytes,
			  100 << A_SCALE);
	ck_assert_uint_eq(pass(&(const struct row)OPEN('B', K, 1, 1, 1, 0, PLAIN), 3).window_bytes,
			  100 << B_SCALE);
}
END_TEST

START_TEST(a_window_whose_scale_is_not_known_stays_as_it_is)
{
	/* The answer tells its own scale, and that the SYN had one. */
	const struct row answer = {
		'B', SA, 0, 1, 0, 0, SEGMENT_PLAIN, STATE_SYN_RCVD, ESTABLISHED
	};
	pass(&answer, 0);
	ck_assert_uint_eq(pass(&(const struct row)OPEN('A', K, 1, 1, 0, 0, PLAIN), 1).window_bytes,
			  100);
	ck_assert_uint_eq(pass(&(const struct row)OPEN('B', K, 1, 1, 1, 0, PLAIN), 2).window_bytes,
			  100 << B_SCALE);
}
END_TEST

START_TEST(one_end_without_a_scale_means_none)
{
	struct segment segment;
	struct path_states states;
	const struct row rows[] = { OPENED };
	for (size_t i = 0; i < 3; i++) {
		segment = segment_of_row(&rows[i]);
		segment.options.has_scale = i == 0;
		ck_assert_int_eq(track_segment(track, &segment, &states), 0);
	}
	ck_assert_uint_eq(segment.window_bytes, 100);
}
END_TEST

START_TEST(a_zero_window_is_probed_until_it_opens)
{
	/* As Linux asks: without a byte, where the last one stood. */
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 400, 0, PLAIN),
		OPEN('B', K, 1, 401, 0, -1, ZERO_WINDOW),
		OPEN('A', K, 400, 1, 0, 0, WINDOW_PROBE),
		OPEN('B', K, 1, 401, 0, -1, ZERO_WINDOW),
		OPEN('A', K, 400, 1, 0, 0, WINDOW_PROBE),
		OPEN('B', K, 1, 401, 0, 50, WINDOW_UPDATE),
		OPEN('A', K, 401, 1, 200, 0, PLAIN),
		{ 0 },
	});
}
END_TEST

START_TEST(a_zero_window_may_be_probed_with_a_byte)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 400, 0, PLAIN),
		OPEN('B', K, 1, 401, 0, -1, ZERO_WINDOW),
		OPEN('A', K, 401, 1, 1, 0, WINDOW_PROBE),
		OPEN('B', K, 1, 401, 0, -1, ZERO_WINDOW),
		OPEN('A', K, 401, 1, 1, 0, WINDOW_PROBE),
		OPEN('B', K, 1, 402, 0, 50, PLAIN),
		{ 0 },
	});
}
END_TEST

START_TEST(a_larger_window_alone_is_an_update)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 10, 0, PLAIN),
		OPEN('B', K, 1, 11, 0, 50, PLAIN),
		OPEN('B', K, 1, 11, 0, 90, WINDOW_UPDATE),
		OPEN('B', K, 1, 11, 0, 80, PLAIN),
		{ 0 },
	});
}
END_TEST

/* --- are you there? --------------------------------------------------------------------- */

START_TEST(a_keepalive_asks_and_its_answer_is_no_duplicate)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 10, 0, PLAIN),
		OPEN('B', K, 1, 11, 0, 0, PLAIN),
		OPEN('A', K, 10, 1, 0, 0, KEEPALIVE),
		OPEN('B', K, 1, 11, 0, 0, KEEPALIVE_ACK),
		OPEN('A', K, 10, 1, 1, 0, KEEPALIVE), /* older systems: the byte again */
		OPEN('B', K, 1, 11, 0, 0, KEEPALIVE_ACK),
		OPEN('B', K, 1, 11, 0, 0, PLAIN),
		OPEN('B', K, 0, 11, 0, 0, KEEPALIVE), /* of an end that never sent a byte */
		{ 0 },
	});
}
END_TEST

START_TEST(a_single_byte_that_nobody_acknowledged_is_sent_again)
{
	pass_open((const struct row[]){
		OPEN('A', K, 1, 1, 1, 0, PLAIN),
		OPEN('A', K, 1, 1, 1, 0, RETRANSMISSION),
		OPEN('B', K, 1, 2, 0, 0, PLAIN),
		OPEN('A', K, 1, 1, 1, 0, KEEPALIVE),
		{ 0 },
	});
}
END_TEST

/* --- many connections -------------------------------------------------------------------- */

static struct segment numbered(unsigned number, unsigned flags)
{
	struct segment segment =
		segment_of_row(&(const struct row){ 'A', flags, flags != S, 0, 0, 0, 0, 0, 0 });
	snprintf(segment.from, sizeof segment.from, "10.0.0.1:%u", number);
	return segment;
}

static bool is_known(unsigned number)
{
	struct segment segment = numbered(number, R);
	struct path_states states;
	ck_assert_int_eq(track_segment(track, &segment, &states), 0);
	return segment.relative;
}

START_TEST(beyond_the_limit_the_longest_silent_is_forgotten)
{
	struct path_states states;
	struct segment segment;
	teardown_track();
	ck_assert_int_eq(track_new(&track, 3), 0);
	for (unsigned i = 0; i < 3; i++) {
		segment = numbered(i, S);
		track_segment(track, &segment, &states);
	}
	segment = numbered(0, S); /* heard again */
	track_segment(track, &segment, &states);
	segment = numbered(3, S);
	track_segment(track, &segment, &states);
	ck_assert(is_known(0));
	ck_assert(is_known(2));
	ck_assert(is_known(3));
	ck_assert(!is_known(1));
}
END_TEST

START_TEST(those_that_are_over_are_forgotten_first)
{
	struct path_states states;
	struct segment segment;
	teardown_track();
	ck_assert_int_eq(track_new(&track, 3), 0);
	for (unsigned i = 0; i < 3; i++) {
		segment = numbered(i, S);
		track_segment(track, &segment, &states);
	}
	/* The last one is refused. */
	segment = numbered(2, RA);
	memcpy(segment.to, segment.from, sizeof segment.to);
	snprintf(segment.from, sizeof segment.from, "10.0.0.2:80");
	segment.ack = A_INITIAL + 1;
	track_segment(track, &segment, &states);
	ck_assert_int_eq(states.receiver, STATE_CLOSED);
	segment = numbered(3, S);
	track_segment(track, &segment, &states);
	ck_assert(is_known(0) && is_known(1) && is_known(3) && !is_known(2));
}
END_TEST

START_TEST(a_datagram_has_no_history)
{
	struct segment segment = { .protocol = SEGMENT_UDP, .length = 4 };
	struct path_states states;
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(track_segment(track, &segment, &states), 0);
		ck_assert_int_eq(states.sender, STATE_UNKNOWN);
		ck_assert_int_eq(states.receiver, STATE_UNKNOWN);
		ck_assert(!segment.relative && segment.remark == SEGMENT_PLAIN);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		bytes_that_passed_before_are_sent_again,
		bytes_that_come_late_are_not_sent_again,
		more_holes_than_are_remembered_do_no_harm,
		a_syn_an_answer_and_a_fin_are_sent_again,
		an_acknowledgement_repeated_while_something_is_missing_is_a_duplicate,
		a_selective_acknowledgement_is_a_duplicate_whatever_the_window,
		a_window_is_scaled_if_both_ends_said_so,
		a_window_whose_scale_is_not_known_stays_as_it_is,
		one_end_without_a_scale_means_none,
		a_zero_window_is_probed_until_it_opens,
		a_zero_window_may_be_probed_with_a_byte,
		a_larger_window_alone_is_an_update,
		a_keepalive_asks_and_its_answer_is_no_duplicate,
		a_single_byte_that_nobody_acknowledged_is_sent_again,
		beyond_the_limit_the_longest_silent_is_forgotten,
		those_that_are_over_are_forgotten_first,
		a_datagram_has_no_history,
		NULL,
	};
	Suite *suite = suite_create("track");
	TCase *all = tcase_create("track");
	tcase_add_checked_fixture(all, setup_track, teardown_track);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(all, *test);
	suite_add_tcase(suite, all);
	return suite;
}
