/* What is asked of the kernel to know a socket, and what is known without. */
#include "sockets_fixture.h"

static struct socket *make_of(struct process *process, int fd, uint64_t cookie, int domain,
			      int type)
{
	struct identity *identity = file(process, fd, cookie);
	identity->domain = domain;
	identity->type = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	identity->protocol = domain == AF_UNIX ? 0 : IPPROTO_TCP;
	struct event *event = call_new(CALL_SOCKET, domain, (uint64_t)type, 0);
	event->fd = -1;
	sockets_enter(sockets, process, event);
	kernel.asked = 0;
	return call_done(process, event, fd);
}

/* --- fresh ones ----------------------------------------------------------------------- */

START_TEST(a_fresh_socket_is_asked_for_its_cookie_protocol_and_network)
{
	const struct socket *socket =
		make_of(&server, 3, 7, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
	ck_assert_uint_eq(kernel.asked, ASK_COOKIE | ASK_PROTOCOL | ASK_NETWORK);
	ck_assert_uint_eq(socket->cookie, 7);
	ck_assert_int_eq(socket->domain, AF_INET6);
	ck_assert_int_eq(socket->type, SOCK_STREAM);
	ck_assert_int_eq(socket->protocol, IPPROTO_TCP);
	ck_assert_str_eq(socket->local, "");
}
END_TEST

/* AF_INET with SOCK_PACKET makes one of AF_PACKET. */
START_TEST(what_the_kernel_may_take_for_something_else_is_asked_for_everything)
{
	make_of(&server, 3, 7, AF_INET, 10 /* SOCK_PACKET */);
	ck_assert_uint_eq(kernel.asked, ASK_ALL);
	make_of(&server, 4, 8, AF_INET, SOCK_RAW);
	ck_assert_uint_eq(kernel.asked, ASK_ALL);
}
END_TEST

/* Another thread may have closed the number, and got it anew for something else. */
START_TEST(with_threads_the_new_number_is_asked_for_everything)
{
	server.threads = 2;
	file(&server, 3, 7)->domain = AF_UNIX;
	struct event *event = call_new(CALL_SOCKET, AF_INET, SOCK_STREAM, 0);
	event->fd = -1;
	sockets_enter(sockets, &server, event);
	const struct socket *socket = call_done(&server, event, 3);
	ck_assert_uint_eq(kernel.asked, ASK_ALL);
	ck_assert_int_eq(socket->domain, AF_UNIX);
}
END_TEST

START_TEST(a_process_is_not_alone_with_a_shared_table_a_ring_or_a_life_before_us)
{
	struct process child = { .pid = 300, .pidfd = -1 };
	ck_assert(sockets_alone(&server));
	server.threads = 2;
	ck_assert(!sockets_alone(&server));
	server.threads = 1;
	server.attached = true;
	ck_assert(!sockets_alone(&server));
	server.attached = false;
	ck_assert_int_eq(sockets_process_fork(sockets, &child, &server, true), 0);
	ck_assert(!sockets_alone(&server));
	sockets_process_exit(sockets, &child, true, NULL, NULL);
	ck_assert(sockets_alone(&server));
	call(&server, CALL_IO_URING_SETUP, -1, 9);
	ck_assert(!sockets_alone(&server));
}
END_TEST

/* --- ends ----------------------------------------------------------------------------- */

START_TEST(bind_asks_for_the_local_end_and_listen_only_where_there_is_none)
{
	struct socket *bound = make(&server, 3, 1), *unbound = make(&server, 4, 2);
	set_text(file(&server, 3, 1)->local, "127.0.0.1:80");
	kernel.asked = 0;
	call(&server, CALL_BIND, 3, 0);
	ck_assert_uint_eq(kernel.asked, ASK_LOCAL);
	kernel.asked = 0;
	call(&server, CALL_LISTEN, 3, 0);
	ck_assert_uint_eq(kernel.asked, 0);
	ck_assert_int_eq(bound->role, ROLE_LISTENER);
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "127.0.0.1:80"), bound);

	set_text(file(&server, 4, 2)->local, "0.0.0.0:40000");
	call(&server, CALL_LISTEN, 4, 0);
	ck_assert_uint_eq(kernel.asked, ASK_LOCAL);
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "127.0.0.2:40000"), unbound);
}
END_TEST

/* The entry stop saw one socket at the number, the exit stop sees another. */
START_TEST(ends_of_another_socket_that_a_thread_put_at_the_number_are_not_taken)
{
	const struct socket *socket = make(&server, 3, 1);
	struct event *event = call_new(CALL_BIND, 3, 0, 0);
	server.threads = 2;
	sockets_enter(sockets, &server, event);
	set_text(file(&server, 3, 2)->local, "127.0.0.1:90");
	kernel.asked = 0;
	ck_assert_ptr_eq(call_done(&server, event, 0), socket);
	ck_assert_uint_eq(kernel.asked, ASK_COOKIE | ASK_LOCAL);
	ck_assert_str_eq(socket->local, "");
}
END_TEST

