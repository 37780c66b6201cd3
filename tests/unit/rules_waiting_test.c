#include "unit.h"

#include "rules_fixture.h"

/* --- what happens ----------------------------------------------------------------------------- */

static void moves(struct socket *from, size_t bytes)
{
	struct socket *to = from->peer;
	from->bytes_sent += bytes;
	shown(RECORD_CALL, from, RETURNED(CALL_SENDTO, (int64_t)bytes, FD, NO_DATA, LEN(bytes)),
	      "");
	to->bytes_received += bytes;
	shown(RECORD_CALL, to, RETURNED(CALL_RECVFROM, (int64_t)bytes, FD, NO_DATA, LEN(1024)), "");
}

static bool waits(struct socket *socket, enum call_id call, const char *rule)
{
	return shown(RECORD_ENTER, socket, ENTERED(call, FD, NO_DATA, LEN(1024)), rule);
}

static bool both_wait_say(const char *rule)
{
	return waits(&own, CALL_RECVFROM, rule) || waits(&other, CALL_RECVFROM, rule);
}

/* --- both wait to receive --------------------------------------------------------------------- */

START_TEST(two_that_wait_for_each_other_are_told_once)
{
	ck_assert(!waits(&own, CALL_RECVFROM, "both-receive"));
	ck_assert_uint_eq(answers.questions, 1); /* whether the other one reads its terminal */
	ck_assert(waits(&other, CALL_RECVFROM, "both-receive"));
	ck_assert(!both_wait_say("both-receive"));
}
END_TEST

START_TEST(one_that_only_reads_has_been_given_no_end)
{
	moves(&other, 5);
	ck_assert(both_wait_say("no-eof"));
	ck_assert_str_eq(rules_mistakes(rules)[0], "no-eof");
	ck_assert_ptr_null(rules_mistakes(rules)[1]);
}
END_TEST

START_TEST(one_that_has_answered_before_waits_for_no_end)
{
	moves(&other, 5);
	moves(&own, 5);
	moves(&other, 5);
	ck_assert(both_wait_say("both-receive"));
	ck_assert_ptr_null(rules_mistakes(rules)[1]);
}
END_TEST

START_TEST(a_client_that_reads_to_the_end_has_been_given_none_either)
{
	moves(&other, 5);
	moves(&own, 5);
	ck_assert(both_wait_say("no-eof"));
}
END_TEST

static void nobody_is_accused(void)
{
	ck_assert(!both_wait_say("both-receive"));
	ck_assert_ptr_null(rules_mistakes(rules)[0]);
}

START_TEST(bytes_on_their_way_wake_somebody)
{
	own.bytes_sent = 5;
	nobody_is_accused();
}
END_TEST

START_TEST(bytes_in_a_buffer_wake_somebody)
{
	answers.sights[0].receive = 1;
	nobody_is_accused();
	answers.sights[0].receive = 0;
	answers.sights[1].receive = 1;
	nobody_is_accused();
}
END_TEST

START_TEST(a_fin_wakes_somebody)
{
	answers.sights[0].state = STATE_FIN_WAIT_2;
	nobody_is_accused();
}
END_TEST

START_TEST(a_time_limit_wakes_somebody)
{
	answers.limits.receive = 1;
	nobody_is_accused();
}
END_TEST

START_TEST(another_thread_may_send)
{
	answers.threads[0].threads = 2;
	nobody_is_accused();
}
END_TEST

START_TEST(another_process_may_send)
{
	other.holders = 2;
	nobody_is_accused();
}
END_TEST

START_TEST(somebody_untraced_may_send)
{
	own.contained = false;
	nobody_is_accused();
}
END_TEST

START_TEST(one_that_has_woken_waits_no_more)
{
	answers.threads[1].asleep = false;
	nobody_is_accused();
}
END_TEST

START_TEST(one_that_has_returned_waits_no_more)
{
	waits(&own, CALL_RECVFROM, "");
	shown(RECORD_CALL, &own, FAILED(CALL_RECVFROM, EINTR, FD, NO_DATA, LEN(1024)), "");
	ck_assert(!waits(&other, CALL_RECVFROM, "both-receive"));
}
END_TEST

