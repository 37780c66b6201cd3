#include "unit.h"

#include "rules_fixture.h"

static void setup_datagrams(void)
{
	setup();
	for (int i = 0; i < 2; i++) {
		struct socket *socket = i ? &other : &own;
		socket->type = SOCK_DGRAM;
		socket->protocol = IPPROTO_UDP;
		*socket->remote = '\0';
	}
	snprintf(own.local, sizeof own.local, "127.0.0.1:53");
	snprintf(other.local, sizeof other.local, "0.0.0.0:40000"); /* it was given no address */
}

static void is_sent(const char *text)
{
	shown(RECORD_CALL, &other,
	      RETURNED(CALL_SENDTO, (int64_t)strlen(text), FD, DATA(text), LEN(strlen(text)),
		       FROM("127.0.0.1:53")),
	      "");
}

static bool is_cut(const char *text, size_t room)
{
	return shown(RECORD_CALL, &own,
		     RETURNED(CALL_RECVFROM, (int64_t)strlen(text), FD, DATA(text), LEN(room),
			      FROM("127.0.0.1:40000")),
		     "udp-truncated");
}

START_TEST(a_datagram_longer_than_the_buffer_loses_its_end)
{
	is_sent("hello");
	is_sent("good morning");
	ck_assert(!is_cut("hello", 5));
	ck_assert(is_cut("good ", 5));
}
END_TEST

START_TEST(one_that_fits_loses_nothing)
{
	is_sent("hello");
	ck_assert(!is_cut("hello", 5));
	is_sent("hello");
	ck_assert(!is_cut("hello", 100));
}
END_TEST

START_TEST(of_several_that_may_be_the_one_nobody_knows)
{
	is_sent("hello");
	is_sent("hello you");
	ck_assert(!is_cut("hello", 5)); /* the first, or, if that was lost, the second */
	ck_assert(is_cut("hello", 5));
}
END_TEST

START_TEST(one_of_somebody_unknown_is_not_judged)
{
	is_sent("hello you");
	ck_assert(!is_cut("HELLO", 5));
}
END_TEST

START_TEST(many_that_nobody_receives_cost_nothing_more)
{
	for (int i = 0; i < 10 * DATAGRAMS; i++)
		is_sent("lost");
	is_sent("good morning");
	ck_assert(is_cut("good ", 5));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("rules about datagrams");
	TCase *tests = tcase_create("datagrams");
	tcase_add_checked_fixture(tests, setup_datagrams, teardown);
	tcase_add_test(tests, a_datagram_longer_than_the_buffer_loses_its_end);
	tcase_add_test(tests, one_that_fits_loses_nothing);
	tcase_add_test(tests, of_several_that_may_be_the_one_nobody_knows);
	tcase_add_test(tests, one_of_somebody_unknown_is_not_judged);
	tcase_add_test(tests, many_that_nobody_receives_cost_nothing_more);
	suite_add_tcase(suite, tests);
	return suite;
}
