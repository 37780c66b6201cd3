/* Who a socket is, and who is at its other end. */
#include "sockets_fixture.h"

/* --- creation and names --------------------------------------------------------------- */

START_TEST(a_new_socket_is_entered_with_its_identity_lane_and_variable)
{
	struct socket *socket = make(&server, 3, 42);
	ck_assert_ptr_nonnull(socket);
	ck_assert_str_eq(socket->id, "42");
	ck_assert_int_eq(socket->domain, AF_INET);
	ck_assert_int_eq(socket->protocol, IPPROTO_TCP);
	ck_assert_int_eq(socket->role, ROLE_NONE);
	ck_assert_str_eq(socket->type_name, "SOCK_STREAM");
	ck_assert_uint_eq(kernel.named, 1);
	ck_assert_str_eq(socket->lane, "server");
	ck_assert_uint_eq(socket->holders, 1);
	ck_assert_int_eq(socket->holder_pid, 100);
	ck_assert_int_eq(socket->holder_fd, 3);
	ck_assert_uint_eq(socket->calls, 1);
	ck_assert_ptr_eq(sockets_find(sockets, &server, 3), socket);
	ck_assert_ptr_null(sockets_find(sockets, &client, 3));
	ck_assert_ptr_eq(sockets_by_cookie(sockets, 42), socket);
	ck_assert_str_eq(sockets_variable(&server, 3), "sock");
	ck_assert_str_eq(last_event()->new_variables[0], "sock");
	ck_assert_str_eq(last_event()->new_sockets[0], "42");
	ck_assert_ptr_null(last_event()->new_variables[1]);
}
END_TEST

START_TEST(a_failed_socket_call_enters_nothing)
{
	file(&server, 3, 42);
	ck_assert_ptr_null(call(&server, CALL_SOCKET, -1, -EMFILE));
	ck_assert_ptr_null(sockets_by_cookie(sockets, 42));
}
END_TEST

START_TEST(a_result_that_cannot_be_identified_is_unknown)
{
	ck_assert_ptr_null(call(&server, CALL_SOCKET, -1, 3));
	ck_assert_ptr_null(sockets_find(sockets, &server, 3));
	ck_assert_ptr_null(sockets_variable(&server, 3));
	/* And the number no longer means what it meant before. */
	make(&server, 4, 1);
	file(&server, 4, 0);
	ck_assert_ptr_null(call(&server, CALL_SOCKET, -1, 4));
	ck_assert_ptr_null(sockets_find(sockets, &server, 4));
}
END_TEST

START_TEST(variables_count_in_the_order_of_creation_and_never_return)
{
	make(&server, 3, 1);
	make(&server, 4, 2);
	call(&server, CALL_CLOSE, 4, 0);
	make(&server, 4, 3);
	ck_assert_str_eq(sockets_variable(&server, 3), "sock");
	ck_assert_str_eq(sockets_variable(&server, 4), "sock3");
	make(&client, 3, 9);
	ck_assert_str_eq(sockets_variable(&client, 3), "sock");
}
END_TEST

START_TEST(a_datagram_socket_has_its_role_from_the_start_and_keeps_it)
{
	struct identity *identity = file(&server, 3, 1);
	identity->type = SOCK_DGRAM;
	struct socket *socket = call(&server, CALL_SOCKET, -1, 3);
	ck_assert_int_eq(socket->role, ROLE_DATAGRAM);
	set_text(identity->local, "127.0.0.1:5000");
	set_text(identity->remote, "127.0.0.1:53");
	call(&server, CALL_CONNECT, 3, 0);
	ck_assert_int_eq(socket->role, ROLE_DATAGRAM);
	ck_assert_str_eq(socket->remote, "127.0.0.1:53");
	/* connect(AF_UNSPEC) */
	set_text(identity->remote, "");
	call(&server, CALL_CONNECT, 3, 0);
	ck_assert_str_eq(socket->remote, "");
}
END_TEST

