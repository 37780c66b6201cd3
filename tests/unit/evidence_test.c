/* What the rules may ask of ports and processes, asked of the running kernel. */
#include "evidence_fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { NOBODY = 65534 };

/* --- holders of a port ------------------------------------------------------------------------ */

START_TEST(a_listener_is_the_holder_and_this_process_has_it_open)
{
	int listener = listener_on("127.0.0.1:0", 7);
	char end[ENDPOINT_SIZE];
	name(listener, local_of, end);
	struct port_holders holders = holders_of(IPPROTO_TCP, port_of(listener));
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_uint_eq(holders.counts[STATE_LISTEN], 1);
	const struct port_holder *row = &holders.rows[0];
	ck_assert_int_eq(row->family, AF_INET);
	ck_assert_int_eq(row->state, STATE_LISTEN);
	ck_assert_str_eq(row->local, end);
	ck_assert_str_eq(row->remote, "");
	ck_assert_int_eq(row->accept, 0);
	ck_assert_int_eq(row->backlog, 7);
	ck_assert_int_eq(row->time_left, -1);
	ck_assert_uint_eq(row->uid, geteuid());
	ck_assert_uint_eq(row->cookie, cookie_of(listener));
	ck_assert_uint_ne(row->inode, 0);
	struct owners owners = owners_of(row->inode);
	assert_own(&owners, row->inode, listener);
	close(listener);
}
END_TEST

START_TEST(one_that_is_bound_and_does_not_listen_is_seen_where_the_kernel_shows_it)
{
	int bound = bound_to("127.0.0.1:0", SOCK_STREAM);
	struct port_holders holders = holders_of(IPPROTO_TCP, port_of(bound));
	if (holders.bound_unseen) {
		printf("SKIPPED: this kernel does not show who is bound and does not listen\n");
		ck_assert_uint_eq(holders.count, 0);
		return;
	}
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_uint_eq(holders.counts[STATE_CLOSED], 1);
	ck_assert_int_eq(holders.rows[0].state, STATE_CLOSED);
	ck_assert_uint_eq(holders.rows[0].cookie, cookie_of(bound));
	struct owners owners = owners_of(holders.rows[0].inode);
	assert_own(&owners, holders.rows[0].inode, bound);
	close(bound);
}
END_TEST

START_TEST(a_port_that_nobody_holds_has_no_rows)
{
	int bound = bound_to("127.0.0.1:0", SOCK_STREAM);
	uint16_t port = port_of(bound);
	struct port_holders holders = holders_of(IPPROTO_UDP, port);
	ck_assert_uint_eq(holders.count, 0);
	ck_assert(!holders.bound_unseen);
	close(bound);
	holders = holders_of(IPPROTO_TCP, port);
	ck_assert_uint_eq(holders.count, 0);
	ck_assert_int_eq(holders.longest_time_left, -1);
}
END_TEST

START_TEST(what_is_left_in_time_wait_holds_the_port_and_belongs_to_no_process)
{
	struct connection it = connection_new();
	uint16_t port = port_of(it.listener);
	close(it.server);
	between_once(it.server_end, it.client_end, STATE_FIN_WAIT_2);
	close(it.client);
	between_once(it.server_end, it.client_end, STATE_TIME_WAIT);
	close(it.listener);

	struct port_holders holders = holders_of(IPPROTO_TCP, port);
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_uint_eq(holders.counts[STATE_TIME_WAIT], 1);
	ck_assert_uint_eq(holders.loose[STATE_TIME_WAIT], 1);
	const struct port_holder *row = &holders.rows[0];
	ck_assert_int_eq(row->state, STATE_TIME_WAIT);
	ck_assert_str_eq(row->local, it.server_end);
	ck_assert_str_eq(row->remote, it.client_end);
	ck_assert_uint_eq(row->inode, 0);
	ck_assert_int_gt(row->time_left, 30000);
	ck_assert_int_le(row->time_left, 60000);
	ck_assert_int_eq(row->time_left, holders.longest_time_left);
}
END_TEST

