/* The states of both ends as they follow from the segments: RFC 9293, figure 5, way by way. */
#include "passing.h"

#define PLAIN       SEGMENT_PLAIN
#define CLOSED      STATE_CLOSED
#define SYN_SENT    STATE_SYN_SENT
#define SYN_RCVD    STATE_SYN_RCVD
#define ESTABLISHED STATE_ESTABLISHED
#define FIN_WAIT_1  STATE_FIN_WAIT_1
#define FIN_WAIT_2  STATE_FIN_WAIT_2
#define CLOSE_WAIT  STATE_CLOSE_WAIT
#define LAST_ACK    STATE_LAST_ACK
#define CLOSING     STATE_CLOSING
#define TIME_WAIT   STATE_TIME_WAIT
#define UNKNOWN     STATE_UNKNOWN
#define AGAIN       SEGMENT_RETRANSMISSION

/* --- opening -------------------------------------------------------------------------- */

START_TEST(a_handshake_opens_both_ends)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', K, 1, 1, 6, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 'B', K, 1, 7, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

START_TEST(nobody_is_in_syn_rcvd_before_it_answers)
{
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'A', S, 0, 0, 0, 0, AGAIN, SYN_SENT, UNKNOWN },
		{ 'B', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

START_TEST(two_syns_that_cross_open_simultaneously)
{
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'B', S, 0, 0, 0, 0, PLAIN, SYN_SENT, SYN_RCVD },
		{ 'A', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 'B', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 'A', K, 1, 1, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

/* A full accept queue, TCP_DEFER_ACCEPT: FACTS 3. */
START_TEST(a_server_that_repeats_its_syn_ack_has_not_taken_the_third_segment)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'B', SA, 0, 1, 0, 0, AGAIN, SYN_RCVD, ESTABLISHED },
		{ 'A', K, 1, 1, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 'B', SA, 0, 1, 0, 0, AGAIN, SYN_RCVD, ESTABLISHED },
		{ 'A', K, 1, 1, 5, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 'B', K, 1, 6, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

START_TEST(an_answer_that_was_not_seen_follows_from_what_comes_after)
{
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'A', K, 1, 1, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

START_TEST(a_syn_that_was_not_seen_follows_from_its_answer)
{
	pass_all((const struct row[]){
		{ 'B', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 'A', K, 1, 1, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

/* --- closing -------------------------------------------------------------------------- */

START_TEST(who_closes_first_ends_in_time_wait)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', K, 1, 2, 0, 0, PLAIN, CLOSE_WAIT, FIN_WAIT_2 },
		{ 'B', F, 1, 2, 0, 0, PLAIN, LAST_ACK, TIME_WAIT },
		{ 'A', K, 2, 2, 0, 0, PLAIN, TIME_WAIT, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(fin_and_ack_may_share_a_segment)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'B', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'A', F, 1, 2, 0, 0, PLAIN, LAST_ACK, TIME_WAIT },
		{ 'B', K, 2, 2, 0, 0, PLAIN, TIME_WAIT, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(two_fins_that_cross_close_simultaneously)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSING },
		{ 'A', K, 2, 2, 0, 0, PLAIN, CLOSING, TIME_WAIT },
		{ 'B', K, 2, 2, 0, 0, PLAIN, TIME_WAIT, TIME_WAIT },
		{ 0 },
	});
}
END_TEST

START_TEST(half_closed_the_other_half_still_sends)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 4, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', K, 1, 6, 0, 0, PLAIN, CLOSE_WAIT, FIN_WAIT_2 },
		{ 'B', K, 1, 6, 900, 0, PLAIN, CLOSE_WAIT, FIN_WAIT_2 },
		{ 'A', K, 6, 901, 0, 0, PLAIN, FIN_WAIT_2, CLOSE_WAIT },
		{ 'B', F, 901, 6, 0, 0, PLAIN, LAST_ACK, TIME_WAIT },
		{ 'A', K, 6, 902, 0, 0, PLAIN, TIME_WAIT, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(a_fin_that_is_repeated_changes_nothing)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'A', F, 1, 1, 0, 0, AGAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', F, 1, 2, 0, 0, PLAIN, LAST_ACK, TIME_WAIT },
		{ 'B', F, 1, 2, 0, 0, AGAIN, LAST_ACK, TIME_WAIT },
		{ 'A', K, 2, 2, 0, 0, PLAIN, TIME_WAIT, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(a_fin_in_the_handshake_skips_established)
{
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'B', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 'B', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'A', K, 1, 2, 0, 0, PLAIN, CLOSE_WAIT, FIN_WAIT_2 },
		{ 0 },
	});
}
END_TEST

/* --- RST ------------------------------------------------------------------------------ */

START_TEST(a_syn_that_is_refused_leaves_nothing)
{
	const struct row syn = { 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN };
	struct row answer = { 'B', RA, 0, 1, 0, -1, PLAIN, CLOSED, CLOSED };
	struct segment segment = pass(&syn, 0);
	ck_assert(segment.relative && segment.from_opener);
	answer.seq -= B_INITIAL; /* its number is 0 */
	segment = pass(&answer, 1);
	ck_assert(!segment.relative && segment.relative_ack_alone && !segment.from_opener);
	ck_assert_uint_eq(segment.seq, 0);
	ck_assert_uint_eq(segment.relative_ack, 1);
}
END_TEST

START_TEST(a_rst_aborts_both_ends_at_once)
{
	/* With unread bytes, or SO_LINGER 0: it acknowledges; from where nothing is: it does not.
	 */
	for (int i = 0; i < 2; i++) {
		open_connection();
		pass_all((const struct row[]){
			{ 'A', K, 1, 1, 9, 0, PLAIN, ESTABLISHED, ESTABLISHED },
			{ 'B', i ? R : RA, 1, 10, 0, 0, PLAIN, CLOSED, CLOSED },
			{ 0 },
		});
		teardown_track();
		setup_track();
	}
}
END_TEST

START_TEST(bytes_for_an_end_that_is_gone_are_answered_with_a_rst)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', K, 1, 2, 0, 0, PLAIN, CLOSE_WAIT, FIN_WAIT_2 },
		{ 'B', K, 1, 2, 5, 0, PLAIN, CLOSE_WAIT, FIN_WAIT_2 },
		{ 'A', R, 2, 0, 0, -1, PLAIN, CLOSED, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(a_rst_in_the_handshake_ends_it)
{
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'B', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 'A', R, 1, 0, 0, -1, PLAIN, CLOSED, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(a_rst_with_a_number_from_elsewhere_is_not_taken)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', K, 1, 1, 5, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 'B', K, 1, 6, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 'A', R, 70000, 0, 0, -1, PLAIN, CLOSED, ESTABLISHED },
		/* And whoever still speaks is not closed. */
		{ 'B', K, 1, 6, 3, 0, PLAIN, ESTABLISHED, CLOSED },
		{ 'A', K, 6, 4, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 0 },
	});
}
END_TEST

START_TEST(a_rst_ends_time_wait)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', F, 1, 2, 0, 0, PLAIN, LAST_ACK, TIME_WAIT },
		{ 'B', R, 2, 0, 0, -1, PLAIN, CLOSED, CLOSED },
		{ 0 },
	});
}
END_TEST

