/* What a witness sees through a descriptor of the socket. */
#include "loopback.h"

#include "support/auto.h"

#include <fcntl.h>

static int look_at(int fd, const struct question *question, struct sight *ret_sight)
{
	return witness_descriptor(witnesses, &self, fd, question, ret_sight);
}

static int lowest_free(void)
{
	int fd = dup(0);
	close(fd);
	return fd;
}

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
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, it.server_end,
				       it.client_end, 0, &sight),
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
	ck_assert_int_eq(witness_identify(witnesses, &self, it.server, ASK_ALL, &identity), 0);
	ck_assert_int_eq(recv(it.server, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	connection_close(&(struct connection){ it.listener, -1, it.server, "", "" });
}
END_TEST

START_TEST(a_copy_is_closed_before_the_answer_and_delays_no_fin)
{
	struct connection it = connection_new();
	int free_before = lowest_free();
	through(it.client);
	ck_assert_int_eq(lowest_free(), free_before);
	close(it.client);
	ck_assert_int_eq(through(it.server).state, STATE_CLOSE_WAIT);
	connection_close(&(struct connection){ it.listener, -1, it.server, "", "" });
}
END_TEST

START_TEST(another_socket_at_the_number_is_stale)
{
	struct connection it = connection_new();
	struct sight sight = through(it.client);
	struct question question = { .cookie = sight.cookie };
	ck_assert_int_eq(look_at(it.client, &question, &sight), 0);
	ck_assert_int_eq(look_at(it.server, &question, &sight), -ESTALE);
	connection_close(&it);
}
END_TEST

/* As another thread does it between two questions. */
START_TEST(a_number_given_to_another_socket_is_stale_unless_nobody_could_give_it)
{
	struct connection it = connection_new();
	struct sight sight = through(it.client);
	struct question question = { .cookie = sight.cookie };
	int number = dup(it.client);
	ck_assert_int_eq(look_at(number, &question, &sight), 0);
	ck_assert_int_eq(dup2(it.listener, number), number);
	ck_assert_int_eq(look_at(number, &question, &sight), -ESTALE);
	question.certain = true;
	ck_assert_int_eq(look_at(number, &question, &sight), 0);
	ck_assert_int_eq(sight.state, STATE_LISTEN);
	close(number);
	connection_close(&it);
}
END_TEST

START_TEST(between_begin_and_end_all_questions_share_one_copy)
{
	struct connection it = connection_new();
	struct identity identity;
	int number = dup(it.client), free_before = lowest_free();
	struct question question = { .cookie = through(it.client).cookie };
	struct sight sight;
	witnesses_begin(witnesses, &self);
	ck_assert_int_eq(witness_identify(witnesses, &self, number, ASK_ALL, &identity), 0);
	ck_assert_int_ne(lowest_free(), free_before);
	/* The copy is of what the number meant, whatever it means now. */
	ck_assert_int_eq(dup2(it.listener, number), number);
	ck_assert_int_eq(look_at(number, &question, &sight), 0);
	ck_assert_int_eq(sight.state, STATE_ESTABLISHED);
	witnesses_end(witnesses);
	ck_assert_int_eq(lowest_free(), free_before);
	ck_assert_int_eq(look_at(number, &question, &sight), -ESTALE);
	close(number);
	connection_close(&it);
}
END_TEST

/* It may be running: its FIN must not wait for us. */
START_TEST(a_copy_from_another_process_than_the_stopped_one_is_not_kept)
{
	struct connection it = connection_new();
	struct process other = { .pid = getpid(), .pidfd = dup(self.pidfd) };
	int free_before = lowest_free();
	witnesses_begin(witnesses, &other);
	through(it.client);
	ck_assert_int_eq(lowest_free(), free_before);
	witnesses_end(witnesses);
	close(other.pidfd);
	connection_close(&it);
}
END_TEST

START_TEST(a_queue_that_was_empty_is_asked_again_once_something_came)
{
	struct connection it = connection_new();
	char buffer[8];
	struct sight sight;
	ck_assert_int_eq(send(it.client, "hello", 5, 0), 5);
	ck_assert_int_eq(recv(it.server, buffer, sizeof buffer, 0), 5);
	ck_assert_int_eq(look_at(it.server, &(struct question){ 0 }, &sight), 0);
	ck_assert_int_eq(sight.receive, 0);
	ck_assert_uint_eq(sight.came, 5);
	struct question question = { .drained = sight.came };
	ck_assert_int_eq(look_at(it.server, &question, &sight), 0);
	ck_assert_int_eq(sight.receive, 0);
	ck_assert_int_eq(send(it.client, "you", 3, 0), 3);
	ck_assert_int_eq(look_at(it.server, &question, &sight), 0);
	ck_assert_int_eq(sight.receive, 3);
	ck_assert_uint_eq(sight.came, 8);
	connection_close(&it);
}
END_TEST

START_TEST(a_question_for_the_state_alone_leaves_the_queues_out)
{
	struct connection it = connection_new();
	struct sight sight;
	struct question question = { .state_only = true };
	ck_assert_int_eq(send(it.client, "hello", 5, 0), 5);
	ck_assert_int_eq(look_at(it.server, &question, &sight), 0);
	ck_assert_int_eq(sight.state, STATE_ESTABLISHED);
	ck_assert_int_eq(sight.receive, -1);
	ck_assert_int_eq(sight.send, -1);
	connection_close(&it);
}
END_TEST

START_TEST(what_cannot_be_looked_at_says_why)
{
	struct sight sight;
	struct identity identity;
	struct process nobody = { .pid = 1, .pidfd = -1 };
	autoclose int file = open("/dev/null", O_RDONLY);
	const struct question anybody = { 0 };
	ck_assert_int_eq(look_at(file, &anybody, &sight), -ENOTSOCK);
	ck_assert_int_eq(witness_identify(witnesses, &self, file, ASK_ALL, &identity), -ENOTSOCK);
	ck_assert_int_eq(look_at(1000000, &anybody, &sight), -EBADF);
	ck_assert_int_eq(witness_identify(witnesses, &self, -1, ASK_ALL, &identity), -EBADF);
	ck_assert_int_eq(witness_identify(witnesses, &nobody, 0, ASK_ALL, &identity), -ESRCH);
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
		a_number_given_to_another_socket_is_stale_unless_nobody_could_give_it,
		between_begin_and_end_all_questions_share_one_copy,
		a_copy_from_another_process_than_the_stopped_one_is_not_kept,
		a_queue_that_was_empty_is_asked_again_once_something_came,
		a_question_for_the_state_alone_leaves_the_queues_out,
		what_cannot_be_looked_at_says_why,
		a_datagram_socket_has_no_state_and_tells_the_next_datagram,
		NULL,
	};
	add_tests(suite, "states", states);
	return suite;
}
