/* For tests of the rules: sockets and records made by hand, and a system that answers as the test
 * wants it to. */
#pragma once

#include "support/arena.h"
#include "teach/rules.h"
#include "teach/rules/history.h"
#include "teach_events.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Two ends of a connection, each in a process of its own: pid 100 and 200. */
static struct socket own, other;
static struct rules *rules;
static struct arena *arena;

/* What the system says: of the thread with that pid, of both sockets. */
static struct {
	struct thread_facts threads[2];
	struct sight sights[2];
	struct time_limits limits;
	unsigned questions;
} answers;

static inline size_t end_of(const struct socket *socket)
{
	return socket == &other;
}

static inline int answer_thread(const struct evidence *evidence, pid_t pid, pid_t tid,
				struct thread_facts *ret_facts)
{
	(void)evidence;
	ck_assert_int_eq(pid, tid);
	answers.questions++;
	*ret_facts = answers.threads[pid == 200];
	return 0;
}

static inline int answer_sight(const struct evidence *evidence, const struct socket *socket,
			       struct sight *ret_sight)
{
	(void)evidence;
	answers.questions++;
	*ret_sight = answers.sights[end_of(socket)];
	return 0;
}

static inline int answer_limits(const struct evidence *evidence, const struct socket *socket,
				struct time_limits *ret_limits)
{
	(void)evidence;
	(void)socket;
	answers.questions++;
	*ret_limits = answers.limits;
	return 0;
}

static const struct evidence evidence = { .thread = answer_thread,
					  .sight = answer_sight,
					  .time_limits = answer_limits };

static inline struct socket end_socket(pid_t pid, const char *lane, const char *local,
				       const char *remote)
{
	struct socket socket = { .domain = AF_INET,
				 .type = SOCK_STREAM,
				 .protocol = IPPROTO_TCP,
				 .state = STATE_ESTABLISHED,
				 .contained = true,
				 .holders = 1,
				 .holder_pid = pid,
				 .holder_fd = 3,
				 .lane = lane };
	snprintf(socket.local, sizeof socket.local, "%s", local);
	snprintf(socket.remote, sizeof socket.remote, "%s", remote);
	return socket;
}

static inline void setup(void)
{
	own = end_socket(100, "server", "127.0.0.1:80", "127.0.0.1:40000");
	other = end_socket(200, "client", "127.0.0.1:40000", "127.0.0.1:80");
	own.role = ROLE_ACCEPTED;
	own.peer = &other;
	other.peer = &own;
	memset(&answers, 0, sizeof answers);
	for (int i = 0; i < 2; i++) {
		answers.threads[i] = (struct thread_facts){ .asleep = true, .threads = 1 };
		answers.sights[i].state = STATE_ESTABLISHED;
	}
	arena = arena_new();
	rules = rules_new(&evidence, LESSONS_NEVER);
}

static inline void teardown(void)
{
	rules_free(rules);
	arena_free(arena);
	free(own.history);
	free(other.history);
}

/* Shows the rules that record of a call, which is freed. Whether that rule has fired. */
static inline bool shown(enum record_type type, struct socket *socket, struct event *event,
			 const char *rule)
{
	struct record record = record_blank(type, event->entered);
	bool found = false;
	event->name = call_flow(event->call) == FLOW_SENDS ? "send" : "recv";
	record.pid = record.tid = socket->holder_pid;
	record.lane = socket->lane;
	record.event = event;
	if (event->class == CLASS_WAIT) /* it may be about several sockets */
		socket = NULL;
	record.socket = socket;
	if (socket)
		record.state.before = record.state.after = socket->state;
	rules_look(rules, &record, socket, arena);
	for (size_t i = 0; i < record.note_count; i++) {
		ck_assert_ptr_nonnull(record.notes[i].text);
		ck_assert(record.notes[i].evidence_count);
		found = found || strcmp(record.notes[i].id, rule) == 0;
	}
	event_free(event);
	return found;
}

#define DATA(text)                                                                                 \
	{                                                                                          \
		.name = "buf", .kind = VALUE_BYTES, .bytes = {(text), strlen(text), strlen(text) } \
	}
#define LEN(number)                                                                \
	{                                                                          \
		.name = "len", .kind = VALUE_INTEGER, .integer = (int64_t)(number) \
	}
#define FD                                                                                  \
	{                                                                                   \
		.name = "sockfd", .kind = VALUE_DESCRIPTOR, .descriptor = { 3, NULL, NULL } \
	}
#define NO_DATA                                                    \
	{                                                          \
		.name = "buf", .kind = VALUE_ADDRESS, .address = 1 \
	}
#define FROM(text)                                                         \
	{                                                                  \
		.name = "addr", .kind = VALUE_ENDPOINT, .endpoint = (text) \
	}
