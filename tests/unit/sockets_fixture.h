/*
 * For tests of sockets/: hand-made events against a kernel of the test's own, an array that
 * answers who a socket is. The table is followed as in a trace, without any process.
 */
#pragma once

#include "unit.h"

#include "sockets/sockets.h"
#include "support/arena.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* --- the kernel ----------------------------------------------------------------------- */

enum { FILES = 64 };

struct file {
	pid_t pid;
	int fd;
	struct identity identity; /* cookie 0: the row is free */
};

struct kernel {
	struct identifier identifier; /* first: the table hands it back */
	struct file files[FILES];
	unsigned named;
	unsigned asked; /* all that was, since a test set it to 0 */
};

/* What is asked and nothing else. */
static inline void answer(const struct identity *from, unsigned asked, struct identity *to)
{
	if (asked & ASK_COOKIE)
		to->cookie = from->cookie;
	if (asked & ASK_KIND) {
		to->domain = from->domain;
		to->type = from->type;
	}
	if (asked & ASK_PROTOCOL)
		to->protocol = from->protocol;
	if (asked & ASK_LISTENING)
		to->listening = from->listening;
	if (asked & ASK_LINGERING)
		to->lingering = from->lingering;
	if (asked & ASK_NETWORK)
		to->network = from->network;
	if (asked & ASK_INODE)
		to->inode = from->inode;
	if (asked & ASK_INODE)
		to->inode = from->inode;
	if (asked & ASK_LOCAL)
		snprintf(to->local, sizeof to->local, "%s", from->local);
	if (asked & ASK_REMOTE)
		snprintf(to->remote, sizeof to->remote, "%s", from->remote);
}

static inline int kernel_identify(const struct identifier *identifier,
				  const struct process *process, int fd, unsigned asked,
				  struct identity *identity)
{
	struct kernel *kernel = (struct kernel *)(uintptr_t)identifier;
	kernel->asked |= asked;
	for (size_t i = 0; i < FILES; i++)
		if (kernel->files[i].identity.cookie && kernel->files[i].pid == process->pid &&
		    kernel->files[i].fd == fd) {
			answer(&kernel->files[i].identity, asked, identity);
			return 0;
		}
	return -ENOTSOCK;
}

static struct kernel kernel;
static struct sockets *sockets;
static struct process server, client;
/* Every event made, to be freed at the end. */
enum { MAX_EVENTS = 256 };
static struct event *events[MAX_EVENTS];
static size_t event_count;

static inline void kernel_name(const struct identifier *identifier, struct socket *socket)
{
	ck_assert_ptr_eq(identifier, &kernel.identifier);
	kernel.named++;
	socket->type_name = socket->type == SOCK_DGRAM ? "SOCK_DGRAM" : "SOCK_STREAM";
}

static inline void set_text(char to[ENDPOINT_SIZE], const char *from)
{
	snprintf(to, ENDPOINT_SIZE, "%s", from);
}

/* What the descriptor means from now on. */
static inline struct identity *file(const struct process *process, int fd, uint64_t cookie)
{
	struct file *row = NULL;
	for (size_t i = 0; i < FILES && !row; i++)
		if (kernel.files[i].pid == process->pid && kernel.files[i].fd == fd)
			row = &kernel.files[i];
	for (size_t i = 0; i < FILES && !row; i++)
		if (!kernel.files[i].identity.cookie)
			row = &kernel.files[i];
	ck_assert_ptr_nonnull(row);
	*row = (struct file){ process->pid,
			      fd,
			      { .cookie = cookie,
				.domain = AF_INET,
				.type = SOCK_STREAM,
				.protocol = IPPROTO_TCP } };
	return &row->identity;
}

static inline void setup(void)
{
	static char server_lane[] = "server", client_lane[] = "client";
	kernel = (struct kernel){ .identifier = { kernel_identify, kernel_name } };
	sockets = sockets_new(&kernel.identifier);
	server = (struct process){ .pid = 100, .pidfd = -1, .lane = server_lane };
	client = (struct process){ .pid = 200, .pidfd = -1, .lane = client_lane };
	event_count = 0;
	ck_assert_int_eq(sockets_process_init(sockets, &server), 0);
	ck_assert_int_eq(sockets_process_init(sockets, &client), 0);
}