START_TEST(one_that_is_ended_waits_no_more)
{
	waits(&own, CALL_RECVFROM, "");
	shown(RECORD_UNFINISHED, &own, ENTERED(CALL_RECVFROM, FD, NO_DATA, LEN(1024)), "");
	ck_assert(!waits(&other, CALL_RECVFROM, "both-receive"));
}
END_TEST

/* --- both wait to send ------------------------------------------------------------------------ */

static bool both_send_say(void)
{
	return waits(&own, CALL_SENDTO, "both-send") || waits(&other, CALL_SENDTO, "both-send");
}

START_TEST(two_full_pairs_of_buffers_hold_both_up)
{
	answers.sights[0].receive = answers.sights[1].receive = 1000;
	answers.sights[0].send = answers.sights[1].send = 2000;
	ck_assert(both_send_say());
}
END_TEST

START_TEST(one_that_has_read_everything_lets_the_other_go_on)
{
	answers.sights[0].send = answers.sights[1].send = 2000;
	answers.sights[0].receive = 1000;
	ck_assert(!both_send_say());
	answers.sights[0].receive = 0;
	answers.sights[1].receive = 1000;
	ck_assert(!both_send_say());
}
END_TEST

/* --- an empty message ------------------------------------------------------------------------- */

static void sends_nothing(struct socket *socket)
{
	shown(RECORD_CALL, socket, RETURNED(CALL_SENDTO, 0, FD, NO_DATA, LEN(0)), "");
}

START_TEST(nobody_answers_an_empty_message)
{
	moves(&other, 5);
	moves(&own, 5);
	sends_nothing(&other);
	waits(&own, CALL_RECVFROM, "");
	ck_assert(waits(&other, CALL_RECVFROM, "empty-send"));
	ck_assert_ptr_null(rules_mistakes(rules)[1]);
}
END_TEST

START_TEST(an_empty_end_of_a_message_is_none)
{
	other.bytes_sent += 5;
	shown(RECORD_CALL, &other, RETURNED(CALL_SENDTO, 5, FD, NO_DATA, LEN(5)), "");
	sends_nothing(&other);
	ck_assert(!waits(&other, CALL_RECVFROM, "empty-send"));
}
END_TEST

/* --- a person --------------------------------------------------------------------------------- */

START_TEST(a_reader_of_the_terminal_is_told_once)
{
	answers.threads[1].reads_terminal = true;
	ck_assert(waits(&own, CALL_RECVFROM, "waits-for-input"));
	ck_assert(!waits(&own, CALL_RECVFROM, "waits-for-input"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("rules about waiting");
	TCase *tests = tcase_create("waiting");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, two_that_wait_for_each_other_are_told_once);
	tcase_add_test(tests, one_that_only_reads_has_been_given_no_end);
	tcase_add_test(tests, one_that_has_answered_before_waits_for_no_end);
	tcase_add_test(tests, a_client_that_reads_to_the_end_has_been_given_none_either);
	tcase_add_test(tests, bytes_on_their_way_wake_somebody);
	tcase_add_test(tests, bytes_in_a_buffer_wake_somebody);
	tcase_add_test(tests, a_fin_wakes_somebody);
	tcase_add_test(tests, a_time_limit_wakes_somebody);
	tcase_add_test(tests, another_thread_may_send);
	tcase_add_test(tests, another_process_may_send);
	tcase_add_test(tests, somebody_untraced_may_send);
	tcase_add_test(tests, one_that_has_woken_waits_no_more);
	tcase_add_test(tests, one_that_has_returned_waits_no_more);
	tcase_add_test(tests, one_that_is_ended_waits_no_more);
	tcase_add_test(tests, two_full_pairs_of_buffers_hold_both_up);
	tcase_add_test(tests, one_that_has_read_everything_lets_the_other_go_on);
	tcase_add_test(tests, nobody_answers_an_empty_message);
	tcase_add_test(tests, an_empty_end_of_a_message_is_none);
	tcase_add_test(tests, a_reader_of_the_terminal_is_told_once);
	suite_add_tcase(suite, tests);
	return suite;
}
