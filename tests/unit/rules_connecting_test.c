/* What the rules about connect() say, and where they have nothing to say. */
#include "rules_calls_fixture.h"

#include <fcntl.h>

static const char *connect_to(const char *address, int error)
{
	return RETURNS(CALL_CONNECT, "connect", error, NUMBER("sockfd", 3), TO(address),
		       NUMBER("addrlen", 16));
}

static void make(int flags)
{
	struct event event = { .arena = arena,
			       .call = CALL_SOCKET,
			       .name = "socket",
			       .raw = { AF_INET, (uint64_t)(SOCK_STREAM | flags) },
			       .fd = -1,
			       .entered = ++now };
	struct record record = record_blank(RECORD_CALL, event.entered);
	event.returned = ++now;
	record.event = &event;
	show(&record, &sock);
}

static const char *closes(void)
{
	sock.holders = 0;
	return RETURNS(CALL_CLOSE, "close", 0, NUMBER("fd", 3));
}

static const char *sends(int error)
{
	return RETURNS(CALL_SENDTO, "send", error, NUMBER("sockfd", 3));
}

static const char *error_is(int error)
{
	return RETURNS(CALL_GETSOCKOPT, "getsockopt", 0, NUMBER("sockfd", 3),
		       NUMBER("level", SOL_SOCKET), NUMBER("optname", SO_ERROR),
		       NUMBER("optval", error));
}

/* --- refused ---------------------------------------------------------------------------------- */

START_TEST(where_nobody_listens_that_is_said)
{
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "refused-nobody ");
}
END_TEST

START_TEST(who_tries_again_and_again_is_told_once)
{
	connect_to("127.0.0.1:8000", ECONNREFUSED);
	fake.asked = 0;
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "");
	ck_assert_uint_eq(fake.asked, 0);
	ck_assert_str_eq(connect_to("127.0.0.1:8001", ECONNREFUSED), "refused-nobody ");
}
END_TEST

START_TEST(of_another_host_nobody_can_say_who_listens)
{
	fake.own = 0;
	ck_assert_str_eq(connect_to("192.0.2.1:8000", ECONNREFUSED), "");
	fake.own = -ENOTSUP;
	ck_assert_str_eq(connect_to("192.0.2.2:8000", ECONNREFUSED), "");
}
END_TEST

START_TEST(where_the_kernel_does_not_answer_nothing_is_said)
{
	fake.holders_result = -ENOTSUP;
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "");
}
END_TEST

START_TEST(a_listener_that_has_come_meanwhile_explains_nothing)
{
	holder_add("0.0.0.0:8000", STATE_LISTEN);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "");
}
END_TEST

START_TEST(a_listener_on_another_address_is_named)
{
	holder_add("127.0.0.2:8000", STATE_LISTEN);
	holder_add("[::1]:8000", STATE_LISTEN);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "refused-other-address ");
}
END_TEST

START_TEST(one_on_both_families_takes_ipv4_unless_it_is_of_ipv6_alone)
{
	holder_add("[::]:8000", STATE_LISTEN);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "");
	fake.holders.rows[0].v6only = -1;
	ck_assert_str_eq(connect_to("127.0.0.2:8000", ECONNREFUSED), "");
	fake.holders.rows[0].v6only = 1;
	ck_assert_str_eq(connect_to("127.0.0.3:8000", ECONNREFUSED), "refused-other-address ");
}
END_TEST

START_TEST(zero_as_a_target_means_this_host)
{
	holder_add("127.0.0.1:8000", STATE_LISTEN);
	ck_assert_str_eq(connect_to("0.0.0.0:8000", ECONNREFUSED), "");
}
END_TEST

START_TEST(one_limited_to_a_device_may_take_it_or_not)
{
	holder_add("0.0.0.0:8000", STATE_LISTEN);
	fake.holders.rows[0].interface = 2;
	ck_assert_str_eq(connect_to("127.0.0.1:8000", ECONNREFUSED), "");
}
END_TEST