START_TEST(a_datagram_socket_learns_its_address_with_the_first_sending)
{
	struct identity *identity = file(&server, 3, 1);
	identity->type = SOCK_DGRAM;
	struct socket *socket = call(&server, CALL_SOCKET, -1, 3);
	set_text(identity->local, "0.0.0.0:40000");
	call(&server, CALL_SENDTO, 3, -ENETUNREACH);
	ck_assert_str_eq(socket->local, "");
	call(&server, CALL_SENDTO, 3, 5);
	ck_assert_str_eq(socket->local, "0.0.0.0:40000");
}
END_TEST

START_TEST(a_socketpair_is_two_joined_sockets)
{
	struct value items[2] = { { VALUE_DESCRIPTOR, NULL, .descriptor = { .fd = 3 } },
				  { VALUE_DESCRIPTOR, NULL, .descriptor = { .fd = 4 } } };
	struct event *event = call_new(CALL_SOCKETPAIR, -1, SOCK_STREAM | SOCK_CLOEXEC, 0);
	file(&server, 3, 1)->domain = AF_UNIX;
	file(&server, 4, 2)->domain = AF_UNIX;
	sockets_enter(sockets, &server, event);
	event->arg_count = 4;
	event->args[3] = (struct value){ VALUE_ARRAY, "sv", .list = { items, 2 } };
	struct socket *first = call_done(&server, event, 0);
	struct socket *second = sockets_find(sockets, &server, 4);

	ck_assert_ptr_eq(first, sockets_find(sockets, &server, 3));
	ck_assert_ptr_eq(first->peer, second);
	ck_assert_ptr_eq(second->peer, first);
	ck_assert_int_eq(first->role, ROLE_PAIR);
	ck_assert_int_eq(second->role, ROLE_PAIR);
	ck_assert_str_eq(event->new_variables[0], "sock");
	ck_assert_str_eq(event->new_variables[1], "sock2");
	ck_assert_str_eq(event->new_sockets[1], "2");
	ck_assert_str_eq(items[1].descriptor.variable, "sock2");
	sockets_process_exec(sockets, &server);
	ck_assert_ptr_null(sockets_find(sockets, &server, 3));
	ck_assert_ptr_null(sockets_find(sockets, &server, 4));
}
END_TEST

START_TEST(a_descriptor_that_was_there_before_us_is_recognised)
{
	struct identity *identity = file(&server, 0, 7);
	identity->listening = true;
	set_text(identity->local, "0.0.0.0:80");
	struct socket *socket = sockets_recognise(sockets, &server, 0);
	ck_assert_int_eq(socket->role, ROLE_LISTENER);
	ck_assert_str_eq(sockets_variable(&server, 0), "sock");
	ck_assert_ptr_eq(sockets_recognise(sockets, &server, 0), socket);
	ck_assert_uint_eq(socket->holders, 1);
	ck_assert_ptr_null(sockets_recognise(sockets, &server, 1));
}
END_TEST

START_TEST(a_call_made_on_sockets_alone_recognises_what_was_missed)
{
	file(&server, 5, 7);
	struct event *event = call_new(CALL_RECVFROM, 5, 0, 0);
	struct socket *socket = sockets_enter(sockets, &server, event);
	ck_assert_ptr_nonnull(socket);
	ck_assert_str_eq(event->args[0].descriptor.socket, "7");
	/* read() may be of any file. */
	file(&server, 6, 8);
	ck_assert_ptr_null(sockets_enter(sockets, &server, call_new(CALL_READ, 6, 0, 0)));
}
END_TEST

/* --- connections ---------------------------------------------------------------------- */

