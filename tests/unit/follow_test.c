/* What an event does to the sockets, and what it is told of them. */
#include "sockets_fixture.h"

#include "sockets/ledger.h"

/* --- what an event tells -------------------------------------------------------------- */

static struct socket *move(struct process *process, enum call_id id, uint64_t flags, int64_t bytes)
{
	struct event *event = call_new(id, 3, 0, id == CALL_RECVMSG ? flags : 0);
	event->raw[3] = flags;
	sockets_enter(sockets, process, event);
	event->bytes_moved = bytes > 0 ? (uint64_t)bytes : 0;
	return call_done(process, event, bytes);
}

START_TEST(bytes_are_counted_by_direction)
{
	struct socket *socket = make(&server, 3, 1);
	move(&server, CALL_SENDTO, 0, 1);
	move(&server, CALL_WRITE, 0, 2);
	move(&server, CALL_WRITEV, 0, 4);
	move(&server, CALL_SENDMSG, 0, 8);
	move(&server, CALL_SENDTO, 0, -EPIPE);
	ck_assert_uint_eq(socket->bytes_sent, 15);
	move(&server, CALL_RECVFROM, 0, 1);
	move(&server, CALL_READ, 0, 2);
	move(&server, CALL_READV, 0, 4);
	move(&server, CALL_RECVMSG, 0, 8);
	ck_assert_uint_eq(socket->bytes_received, 15);
	ck_assert_uint_eq(socket->calls, 10);
}
END_TEST

START_TEST(what_is_only_looked_at_is_not_received)
{
	struct socket *socket = make(&server, 3, 1);
	move(&server, CALL_RECVFROM, MSG_PEEK, 5);
	move(&server, CALL_RECVMSG, MSG_PEEK, 5);
	move(&server, CALL_RECVMSG, MSG_ERRQUEUE, 5);
	ck_assert_uint_eq(socket->bytes_received, 0);
}
END_TEST

START_TEST(splice_and_sendfile_count_at_their_socket)
{
	struct socket *socket = make(&server, 3, 1);
	move(&server, CALL_SENDFILE, 0, 10);
	ck_assert_uint_eq(socket->bytes_sent, 10);
	move(&server, CALL_SPLICE, 0, 20);
	ck_assert_uint_eq(socket->bytes_received, 20);

	struct event *event = call_new(CALL_SPLICE, 8, 0, 3);
	ck_assert_ptr_eq(sockets_enter(sockets, &server, event), socket);
	event->bytes_moved = 30;
	ck_assert_ptr_eq(call_done(&server, event, 30), socket);
	ck_assert_uint_eq(socket->bytes_sent, 40);
}
END_TEST

START_TEST(a_restarted_call_did_nothing)
{
	struct socket *socket = make(&server, 3, 1);
	struct event *event = call_new(CALL_RECVFROM, 3, 0, 0);
	sockets_enter(sockets, &server, event);
	event->restarted = true;
	event->bytes_moved = 5;
	ck_assert_ptr_eq(call_done(&server, event, -512), socket);
	ck_assert_uint_eq(socket->bytes_received, 0);
	ck_assert_uint_eq(socket->calls, 1);
}
END_TEST

START_TEST(descriptors_in_nested_arguments_are_named_at_entry)
{
	make(&server, 3, 1);
	struct value entry[2] = { { VALUE_DESCRIPTOR, "fd", .descriptor = { .fd = 3 } },
				  { VALUE_INTEGER, "events", .integer = 1 } };
	struct value list = { VALUE_STRUCT, NULL, .list = { entry, 2 } };
	struct event *event = call_new(CALL_POLL, -1, 0, 0);
	event->arg_count = 1;
	event->args[0] = (struct value){ VALUE_ARRAY, "fds", .list = { &list, 1 } };
	ck_assert_ptr_null(sockets_enter(sockets, &server, event));
	ck_assert_str_eq(entry[0].descriptor.socket, "1");
	ck_assert_str_eq(entry[0].descriptor.variable, "sock");
}
END_TEST

START_TEST(a_state_is_noted_once_and_in_order)
{
	struct socket *socket = make(&server, 3, 1);
	ck_assert(sockets_state(socket, STATE_SYN_SENT));
	ck_assert(!sockets_state(socket, STATE_SYN_SENT));
	ck_assert(!sockets_state(socket, STATE_UNKNOWN));
	ck_assert(sockets_state(socket, STATE_ESTABLISHED));
	ck_assert_uint_eq(socket->state_count, 2);
	ck_assert_int_eq(socket->states[0], STATE_SYN_SENT);
	ck_assert_int_eq(socket->states[1], STATE_ESTABLISHED);
	for (int i = 0; i < 100; i++)
		sockets_state(socket, i % 2 ? STATE_SYN_SENT : STATE_CLOSED);
	ck_assert_uint_eq(socket->state_count, STATE_COUNT);
	ck_assert_int_eq(socket->state, STATE_SYN_SENT);
}
END_TEST