START_TEST(an_answer_that_comes_later_is_one_too)
{
	make(SOCK_NONBLOCK);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", EINPROGRESS), "");
	RETURNS(CALL_POLL, "poll", 0, NUMBER("nfds", 1));
	ck_assert_str_eq(error_is(ECONNREFUSED), "refused-nobody ");
	ck_assert_str_eq(error_is(ECONNREFUSED), "");
}
END_TEST

START_TEST(localhost_is_told_of_when_the_second_address_works)
{
	holder_add("127.0.0.1:8000", STATE_LISTEN);
	connect_to("[::1]:8000", ECONNREFUSED);
	ck_assert_str_eq(connect_to("127.0.0.1:8001", 0), "");
	connect_to("[::1]:8000", ECONNREFUSED);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", 0), "localhost-v6-first ");
	ck_assert_str_eq(connect_to("127.0.0.1:8000", 0), "");
}
END_TEST

START_TEST(a_port_in_the_wrong_byte_order_is_found_by_who_listens)
{
	holder_add("127.0.0.1:36895", STATE_LISTEN);
	ck_assert_str_eq(connect_to("127.0.0.1:8080", ECONNREFUSED),
			 "port-byte-order refused-nobody ");
	/* It reads the same both ways. */
	ck_assert_str_eq(connect_to("127.0.0.1:257", ECONNREFUSED), "refused-nobody ");
}
END_TEST

START_TEST(a_port_in_the_wrong_byte_order_is_found_by_the_command_line)
{
	static const char *const argv[] = { "server", "8080", "x1", "70000", NULL };
	struct record_process start = { .what = PROCESS_START, .argv = argv };
	struct record record = record_blank(RECORD_PROCESS, ++now);
	record.process = &start;
	show(&record, NULL);
	ck_assert_str_eq(RETURNS(CALL_BIND, "bind", 0, NUMBER("sockfd", 3), TO("0.0.0.0:36895")),
			 "port-byte-order ");
	ck_assert_str_eq(RETURNS(CALL_BIND, "bind", 0, NUMBER("sockfd", 3), TO("0.0.0.0:8080")),
			 "");
	ck_assert_str_eq(RETURNS(CALL_BIND, "bind", 0, NUMBER("sockfd", 3), TO("0.0.0.0:0")), "");
}
END_TEST

/* --- begun, and not over ---------------------------------------------------------------------- */

START_TEST(a_connect_that_has_begun_is_waited_for_before_it_is_closed)
{
	make(SOCK_NONBLOCK);
	connect_to("127.0.0.1:8000", EINPROGRESS);
	ck_assert_str_eq(closes(), "connect-in-progress ");
}
END_TEST

START_TEST(who_has_waited_may_close_or_send)
{
	make(SOCK_NONBLOCK);
	connect_to("127.0.0.1:8000", EINPROGRESS);
	RETURNS(CALL_POLL, "poll", 0, NUMBER("nfds", 1));
	ck_assert_str_eq(sends(EAGAIN), "");
	ck_assert_str_eq(closes(), "");
}
END_TEST

START_TEST(who_connects_again_or_asks_for_the_error_has_looked)
{
	make(SOCK_NONBLOCK);
	connect_to("127.0.0.1:8000", EINPROGRESS);
	connect_to("127.0.0.1:8000", EALREADY);
	ck_assert_str_eq(sends(0), "");
	connect_to("127.0.0.1:8000", EINPROGRESS);
	error_is(0);
	ck_assert_str_eq(closes(), "");
}
END_TEST

START_TEST(a_send_is_told_of_once)
{
	make(SOCK_NONBLOCK);
	connect_to("127.0.0.1:8000", EINPROGRESS);
	ck_assert_str_eq(sends(EAGAIN), "connect-in-progress ");
	ck_assert_str_eq(sends(EAGAIN), "");
}
END_TEST