START_TEST(the_clients_of_a_port_are_those_that_are_connected_to_it)
{
	struct connection it = connection_new();
	struct port_holders clients;
	ck_assert_int_eq(evidence->clients(evidence, witnesses_home(witnesses), IPPROTO_TCP,
					   port_of(it.listener), &clients),
			 0);
	/* Neither the listener nor the server's end: these have that port themselves. */
	ck_assert_uint_eq(clients.count, 1);
	ck_assert_uint_eq(clients.counts[STATE_ESTABLISHED], 1);
	ck_assert_uint_eq(clients.rows[0].cookie, cookie_of(it.client));
	ck_assert_str_eq(clients.rows[0].remote, it.server_end);
	close(it.client);
	close(it.server);
	close(it.listener);
}
END_TEST

START_TEST(a_connection_that_outlives_its_listener_holds_its_port)
{
	struct connection it = connection_new();
	uint16_t port = port_of(it.listener);
	close(it.listener);
	ck_assert_int_eq(write(it.client, "hello", 5), 5);
	struct port_holders holders = holders_of(IPPROTO_TCP, port);
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_int_eq(holders.rows[0].state, STATE_ESTABLISHED);
	ck_assert_uint_eq(holders.rows[0].cookie, cookie_of(it.server));
	ck_assert_int_eq(holders.rows[0].receive, 5);
	ck_assert_int_eq(holders.rows[0].send, 0);
	close(it.client);
	close(it.server);
}
END_TEST

START_TEST(a_listener_on_every_address_of_both_families_holds_the_port_of_ipv4)
{
	int listener = listener_on("[::]:0", 3);
	int client = client_of(listener);
	struct port_holders holders = holders_of(IPPROTO_TCP, port_of(listener));
	/* And the connection that waits to be accepted, behind it, without an inode. */
	ck_assert_uint_eq(holders.count, 2);
	ck_assert_int_eq(holders.rows[0].state, STATE_LISTEN);
	ck_assert_int_eq(holders.rows[0].family, AF_INET6);
	ck_assert_int_eq(holders.rows[0].v6only, 0);
	ck_assert_int_eq(holders.rows[0].accept, 1);
	ck_assert_int_eq(holders.rows[1].state, STATE_ESTABLISHED);
	ck_assert_int_eq(holders.rows[1].v6only, -1);
	ck_assert_uint_eq(holders.loose[STATE_ESTABLISHED], 1);
	close(client);
	close(listener);

	int one = 1;
	listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	holders = holders_of(IPPROTO_TCP, port_of(listener));
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_int_eq(holders.rows[0].v6only, 1);
	close(listener);
}
END_TEST

START_TEST(udp_sockets_hold_ports_of_their_own)
{
	int bound = bound_to("127.0.0.1:0", SOCK_DGRAM);
	int other = bound_to("127.0.0.1:0", SOCK_DGRAM);
	struct sockaddr_in address;
	socklen_t size = sizeof address;
	getsockname(other, (struct sockaddr *)&address, &size);
	ck_assert_int_eq(connect(bound, (struct sockaddr *)&address, size), 0);
	char remote[ENDPOINT_SIZE];
	name(bound, remote_of, remote);

	struct port_holders holders = holders_of(IPPROTO_UDP, port_of(bound));
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_int_eq(holders.rows[0].state, STATE_ESTABLISHED);
	ck_assert_str_eq(holders.rows[0].remote, remote);
	ck_assert_int_eq(holders.rows[0].receive, -1);
	struct owners owners = owners_of(holders.rows[0].inode);
	assert_own(&owners, holders.rows[0].inode, bound);
	holders = holders_of(IPPROTO_UDP, port_of(other));
	ck_assert_int_eq(holders.rows[0].state, STATE_CLOSED);
	close(bound);
	close(other);
}
END_TEST

