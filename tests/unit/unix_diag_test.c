/* What the kernel says of sockets of AF_UNIX. */
#include "loopback.h"

#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>

struct unix_pair {
	int listener, client;
	struct sockaddr_un address;
	socklen_t size;
};

static struct unix_pair waiting_client(int type, int backlog)
{
	struct unix_pair it = { .address.sun_family = AF_UNIX };
	int length = snprintf(it.address.sun_path + 1, sizeof it.address.sun_path - 1,
			      "socktrace-unit-%d", (int)getpid());
	it.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
	it.listener = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	it.client = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(it.listener, (struct sockaddr *)&it.address, it.size), 0);
	ck_assert_int_eq(listen(it.listener, backlog), 0);
	ck_assert_int_eq(connect(it.client, (struct sockaddr *)&it.address, it.size), 0);
	return it;
}

static struct unix_question question_of(int fd)
{
	struct identity identity = { 0 };
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_ALL, &identity), 0);
	return (struct unix_question){ .network = identity.network,
				       .inode = identity.inode,
				       .cookie = identity.cookie };
}

static struct unix_sight answer_to(const struct unix_question *question)
{
	struct unix_sight sight;
	ck_assert_int_eq(witness_unix(witnesses, question, &sight), 0);
	return sight;
}

static struct unix_sight sight_of(int fd)
{
	struct unix_question question = question_of(fd);
	return answer_to(&question);
}

START_TEST(a_socket_of_af_unix_has_the_inode_that_its_descriptor_shows)
{
	struct stat status;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(fstat(fd, &status), 0);
	ck_assert_uint_eq(question_of(fd).inode, status.st_ino);
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_uint_eq(question_of(fd).inode, 0);
	close(fd);
}
END_TEST

START_TEST(a_listener_tells_how_many_wait_and_its_limit)
{
	struct unix_pair it = waiting_client(SOCK_STREAM, 7);
	struct unix_sight sight = sight_of(it.listener);
	ck_assert_int_eq(sight.accept, 1);
	ck_assert_int_eq(sight.backlog, 7);
	ck_assert_uint_eq(sight.peer, 0);
	/* Of others the numbers mean something else, and are not told. */
	ck_assert_int_eq(send(it.client, "x", 1, 0), 1);
	sight = sight_of(it.client);
	ck_assert_int_eq(sight.accept, -1);
	ck_assert_int_eq(sight.backlog, -1);
	close(it.client);
	close(it.listener);
}
END_TEST

START_TEST(backlog_plus_one_clients_find_room)
{
	enum { BACKLOG = 2 };
	struct unix_pair it = waiting_client(SOCK_SEQPACKET, BACKLOG);
	int more[BACKLOG];
	for (int i = 0; i < BACKLOG; i++) {
		more[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(connect(more[i], (struct sockaddr *)&it.address, it.size), 0);
	}
	ck_assert_int_eq(sight_of(it.listener).accept, BACKLOG + 1);
	int last = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(last, (struct sockaddr *)&it.address, it.size), -1);
	ck_assert_int_eq(errno, EAGAIN);
	for (int i = 0; i < BACKLOG; i++)
		close(more[i]);
	close(last);
	close(it.client);
	close(it.listener);
}
END_TEST

START_TEST(a_listener_knows_which_clients_wait)
{
	struct unix_pair it = waiting_client(SOCK_STREAM, 5);
	struct unix_question question = question_of(it.listener);
	question.client = question_of(it.client).inode;
	ck_assert(answer_to(&question).waits);
	int conn = accept(it.listener, NULL, NULL);
	ck_assert(!answer_to(&question).waits);
	close(conn);
	close(it.client);
	close(it.listener);
}
END_TEST

START_TEST(the_ends_know_each_other_once_accepted)
{
	struct unix_pair it = waiting_client(SOCK_STREAM, 5);
	ck_assert_uint_eq(sight_of(it.client).peer, 0);
	int conn = accept(it.listener, NULL, NULL);
	ck_assert_uint_eq(sight_of(it.client).peer, question_of(conn).inode);
	ck_assert_uint_eq(sight_of(conn).peer, question_of(it.client).inode);
	close(it.client);
	ck_assert_uint_eq(sight_of(conn).peer, 0);
	close(conn);
	close(it.listener);
}
END_TEST

START_TEST(one_that_is_closed_is_not_there_and_another_with_its_number_is_not_it)
{
	struct unix_sight sight;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct unix_question question = question_of(fd);
	ck_assert_int_eq(witness_unix(witnesses, &question, &sight), 0);
	question.cookie++;
	ck_assert_int_eq(witness_unix(witnesses, &question, &sight), -ENOENT);
	question.cookie--;
	close(fd);
	ck_assert_int_eq(witness_unix(witnesses, &question, &sight), -ENOENT);
	question.network = UINT64_MAX;
	ck_assert_int_eq(witness_unix(witnesses, &question, &sight), -ENOTSUP);
	question.inode = 0;
	ck_assert_int_eq(witness_unix(witnesses, &question, &sight), -EINVAL);
}
END_TEST

START_TEST(who_connected_is_told_even_when_it_has_closed)
{
	struct unix_pair it = waiting_client(SOCK_STREAM, 5);
	close(it.client);
	int conn = accept(it.listener, NULL, NULL);
	uint64_t cookie = question_of(conn).cookie;
	ck_assert_uint_eq(sight_of(conn).peer, 0);
	ck_assert_int_eq(witness_peer_process(witnesses, &self, conn, cookie), getpid());
	ck_assert_int_eq(witness_peer_process(witnesses, &self, conn, cookie + 1), 0);
	close(conn);
	ck_assert_int_eq(witness_peer_process(witnesses, &self, conn, cookie), 0);
	close(it.listener);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("unix_diag");
	const TTest *const tests[] = {
		a_socket_of_af_unix_has_the_inode_that_its_descriptor_shows,
		a_listener_tells_how_many_wait_and_its_limit,
		backlog_plus_one_clients_find_room,
		a_listener_knows_which_clients_wait,
		the_ends_know_each_other_once_accepted,
		one_that_is_closed_is_not_there_and_another_with_its_number_is_not_it,
		who_connected_is_told_even_when_it_has_closed,
		NULL,
	};
	add_tests(suite, "questions", tests);
	return suite;
}
