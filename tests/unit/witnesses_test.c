/* What a witness sees through a descriptor of the socket. */
#include "loopback.h"

#include "support/auto.h"

#include <fcntl.h>
#include <sys/un.h>

/* --- through a descriptor ------------------------------------------------------------- */

START_TEST(a_listener_tells_its_queue_and_its_limit)
{
	int listener = listener_on("127.0.0.1:0", 5);
	struct sight sight = through(listener);
	ck_assert_int_eq(sight.witness, WITNESS_TCP_INFO);
	ck_assert_int_eq(sight.state, STATE_LISTEN);
	ck_assert_int_eq(sight.accept, 0);
	ck_assert_int_eq(sight.backlog, 5);
	ck_assert_int_eq(sight.receive, -1);
	ck_assert_int_eq(sight.send, -1);

	int first = client_of(listener), second = client_of(listener);
	ck_assert_int_eq(through(listener).accept, 2);
	int server = accept(listener, NULL, NULL);
	ck_assert_int_eq(through(listener).accept, 1);
	close(first);
	close(second);
	close(server);
	close(listener);
}
END_TEST

START_TEST(a_fresh_and_a_bound_socket_are_closed)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(through(fd).state, STATE_CLOSED);
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(through(fd).state, STATE_CLOSED);
	close(fd);
}
END_TEST

START_TEST(a_connection_tells_what_waits_to_be_received)
{
	struct connection it = connection_new();
	ck_assert_int_eq(send(it.client, "hello", 5, 0), 5);
	struct sight sight = through(it.server);
	ck_assert_int_eq(sight.state, STATE_ESTABLISHED);
	ck_assert_int_eq(sight.receive, 5);
	ck_assert_int_eq(sight.send, 0);
	ck_assert_int_eq(sight.accept, -1);
	ck_assert_uint_ne(sight.cookie, 0);
	connection_close(&it);
}
END_TEST

START_TEST(a_fin_is_no_byte_for_either_witness)
{
	struct connection it = connection_new();
	ck_assert_int_eq(send(it.client, "hello", 5, 0), 5);
	ck_assert_int_eq(shutdown(it.client, SHUT_WR), 0);
	struct sight descriptor = through(it.server);
	struct sight exact = between(it.server_end, it.client_end);
	ck_assert_int_eq(descriptor.state, STATE_CLOSE_WAIT);
	ck_assert_int_eq(exact.state, STATE_CLOSE_WAIT);
	ck_assert_int_eq(descriptor.receive, 5);
	ck_assert_int_eq(exact.receive, 5);

	char buffer[8];
	ck_assert_int_eq(recv(it.server, buffer, sizeof buffer, 0), 5);
	ck_assert_int_eq(between(it.server_end, it.client_end).receive, 0);
	/* Now the FIN itself is taken out of the queue. */
	ck_assert_int_eq(recv(it.server, buffer, sizeof buffer, 0), 0);
	ck_assert_int_eq(between(it.server_end, it.client_end).receive, 0);
	connection_close(&it);
}
END_TEST

