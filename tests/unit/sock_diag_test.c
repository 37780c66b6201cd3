/* What a witness sees of a socket by its addresses alone. */
#include "loopback.h"

#include <netinet/tcp.h>

START_TEST(a_listener_is_found_by_its_address_alone)
{
	int listener = listener_on("127.0.0.1:0", 3);
	int client = client_of(listener);
	char end[ENDPOINT_SIZE];
	name(listener, local_of, end);
	struct sight sight = between(end, "0.0.0.0:0");
	ck_assert_int_eq(sight.witness, WITNESS_SOCK_DIAG);
	ck_assert_int_eq(sight.state, STATE_LISTEN);
	ck_assert_int_eq(sight.accept, 1);
	ck_assert_int_eq(sight.backlog, 3);
	ck_assert_uint_eq(sight.cookie, through(listener).cookie);
	close(client);
	close(listener);
}
END_TEST

START_TEST(a_listener_on_every_address_is_found_in_both_families)
{
	const char *const any[] = { "0.0.0.0:0", "[::]:0" };
	for (size_t i = 0; i < 2; i++) {
		int listener = listener_on(any[i], 3);
		char end[ENDPOINT_SIZE];
		name(listener, local_of, end);
		struct sight sight = between(end, "0.0.0.0:0");
		ck_assert_int_eq(sight.state, STATE_LISTEN);
		ck_assert_uint_eq(sight.cookie, through(listener).cookie);
		close(listener);
	}
}
END_TEST

START_TEST(a_connection_in_the_accept_queue_is_established_before_accept)
{
	int listener = listener_on("127.0.0.1:0", 3);
	int client = client_of(listener);
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE];
	name(client, local_of, client_end);
	name(client, remote_of, server_end);
	ck_assert_int_eq(send(client, "early", 5, 0), 5);

	struct sight queued = between(server_end, client_end);
	ck_assert_int_eq(queued.state, STATE_ESTABLISHED);
	ck_assert_int_eq(queued.receive, 5);
	close(client);
	ck_assert_int_eq(between(server_end, client_end).state, STATE_CLOSE_WAIT);
	int server = accept(listener, NULL, NULL);
	ck_assert_uint_eq(through(server).cookie, queued.cookie);
	close(server);
	close(listener);
}
END_TEST

START_TEST(the_closing_end_passes_fin_wait_2_and_time_wait)
{
	struct connection it = connection_new();
	uint64_t cookie = through(it.client).cookie;
	close(it.client);
	struct sight sight = between_once(it.client_end, it.server_end, STATE_FIN_WAIT_2);
	ck_assert_int_eq(sight.state, STATE_FIN_WAIT_2);
	ck_assert_uint_eq(sight.cookie, cookie);
	ck_assert_int_eq(sight.expires, -1);

	close(it.server);
	sight = between_once(it.client_end, it.server_end, STATE_TIME_WAIT);
	ck_assert_int_eq(sight.state, STATE_TIME_WAIT);
	ck_assert_uint_eq(sight.cookie, cookie);
	/* TCP_TIMEWAIT_LEN is 60 s. */
	ck_assert_int_gt(sight.expires, 50000);
	ck_assert_int_le(sight.expires, 60000);
	close(it.listener);
}
END_TEST

START_TEST(the_end_that_closes_second_leaves_nothing)
{
	struct connection it = connection_new();
	struct sight sight;
	close(it.client);
	close(it.server);
	between_once(it.client_end, it.server_end, STATE_TIME_WAIT);
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, it.server_end,
				       it.client_end, 0, &sight),
			 -ENOENT);
	close(it.listener);
}
END_TEST

START_TEST(a_four_tuple_that_is_gone_is_not_its_listener)
{
	int listener = listener_on("127.0.0.1:0", 3);
	char end[ENDPOINT_SIZE];
	struct sight sight;
	name(listener, local_of, end);
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, end, "127.0.0.1:1",
				       0, &sight),
			 -ENOENT);
	close(listener);
}
END_TEST

START_TEST(a_cookie_asks_for_that_socket_only)
{
	struct connection it = connection_new();
	struct sight sight;
	uint64_t cookie = through(it.client).cookie;
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, it.client_end,
				       it.server_end, cookie, &sight),
			 0);
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, it.client_end,
				       it.server_end, cookie + 1, &sight),
			 -ENOENT);
	connection_close(&it);
}
END_TEST

