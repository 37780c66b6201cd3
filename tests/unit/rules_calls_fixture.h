/* For tests of teach/rules/: records made by hand, and a system that answers as it is told to. */
#pragma once

#include "teach_events.h"
#include "unit.h"

#include "support/arena.h"
#include "teach/rules.h"
#include "types/record.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PID = 10, NETWORK = 7 };

/* What the fake system says; -1: it cannot be asked. */
static struct {
	struct port_holders holders;
	int holders_result, own;
	const char *foreign; /* the one address that is not its own */
	pid_t owner;
	unsigned asked;
} fake;

static inline int fake_holders(const struct evidence *evidence, uint64_t network, int protocol,
			       uint16_t port, struct port_holders *ret_holders)
{
	(void)evidence;
	(void)protocol;
	fake.asked++;
	ck_assert_uint_eq(network, NETWORK);
	*ret_holders = (struct port_holders){ .longest_time_left = -1 };
	for (size_t i = 0; i < fake.holders.count; i++) {
		const char *colon = strrchr(fake.holders.rows[i].local, ':');
		if (strtol(colon + 1, NULL, 10) == port)
			ret_holders->rows[ret_holders->count++] = fake.holders.rows[i];
	}
	return fake.holders_result;
}

static inline int fake_own(const struct evidence *evidence, uint64_t network, const char *endpoint)
{
	(void)evidence;
	fake.asked++;
	ck_assert_uint_eq(network, NETWORK);
	return fake.foreign && strcmp(endpoint, fake.foreign) == 0 ? 0 : fake.own;
}

static inline int fake_owners(const struct evidence *evidence, const uint64_t *inodes, size_t count,
			      struct owners *ret_owners)
{
	(void)evidence;
	(void)count;
	*ret_owners = (struct owners){ .count = fake.owner != 0, .total = fake.owner != 0 };
	ret_owners->rows[0] = (struct owner){ .inode = *inodes, .pid = fake.owner };
	return 0;
}

static inline int fake_sysctl(const struct evidence *evidence, uint64_t network, const char *name,
			      int64_t *ret_values, size_t room)
{
	(void)evidence;
	(void)network;
	(void)name;
	for (size_t i = 0; i < room; i++)
		ret_values[i] = 40000 + (int64_t)i;
	return 2;
}

static inline int fake_counters(const struct evidence *evidence, uint64_t network,
				struct listen_counters *ret_counters)
{
	(void)evidence;
	(void)network;
	(void)ret_counters;
	return -ENOTSUP;
}

/* Of threads and queues nobody here can be asked. */
static inline int fake_thread(const struct evidence *evidence, pid_t pid, pid_t tid,
			      struct thread_facts *ret_facts)
{
	(void)evidence;
	(void)pid;
	(void)tid;
	(void)ret_facts;
	return -ENOTSUP;
}

static inline int fake_sight(const struct evidence *evidence, const struct socket *socket,
			     struct sight *ret_sight)
{
	(void)evidence;
	(void)socket;
	(void)ret_sight;
	return -ENOTSUP;
}

static const struct evidence fake_evidence = {
	.thread = fake_thread,
	.sight = fake_sight,
	.holders = fake_holders,
	.clients = fake_holders,
	.owners = fake_owners,
	.sysctl = fake_sysctl,
	.is_own_address = fake_own,
	.listen_counters = fake_counters,
};

static struct rules *rules;
static struct arena *arena;
static struct socket sock;
static uint64_t now;
static char said[1024]; /* the ids of the last record's notes, a blank behind each */

static inline void begin(void)
{
	memset(&fake, 0, sizeof fake);
	fake.own = 1;
	now = 0;
	rules = rules_new(&fake_evidence, LESSONS_NEVER);
	arena = arena_new();
	sock = (struct socket){ .cookie = 1,
				.network = NETWORK,
				.domain = AF_INET,
				.domain_name = "AF_INET",
				.type = SOCK_STREAM,
				.protocol = IPPROTO_TCP,
				.holders = 1 };
}

