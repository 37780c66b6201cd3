/* Which descriptor means which socket. */
#include "sockets_fixture.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>

/* --- duplicates and closing ----------------------------------------------------------- */

START_TEST(a_duplicate_is_the_same_socket_under_a_new_name)
{
	struct socket *socket = make(&server, 3, 1);
	ck_assert_ptr_eq(call(&server, CALL_DUP, 3, 4), socket);
	ck_assert_uint_eq(socket->holders, 2);
	ck_assert_str_eq(sockets_variable(&server, 4), "sock2");
	ck_assert_str_eq(last_event()->new_variables[0], "sock2");
	call(&server, CALL_CLOSE, 3, 0);
	ck_assert_uint_eq(socket->holders, 1);
	ck_assert_int_eq(socket->holder_fd, 4);
	call3(&server, CALL_FCNTL, 4, F_DUPFD, 10, 10);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 10), socket);
	call3(&server, CALL_FCNTL, 4, F_DUPFD_CLOEXEC, 11, 11);
	sockets_process_exec(sockets, &server);
	ck_assert_uint_eq(socket->holders, 2);
}
END_TEST

START_TEST(dup2_closes_what_the_number_meant)
{
	struct socket *first = make(&server, 3, 1);
	struct socket *second = make(&server, 4, 2);
	ck_assert_ptr_eq(call3(&server, CALL_DUP2, 3, 4, 0, 4), first);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 4), first);
	ck_assert_uint_eq(first->holders, 2);
	ck_assert_uint_eq(second->holders, 0);
	ck_assert_ptr_eq(sockets_next_orphan(sockets), second);
	ck_assert_ptr_null(sockets_next_orphan(sockets));
}
END_TEST

START_TEST(dup2_onto_itself_or_the_same_socket_loses_nothing)
{
	struct socket *socket = make(&server, 3, 1);
	call3(&server, CALL_DUP2, 3, 3, 0, 3);
	ck_assert_uint_eq(socket->holders, 1);
	ck_assert_str_eq(sockets_variable(&server, 3), "sock");
	call3(&server, CALL_DUP2, 3, 4, 0, 4);
	call3(&server, CALL_DUP2, 3, 4, 0, 4);
	ck_assert_uint_eq(socket->holders, 2);
	ck_assert_ptr_null(sockets_next_orphan(sockets));
}
END_TEST

START_TEST(dup2_of_a_file_onto_a_socket_closes_the_socket)
{
	struct socket *socket = make(&server, 4, 1);
	ck_assert_ptr_eq(call3(&server, CALL_DUP2, 0, 4, 0, 4), socket);
	ck_assert_ptr_null(sockets_find(sockets, &server, 4));
	ck_assert_uint_eq(socket->holders, 0);
}
END_TEST

START_TEST(dup3_can_mark_its_copy)
{
	struct socket *socket = make(&server, 3, 1);
	call3(&server, CALL_DUP3, 3, 4, O_CLOEXEC, 4);
	ck_assert_uint_eq(socket->holders, 2);
	sockets_process_exec(sockets, &server);
	ck_assert_ptr_null(sockets_find(sockets, &server, 4));
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), socket);
}
END_TEST

START_TEST(close_removes_the_descriptor_even_when_interrupted)
{
	struct socket *socket = make(&server, 3, 1);
	call(&server, CALL_CLOSE, 3, -EBADF);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), socket);
	struct socket *closed = call(&server, CALL_CLOSE, 3, -EINTR);
	ck_assert_ptr_eq(closed, socket);
	ck_assert_ptr_null(sockets_find(sockets, &server, 3));
	/* The returned one is the caller's until the next event, and no orphan to be told of. */
	ck_assert_ptr_null(sockets_next_orphan(sockets));
	ck_assert_str_eq(closed->id, "1");
}
END_TEST

START_TEST(a_socket_that_never_was_a_connection_is_gone_with_the_next_event)
{
	make(&server, 3, 1);
	call(&server, CALL_CLOSE, 3, 0);
	ck_assert_ptr_nonnull(sockets_by_cookie(sockets, 1));
	make(&server, 3, 2);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 1));
}
END_TEST

START_TEST(a_connection_stays_until_it_is_forgotten)
{
	struct socket *one = make_connection(&client, 3, 2, "127.0.0.1:5", "127.0.0.1:80");
	make_listener(&server, 3, 1, "127.0.0.1:80");
	struct socket *other = accept_one(&server, 3, 4, 3, "127.0.0.1:80", "127.0.0.1:5");
	one->opened = 7;
	call(&client, CALL_CLOSE, 3, 0);
	make(&client, 3, 9);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 2), one);
	sockets_forget(sockets, one);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 2));
	ck_assert_ptr_null(other->peer);
}
END_TEST