START_TEST(an_ipv4_client_of_a_dual_stack_listener_is_found_from_both_ends)
{
	int listener = listener_on("[::]:0", 3);
	int client = client_of(listener);
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE], mapped[2][ENDPOINT_SIZE];
	name(client, local_of, client_end);
	name(client, remote_of, server_end);
	int server = accept(listener, NULL, NULL);
	name(server, local_of, mapped[0]);
	name(server, remote_of, mapped[1]);
	ck_assert(strncmp(mapped[0], "[::ffff:127.0.0.1]:", 19) == 0);

	uint64_t cookie = through(server).cookie;
	ck_assert_uint_eq(between(server_end, client_end).cookie, cookie);
	ck_assert_uint_eq(between(mapped[0], mapped[1]).cookie, cookie);
	/* And the client, which is AF_INET, in the words of the server. */
	ck_assert_uint_eq(between(mapped[1], mapped[0]).cookie, through(client).cookie);
	close(client);
	close(server);
	close(listener);
}
END_TEST

START_TEST(a_family_that_is_known_is_the_only_one_asked)
{
	int listener = listener_on("[::]:0", 3);
	int client = client_of(listener);
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE];
	struct sight sight;
	name(client, local_of, client_end);
	name(client, remote_of, server_end);
	uint64_t cookie = through(client).cookie;
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), AF_INET, client_end,
				       server_end, cookie, &sight),
			 0);
	ck_assert_int_eq(sight.state, STATE_ESTABLISHED);
	/* The server's end, which is of the other family: its name may be written either way. */
	int server = accept(listener, NULL, NULL);
	name(server, local_of, server_end);
	name(server, remote_of, client_end);
	cookie = through(server).cookie;
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), AF_INET6, server_end,
				       client_end, cookie, &sight),
			 0);
	close(client);
	close(server);
	close(listener);
	/* And it is gone for the family that was asked. */
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), AF_INET6, server_end,
				       client_end, cookie, &sight),
			 -ENOENT);
}
END_TEST

START_TEST(ipv6_is_found_by_its_own_addresses)
{
	int listener = listener_on("[::1]:0", 3);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
					.sin6_port = htons(port_of(listener)),
					.sin6_addr = in6addr_loopback };
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE];
	int client = socket(AF_INET6, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&address, sizeof address), 0);
	name(client, local_of, client_end);
	name(client, remote_of, server_end);
	ck_assert_int_eq(between(client_end, server_end).state, STATE_ESTABLISHED);
	ck_assert_int_eq(between(server_end, client_end).state, STATE_ESTABLISHED);
	close(client);
	close(listener);
}
END_TEST

START_TEST(a_connect_that_nobody_answers_is_in_syn_sent_and_has_sent_nothing)
{
	/* The queue holds backlog + 1; the next SYN is dropped in silence. */
	int listener = listener_on("127.0.0.1:0", 0);
	int first = client_of(listener);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port_of(listener)) };
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE];
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&address, sizeof address), -1);
	ck_assert_int_eq(errno, EINPROGRESS);
	name(client, local_of, client_end);
	name(listener, local_of, server_end);

	ck_assert_int_eq(through(client).state, STATE_SYN_SENT);
	ck_assert_int_eq(through(client).send, 0);
	ck_assert_int_eq(between(client_end, server_end).state, STATE_SYN_SENT);
	ck_assert_int_eq(between(client_end, server_end).send, 0);
	close(client);
	close(first);
	close(listener);
}
END_TEST

START_TEST(half_open_is_syn_rcvd)
{
	/* With TCP_DEFER_ACCEPT a handshake's third segment does not finish it. */
	int listener = listener_on("127.0.0.1:0", 3);
	int seconds = 5;
	setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
	int client = client_of(listener);
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE];
	name(client, local_of, client_end);
	name(client, remote_of, server_end);
	ck_assert_int_eq(between(server_end, client_end).state, STATE_SYN_RCVD);
	close(client);
	close(listener);
}
END_TEST

START_TEST(what_is_no_internet_address_is_refused)
{
	struct sight sight;
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, "unix:/tmp/x",
				       "127.0.0.1:1", 0, &sight),
			 -EINVAL);
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, "127.0.0.1:1", "",
				       0, &sight),
			 -EINVAL);
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, "127.0.0.1:0",
				       "127.0.0.1:1", 0, &sight),
			 -EINVAL);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("sock_diag");
	const TTest *const exact[] = {
		a_listener_is_found_by_its_address_alone,
		a_listener_on_every_address_is_found_in_both_families,
		a_connection_in_the_accept_queue_is_established_before_accept,
		the_closing_end_passes_fin_wait_2_and_time_wait,
		the_end_that_closes_second_leaves_nothing,
		a_four_tuple_that_is_gone_is_not_its_listener,
		a_cookie_asks_for_that_socket_only,
		an_ipv4_client_of_a_dual_stack_listener_is_found_from_both_ends,
		a_family_that_is_known_is_the_only_one_asked,
		ipv6_is_found_by_its_own_addresses,
		a_connect_that_nobody_answers_is_in_syn_sent_and_has_sent_nothing,
		half_open_is_syn_rcvd,
		what_is_no_internet_address_is_refused,
		NULL,
	};
	add_tests(suite, "exact", exact);
	return suite;
}