static inline void finish(void)
{
	free(sock.history);
	rules_free(rules);
	arena_free(arena);
}

static inline void holder_add(const char *local, enum tcp_state state)
{
	struct port_holder *row = &fake.holders.rows[fake.holders.count++];
	*row = (struct port_holder){ .family = *local == '[' ? AF_INET6 : AF_INET,
				     .state = state,
				     .inode = 99,
				     .v6only = *local == '[' ? 0 : -1 };
	snprintf(row->local, sizeof row->local, "%s", local);
}

static inline const char *show(struct record *record, struct socket *of)
{
	record->pid = record->pid ? record->pid : PID;
	record->tid = record->tid ? record->tid : record->pid;
	record->lane = "program";
	record->socket = of;
	rules_look(rules, record, of, arena);
	*said = '\0';
	for (size_t i = 0; i < record->note_count; i++) {
		ck_assert_ptr_nonnull(record->notes[i].text);
		ck_assert_uint_gt(record->notes[i].evidence_count, 0);
		size_t length = strlen(said);
		snprintf(said + length, sizeof said - length, "%s ", record->notes[i].id);
	}
	return said;
}

/* A call that returned: its arguments follow as struct value. */
#define RETURNS(id, word, with, ...)                             \
	returns(id, word, with, (struct value[]){ __VA_ARGS__ }, \
		sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value), &sock)
#define NAMED(label, ...) ((struct value){ .name = (label), __VA_ARGS__ })
#define TO(text)          NAMED("addr", .kind = VALUE_ENDPOINT, .endpoint = (text))
#define NUMBER(label, of) NAMED(label, .kind = VALUE_INTEGER, .integer = (of))

static inline struct event event_of(enum call_id id, const char *name, int error,
				    const struct value *args, size_t count)
{
	struct event event = { .arena = arena, .call = id, .name = name, .error = error, .fd = 3 };
	bool waits = id == CALL_POLL || id == CALL_SELECT;
	event.class = call_flow(id) != FLOW_NONE                       ? CLASS_DATA
		      : waits                                          ? CLASS_WAIT
		      : id == CALL_SETSOCKOPT || id == CALL_GETSOCKOPT ? CLASS_OPTIONS
								       : CLASS_SETUP;
	event.cookie = sock.cookie;
	event.raw[0] = 3;
	event.result = error ? -1 : 0;
	event.error_name = error ? "E" : NULL;
	event.arg_count = count;
	if (args)
		memcpy(event.args, args, count * sizeof *args);
	event.entered = ++now;
	return event;
}

static inline const char *returns(enum call_id id, const char *name, int error,
				  const struct value *args, size_t count, struct socket *of)
{
	struct event event = event_of(id, name, error, args, count);
	struct record record = record_blank(RECORD_CALL, event.entered);
	event.returned = ++now;
	record.event = &event;
	return show(&record, of);
}

/* One whose thread sleeps in it. */
static inline const char *sleeps(enum call_id id, const char *name, const struct value *arg)
{
	struct event event = event_of(id, name, 0, arg, arg != NULL);
	struct record record = record_blank(RECORD_ENTER, event.entered);
	record.event = &event;
	return show(&record, &sock);
}

static inline const char *happens(enum process_what what, pid_t parent, const char *signal,
				  int status)
{
	struct record_process process = {
		.what = what, .parent = parent, .signal = signal, .status = status
	};
	struct record record = record_blank(RECORD_PROCESS, ++now);
	record.process = &process;
	return show(&record, NULL);
}

/* The named tests, up to a NULL. */
static inline Suite *suite_of(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *group = tcase_create("rules");
	tcase_add_checked_fixture(group, begin, finish);
	for (; *tests; tests++)
		tcase_add_test(group, *tests);
	suite_add_tcase(suite, group);
	return suite;
}
