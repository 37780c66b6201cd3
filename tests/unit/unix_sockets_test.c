/* Sockets of AF_UNIX in the table: by inode, by name. */
#include "sockets_fixture.h"

static struct socket *make_unix(struct process *process, int fd, uint64_t cookie, uint64_t inode)
{
	struct identity *identity = file(process, fd, cookie);
	identity->domain = AF_UNIX;
	identity->inode = inode;
	struct event *event = call_new(CALL_SOCKET, AF_UNIX, SOCK_STREAM, 0);
	event->fd = -1;
	sockets_enter(sockets, process, event);
	kernel.asked = 0;
	return call_done(process, event, fd);
}

static struct socket *make_unix_listener(int fd, uint64_t cookie, const char *name)
{
	make_unix(&server, fd, cookie, cookie + 1000);
	struct identity *identity = file(&server, fd, cookie);
	identity->domain = AF_UNIX;
	identity->inode = cookie + 1000;
	identity->listening = true;
	set_text(identity->local, name);
	call(&server, CALL_BIND, fd, 0);
	return call(&server, CALL_LISTEN, fd, 0);
}

START_TEST(one_of_af_unix_is_asked_for_its_inode_and_found_by_it)
{
	struct socket *socket = make_unix(&server, 3, 1, 77);
	ck_assert_uint_eq(kernel.asked, ASK_COOKIE | ASK_PROTOCOL | ASK_NETWORK | ASK_INODE);
	ck_assert_uint_eq(socket->inode, 77);
	ck_assert_ptr_eq(sockets_by_inode(sockets, 77), socket);
	ck_assert_ptr_null(sockets_by_inode(sockets, 78));
	call(&server, CALL_CLOSE, 3, 0);
	call(&server, CALL_DUP, 9, -EBADF); /* what nobody holds goes with the next call */
	ck_assert_ptr_null(sockets_by_inode(sockets, 77));
}
END_TEST

START_TEST(an_inode_that_is_used_again_means_the_younger_one)
{
	make_unix(&server, 3, 1, 77);
	struct socket *younger = make_unix(&server, 4, 2, 77);
	ck_assert_ptr_eq(sockets_by_inode(sockets, 77), younger);
	call(&server, CALL_CLOSE, 3, 0);
	call(&server, CALL_DUP, 9, -EBADF);
	ck_assert_ptr_eq(sockets_by_inode(sockets, 77), younger);
}
END_TEST

START_TEST(an_accepted_one_is_asked_for_its_inode_too)
{
	make_unix_listener(3, 1, "unix:/tmp/x");
	struct identity *identity = file(&server, 5, 2);
	identity->domain = AF_UNIX;
	identity->inode = 99;
	kernel.asked = 0;
	const struct socket *conn = call(&server, CALL_ACCEPT, 3, 5);
	ck_assert_uint_eq(kernel.asked, ASK_COOKIE | ASK_ENDS | ASK_INODE);
	ck_assert_uint_eq(conn->inode, 99);
}
END_TEST

START_TEST(all_listeners_of_a_name_are_found_and_no_others)
{
	struct socket *one = make_unix_listener(3, 1, "unix:socket");
	make_unix_listener(4, 2, "unix:other");
	make_unix_listener(6, 3, "unix:");
	struct socket *two = make_unix_listener(5, 4, "unix:socket");
	struct socket *first = sockets_unix_listener(sockets, "unix:socket", NULL);
	struct socket *second = sockets_unix_listener(sockets, "unix:socket", first);
	ck_assert((first == one && second == two) || (first == two && second == one));
	ck_assert_ptr_null(sockets_unix_listener(sockets, "unix:socket", second));
	ck_assert_ptr_null(sockets_unix_listener(sockets, "unix:nobody", NULL));
	ck_assert_ptr_null(sockets_unix_listener(sockets, "127.0.0.1:80", NULL));
	ck_assert_ptr_null(sockets_unix_listener(sockets, "", NULL));
}
END_TEST

START_TEST(ends_that_a_witness_saw_are_joined_until_one_is_gone)
{
	struct socket *one = make_unix(&server, 3, 1, 11);
	struct socket *other = make_unix(&server, 4, 2, 12);
	sockets_join(one, other);
	ck_assert_ptr_eq(one->peer, other);
	ck_assert_ptr_eq(other->peer, one);
	call(&server, CALL_CLOSE, 3, 0);
	call(&server, CALL_DUP, 9, -EBADF);
	ck_assert_ptr_null(other->peer);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("sockets of AF_UNIX");
	const TTest *const tests[] = {
		one_of_af_unix_is_asked_for_its_inode_and_found_by_it,
		an_inode_that_is_used_again_means_the_younger_one,
		an_accepted_one_is_asked_for_its_inode_too,
		all_listeners_of_a_name_are_found_and_no_others,
		ends_that_a_witness_saw_are_joined_until_one_is_gone,
		NULL,
	};
	add_tests(suite, "table", tests);
	return suite;
}