/* Sends until nothing more fits: then a FIN cannot leave either. */
static void fill(int fd)
{
	static const char block[65536];
	while (send(fd, block, sizeof block, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
}

START_TEST(fin_wait_1_lasts_while_the_fin_is_unacknowledged)
{
	struct connection it = connection_new();
	fill(it.client);
	struct sight before = through(it.client);
	ck_assert_int_gt(before.send, 0);
	ck_assert_int_eq(shutdown(it.client, SHUT_WR), 0);

	struct sight descriptor = through(it.client);
	struct sight exact = between(it.client_end, it.server_end);
	ck_assert_int_eq(descriptor.state, STATE_FIN_WAIT_1);
	ck_assert_int_eq(exact.state, STATE_FIN_WAIT_1);
	/* The FIN that waits with them is no byte. Some may be acknowledged meanwhile. */
	ck_assert_int_eq(descriptor.send, exact.send);
	ck_assert_int_le(exact.send, before.send);

	close(it.client);
	ck_assert_int_eq(between(it.client_end, it.server_end).state, STATE_FIN_WAIT_1);
	connection_close(&(struct connection){ it.listener, -1, it.server, "", "" });
}
END_TEST

/* The receiver's buffer is full, so nothing is acknowledged: the queue holds just the same. */
START_TEST(the_send_queue_is_the_same_before_and_after_a_fin)
{
	struct connection it = connection_new();
	const struct timespec settle = { .tv_nsec = 100000000 };
	fill(it.client);
	nanosleep(&settle, NULL);
	struct sight before = through(it.client);
	ck_assert_int_eq(shutdown(it.client, SHUT_WR), 0);
	ck_assert_int_eq(through(it.client).send, before.send);
	connection_close(&it);
}
END_TEST

START_TEST(after_a_reset_the_descriptor_is_closed_and_the_kernel_knows_no_connection)
{
	struct connection it = connection_new();
	struct linger abort = { .l_onoff = 1 };
	struct sight sight;
	setsockopt(it.client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
	close(it.client);
	ck_assert_int_eq(through(it.server).state, STATE_CLOSED);
	/* Though the port still listens. */
	ck_assert_int_eq(witness_exact(witnesses, it.server_end, it.client_end, 0, &sight),
			 -ENOENT);
	connection_close(&(struct connection){ it.listener, -1, it.server, "", "" });
}
END_TEST

START_TEST(looking_does_not_take_the_error_from_the_program)
{
	struct connection it = connection_new();
	struct linger abort = { .l_onoff = 1 };
	struct identity identity;
	char byte;
	setsockopt(it.client, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
	close(it.client);
	through(it.server);
	ck_assert_int_eq(witness_identify(&self, it.server, &identity), 0);
	ck_assert_int_eq(recv(it.server, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	connection_close(&(struct connection){ it.listener, -1, it.server, "", "" });
}
END_TEST

START_TEST(a_copy_is_closed_before_the_answer_and_delays_no_fin)
{
	struct connection it = connection_new();
	int free_before = dup(0);
	close(free_before);
	through(it.client);
	int free_after = dup(0);
	close(free_after);
	ck_assert_int_eq(free_before, free_after);
	close(it.client);
	ck_assert_int_eq(through(it.server).state, STATE_CLOSE_WAIT);
	connection_close(&(struct connection){ it.listener, -1, it.server, "", "" });
}
END_TEST

START_TEST(another_socket_at_the_number_is_stale)
{
	struct connection it = connection_new();
	struct sight sight = through(it.client);
	uint64_t cookie = sight.cookie;
	ck_assert_int_eq(witness_descriptor(&self, it.client, cookie, &sight), 0);
	ck_assert_int_eq(witness_descriptor(&self, it.server, cookie, &sight), -ESTALE);
	connection_close(&it);
}
END_TEST

START_TEST(what_cannot_be_looked_at_says_why)
{
	struct sight sight;
	struct identity identity;
	struct process nobody = { .pid = 1, .pidfd = -1 };
	autoclose int file = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(witness_descriptor(&self, file, 0, &sight), -ENOTSOCK);
	ck_assert_int_eq(witness_identify(&self, file, &identity), -ENOTSOCK);
	ck_assert_int_eq(witness_descriptor(&self, 1000000, 0, &sight), -EBADF);
	ck_assert_int_eq(witness_identify(&self, -1, &identity), -EBADF);
	ck_assert_int_eq(witness_identify(&nobody, 0, &identity), -ESRCH);
}
END_TEST

START_TEST(a_datagram_socket_has_no_state_and_tells_the_next_datagram)
{
	int pair[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	ck_assert_int_eq(send(pair[0], "hello", 5, 0), 5);
	ck_assert_int_eq(send(pair[0], "you", 3, 0), 3);
	struct sight sight = through(pair[1]);
	ck_assert_int_eq(sight.witness, WITNESS_NONE);
	ck_assert_int_eq(sight.state, STATE_UNKNOWN);
	ck_assert_int_eq(sight.receive, 5);
	ck_assert_int_eq(sight.send, -1);
	close(pair[0]);
	close(pair[1]);
}
END_TEST

/* --- who it is ------------------------------------------------------------------------ */

START_TEST(a_socket_is_identified_by_cookie_kind_and_ends)
{
	struct connection it = connection_new();
	struct identity client, listener;
	ck_assert_int_eq(witness_identify(&self, it.client, &client), 0);
	ck_assert_int_eq(client.domain, AF_INET);
	ck_assert_int_eq(client.type, SOCK_STREAM);
	ck_assert_int_eq(client.protocol, IPPROTO_TCP);
	ck_assert(!client.listening);
	ck_assert_str_eq(client.local, it.client_end);
	ck_assert_str_eq(client.remote, it.server_end);
	ck_assert_uint_eq(client.cookie, between(it.client_end, it.server_end).cookie);

	ck_assert_int_eq(witness_identify(&self, it.listener, &listener), 0);
	ck_assert(listener.listening);
	ck_assert_str_eq(listener.local, it.server_end);
	ck_assert_str_eq(listener.remote, "");
	ck_assert_uint_ne(listener.cookie, client.cookie);
	connection_close(&it);
}
END_TEST

START_TEST(an_end_that_is_not_set_is_empty)
{
	const int domains[] = { AF_INET, AF_INET6, AF_UNIX };
	for (size_t i = 0; i < 3; i++) {
		struct identity identity;
		autoclose int fd = socket(domains[i], SOCK_DGRAM, 0);
		ck_assert_int_eq(witness_identify(&self, fd, &identity), 0);
		ck_assert_int_eq(identity.domain, domains[i]);
		ck_assert_int_eq(identity.type, SOCK_DGRAM);
		ck_assert_str_eq(identity.local, "");
		ck_assert_str_eq(identity.remote, "");
	}
}
END_TEST

START_TEST(a_unix_socket_is_identified_by_its_name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct identity identity;
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int length =
		snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "witness-%d", getpid());
	socklen_t size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) + (socklen_t)length;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(witness_identify(&self, fd, &identity), 0);
	ck_assert(strncmp(identity.local, "unix:@witness-", 14) == 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("witnesses");
	const TTest *const states[] = {
		a_listener_tells_its_queue_and_its_limit,
		a_fresh_and_a_bound_socket_are_closed,
		a_connection_tells_what_waits_to_be_received,
		a_fin_is_no_byte_for_either_witness,
		fin_wait_1_lasts_while_the_fin_is_unacknowledged,
		the_send_queue_is_the_same_before_and_after_a_fin,
		after_a_reset_the_descriptor_is_closed_and_the_kernel_knows_no_connection,
		looking_does_not_take_the_error_from_the_program,
		a_copy_is_closed_before_the_answer_and_delays_no_fin,
		another_socket_at_the_number_is_stale,
		what_cannot_be_looked_at_says_why,
		a_datagram_socket_has_no_state_and_tells_the_next_datagram,
		NULL,
	};
	const TTest *const identities[] = {
		a_socket_is_identified_by_cookie_kind_and_ends,
		an_end_that_is_not_set_is_empty,
		a_unix_socket_is_identified_by_its_name,
		NULL,
	};
	add_tests(suite, "states", states);
	add_tests(suite, "identities", identities);
	return suite;
}