START_TEST(accept_makes_a_conn_of_the_listener_and_joins_it_with_its_client)
{
	make_listener(&server, 3, 1, "127.0.0.1:8000");
	struct socket *connected =
		make_connection(&client, 3, 2, "127.0.0.1:48008", "127.0.0.1:8000");
	struct socket *conn = accept_one(&server, 3, 4, 3, "127.0.0.1:8000", "127.0.0.1:48008");
	ck_assert_int_eq(connected->role, ROLE_CONNECTOR);
	ck_assert_int_eq(conn->role, ROLE_ACCEPTED);
	ck_assert_uint_eq(conn->listener, 1);
	ck_assert_ptr_eq(conn->peer, connected);
	ck_assert_ptr_eq(connected->peer, conn);
	ck_assert_str_eq(sockets_variable(&server, 4), "conn");
	ck_assert_str_eq(last_event()->new_variables[0], "conn");
	ck_assert_int_eq(sockets_find(sockets, &server, 3)->role, ROLE_LISTENER);
	accept_one(&server, 3, 5, 4, "127.0.0.1:8000", "127.0.0.1:48009");
	ck_assert_str_eq(sockets_variable(&server, 5), "conn2");
}
END_TEST

START_TEST(the_ends_are_joined_whichever_call_returns_first)
{
	make_listener(&server, 3, 1, "127.0.0.1:8000");
	struct socket *conn = accept_one(&server, 3, 4, 3, "127.0.0.1:8000", "127.0.0.1:48008");
	ck_assert_ptr_null(conn->peer);
	struct socket *connected =
		make_connection(&client, 3, 2, "127.0.0.1:48008", "127.0.0.1:8000");
	ck_assert_ptr_eq(conn->peer, connected);
}
END_TEST

START_TEST(an_ipv4_client_is_joined_with_its_end_of_a_dual_stack_listener)
{
	make_listener(&server, 3, 1, "[::]:8000");
	struct socket *connected =
		make_connection(&client, 3, 2, "127.0.0.1:48008", "127.0.0.1:8000");
	struct socket *conn =
		accept_one(&server, 3, 4, 3, "[::ffff:127.0.0.1]:8000", "[::ffff:127.0.0.1]:48008");
	ck_assert_ptr_eq(conn->peer, connected);
}
END_TEST

START_TEST(who_connects_to_itself_has_no_other_end)
{
	struct socket *socket = make_connection(&client, 3, 2, "127.0.0.1:9", "127.0.0.1:9");
	ck_assert_ptr_null(socket->peer);
}
END_TEST

START_TEST(a_new_connection_with_the_addresses_of_an_old_one_is_not_joined_with_it)
{
	struct socket *old_client = make_connection(&client, 3, 2, "127.0.0.1:5", "127.0.0.1:80");
	make_listener(&server, 3, 1, "127.0.0.1:80");
	struct socket *old_conn = accept_one(&server, 3, 4, 3, "127.0.0.1:80", "127.0.0.1:5");
	old_client->opened = old_conn->opened = 1;
	call(&client, CALL_CLOSE, 3, 0);
	struct socket *new_client = make_connection(&client, 3, 4, "127.0.0.1:5", "127.0.0.1:80");
	ck_assert_ptr_null(new_client->peer);
	ck_assert_ptr_eq(old_conn->peer, old_client);
	struct socket *new_conn = accept_one(&server, 3, 5, 5, "127.0.0.1:80", "127.0.0.1:5");
	ck_assert_ptr_eq(new_conn->peer, new_client);
}
END_TEST

