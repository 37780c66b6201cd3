#include "unit.h"

#include "rules_fixture.h"

static bool receives(const char *text, const char *rule)
{
	own.bytes_received += strlen(text);
	return shown(RECORD_CALL, &own,
		     RETURNED(CALL_RECVFROM, (int64_t)strlen(text), FD, DATA(text), LEN(1024)),
		     rule);
}

/* --- characters ------------------------------------------------------------------------------- */

START_TEST(text_that_ends_inside_a_character_is_cut)
{
	ck_assert(receives("\u4f60\xe5\xa5", "utf8-cut"));
	ck_assert(!receives("\xbd\u4f60\xe5", "utf8-cut"));
}
END_TEST

START_TEST(one_byte_alone_may_be_anything_until_the_rest_has_come)
{
	ck_assert(!receives("abc\xe5", "utf8-cut"));
	ck_assert(receives("\xa5\xbd!", "utf8-cut"));
}
END_TEST

START_TEST(a_length_in_front_is_no_character)
{
	ck_assert(!receives("\xc8", "utf8-cut"));
	ck_assert(!receives("hello", "utf8-cut"));
	ck_assert(!receives("\x80", "utf8-cut"));
}
END_TEST

START_TEST(bytes_that_are_no_text_are_never_cut)
{
	ck_assert(!receives("\x01\u4f60\xe5", "utf8-cut"));
	ck_assert(!receives("\xff\u4f60\xe5", "utf8-cut"));
	ck_assert(!receives("\xe5gg\u4f60\xe5", "utf8-cut"));
	ck_assert(!receives("\u4f60", "utf8-cut"));
}
END_TEST

/* --- short sends ------------------------------------------------------------------------------ */

static void sends(int64_t asked, int64_t sent)
{
	struct event *event = RETURNED(CALL_SENDTO, sent, FD, NO_DATA, LEN(asked));
	event->bytes_moved = (uint64_t)sent;
	own.bytes_sent += (uint64_t)sent;
	shown(RECORD_CALL, &own, event, "");
}

static bool closes(void)
{
	own.holders = 0;
	return shown(RECORD_CALL, &own, RETURNED(CALL_CLOSE, 0, FD), "short-send");
}

START_TEST(the_rest_of_a_short_send_is_missed_at_the_close)
{
	sends(100, 40);
	ck_assert(closes());
}
END_TEST

START_TEST(a_rest_that_is_sent_in_pieces_is_not_missed)
{
	sends(100, 40);
	sends(60, 10);
	sends(50, 50);
	ck_assert(!closes());
}
END_TEST

START_TEST(a_rest_of_which_a_piece_is_lacking_is_missed)
{
	sends(100, 40);
	sends(10, 10);
	ck_assert(closes());
}
END_TEST

START_TEST(nobody_sends_the_rest_to_one_that_is_gone)
{
	sends(100, 40);
	shown(RECORD_CALL, &own, FAILED(CALL_SENDTO, EPIPE, FD, NO_DATA, LEN(60)), "");
	ck_assert(!closes());
}
END_TEST

START_TEST(nobody_sends_the_rest_to_one_that_has_closed)
{
	sends(100, 40);
	own.state = STATE_CLOSE_WAIT;
	ck_assert(!closes());
}
END_TEST

START_TEST(another_descriptor_may_send_the_rest)
{
	sends(100, 40);
	own.holders = 1;
	ck_assert(!shown(RECORD_CALL, &own, RETURNED(CALL_CLOSE, 0, FD), "short-send"));
}
END_TEST

/* --- the end ---------------------------------------------------------------------------------- */

START_TEST(the_end_may_be_read_twice)
{
	own.state = STATE_CLOSE_WAIT;
	ck_assert(!receives("", "eof-ignored"));
	ck_assert(!receives("", "eof-ignored"));
	ck_assert(receives("", "eof-ignored"));
	ck_assert(!receives("", "eof-ignored"));
	for (int i = 4; i < 99; i++)
		ck_assert(!receives("", "spin-on-eof"));
	ck_assert(receives("", "spin-on-eof"));
}
END_TEST