START_TEST(mptcp_shows_the_inode_that_its_process_has_open)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (listener < 0) {
		printf("SKIPPED: no MPTCP here: %s\n", strerror(errno));
		return;
	}
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	struct port_holders holders = holders_of(IPPROTO_TCP, port_of(listener));
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_int_eq(holders.rows[0].state, STATE_LISTEN);
	struct owners owners = owners_of(holders.rows[0].inode);
	assert_own(&owners, holders.rows[0].inode, listener);
	close(listener);
}
END_TEST

/* --- processes that have a socket open -------------------------------------------------------- */

START_TEST(a_child_and_a_second_descriptor_are_told_of)
{
	int listener = listener_on("127.0.0.1:0", 1), ready[2];
	ck_assert_int_eq(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		char byte;
		close(ready[1]);
		_exit(read(ready[0], &byte, 1) != 0); /* until the test closes the other end */
	}
	int second = dup(listener);
	uint64_t inode = holders_of(IPPROTO_TCP, port_of(listener)).rows[0].inode;
	struct owners owners = owners_of(inode);
	ck_assert_uint_eq(owners.count, 2);
	ck_assert_uint_eq(owners.total, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct owner *owner = &owners.rows[i];
		ck_assert(owner->pid == getpid() || owner->pid == child);
		ck_assert_uint_eq(owner->descriptors, owner->pid == child ? 1 : 2);
		ck_assert_int_eq(owner->fd, listener < second ? listener : second);
	}
	ck_assert_int_ne(owners.rows[0].pid, owners.rows[1].pid);
	close(ready[1]);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_uint_eq(owners_of(inode).count, 1);
}
END_TEST

/* As another user, in a process of its own: 0 if it is as it ought to be. */
static int look_as_nobody(uint64_t inode)
{
	struct owners owners;
	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 1;
	if (evidence->owners(evidence, &inode, 1, &owners) < 0)
		return 2;
	if (owners.count)
		return 3;
	return owners.unreadable || owners.unlisted ? 0 : 4;
}

START_TEST(who_may_not_be_looked_into_is_another_thing_than_nobody)
{
	if (geteuid() != 0) {
		printf("SKIPPED: needs root, to look as another user\n");
		return;
	}
	int listener = listener_on("127.0.0.1:0", 1), status;
	uint64_t inode = holders_of(IPPROTO_TCP, port_of(listener)).rows[0].inode;
	/* As a program that its user started: nothing inherited. */
	pid_t child = fork();
	if (child == 0) {
		close(listener);
		_exit(look_as_nobody(inode));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	close(listener);
}
END_TEST

static void fill_socket(struct socket *socket, int fd)
{
	struct identity identity = { 0 };
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_ALL, &identity), 0);
	*socket = (struct socket){ .cookie = identity.cookie,
				   .network = identity.network,
				   .domain = identity.domain,
				   .type = identity.type,
				   .protocol = identity.protocol,
				   .inode = identity.inode };
	memcpy(socket->local, identity.local, sizeof socket->local);
	memcpy(socket->remote, identity.remote, sizeof socket->remote);
}

START_TEST(a_socket_known_by_its_cookie_leads_to_those_who_have_it_open)
{
	struct connection it = connection_new();
	int udp = bound_to("[::1]:0", SOCK_DGRAM), bound = bound_to("127.0.0.1:0", SOCK_STREAM);
	int pair[2];
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	const int fds[] = { it.listener, it.server, it.client, udp, pair[0], bound };
	struct socket socket;
	uint64_t inode;
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
		fill_socket(&socket, fds[i]);
		if (fds[i] == bound && holders_of(IPPROTO_TCP, port_of(bound)).bound_unseen)
			continue;
		ck_assert_int_eq(evidence->inode(evidence, &socket, &inode), 0);
		struct owners owners = owners_of(inode);
		assert_own(&owners, inode, fds[i]);
	}
	fill_socket(&socket, it.server);
	socket.cookie++;
	ck_assert_int_eq(evidence->inode(evidence, &socket, &inode), -ENOENT);
}
END_TEST