START_TEST(a_queued_connection_stands_in_its_listeners_lane_until_it_is_accepted)
{
	struct socket *listener = make_listener(&server, 3, 1, "[::]:8000");
	struct socket *connected =
		make_connection(&client, 3, 2, "127.0.0.1:48008", "127.0.0.1:8000");
	struct socket *queued = sockets_queued(sockets, listener, connected, 3);
	ck_assert_str_eq(queued->lane, "server");
	ck_assert_uint_eq(queued->listener, 1);
	ck_assert_int_eq(queued->role, ROLE_ACCEPTED);
	ck_assert_uint_eq(queued->holders, 0);
	ck_assert_ptr_eq(queued->peer, connected);
	ck_assert_str_eq(queued->local, "[::ffff:127.0.0.1]:8000");
	ck_assert_str_eq(queued->remote, "[::ffff:127.0.0.1]:48008");
	ck_assert_ptr_eq(sockets_queued(sockets, listener, connected, 3), queued);

	struct process worker = { .pid = 101, .lane = client.lane };
	ck_assert_int_eq(sockets_process_fork(sockets, &worker, &server, false), 0);
	ck_assert_ptr_eq(
		accept_one(&worker, 3, 4, 3, "[::ffff:127.0.0.1]:8000", "[::ffff:127.0.0.1]:48008"),
		queued);
	ck_assert_str_eq(queued->lane, "client");
	ck_assert_uint_eq(queued->holders, 1);
	sockets_process_exit(sockets, &worker, true, NULL, NULL);
}
END_TEST

START_TEST(a_queued_connection_is_not_swept_away_before_accept)
{
	struct socket *listener = make_listener(&server, 3, 1, "127.0.0.1:80");
	struct socket *connected = make_connection(&client, 3, 2, "127.0.0.1:5", "127.0.0.1:80");
	sockets_queued(sockets, listener, connected, 3);
	call(&client, CALL_SENDTO, 3, 5);
	call(&client, CALL_SENDTO, 3, 5);
	ck_assert_ptr_nonnull(sockets_by_cookie(sockets, 3));
}
END_TEST

START_TEST(a_connect_under_way_has_the_end_it_tries_and_then_the_real_one)
{
	make(&client, 3, 2);
	struct identity *identity = file(&client, 3, 2);
	set_text(identity->local, "127.0.0.1:48008");
	struct event *event = call_new(CALL_CONNECT, 3, 0, 0);
	event->arg_count = 2;
	event->args[1] = (struct value){ VALUE_ENDPOINT, "addr", .endpoint = "127.0.0.1:8000" };
	sockets_enter(sockets, &client, event);
	struct socket *socket = call_done(&client, event, -EINPROGRESS);
	ck_assert_int_eq(socket->role, ROLE_CONNECTOR);
	ck_assert_str_eq(socket->local, "127.0.0.1:48008");
	ck_assert_str_eq(socket->remote, "127.0.0.1:8000");

	set_text(identity->remote, "127.0.0.2:8000");
	call(&client, CALL_GETSOCKOPT, 3, 0);
	ck_assert_str_eq(socket->remote, "127.0.0.2:8000");
	/* Settled: nobody asks any more. */
	set_text(identity->remote, "127.0.0.3:8000");
	call(&client, CALL_GETSOCKOPT, 3, 0);
	ck_assert_str_eq(socket->remote, "127.0.0.2:8000");
}
END_TEST

START_TEST(a_connect_that_failed_is_no_connector_but_may_have_a_port)
{
	make(&client, 3, 2);
	set_text(file(&client, 3, 2)->local, "127.0.0.1:48008");
	struct socket *socket = call(&client, CALL_CONNECT, 3, -ECONNREFUSED);
	ck_assert_int_eq(socket->role, ROLE_NONE);
	ck_assert_str_eq(socket->local, "127.0.0.1:48008");
	ck_assert_str_eq(socket->remote, "");
}
END_TEST

START_TEST(a_reset_connection_keeps_the_end_it_had)
{
	struct socket *socket = make_connection(&client, 3, 2, "127.0.0.1:5", "127.0.0.1:80");
	set_text(file(&client, 3, 2)->local, "127.0.0.1:5");
	call(&client, CALL_RECVFROM, 3, -ECONNRESET);
	ck_assert(socket->reset);
	call(&client, CALL_CONNECT, 3, -EISCONN);
	ck_assert_str_eq(socket->remote, "127.0.0.1:80");
}
END_TEST

/* --- listeners ------------------------------------------------------------------------ */