START_TEST(a_walk_meets_every_socket)
{
	size_t position = 0;
	uint64_t sum = 0;
	for (int i = 0; i < 40; i++)
		make(&server, 3 + i, (uint64_t)i + 1);
	for (struct socket *socket; (socket = sockets_next(sockets, &position));)
		sum += socket->cookie;
	ck_assert_uint_eq(sum, 40 * 41 / 2);
}
END_TEST

/* --- who may touch a socket -------------------------------------------------------------- */

/* socketpair() as descriptors 3 and 4; returns the first. */
static struct socket *make_pair(struct process *process)
{
	struct value items[2] = { { VALUE_DESCRIPTOR, NULL, .descriptor = { .fd = 3 } },
				  { VALUE_DESCRIPTOR, NULL, .descriptor = { .fd = 4 } } };
	struct event *event = call_new(CALL_SOCKETPAIR, -1, SOCK_STREAM, 0);
	file(process, 3, 1)->domain = AF_UNIX;
	file(process, 4, 2)->domain = AF_UNIX;
	sockets_enter(sockets, process, event);
	event->arg_count = 4;
	event->args[3] = (struct value){ VALUE_ARRAY, "sv", .list = { items, 2 } };
	return call_done(process, event, 0);
}

START_TEST(what_a_traced_process_made_nobody_else_has)
{
	const struct socket *pair = make_pair(&server);
	ck_assert(pair->contained);
	ck_assert(pair->peer->contained);
	client.attached = true;
	ck_assert(!make(&client, 3, 7)->contained);
}
END_TEST

START_TEST(a_socket_that_was_used_before_its_making_was_seen_is_not_contained)
{
	make_listener(&server, 3, 1, "127.0.0.1:80");
	file(&server, 4, 2);
	call(&server, CALL_RECVFROM, 4, 5);
	ck_assert(!accept_one(&server, 3, 4, 2, "127.0.0.1:80", "127.0.0.1:4000")->contained);
	ck_assert(accept_one(&server, 3, 5, 3, "127.0.0.1:80", "127.0.0.1:4001")->contained);
}
END_TEST

START_TEST(a_ring_may_do_anything_with_the_sockets_of_its_process)
{
	const struct socket *pair = make_pair(&server);
	const struct socket *other = make(&client, 3, 7);
	call(&server, CALL_IO_URING_SETUP, -1, 8);
	ck_assert(!pair->contained);
	ck_assert(!pair->peer->contained);
	ck_assert(other->contained);
	ck_assert(!make(&server, 5, 8)->contained);
}
END_TEST

START_TEST(what_a_socket_sent_outlives_it)
{
	struct socket *first = make_pair(&server), *second = first->peer;
	struct ledger *ledger = ledger_new(false);
	first->ledger = ledger;
	call(&server, CALL_CLOSE, 3, 0);
	call(&server, CALL_RECVFROM, 4, 5);
	ck_assert_ptr_null(second->peer);
	ck_assert_ptr_eq(second->legacy, ledger);
}
END_TEST

START_TEST(what_a_socket_sent_that_others_had_too_dies_with_it)
{
	struct socket *first = make_pair(&server), *second = first->peer;
	first->ledger = ledger_new(false);
	first->contained = false;
	call(&server, CALL_CLOSE, 3, 0);
	call(&server, CALL_RECVFROM, 4, 5);
	ck_assert_ptr_null(second->legacy);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("follow");
	const TTest *const tests[] = {
		bytes_are_counted_by_direction,
		what_is_only_looked_at_is_not_received,
		splice_and_sendfile_count_at_their_socket,
		a_restarted_call_did_nothing,
		descriptors_in_nested_arguments_are_named_at_entry,
		a_state_is_noted_once_and_in_order,
		a_walk_meets_every_socket,
		NULL,
	};
	const TTest *const holders[] = {
		what_a_traced_process_made_nobody_else_has,
		a_socket_that_was_used_before_its_making_was_seen_is_not_contained,
		a_ring_may_do_anything_with_the_sockets_of_its_process,
		what_a_socket_sent_outlives_it,
		what_a_socket_sent_that_others_had_too_dies_with_it,
		NULL,
	};
	add_tests(suite, "events", tests);
	add_tests(suite, "holders", holders);
	return suite;
}