/* --- a process -------------------------------------------------------------------------------- */

START_TEST(a_process_is_told_with_its_limit_and_what_it_has_open)
{
	struct rlimit limit;
	struct process_facts before, after;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 77;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(evidence->process(evidence, getpid(), &before), 0);
	int fds[3] = { dup(0), dup(0), dup(0) };
	ck_assert_int_eq(evidence->process(evidence, getpid(), &after), 0);
	ck_assert_uint_eq(before.uid, geteuid());
	ck_assert_int_eq(before.open_files_limit, 77);
	ck_assert_int_ge(before.descriptors, 3);
	ck_assert_int_eq(after.descriptors, before.descriptors + 3);
	ck_assert_ptr_nonnull(strstr(before.command, program_invocation_short_name));
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
}
END_TEST

START_TEST(a_child_that_is_not_waited_for_is_a_zombie_of_its_parent)
{
	struct process_facts facts;
	siginfo_t info;
	int ready[2];
	ck_assert_int_eq(pipe(ready), 0);
	pid_t alive = fork();
	if (alive == 0) {
		char byte;
		close(ready[1]);
		_exit(read(ready[0], &byte, 1) != 0); /* until the test closes the other end */
	}
	ck_assert_int_eq(evidence->process(evidence, getpid(), &facts), 0);
	ck_assert_uint_eq(facts.zombies, 0);
	ck_assert_int_eq(facts.zombie, 0);
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(evidence->process(evidence, getpid(), &facts), 0);
	ck_assert_uint_eq(facts.zombies, 1);
	ck_assert_int_eq(facts.zombie, child);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_eq(evidence->process(evidence, child, &facts), -ESRCH);
	ck_assert_int_eq(evidence->process(evidence, getpid(), &facts), 0);
	ck_assert_uint_eq(facts.zombies, 0);
	close(ready[1]);
	ck_assert_int_eq(waitpid(alive, NULL, 0), alive);
}
END_TEST

/* As another user, of a process that is root's: 0 if it is as it ought to be. */
static int look_at_root(pid_t pid)
{
	struct process_facts facts, own;
	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return 1;
	int result = evidence->process(evidence, pid, &facts);
	/* With hidepid it is not even there. */
	if (result == -ESRCH || result == -EACCES)
		return 0;
	if (result < 0 || facts.uid != 0 || facts.descriptors != -1)
		return 2;
	if (evidence->process(evidence, getpid(), &own) < 0)
		return 3;
	return own.uid == NOBODY && !own.capabilities ? 0 : 4;
}

START_TEST(what_another_user_may_not_read_of_a_process_is_said_to_be_so)
{
	if (geteuid() != 0) {
		printf("SKIPPED: needs root, to look as another user\n");
		return;
	}
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(look_at_root(getppid()));
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("evidence");
	const TTest *const tests[] = {
		a_listener_is_the_holder_and_this_process_has_it_open,
		one_that_is_bound_and_does_not_listen_is_seen_where_the_kernel_shows_it,
		a_port_that_nobody_holds_has_no_rows,
		what_is_left_in_time_wait_holds_the_port_and_belongs_to_no_process,
		the_clients_of_a_port_are_those_that_are_connected_to_it,
		a_connection_that_outlives_its_listener_holds_its_port,
		a_listener_on_every_address_of_both_families_holds_the_port_of_ipv4,
		udp_sockets_hold_ports_of_their_own,
		mptcp_shows_the_inode_that_its_process_has_open,
		a_child_and_a_second_descriptor_are_told_of,
		who_may_not_be_looked_into_is_another_thing_than_nobody,
		a_socket_known_by_its_cookie_leads_to_those_who_have_it_open,
		a_process_is_told_with_its_limit_and_what_it_has_open,
		a_child_that_is_not_waited_for_is_a_zombie_of_its_parent,
		what_another_user_may_not_read_of_a_process_is_said_to_be_so,
		NULL,
		NULL,
	};
	add_questions(suite, tests);
	return suite;
}