START_TEST(a_close_that_is_seen_late_leaves_the_numbers_new_socket_alone)
{
	make(&server, 3, 1);
	struct event *closing = call_new(CALL_CLOSE, 3, 0, 0);
	sockets_enter(sockets, &server, closing);
	/* Another thread's socket() got the number before close's exit stop was handled. */
	struct socket *fresh = make(&server, 3, 2);
	struct socket *closed = call_done(&server, closing, 0);
	ck_assert_ptr_ne(closed, fresh);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), fresh);
}
END_TEST

START_TEST(close_range_closes_or_marks_the_sockets_in_it)
{
	struct socket *kept = make(&server, 3, 1);
	struct socket *first = make(&server, 5, 2);
	struct socket *second = make(&server, 40, 3);
	struct event *event = call_new(CALL_CLOSE_RANGE, -1, UINT32_MAX, 0);
	event->raw[0] = 4;
	ck_assert_ptr_eq(sockets_enter(sockets, &server, event), first);
	ck_assert_ptr_eq(call_done(&server, event, 0), first);
	ck_assert_ptr_eq(sockets_next_orphan(sockets), second);
	ck_assert_ptr_null(sockets_next_orphan(sockets));
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), kept);

	event = call_new(CALL_CLOSE_RANGE, -1, UINT32_MAX, CLOSE_RANGE_CLOEXEC);
	event->raw[0] = 0;
	sockets_enter(sockets, &server, event);
	call_done(&server, event, 0);
	ck_assert_uint_eq(kept->holders, 1);
	sockets_process_exec(sockets, &server);
	ck_assert_ptr_eq(sockets_next_orphan(sockets), kept);
}
END_TEST

START_TEST(a_number_too_large_is_ignored)
{
	file(&server, 1 << 20, 1);
	call(&server, CALL_SOCKET, -1, 1 << 20);
	ck_assert_ptr_null(sockets_find(sockets, &server, 1 << 20));
	make(&server, 3, 2);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 1));
	ck_assert_ptr_nonnull(make(&server, (1 << 20) - 1, 3));
	ck_assert_str_eq(sockets_variable(&server, (1 << 20) - 1), "sock2");
	ck_assert_ptr_null(sockets_find(sockets, &server, -5));
}
END_TEST

/* --- processes ------------------------------------------------------------------------ */

START_TEST(a_child_holds_what_its_parent_held_under_the_same_names)
{
	struct process child = { .pid = 101 };
	struct socket *socket = make(&server, 3, 1);
	ck_assert_int_eq(sockets_process_fork(sockets, &child, &server, false), 0);
	ck_assert_ptr_eq(sockets_find(sockets, &child, 3), socket);
	ck_assert_str_eq(sockets_variable(&child, 3), "sock");
	ck_assert_uint_eq(socket->holders, 2);
	make(&child, 4, 2);
	ck_assert_str_eq(sockets_variable(&child, 4), "sock2");
	ck_assert_ptr_null(sockets_find(sockets, &server, 4));
	call(&server, CALL_CLOSE, 3, 0);
	ck_assert_int_eq(socket->holder_pid, 101);
	sockets_process_exit(sockets, &child, true, NULL, NULL);
}
END_TEST

START_TEST(a_shared_table_is_one_until_exec_or_unshare)
{
	struct process sharer = { .pid = 101 }, other = { .pid = 102 };
	ck_assert_int_eq(sockets_process_fork(sockets, &sharer, &server, true), 0);
	ck_assert_int_eq(sockets_process_fork(sockets, &other, &server, true), 0);
	struct socket *socket = make(&sharer, 3, 1);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), socket);
	ck_assert_uint_eq(socket->holders, 1);

	ck_assert_int_eq(sockets_process_exec(sockets, &sharer), 0);
	ck_assert_uint_eq(socket->holders, 2);
	call(&sharer, CALL_CLOSE, 3, 0);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), socket);

	struct event *event = call_new(CALL_UNSHARE, -1, 0, 0);
	event->raw[0] = 0x400;
	sockets_enter(sockets, &other, event);
	call_done(&other, event, 0);
	call(&other, CALL_CLOSE, 3, 0);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), socket);
	sockets_process_exit(sockets, &sharer, true, NULL, NULL);
	sockets_process_exit(sockets, &other, true, NULL, NULL);
}
END_TEST

