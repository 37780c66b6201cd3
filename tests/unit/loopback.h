/* For tests of witnesses/: sockets of this very process, on loopback, asked of the running kernel.
 */
#pragma once

#include "unit.h"

#include "support/endpoint.h"
#include "witnesses/witnesses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static struct witnesses *witnesses;
static struct process self;

static inline void setup(void)
{
	ck_assert_int_eq(witnesses_new(&witnesses), 0);
	self = (struct process){ .pid = getpid() };
	self.pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	ck_assert_int_ge(self.pidfd, 0);
}

static inline void teardown(void)
{
	witnesses_free(witnesses);
	close(self.pidfd);
}

/* --- a connection on loopback --------------------------------------------------------- */

static inline void name(int fd, int (*ask)(int, struct sockaddr *, socklen_t *),
			char text[ENDPOINT_SIZE])
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	ck_assert_int_eq(ask(fd, (struct sockaddr *)&address, &size), 0);
	endpoint_text(text, ENDPOINT_SIZE, &address, size);
}

static inline int local_of(int fd, struct sockaddr *address, socklen_t *size)
{
	return getsockname(fd, address, size);
}

static inline int remote_of(int fd, struct sockaddr *address, socklen_t *size)
{
	return getpeername(fd, address, size);
}

/* A listener on a free port. */
static inline int listener_on(const char *text, int backlog)
{
	struct sockaddr_storage address;
	ck_assert(endpoint_parse(text, &address));
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = address.ss_family == AF_INET ? sizeof(struct sockaddr_in)
						      : sizeof(struct sockaddr_in6);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	return fd;
}

static inline uint16_t port_of(int fd)
{
	struct sockaddr_in6 address = { 0 };
	socklen_t size = sizeof address;
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin6_port);
}

/* An IPv4 client of the listener, whatever its family. */
static inline int client_of(int listener)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port_of(listener)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

struct connection {
	int listener, client, server;
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE];
};

static inline struct connection connection_new(void)
{
	struct connection it = { .listener = listener_on("127.0.0.1:0", 5) };
	it.client = client_of(it.listener);
	it.server = accept(it.listener, NULL, NULL);
	ck_assert_int_ge(it.server, 0);
	name(it.client, local_of, it.client_end);
	name(it.client, remote_of, it.server_end);
	return it;
}

static inline void connection_close(const struct connection *it)
{
	close(it->client);
	close(it->server);
	close(it->listener);
}

static inline struct sight through(int fd)
{
	struct sight sight;
	const struct question anybody = { 0 };
	ck_assert_int_eq(witness_descriptor(witnesses, &self, fd, &anybody, &sight), 0);
	return sight;
}

static inline struct sight between(const char *local, const char *remote)
{
	struct sight sight;
	ck_assert_int_eq(
		witness_exact(witnesses, witnesses_home(witnesses), 0, local, remote, 0, &sight),
		0);
	return sight;
}

/* An acknowledgement may be delayed by 40 ms and more (delayed ACK): waits two seconds at most. */
static inline struct sight between_once(const char *local, const char *remote,
					enum tcp_state wanted)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	struct sight sight = between(local, remote);
	for (int i = 0; i < 400 && sight.state != wanted; i++) {
		nanosleep(&moment, NULL);
		sight = between(local, remote);
	}
	return sight;
}

/* The named tests, up to a NULL. */
static inline void add_tests(Suite *suite, const char *name_of_group, const TTest *const *tests)
{
	TCase *group = tcase_create(name_of_group);
	tcase_add_checked_fixture(group, setup, teardown);
	for (; *tests; tests++)
		tcase_add_test(group, *tests);
	suite_add_tcase(suite, group);
}
