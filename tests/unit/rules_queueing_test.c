/* What the rules about waiting, arguments and descriptors say, and where they are silent. */
#include "rules_calls_fixture.h"

static struct socket queued, listener;

static void listens(void)
{
	listener = sock;
	listener.cookie = 5;
	listener.history = NULL;
	snprintf(listener.local, sizeof listener.local, "127.0.0.1:8000");
	const struct value args[] = { NUMBER("sockfd", 3) };
	returns(CALL_LISTEN, "listen", 0, args, 1, &listener);
	holder_add("127.0.0.1:8000", STATE_LISTEN);
	fake.holders.rows[0].cookie = 5;
	fake.holders.rows[0].accept = 1;
	fake.owner = PID;
	happens(PROCESS_START, 0, NULL, -1);
}

/* A client whose connection is in that listener's queue. */
static void queues(void)
{
	queued = (struct socket){ .cookie = 6, .listener = 5 };
	sock.peer = &queued;
}

static void done(void)
{
	free(listener.history);
	listener.history = NULL;
}

/* --- a busy server ---------------------------------------------------------------------------- */

/* The client is another process than the server. */
static const char *client_sleeps(void)
{
	struct event event = event_of(CALL_RECVFROM, "recv", 0, NULL, 0);
	struct record record = record_blank(RECORD_ENTER, event.entered);
	record.event = &event;
	record.pid = PID + 1;
	return show(&record, &sock);
}

START_TEST(a_client_in_the_queue_is_told_where_the_server_sleeps)
{
	listens();
	sleeps(CALL_RECVFROM, "recv", NULL);
	queues();
	ck_assert_str_eq(client_sleeps(), "accept-queue-waits ");
	ck_assert_str_eq(client_sleeps(), "");
	done();
}
END_TEST

START_TEST(a_server_that_sleeps_in_accept_or_poll_is_not_busy)
{
	listens();
	queues();
	sleeps(CALL_ACCEPT, "accept", NULL);
	ck_assert_str_eq(client_sleeps(), "");
	done();
}
END_TEST

START_TEST(a_server_that_is_not_known_to_sleep_may_be_about_to_accept)
{
	listens();
	queues();
	ck_assert_str_eq(client_sleeps(), "");
	done();
}
END_TEST

START_TEST(where_others_hold_the_listener_too_they_may_accept)
{
	listens();
	sleeps(CALL_RECVFROM, "recv", NULL);
	queues();
	fake.owner = 0;
	ck_assert_str_eq(client_sleeps(), "");
	done();
}
END_TEST

START_TEST(an_accepted_client_waits_for_its_answer_and_no_more)
{
	listens();
	sleeps(CALL_RECVFROM, "recv", NULL);
	queues();
	queued.holders = 1;
	ck_assert_str_eq(client_sleeps(), "");
	done();
}
END_TEST

/* --- a full queue ----------------------------------------------------------------------------- */

static const char *connect_sleeps(void)
{
	const struct value to = TO("127.0.0.1:8000");
	return sleeps(CALL_CONNECT, "connect", &to);
}

START_TEST(a_queue_is_full_when_it_is_longer_than_its_limit)
{
	holder_add("127.0.0.1:8000", STATE_LISTEN);
	fake.holders.rows[0].accept = 5;
	fake.holders.rows[0].backlog = 5;
	ck_assert_str_eq(connect_sleeps(), "");
	fake.holders.rows[0].accept = 6;
	ck_assert_str_eq(connect_sleeps(), "backlog-full ");
	fake.own = 0;
	ck_assert_str_eq(connect_sleeps(), "");
}
END_TEST

/* --- a signal --------------------------------------------------------------------------------- */

static void interrupted_by(const char *signal)
{
	RETURNS(CALL_ACCEPT, "accept", EINTR, NUMBER("sockfd", 3));
	happens(PROCESS_SIGNAL, 0, signal, -1);
}

START_TEST(a_program_that_ends_because_of_a_childs_end_is_told)
{
	interrupted_by("SIGCHLD");
	ck_assert_str_eq(happens(PROCESS_EXIT, 0, NULL, 1), "eintr ");
}
END_TEST

START_TEST(a_signal_that_is_to_end_it_may_do_so)
{
	interrupted_by("SIGTERM");
	ck_assert_str_eq(happens(PROCESS_EXIT, 0, NULL, 1), "");
	interrupted_by("SIGALRM");
	ck_assert_str_eq(happens(PROCESS_EXIT, 0, NULL, 1), "");
}
END_TEST

START_TEST(who_calls_again_has_done_it_right)
{
	interrupted_by("SIGCHLD");
	sleeps(CALL_ACCEPT, "accept", NULL);
	ck_assert_str_eq(happens(PROCESS_EXIT, 0, NULL, 1), "");
	interrupted_by("SIGCHLD");
	ck_assert_str_eq(happens(PROCESS_EXIT, 0, NULL, 0), "");
}
END_TEST

/* --- arguments -------------------------------------------------------------------------------- */

static const char *binds(const char *address, int64_t length, int error)
{
	return RETURNS(CALL_BIND, "bind", error, NUMBER("sockfd", 3), TO(address),
		       NUMBER("addrlen", length));
}