START_TEST(the_holder_named_is_one_that_lives)
{
	struct process sharer = { .pid = 101 };
	struct socket *socket = make(&server, 3, 1);
	ck_assert_int_eq(sockets_process_fork(sockets, &sharer, &server, true), 0);
	sockets_process_exit(sockets, &server, true, NULL, NULL);
	ck_assert_uint_eq(socket->holders, 1);
	ck_assert_int_eq(socket->holder_pid, 101);
	ck_assert(!socket->killed);
	sockets_process_exit(sockets, &sharer, true, NULL, NULL);
	ck_assert(socket->killed);
}
END_TEST

START_TEST(exec_keeps_unmarked_descriptors_and_numbers_them_anew)
{
	file(&server, 3, 1);
	struct event *event = call_new(CALL_SOCKET, -1, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sockets_enter(sockets, &server, event);
	struct socket *marked = call_done(&server, event, 3);
	make(&server, 4, 2);
	make(&server, 5, 3);
	make(&server, 6, 4);
	make(&server, 7, 5);
	call3(&server, CALL_FCNTL, 5, F_SETFD, FD_CLOEXEC, 0);
	call3(&server, CALL_IOCTL, 6, FIOCLEX, 0, 0);
	call3(&server, CALL_IOCTL, 7, FIOCLEX, 0, 0);
	call3(&server, CALL_IOCTL, 7, FIONCLEX, 0, 0);
	ck_assert_int_eq(sockets_process_exec(sockets, &server), 0);
	ck_assert_ptr_null(sockets_find(sockets, &server, 3));
	ck_assert_ptr_null(sockets_find(sockets, &server, 5));
	ck_assert_ptr_null(sockets_find(sockets, &server, 6));
	ck_assert_str_eq(sockets_variable(&server, 4), "sock");
	ck_assert_str_eq(sockets_variable(&server, 7), "sock2");
	ck_assert_ptr_eq(sockets_next_orphan(sockets), marked);
}
END_TEST

static void count_orphan(void *context, struct socket *socket)
{
	unsigned *count = context;
	ck_assert(socket->killed);
	ck_assert_uint_eq(socket->holders, 0);
	++*count;
	/* As the session does when both ends are over. */
	if (socket->peer && !socket->peer->holders)
		sockets_forget(sockets, socket->peer);
	sockets_forget(sockets, socket);
}

START_TEST(exit_hands_over_the_sockets_that_nobody_else_holds)
{
	unsigned count = 0;
	struct process child = { .pid = 101 };
	struct socket *shared = make(&server, 3, 1);
	ck_assert_int_eq(sockets_process_fork(sockets, &child, &server, false), 0);
	make_connection(&child, 4, 2, "127.0.0.1:5", "127.0.0.1:80");
	make_connection(&child, 5, 3, "127.0.0.1:80", "127.0.0.1:5");
	make(&child, 6, 4);
	sockets_process_exit(sockets, &child, true, count_orphan, &count);
	/* 4 and 5 are each other's ends: the first takes the second with it. */
	ck_assert_uint_eq(count, 2);
	ck_assert_ptr_null(child.descriptors);
	ck_assert_uint_eq(shared->holders, 1);
	ck_assert(!shared->killed);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 2));
	ck_assert_ptr_null(sockets_by_cookie(sockets, 3));
}
END_TEST

START_TEST(who_exits_kills_no_socket)
{
	const struct socket *socket = make(&server, 3, 1);
	sockets_process_exit(sockets, &server, false, NULL, NULL);
	ck_assert(!socket->holders);
	ck_assert(!socket->killed);
}
END_TEST

START_TEST(a_socket_closed_by_a_call_before_the_exit_was_not_killed)
{
	struct socket *socket = make(&server, 3, 1);
	make(&server, 4, 2);
	call3(&server, CALL_DUP2, 4, 3, 0, 3);
	sockets_process_exit(sockets, &server, true, NULL, NULL);
	ck_assert(!socket->killed);
	ck_assert(sockets_by_cookie(sockets, 2)->killed);
}
END_TEST

/* --- rights --------------------------------------------------------------------------- */