static inline void teardown(void)
{
	sockets_process_exit(sockets, &server, true, NULL, NULL);
	sockets_process_exit(sockets, &client, true, NULL, NULL);
	sockets_free(sockets);
	for (size_t i = 0; i < event_count; i++)
		event_free(events[i]);
}

/* --- calls ---------------------------------------------------------------------------- */

static inline struct event *call_new(enum call_id call, int fd, uint64_t second, uint64_t third)
{
	struct event *event = event_new();
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_lt(event_count, MAX_EVENTS);
	events[event_count++] = event;
	event->call = call;
	event->class = call >= CALL_SENDTO && call <= CALL_WRITEV ? CLASS_DATA : CLASS_SETUP;
	event->fd = fd;
	event->raw[0] = (uint64_t)(int64_t)fd;
	event->raw[1] = second;
	event->raw[2] = third;
	event->arg_count = 1;
	event->args[0] = (struct value){ VALUE_DESCRIPTOR, "fd", .descriptor = { .fd = fd } };
	return event;
}

/* A result below 0 is an errno. */
static inline struct socket *call_done(struct process *process, struct event *event, int64_t result)
{
	event->result = result < 0 ? -1 : result;
	event->error = result < 0 ? (int)-result : 0;
	return sockets_return(sockets, process, event);
}

static inline struct socket *call(struct process *process, enum call_id id, int fd, int64_t result)
{
	struct event *event = call_new(id, fd, 0, 0);
	sockets_enter(sockets, process, event);
	return call_done(process, event, result);
}

static inline struct socket *call3(struct process *process, enum call_id id, int fd,
				   uint64_t second, uint64_t third, int64_t result)
{
	struct event *event = call_new(id, fd, second, third);
	sockets_enter(sockets, process, event);
	return call_done(process, event, result);
}

static inline struct event *last_event(void)
{
	return events[event_count - 1];
}

/* socket(), of what the kernel says of the descriptor already */
static inline struct socket *make_as_filed(struct process *process, int fd)
{
	struct event *event = call_new(CALL_SOCKET, -1, SOCK_STREAM, 0);
	sockets_enter(sockets, process, event);
	return call_done(process, event, fd);
}

static inline struct socket *make(struct process *process, int fd, uint64_t cookie)
{
	file(process, fd, cookie);
	return make_as_filed(process, fd);
}

static inline struct socket *make_listener(struct process *process, int fd, uint64_t cookie,
					   const char *local)
{
	struct identity *identity = file(process, fd, cookie);
	identity->domain = *local == '[' ? AF_INET6 : AF_INET;
	make_as_filed(process, fd);
	set_text(identity->local, local);
	call(process, CALL_BIND, fd, 0);
	identity->listening = true;
	return call(process, CALL_LISTEN, fd, 0);
}

static inline struct socket *make_connection(struct process *process, int fd, uint64_t cookie,
					     const char *local, const char *remote)
{
	make(process, fd, cookie);
	struct identity *identity = file(process, fd, cookie);
	set_text(identity->local, local);
	set_text(identity->remote, remote);
	return call(process, CALL_CONNECT, fd, 0);
}

static inline struct socket *accept_one(struct process *process, int listener, int fd,
					uint64_t cookie, const char *local, const char *remote)
{
	struct identity *identity = file(process, fd, cookie);
	set_text(identity->local, local);
	set_text(identity->remote, remote);
	return call(process, CALL_ACCEPT, listener, fd);
}

/* The named tests, up to a NULL, each with a fresh kernel. */
static inline void add_tests(Suite *suite, const char *name, const TTest *const *tests)
{
	TCase *group = tcase_create(name);
	tcase_add_checked_fixture(group, setup, teardown);
	for (; *tests; tests++)
		tcase_add_test(group, *tests);
	suite_add_tcase(suite, group);
}
