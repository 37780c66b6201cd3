/* What is kept of connections whose lines are written. */
#include "unit.h"

#include "session.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum { MOST = 1024, LOOKS_PER_TICK = 32 };

static struct session session;

static void setup(void)
{
	session = (struct session){ 0 };
}

static void teardown(void)
{
	remains_done(&session);
}

/* Without ends nobody can be asked for it: it stays. */
static void add(enum tcp_state state)
{
	struct socket socket = {
		.domain = AF_INET, .type = SOCK_STREAM, .protocol = IPPROTO_TCP, .state = state
	};
	remains_add(&session, &socket);
}

START_TEST(what_waits_is_kept_and_nothing_else)
{
	add(STATE_CLOSED);
	ck_assert_uint_eq(remains_count(&session), 0);
	add(STATE_TIME_WAIT);
	ck_assert_uint_eq(remains_count(&session), 1);
	ck_assert_int_eq(remains_get(&session, 0)->state, STATE_TIME_WAIT);
}
END_TEST

/* After any number of looks: also where a round has just ended. */
START_TEST(where_there_is_no_room_an_older_one_gives_way)
{
	for (int i = 0; i < MOST; i++)
		add(STATE_TIME_WAIT);
	for (int looks = 0; looks <= MOST; looks += LOOKS_PER_TICK) {
		add(STATE_TIME_WAIT);
		ck_assert_uint_eq(remains_count(&session), MOST);
		remains_tick(&session);
	}
	for (int i = 0; i < 2 * MOST; i++)
		add(STATE_TIME_WAIT);
	ck_assert_uint_eq(remains_count(&session), MOST);
}
END_TEST

START_TEST(at_the_end_of_a_round_too)
{
	for (int i = 0; i < MOST; i++)
		add(STATE_TIME_WAIT);
	for (int looks = 0; looks < MOST; looks += LOOKS_PER_TICK)
		remains_tick(&session);
	add(STATE_TIME_WAIT);
	ck_assert_uint_eq(remains_count(&session), MOST);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("remains");
	TCase *test = tcase_create("remains");
	tcase_add_checked_fixture(test, setup, teardown);
	tcase_add_test(test, what_waits_is_kept_and_nothing_else);
	tcase_add_test(test, where_there_is_no_room_an_older_one_gives_way);
	tcase_add_test(test, at_the_end_of_a_round_too);
	suite_add_tcase(suite, test);
	return suite;
}