START_TEST(a_descriptor_received_is_the_senders_socket)
{
	struct socket *channel = make(&client, 3, 1);
	struct socket *sent = make(&server, 9, 2);
	file(&client, 4, 2);
	file(&client, 5, 0);
	struct event *event = call_new(CALL_RECVMSG, 3, 0, MSG_CMSG_CLOEXEC);
	sockets_enter(sockets, &client, event);
	event->passed[0] = 4;
	event->passed[1] = 5; /* a file */
	event->passed_count = 2;
	struct value items[2] = { { VALUE_DESCRIPTOR, NULL, .descriptor = { .fd = 4 } },
				  { VALUE_DESCRIPTOR, NULL, .descriptor = { .fd = 5 } } };
	event->arg_count = 2;
	event->args[1] = (struct value){ VALUE_ARRAY, "msg", .list = { items, 2 } };
	ck_assert_ptr_eq(call_done(&client, event, 1), channel);
	ck_assert_ptr_eq(sockets_find(sockets, &client, 4), sent);
	ck_assert_ptr_null(sockets_find(sockets, &client, 5));
	ck_assert_uint_eq(sent->holders, 2);
	ck_assert_str_eq(sockets_variable(&client, 4), "sock2");
	ck_assert_str_eq(items[0].descriptor.socket, "2");
	ck_assert_str_eq(event->new_variables[0], "sock2");
	ck_assert_ptr_null(items[1].descriptor.socket);
	sockets_process_exec(sockets, &client);
	ck_assert_ptr_null(sockets_find(sockets, &client, 4));
}
END_TEST

/* Behind five bytes the server passes its 9, of cookie 9, with two more, and closes it. */
static struct socket *pass_and_close(struct socket *sender)
{
	struct socket *sent = make(&server, 9, 9);
	sent->role = ROLE_PAIR;
	sender->bytes_sent = 5;
	struct event *event = call_new(CALL_SENDMSG, sender->holder_fd, 0, 0);
	event->passed[0] = 9;
	event->passed_count = 1;
	sockets_enter(sockets, &server, event);
	event->bytes_moved = 2;
	call_done(&server, event, 2);
	call(&server, CALL_CLOSE, 9, 0);
	return sent;
}

/* The same through its connection with the client, which has 3 for it too. */
static struct socket *pass_to_client(struct socket **ret_receiver)
{
	struct socket *sender = make(&server, 3, 1);
	*ret_receiver = make(&client, 3, 2);
	sockets_join(sender, *ret_receiver);
	return pass_and_close(sender);
}

START_TEST(a_socket_under_way_is_the_same_when_it_is_received)
{
	struct socket *receiver, *sent = pass_to_client(&receiver);
	receiver->bytes_received = 5; /* what came before it */
	make(&server, 10, 10);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 9), sent);
	file(&client, 4, 9);
	struct event *event = call_new(CALL_RECVMSG, 3, 0, 0);
	sockets_enter(sockets, &client, event);
	event->passed[0] = 4;
	event->passed_count = 1;
	event->bytes_moved = 2;
	call_done(&client, event, 2);
	ck_assert_ptr_eq(sockets_find(sockets, &client, 4), sent);
	ck_assert_int_eq(sent->role, ROLE_PAIR);
	make(&server, 11, 11);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 9), sent);
	/* It is not under way any more. */
	call(&client, CALL_CLOSE, 4, 0);
	make(&server, 12, 12);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 9));
}
END_TEST

START_TEST(a_socket_that_was_passed_and_thrown_away_is_forgotten)
{
	struct socket *receiver;
	pass_to_client(&receiver);
	receiver->bytes_received = 6; /* read(), which takes no descriptors */
	make(&server, 10, 10);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 9));
}
END_TEST

START_TEST(a_socket_under_way_to_nobody_is_forgotten)
{
	struct socket *receiver, *sent = pass_to_client(&receiver);
	make(&server, 10, 10);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 9), sent);
	call(&client, CALL_CLOSE, 3, 0);
	make(&server, 11, 11);
	make(&server, 12, 12);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 9));
}
END_TEST

START_TEST(a_socket_may_be_passed_before_the_connection_is_accepted)
{
	struct socket *listener = make(&client, 5, 5);
	listener->domain = AF_UNIX;
	set_text(file(&client, 5, 5)->local, "unix:@door");
	call(&client, CALL_BIND, 5, 0);
	call(&client, CALL_LISTEN, 5, 0);
	struct socket *sender = make(&server, 3, 1);
	set_text(sender->remote, "unix:@door");
	struct socket *sent = pass_and_close(sender);
	make(&server, 10, 10);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 9), sent);
	struct socket *receiver = make(&client, 3, 2);
	sockets_join(sender, receiver);
	receiver->bytes_received = 5;
	make(&server, 11, 11);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 9), sent);
	receiver->bytes_received = 6;
	make(&server, 12, 12);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 9));
}
END_TEST