START_TEST(one_that_has_shut_its_own_side_reads_no_end)
{
	for (int i = 0; i < 5; i++)
		ck_assert(!receives("", "eof-ignored"));
}
END_TEST

START_TEST(a_look_at_the_end_reads_it_not)
{
	own.state = STATE_CLOSE_WAIT;
	for (int i = 0; i < 5; i++) {
		struct event *event = RETURNED(CALL_RECVFROM, 0, FD, DATA(""), LEN(1));
		event->raw[3] = MSG_PEEK;
		ck_assert(!shown(RECORD_CALL, &own, event, "eof-ignored"));
	}
}
END_TEST

/* --- asking in a loop ------------------------------------------------------------------------- */

static bool is_refused_at(uint64_t time)
{
	struct event *event = FAILED(CALL_RECVFROM, EAGAIN, FD, NO_DATA, LEN(1024));
	event->entered = event->returned = time;
	return shown(RECORD_CALL, &own, event, "busy-loop");
}

static void polls_at(uint64_t time)
{
	struct event *event = RETURNED(CALL_POLL, 0, INTEGER(0));
	event->args[0].name = "fds";
	event->class = CLASS_WAIT;
	event->entered = event->returned = time;
	shown(RECORD_CALL, &own, event, "");
}

START_TEST(a_thousand_refusals_in_a_second_may_be)
{
	const uint64_t microsecond = 1000;
	for (uint64_t i = 1; i <= 1000; i++)
		ck_assert(!is_refused_at(i * microsecond));
	ck_assert(is_refused_at(1001 * microsecond));
	for (uint64_t i = 1002; i <= 5000; i++)
		ck_assert(!is_refused_at(i * microsecond));
}
END_TEST

START_TEST(in_more_than_a_second_there_may_be_more)
{
	const uint64_t millisecond = 1000000;
	for (uint64_t i = 1; i <= 3000; i++)
		ck_assert(!is_refused_at(i * millisecond + i * 1000));
}
END_TEST

START_TEST(who_polls_now_and_then_does_not_spin)
{
	const uint64_t microsecond = 1000;
	for (uint64_t i = 1; i <= 3000; i++) {
		ck_assert(!is_refused_at(i * microsecond));
		if (i % 500 == 0)
			polls_at(i * microsecond + 1);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("rules about streams");
	TCase *tests = tcase_create("streams");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, text_that_ends_inside_a_character_is_cut);
	tcase_add_test(tests, one_byte_alone_may_be_anything_until_the_rest_has_come);
	tcase_add_test(tests, a_length_in_front_is_no_character);
	tcase_add_test(tests, bytes_that_are_no_text_are_never_cut);
	tcase_add_test(tests, the_rest_of_a_short_send_is_missed_at_the_close);
	tcase_add_test(tests, a_rest_that_is_sent_in_pieces_is_not_missed);
	tcase_add_test(tests, a_rest_of_which_a_piece_is_lacking_is_missed);
	tcase_add_test(tests, nobody_sends_the_rest_to_one_that_is_gone);
	tcase_add_test(tests, nobody_sends_the_rest_to_one_that_has_closed);
	tcase_add_test(tests, another_descriptor_may_send_the_rest);
	tcase_add_test(tests, the_end_may_be_read_twice);
	tcase_add_test(tests, one_that_has_shut_its_own_side_reads_no_end);
	tcase_add_test(tests, a_look_at_the_end_reads_it_not);
	tcase_add_test(tests, a_thousand_refusals_in_a_second_may_be);
	tcase_add_test(tests, in_more_than_a_second_there_may_be_more);
	tcase_add_test(tests, who_polls_now_and_then_does_not_spin);
	suite_add_tcase(suite, tests);
	return suite;
}