START_TEST(an_address_is_too_short_or_of_another_family)
{
	ck_assert_str_eq(binds("AF_INET 0x1f90", 4, EINVAL), "address-length ");
	ck_assert_str_eq(binds("[::1]:80", 28, EAFNOSUPPORT), "family-wrong ");
	/* Bound already. */
	ck_assert_str_eq(binds("127.0.0.1:80", 16, EINVAL), "");
	sock.domain = AF_INET6;
	sock.domain_name = "AF_INET6";
	ck_assert_str_eq(binds("127.0.0.1:80", 16, EINVAL), "family-wrong ");
	ck_assert_str_eq(binds("AF_INET6 0x1f90", 16, EINVAL), "address-length ");
	ck_assert_str_eq(binds("[::1]:80", 24, EINVAL), "");
}
END_TEST

START_TEST(connect_without_a_family_dissolves_a_connection_if_there_is_one)
{
	ck_assert_str_eq(RETURNS(CALL_CONNECT, "connect", 0, NUMBER("sockfd", 3),
				 TO("AF_UNSPEC 0x1f907f000001")),
			 "family-wrong ");
	RETURNS(CALL_CONNECT, "connect", 0, NUMBER("sockfd", 3), TO("127.0.0.1:8000"));
	ck_assert_str_eq(RETURNS(CALL_CONNECT, "connect", 0, NUMBER("sockfd", 3),
				 TO("AF_UNSPEC 0x1f907f000001")),
			 "");
}
END_TEST

START_TEST(connect_with_an_empty_address_without_a_family_is_meant_so)
{
	ck_assert_str_eq(RETURNS(CALL_CONNECT, "connect", 0, NUMBER("sockfd", 3),
				 TO("AF_UNSPEC 0x0000000000")),
			 "");
}
END_TEST

START_TEST(an_address_is_swapped_only_if_the_other_way_round_it_is_ours)
{
	fake.foreign = "1.0.0.127:80";
	ck_assert_str_eq(RETURNS(CALL_CONNECT, "connect", ENETUNREACH, NUMBER("sockfd", 3),
				 TO("1.0.0.127:80")),
			 "address-byte-order ");
	fake.own = 0;
	ck_assert_str_eq(RETURNS(CALL_CONNECT, "connect", ENETUNREACH, NUMBER("sockfd", 3),
				 TO("5.0.0.10:80")),
			 "");
}
END_TEST

/* --- descriptors ------------------------------------------------------------------------------ */

START_TEST(a_number_is_closed_twice_only_if_it_was_closed)
{
	const struct value fd[] = { NUMBER("fd", 3) };
	ck_assert_str_eq(returns(CALL_CLOSE, "close", EBADF, fd, 1, NULL), "");
	RETURNS(CALL_CLOSE, "close", 0, NUMBER("fd", 3));
	ck_assert_str_eq(returns(CALL_CLOSE, "close", EBADF, fd, 1, NULL), "double-close ");
	ck_assert_str_eq(returns(CALL_RECVFROM, "recv", EBADF, fd, 1, NULL), "wrong-descriptor ");
}
END_TEST

START_TEST(a_failed_connect_is_ignored_by_who_sends_and_not_by_who_connects_again)
{
	RETURNS(CALL_CONNECT, "connect", ETIMEDOUT, NUMBER("sockfd", 3), TO("192.0.2.1:80"));
	ck_assert_str_eq(RETURNS(CALL_SENDTO, "send", EPIPE, NUMBER("sockfd", 3)),
			 "result-ignored ");
	RETURNS(CALL_CONNECT, "connect", 0, NUMBER("sockfd", 3), TO("192.0.2.1:80"));
	ck_assert_str_eq(RETURNS(CALL_SENDTO, "send", EPIPE, NUMBER("sockfd", 3)), "");
}
END_TEST

START_TEST(a_listener_that_failed_is_no_listener)
{
	RETURNS(CALL_LISTEN, "listen", EADDRINUSE, NUMBER("sockfd", 3));
	sock.state = STATE_CLOSED;
	ck_assert_str_eq(RETURNS(CALL_ACCEPT, "accept", EINVAL, NUMBER("sockfd", 3)),
			 "result-ignored ");
}
END_TEST

START_TEST(data_on_the_listener_is_on_the_wrong_descriptor)
{
	sock.state = STATE_LISTEN;
	ck_assert_str_eq(RETURNS(CALL_RECVFROM, "recv", ENOTCONN, NUMBER("sockfd", 3)),
			 "wrong-descriptor ");
	sock.state = STATE_CLOSED;
	ck_assert_str_eq(RETURNS(CALL_RECVFROM, "recv", ENOTCONN, NUMBER("sockfd", 3)), "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_client_in_the_queue_is_told_where_the_server_sleeps,
		a_server_that_sleeps_in_accept_or_poll_is_not_busy,
		a_server_that_is_not_known_to_sleep_may_be_about_to_accept,
		where_others_hold_the_listener_too_they_may_accept,
		an_accepted_client_waits_for_its_answer_and_no_more,
		a_queue_is_full_when_it_is_longer_than_its_limit,
		a_program_that_ends_because_of_a_childs_end_is_told,
		a_signal_that_is_to_end_it_may_do_so,
		who_calls_again_has_done_it_right,
		an_address_is_too_short_or_of_another_family,
		connect_without_a_family_dissolves_a_connection_if_there_is_one,
		connect_with_an_empty_address_without_a_family_is_meant_so,
		an_address_is_swapped_only_if_the_other_way_round_it_is_ours,
		a_number_is_closed_twice_only_if_it_was_closed,
		a_failed_connect_is_ignored_by_who_sends_and_not_by_who_connects_again,
		a_listener_that_failed_is_no_listener,
		data_on_the_listener_is_on_the_wrong_descriptor,
		NULL,
	};
	return suite_of("waiting", tests);
}