/* RFC 9293, 3.5.1: A has crashed, and B does not know. */
START_TEST(a_half_open_connection_is_discovered)
{
	open_connection();
	struct row syn = { 'A', S, 90000, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN };
	struct row answer = { 'B', K, 1, 1, 0, 0, PLAIN, UNKNOWN, SYN_SENT };
	struct row reset = { 'A', R, 1, 0, 0, -1, PLAIN, SYN_SENT, CLOSED };
	struct segment segment = segment_of_row(&syn);
	struct path_states states;
	const struct row *const rows[] = { &syn, &answer, &reset };
	for (size_t i = 0; i < 3; i++) {
		segment = segment_of_row(rows[i]);
		ck_assert_int_eq(track_segment(track, &segment, &states), 0);
		ck_assert_int_eq(states.sender, rows[i]->sender);
		ck_assert_int_eq(states.receiver, rows[i]->receiver);
	}
	syn.remark = AGAIN;
	segment = segment_of_row(&syn);
	ck_assert_int_eq(track_segment(track, &segment, &states), 0);
	ck_assert_int_eq(segment.remark, SEGMENT_RETRANSMISSION);
	ck_assert_int_eq(states.sender, SYN_SENT);
}
END_TEST

/* --- the same ends again, and what began before us ------------------------------------- */

