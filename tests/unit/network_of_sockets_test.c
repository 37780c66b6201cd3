/* What addresses mean in one network namespace, they do not mean in another. */
#include "sockets_fixture.h"

enum { HERE = 1, THERE = 2 };

/* The server moves to another network: what it makes from now on is there. */
static struct socket *listener_in(uint64_t network, int fd, uint64_t cookie)
{
	struct identity *identity = file(&server, fd, cookie);
	identity->network = network;
	make_as_filed(&server, fd);
	set_text(identity->local, "127.0.0.1:80");
	identity->listening = true;
	return call(&server, CALL_LISTEN, fd, 0);
}

static struct socket *client_in(uint64_t network, int fd, uint64_t cookie)
{
	struct identity *identity = file(&client, fd, cookie);
	identity->network = network;
	make_as_filed(&client, fd);
	set_text(identity->local, "127.0.0.1:9000");
	set_text(identity->remote, "127.0.0.1:80");
	return call(&client, CALL_CONNECT, fd, 0);
}

START_TEST(the_same_addresses_in_two_networks_are_two_connections)
{
	listener_in(HERE, 3, 1);
	listener_in(THERE, 4, 2);
	struct socket *near = client_in(HERE, 3, 11);
	struct socket *far = client_in(THERE, 4, 12);
	const struct socket *far_conn =
		accept_one(&server, 4, 6, 22, "127.0.0.1:80", "127.0.0.1:9000");
	ck_assert_ptr_eq(far_conn->peer, far);
	ck_assert_ptr_null(near->peer);
	const struct socket *near_conn =
		accept_one(&server, 3, 5, 21, "127.0.0.1:80", "127.0.0.1:9000");
	ck_assert_ptr_eq(near_conn->peer, near);
	ck_assert_ptr_eq(far_conn->peer, far);

	struct socket *one, *other;
	sockets_of_connection(sockets, THERE, "127.0.0.1:9000", "127.0.0.1:80", &one, &other);
	ck_assert_ptr_eq(one, far);
	ck_assert_ptr_eq(other, far_conn);
	sockets_of_connection(sockets, HERE, "127.0.0.1:9000", "127.0.0.1:80", &one, &other);
	ck_assert_ptr_eq(one, near);
	ck_assert_ptr_eq(other, near_conn);
}
END_TEST

START_TEST(a_listener_takes_connections_of_its_own_network)
{
	const struct socket *here = listener_in(HERE, 3, 1);
	ck_assert_ptr_eq(sockets_listener_for(sockets, HERE, "127.0.0.1:80"), here);
	ck_assert_ptr_null(sockets_listener_for(sockets, THERE, "127.0.0.1:80"));
	const struct socket *there = listener_in(THERE, 4, 2);
	ck_assert_ptr_eq(sockets_listener_for(sockets, HERE, "127.0.0.1:80"), here);
	ck_assert_ptr_eq(sockets_listener_for(sockets, THERE, "127.0.0.1:80"), there);
}
END_TEST

START_TEST(what_is_accepted_or_queued_is_in_its_listeners_network)
{
	struct socket *listener = listener_in(THERE, 3, 1);
	struct socket *connecting = client_in(THERE, 3, 11);
	ck_assert_uint_eq(sockets_queued(sockets, listener, connecting, 21)->network, THERE);
	const struct socket *conn = accept_one(&server, 3, 5, 22, "127.0.0.1:80", "127.0.0.1:9001");
	ck_assert_uint_eq(conn->network, THERE);
}
END_TEST

START_TEST(it_is_known_when_the_last_socket_of_a_network_has_gone)
{
	ck_assert_uint_eq(sockets_in_network(sockets, THERE), 0);
	listener_in(THERE, 3, 1);
	listener_in(THERE, 4, 2);
	listener_in(HERE, 5, 3);
	ck_assert_uint_eq(sockets_in_network(sockets, THERE), 2);
	call(&server, CALL_CLOSE, 3, 0);
	call(&server, CALL_CLOSE, 4, 0);
	call(&server, CALL_DUP, 9, -EBADF); /* those that nobody holds go with the next call */
	ck_assert_uint_eq(sockets_in_network(sockets, THERE), 0);
	ck_assert_uint_eq(sockets_in_network(sockets, HERE), 1);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("networks of sockets");
	const TTest *const tests[] = {
		the_same_addresses_in_two_networks_are_two_connections,
		a_listener_takes_connections_of_its_own_network,
		what_is_accepted_or_queued_is_in_its_listeners_network,
		it_is_known_when_the_last_socket_of_a_network_has_gone,
		NULL,
	};
	add_tests(suite, "networks", tests);
	return suite;
}
