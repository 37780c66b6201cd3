/* Who a witness says a socket is. */
#include "loopback.h"

#include "support/auto.h"

#include <sys/un.h>

START_TEST(a_socket_is_identified_by_cookie_kind_and_ends)
{
	struct connection it = connection_new();
	struct identity client, listener;
	ck_assert_int_eq(witness_identify(witnesses, &self, it.client, ASK_ALL, &client), 0);
	ck_assert_int_eq(client.domain, AF_INET);
	ck_assert_int_eq(client.type, SOCK_STREAM);
	ck_assert_int_eq(client.protocol, IPPROTO_TCP);
	ck_assert(!client.listening);
	ck_assert_str_eq(client.local, it.client_end);
	ck_assert_str_eq(client.remote, it.server_end);
	ck_assert_uint_eq(client.cookie, between(it.client_end, it.server_end).cookie);

	ck_assert_int_eq(witness_identify(witnesses, &self, it.listener, ASK_ALL, &listener), 0);
	ck_assert(listener.listening);
	ck_assert_str_eq(listener.local, it.server_end);
	ck_assert_str_eq(listener.remote, "");
	ck_assert_uint_ne(listener.cookie, client.cookie);
	connection_close(&it);
}
END_TEST

START_TEST(what_is_not_asked_is_left_alone)
{
	struct connection it = connection_new();
	struct identity identity = { .domain = -1, .type = -2, .protocol = -3, .remote = "as is" };
	ck_assert_int_eq(
		witness_identify(witnesses, &self, it.client, ASK_COOKIE | ASK_LOCAL, &identity),
		0);
	ck_assert_uint_eq(identity.cookie, through(it.client).cookie);
	ck_assert_str_eq(identity.local, it.client_end);
	ck_assert_str_eq(identity.remote, "as is");
	ck_assert_int_eq(identity.domain, -1);
	ck_assert_int_eq(identity.type, -2);
	ck_assert_int_eq(identity.protocol, -3);
	connection_close(&it);
}
END_TEST

START_TEST(so_linger_is_read_where_it_is_on)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 4 };
	struct identity identity;
	autoclose int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_ALL, &identity), 0);
	ck_assert(!identity.lingering);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_ALL, &identity), 0);
	ck_assert(identity.lingering);
}
END_TEST

START_TEST(an_end_that_is_not_set_is_empty)
{
	const int domains[] = { AF_INET, AF_INET6, AF_UNIX };
	for (size_t i = 0; i < 3; i++) {
		struct identity identity;
		autoclose int fd = socket(domains[i], SOCK_DGRAM, 0);
		ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_ALL, &identity), 0);
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
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_ALL, &identity), 0);
	ck_assert(strncmp(identity.local, "unix:@witness-", 14) == 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("identity");
	const TTest *const identities[] = {
		a_socket_is_identified_by_cookie_kind_and_ends,
		what_is_not_asked_is_left_alone,
		so_linger_is_read_where_it_is_on,
		an_end_that_is_not_set_is_empty,
		a_unix_socket_is_identified_by_its_name,
		NULL,
	};
	add_tests(suite, "identities", identities);
	return suite;
}