START_TEST(an_accepted_socket_is_of_its_listeners_kind)
{
	make_listener(&server, 3, 1, "[::]:80");
	kernel.asked = 0;
	const struct socket *conn = accept_one(&server, 3, 4, 2, "[::1]:80", "[::1]:5000");
	ck_assert_uint_eq(kernel.asked, ASK_COOKIE | ASK_ENDS);
	ck_assert_int_eq(conn->domain, AF_INET6);
	ck_assert_int_eq(conn->type, SOCK_STREAM);
	ck_assert_str_eq(conn->remote, "[::1]:5000");
}
END_TEST

START_TEST(one_that_was_seen_in_the_queue_is_recognised_by_its_cookie_alone)
{
	struct socket *listener = make_listener(&server, 3, 1, "127.0.0.1:80");
	struct socket *peer = make_connection(&client, 3, 5, "127.0.0.1:5000", "127.0.0.1:80");
	struct socket *queued = sockets_queued(sockets, listener, peer, 6);
	kernel.asked = 0;
	struct socket *conn = accept_one(&server, 3, 4, 6, "127.0.0.1:80", "127.0.0.1:5000");
	ck_assert_uint_eq(kernel.asked, ASK_COOKIE);
	ck_assert_ptr_eq(conn, queued);
	ck_assert_ptr_eq(conn->peer, peer);
	ck_assert_str_eq(conn->local, "127.0.0.1:80");
}
END_TEST

/* --- what others may do to it --------------------------------------------------------- */

START_TEST(a_socket_is_contained_until_it_is_passed_on)
{
	struct socket *socket = make(&server, 3, 1);
	ck_assert(socket->contained);
	make(&server, 4, 2);
	struct event *event = call_new(CALL_SENDMSG, 4, 0, 0);
	event->passed[0] = 3;
	event->passed_count = 1;
	sockets_enter(sockets, &server, event);
	ck_assert(!socket->contained);
}
END_TEST

START_TEST(what_came_from_elsewhere_is_not_contained)
{
	file(&server, 0, 1);
	ck_assert(!sockets_recognise(sockets, &server, 0)->contained);
	file(&server, 5, 2);
	ck_assert(!call(&server, CALL_PIDFD_GETFD, -1, 5)->contained);
	server.attached = true;
	ck_assert(!make(&server, 6, 3)->contained);
}
END_TEST

/* --- SO_LINGER ------------------------------------------------------------------------ */

static void set_linger(struct process *process, int fd, int on, int64_t result)
{
	struct value fields[2] = { { VALUE_INTEGER, "onoff", .integer = on },
				   { VALUE_INTEGER, "linger", .integer = 4 } };
	struct event *event = call_new(CALL_SETSOCKOPT, fd, SOL_SOCKET, SO_LINGER);
	event->arg_count = 4;
	event->args[1] = (struct value){ VALUE_INTEGER, "level", .integer = SOL_SOCKET };
	event->args[2] = (struct value){ VALUE_INTEGER, "optname", .integer = SO_LINGER };
	event->args[3] = (struct value){ VALUE_STRUCT, "optval", .list = { fields, 2 } };
	sockets_enter(sockets, process, event);
	call_done(process, event, result);
}

START_TEST(a_socket_lingers_while_the_option_is_on)
{
	struct socket *socket = make(&server, 3, 1);
	ck_assert(!socket->lingering);
	set_linger(&server, 3, 1, -EINVAL);
	ck_assert(!socket->lingering);
	set_linger(&server, 3, 1, 0);
	ck_assert(socket->lingering);
	set_linger(&server, 3, 0, 0);
	ck_assert(!socket->lingering);
}
END_TEST

START_TEST(an_accepted_socket_lingers_as_its_listener_does)
{
	make_listener(&server, 3, 1, "127.0.0.1:80");
	set_linger(&server, 3, 1, 0);
	ck_assert(accept_one(&server, 3, 4, 2, "127.0.0.1:80", "127.0.0.1:5000")->lingering);
}
END_TEST

START_TEST(a_socket_that_was_there_before_us_is_asked_whether_it_lingers)
{
	file(&server, 0, 1)->lingering = true;
	ck_assert(sockets_recognise(sockets, &server, 0)->lingering);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("asked");
	const TTest *const fresh[] = {
		a_fresh_socket_is_asked_for_its_cookie_protocol_and_network,
		what_the_kernel_may_take_for_something_else_is_asked_for_everything,
		with_threads_the_new_number_is_asked_for_everything,
		a_process_is_not_alone_with_a_shared_table_a_ring_or_a_life_before_us,
		NULL,
	};
	const TTest *const ends[] = {
		bind_asks_for_the_local_end_and_listen_only_where_there_is_none,
		ends_of_another_socket_that_a_thread_put_at_the_number_are_not_taken,
		an_accepted_socket_is_of_its_listeners_kind,
		one_that_was_seen_in_the_queue_is_recognised_by_its_cookie_alone,
		NULL,
	};
	const TTest *const others[] = {
		a_socket_is_contained_until_it_is_passed_on,
		what_came_from_elsewhere_is_not_contained,
		a_socket_lingers_while_the_option_is_on,
		an_accepted_socket_lingers_as_its_listener_does,
		a_socket_that_was_there_before_us_is_asked_whether_it_lingers,
		NULL,
	};
	add_tests(suite, "fresh", fresh);
	add_tests(suite, "ends", ends);
	add_tests(suite, "others", others);
	return suite;
}