START_TEST(a_listener_is_found_by_its_address_or_its_wildcard)
{
	struct socket *exact = make_listener(&server, 3, 1, "127.0.0.1:80");
	struct socket *any = make_listener(&server, 4, 2, "0.0.0.0:81");
	struct socket *dual = make_listener(&server, 5, 3, "[::]:82");
	const struct {
		const char *address;
		const struct socket *listener;
	} rows[] = {
		{ "127.0.0.1:80", exact },
		{ "127.0.0.2:80", NULL },
		{ "[::ffff:127.0.0.1]:80", exact },
		{ "127.0.0.1:81", any },
		{ "10.0.0.1:81", any },
		{ "[::ffff:127.0.0.1]:81", any },
		{ "[::1]:81", NULL },
		{ "127.0.0.1:82", dual },
		{ "[::1]:82", dual },
		{ "[::ffff:127.0.0.1]:82", dual },
		{ "127.0.0.1:83", NULL },
		{ "unix:/tmp/x", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_msg(sockets_listener_for(sockets, 0, rows[i].address) == rows[i].listener,
			      "%s", rows[i].address);
}
END_TEST

START_TEST(of_several_listeners_on_a_port_the_closest_is_found)
{
	struct socket *dual = make_listener(&server, 3, 1, "[::]:80");
	struct socket *any = make_listener(&server, 4, 2, "0.0.0.0:80");
	struct socket *exact = make_listener(&server, 5, 3, "127.0.0.1:80");
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "127.0.0.1:80"), exact);
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "127.0.0.2:80"), any);
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "[::1]:80"), dual);
	/* Closed, in an order that takes them from the list's middle, end and start. */
	call(&server, CALL_CLOSE, 4, 0);
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "127.0.0.2:80"), dual);
	call(&server, CALL_CLOSE, 3, 0);
	ck_assert_ptr_null(sockets_listener_for(sockets, 0, "127.0.0.2:80"));
	ck_assert_ptr_eq(sockets_listener_for(sockets, 0, "127.0.0.1:80"), exact);
	call(&server, CALL_CLOSE, 5, 0);
	call(&server, CALL_DUP, 9, -EBADF);
	ck_assert_ptr_null(sockets_listener_for(sockets, 0, "127.0.0.1:80"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("sockets");
	const TTest *const creation[] = {
		a_new_socket_is_entered_with_its_identity_lane_and_variable,
		a_failed_socket_call_enters_nothing,
		a_result_that_cannot_be_identified_is_unknown,
		variables_count_in_the_order_of_creation_and_never_return,
		a_datagram_socket_has_its_role_from_the_start_and_keeps_it,
		a_datagram_socket_learns_its_address_with_the_first_sending,
		a_socketpair_is_two_joined_sockets,
		a_descriptor_that_was_there_before_us_is_recognised,
		a_call_made_on_sockets_alone_recognises_what_was_missed,
		NULL,
	};
	const TTest *const connections[] = {
		accept_makes_a_conn_of_the_listener_and_joins_it_with_its_client,
		the_ends_are_joined_whichever_call_returns_first,
		an_ipv4_client_is_joined_with_its_end_of_a_dual_stack_listener,
		who_connects_to_itself_has_no_other_end,
		a_new_connection_with_the_addresses_of_an_old_one_is_not_joined_with_it,
		a_queued_connection_stands_in_its_listeners_lane_until_it_is_accepted,
		a_queued_connection_is_not_swept_away_before_accept,
		a_connect_under_way_has_the_end_it_tries_and_then_the_real_one,
		a_connect_that_failed_is_no_connector_but_may_have_a_port,
		a_reset_connection_keeps_the_end_it_had,
		a_listener_is_found_by_its_address_or_its_wildcard,
		of_several_listeners_on_a_port_the_closest_is_found,
		NULL,
	};
	add_tests(suite, "creation", creation);
	add_tests(suite, "connections", connections);
	return suite;
}