START_TEST(a_socket_that_is_passed_to_somebody_unknown_is_forgotten)
{
	struct socket *sender = make(&server, 3, 1);
	set_text(sender->remote, "unix:@door");
	pass_and_close(sender);
	make(&server, 10, 10);
	ck_assert_ptr_null(sockets_by_cookie(sockets, 9));
}
END_TEST

START_TEST(a_connection_that_travels_while_nobody_holds_it_stays_the_same)
{
	struct socket *channel = make(&client, 3, 1);
	struct socket *sent = make_connection(&server, 9, 2, "127.0.0.1:5", "127.0.0.1:80");
	sent->opened = 1;
	sent->bytes_sent = 11;
	call(&server, CALL_CLOSE, 9, 0);
	struct identity *identity = file(&client, 4, 2);
	set_text(identity->local, "127.0.0.1:5");
	struct event *event = call_new(CALL_RECVMSG, 3, 0, 0);
	sockets_enter(sockets, &client, event);
	event->passed[0] = 4;
	event->passed_count = 1;
	ck_assert_ptr_eq(call_done(&client, event, 1), channel);
	ck_assert_ptr_eq(sockets_find(sockets, &client, 4), sent);
	ck_assert_uint_eq(sent->bytes_sent, 11);
	make(&client, 5, 6);
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 2), sent);
}
END_TEST

START_TEST(pidfd_getfd_gives_a_marked_descriptor)
{
	struct socket *socket = make(&server, 3, 1);
	make(&client, 3, 8);
	file(&client, 6, 1);
	struct event *event = call_new(CALL_PIDFD_GETFD, 5, 3, 0);
	event->args[1] = (struct value){ VALUE_DESCRIPTOR, "targetfd", .descriptor = { .fd = 3 } };
	event->arg_count = 2;
	sockets_enter(sockets, &client, event);
	/* The server's number 3, not ours. */
	ck_assert_ptr_null(event->args[1].descriptor.socket);
	ck_assert_ptr_eq(call_done(&client, event, 6), socket);
	ck_assert_ptr_eq(sockets_find(sockets, &client, 6), socket);
	sockets_process_exec(sockets, &client);
	ck_assert_ptr_null(sockets_find(sockets, &client, 6));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("descriptors");
	const TTest *const duplicates[] = {
		a_duplicate_is_the_same_socket_under_a_new_name,
		dup2_closes_what_the_number_meant,
		dup2_onto_itself_or_the_same_socket_loses_nothing,
		dup2_of_a_file_onto_a_socket_closes_the_socket,
		dup3_can_mark_its_copy,
		close_removes_the_descriptor_even_when_interrupted,
		a_socket_that_never_was_a_connection_is_gone_with_the_next_event,
		a_connection_stays_until_it_is_forgotten,
		a_close_that_is_seen_late_leaves_the_numbers_new_socket_alone,
		close_range_closes_or_marks_the_sockets_in_it,
		a_number_too_large_is_ignored,
		NULL,
	};
	const TTest *const processes[] = {
		a_child_holds_what_its_parent_held_under_the_same_names,
		a_shared_table_is_one_until_exec_or_unshare,
		the_holder_named_is_one_that_lives,
		exec_keeps_unmarked_descriptors_and_numbers_them_anew,
		exit_hands_over_the_sockets_that_nobody_else_holds,
		who_exits_kills_no_socket,
		a_socket_closed_by_a_call_before_the_exit_was_not_killed,
		NULL,
	};
	const TTest *const rights[] = {
		a_descriptor_received_is_the_senders_socket,
		a_socket_under_way_is_the_same_when_it_is_received,
		a_socket_that_was_passed_and_thrown_away_is_forgotten,
		a_socket_under_way_to_nobody_is_forgotten,
		a_socket_may_be_passed_before_the_connection_is_accepted,
		a_socket_that_is_passed_to_somebody_unknown_is_forgotten,
		a_connection_that_travels_while_nobody_holds_it_stays_the_same,
		pidfd_getfd_gives_a_marked_descriptor,
		NULL,
	};
	add_tests(suite, "duplicates", duplicates);
	add_tests(suite, "processes", processes);
	add_tests(suite, "rights", rights);
	return suite;
}
