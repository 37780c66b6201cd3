/* For tests of what the rules may ask: the questions, bound to the running kernel, and sockets of
 * the test's own. */
#pragma once

#include "loopback.h"

#include "evidence.h"

#include <pwd.h>
#include <sys/prctl.h>

static struct live_evidence live;
static const struct evidence *evidence = &live.evidence;

static inline void begin(void)
{
	setup();
	live_evidence_init(&live, witnesses);
}

static inline struct port_holders holders_of(int protocol, uint16_t port)
{
	struct port_holders holders;
	ck_assert_int_eq(
		evidence->holders(evidence, witnesses_home(witnesses), protocol, port, &holders),
		0);
	return holders;
}

static inline struct owners owners_of(uint64_t inode)
{
	struct owners owners;
	ck_assert_int_eq(evidence->owners(evidence, &inode, 1, &owners), 0);
	return owners;
}

static inline uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof cookie;
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
	return cookie;
}

static inline int bound_to(const char *text, int type)
{
	struct sockaddr_storage address;
	ck_assert(endpoint_parse(text, &address));
	int fd = socket(address.ss_family, type | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(struct sockaddr_in6)), 0);
	return fd;
}

static inline void assert_own(const struct owners *owners, uint64_t inode, int fd)
{
	char self_name[COMM_SIZE] = { 0 };
	struct passwd *user = getpwuid(geteuid());
	prctl(PR_GET_NAME, self_name);
	ck_assert_uint_eq(owners->count, 1);
	const struct owner *owner = &owners->rows[0];
	ck_assert_uint_eq(owner->inode, inode);
	ck_assert_int_eq(owner->pid, getpid());
	ck_assert_int_eq(owner->fd, fd);
	ck_assert_uint_eq(owner->descriptors, 1);
	ck_assert_str_eq(owner->comm, self_name);
	ck_assert_str_eq(owner->program, program_invocation_short_name);
	ck_assert_uint_eq(owner->uid, geteuid());
	if (user)
		ck_assert_str_eq(owner->user, user->pw_name);
}

/* The named tests, up to a NULL. */
static inline void add_questions(Suite *suite, const TTest *const *tests)
{
	TCase *group = tcase_create("asked");
	tcase_add_checked_fixture(group, begin, teardown);
	for (; *tests; tests++)
		tcase_add_test(group, *tests);
	suite_add_tcase(suite, group);
}