START_TEST(a_duplicate_that_is_closed_gives_nothing_up)
{
	make(SOCK_NONBLOCK);
	connect_to("127.0.0.1:8000", EINPROGRESS);
	ck_assert_str_eq(RETURNS(CALL_CLOSE, "close", 0, NUMBER("fd", 3)), "");
}
END_TEST

START_TEST(a_ring_may_have_waited)
{
	make(SOCK_NONBLOCK);
	RETURNS(CALL_IO_URING_SETUP, "io_uring_setup", 0, NUMBER("entries", 8));
	connect_to("127.0.0.1:8000", EINPROGRESS);
	ck_assert_str_eq(closes(), "");
}
END_TEST

START_TEST(so_sndtimeo_is_told_of_where_the_socket_is_known_to_block)
{
	const struct value time =
		NAMED("optval", .kind = VALUE_STRUCT,
		      .list = { (struct value[]){ NUMBER("sec", 1), NUMBER("usec", 500000) }, 2 });
	RETURNS(CALL_SETSOCKOPT, "setsockopt", 0, NUMBER("sockfd", 3), NUMBER("level", SOL_SOCKET),
		NUMBER("optname", SO_SNDTIMEO), time);
	/* Nobody saw it being made. */
	ck_assert_str_eq(connect_to("127.0.0.1:8000", EINPROGRESS), "");
	make(SOCK_NONBLOCK);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", EINPROGRESS), "");
	make(0);
	ck_assert_str_eq(connect_to("127.0.0.1:8000", EINPROGRESS), "connect-timeo ");
}
END_TEST

START_TEST(no_port_is_free_where_the_socket_was_not_bound)
{
	ck_assert_str_eq(connect_to("127.0.0.1:8000", EADDRNOTAVAIL), "ports-exhausted ");
	sock.domain = AF_INET6;
	ck_assert_str_eq(connect_to("[::1]:8000", EADDRNOTAVAIL), "");
	sock.domain = AF_INET;
	RETURNS(CALL_BIND, "bind", 0, NUMBER("sockfd", 3), TO("127.0.0.1:9000"));
	ck_assert_str_eq(connect_to("127.0.0.1:8000", EADDRNOTAVAIL), "");
}
END_TEST

START_TEST(both_ends_are_one)
{
	snprintf(sock.local, sizeof sock.local, "127.0.0.1:8000");
	snprintf(sock.remote, sizeof sock.remote, "127.0.0.1:8000");
	sock.state = STATE_ESTABLISHED;
	ck_assert_str_eq(connect_to("127.0.0.1:8000", 0), "self-connect ");
	snprintf(sock.local, sizeof sock.local, "127.0.0.1:8001");
	ck_assert_str_eq(connect_to("127.0.0.1:8000", 0), "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		where_nobody_listens_that_is_said,
		who_tries_again_and_again_is_told_once,
		of_another_host_nobody_can_say_who_listens,
		where_the_kernel_does_not_answer_nothing_is_said,
		a_listener_that_has_come_meanwhile_explains_nothing,
		a_listener_on_another_address_is_named,
		one_on_both_families_takes_ipv4_unless_it_is_of_ipv6_alone,
		zero_as_a_target_means_this_host,
		one_limited_to_a_device_may_take_it_or_not,
		an_answer_that_comes_later_is_one_too,
		localhost_is_told_of_when_the_second_address_works,
		a_port_in_the_wrong_byte_order_is_found_by_who_listens,
		a_port_in_the_wrong_byte_order_is_found_by_the_command_line,
		a_connect_that_has_begun_is_waited_for_before_it_is_closed,
		who_has_waited_may_close_or_send,
		who_connects_again_or_asks_for_the_error_has_looked,
		a_send_is_told_of_once,
		a_duplicate_that_is_closed_gives_nothing_up,
		a_ring_may_have_waited,
		so_sndtimeo_is_told_of_where_the_socket_is_known_to_block,
		no_port_is_free_where_the_socket_was_not_bound,
		both_ends_are_one,
		NULL,
	};
	return suite_of("connecting", tests);
}