START_TEST(a_new_syn_between_the_same_ends_is_a_new_connection)
{
	open_connection();
	pass_all((const struct row[]){
		{ 'A', F, 1, 1, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 'B', F, 1, 2, 0, 0, PLAIN, LAST_ACK, TIME_WAIT },
		{ 'A', K, 2, 2, 0, 0, PLAIN, TIME_WAIT, CLOSED },
		{ 0 },
	});
	const struct row rows[] = {
		{ 'A', S, 70000, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'B', SA, 80000, 70001, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 'A', K, 70001, 80001, 0, 0, PLAIN, ESTABLISHED, ESTABLISHED },
	};
	for (size_t i = 0; i < 3; i++) {
		struct segment segment = segment_of_row(&rows[i]);
		struct path_states states;
		ck_assert_int_eq(track_segment(track, &segment, &states), 0);
		ck_assert_int_eq(states.sender, rows[i].sender);
		ck_assert_int_eq(states.receiver, rows[i].receiver);
		ck_assert_int_eq(segment.remark, PLAIN);
		ck_assert(segment.relative && segment.from_opener == (i != 1));
		ck_assert_uint_eq(segment.relative_seq, i == 2);
		ck_assert_uint_eq(segment.relative_ack, i != 0);
	}
}
END_TEST

START_TEST(a_cookie_is_another_number_each_time)
{
	/* SYN cookies keep nothing: the second SYN's answer has a number of its own. */
	const struct row again = { 'B', SA, 700, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED };
	pass_all((const struct row[]){
		{ 'A', S, 0, 0, 0, 0, PLAIN, SYN_SENT, UNKNOWN },
		{ 'B', SA, 0, 1, 0, 0, PLAIN, SYN_RCVD, ESTABLISHED },
		{ 0 },
	});
	struct segment segment = segment_of_row(&again);
	struct path_states states;
	ck_assert_int_eq(track_segment(track, &segment, &states), 0);
	ck_assert_int_eq(states.sender, SYN_RCVD);
	ck_assert_int_eq(segment.remark, PLAIN);
	ck_assert(segment.relative && segment.relative_seq == 0 && segment.relative_ack == 1);
}
END_TEST

START_TEST(without_its_beginning_nothing_is_claimed)
{
	pass_all((const struct row[]){
		{ 'A', K, 100, 200, 5, 0, PLAIN, UNKNOWN, UNKNOWN },
		{ 'B', K, 200, 105, 0, 0, PLAIN, UNKNOWN, UNKNOWN },
		{ 'A', F, 105, 200, 0, 0, PLAIN, UNKNOWN, UNKNOWN },
		{ 'B', R, 200, 0, 0, -1, PLAIN, CLOSED, CLOSED },
		{ 0 },
	});
}
END_TEST

START_TEST(who_sends_new_bytes_has_sent_no_fin)
{
	pass_all((const struct row[]){
		{ 'A', K, 100, 200, 5, 0, PLAIN, UNKNOWN, UNKNOWN },
		{ 'B', K, 200, 105, 5, 0, PLAIN, UNKNOWN, UNKNOWN },
		{ 'A', K, 105, 205, 5, 0, PLAIN, UNKNOWN, UNKNOWN },
		{ 'B', K, 205, 110, 5, 0, PLAIN, ESTABLISHED, ESTABLISHED },
		{ 'A', F, 110, 210, 0, 0, PLAIN, FIN_WAIT_1, CLOSE_WAIT },
		{ 0 },
	});
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_handshake_opens_both_ends,
		nobody_is_in_syn_rcvd_before_it_answers,
		two_syns_that_cross_open_simultaneously,
		a_server_that_repeats_its_syn_ack_has_not_taken_the_third_segment,
		an_answer_that_was_not_seen_follows_from_what_comes_after,
		a_syn_that_was_not_seen_follows_from_its_answer,
		who_closes_first_ends_in_time_wait,
		fin_and_ack_may_share_a_segment,
		two_fins_that_cross_close_simultaneously,
		half_closed_the_other_half_still_sends,
		a_fin_that_is_repeated_changes_nothing,
		a_fin_in_the_handshake_skips_established,
		a_syn_that_is_refused_leaves_nothing,
		a_rst_aborts_both_ends_at_once,
		bytes_for_an_end_that_is_gone_are_answered_with_a_rst,
		a_rst_in_the_handshake_ends_it,
		a_rst_with_a_number_from_elsewhere_is_not_taken,
		a_rst_ends_time_wait,
		a_half_open_connection_is_discovered,
		a_new_syn_between_the_same_ends_is_a_new_connection,
		a_cookie_is_another_number_each_time,
		without_its_beginning_nothing_is_claimed,
		who_sends_new_bytes_has_sent_no_fin,
		NULL,
	};
	Suite *suite = suite_create("path");
	TCase *all = tcase_create("path");
	tcase_add_checked_fixture(all, setup_track, teardown_track);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(all, *test);
	suite_add_tcase(suite, all);
	return suite;
}
