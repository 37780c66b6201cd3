/* Sockets of another network namespace are asked for in it. */
#include "loopback.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* This process leaves the network in which the witnesses are. 0: it may not. */
static bool leave_the_network(void)
{
	struct sight sight;
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	/* In a trace the tracer stays, and its own netlink socket is made whenever it is needed. */
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, "127.0.0.1:1",
				       "127.0.0.1:1", 0, &sight),
			 -ENOENT);
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
	return true;
}

static uint64_t network_of_descriptor(int fd)
{
	struct identity identity = { 0 };
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_NETWORK, &identity), 0);
	return identity.network;
}

START_TEST(a_socket_belongs_to_the_network_in_which_it_was_made)
{
	int near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_uint_ne(witnesses_home(witnesses), 0);
	ck_assert_uint_eq(network_of_descriptor(near), witnesses_home(witnesses));
	if (!leave_the_network())
		return;
	int far = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_uint_eq(network_of_descriptor(near), witnesses_home(witnesses));
	ck_assert_uint_ne(network_of_descriptor(far), witnesses_home(witnesses));
	close(near);
	close(far);
}
END_TEST

START_TEST(a_connection_in_another_network_is_found_there_and_not_here)
{
	if (!leave_the_network())
		return;
	struct connection it = connection_new();
	struct sight sight;
	uint64_t there = network_of_descriptor(it.client);
	ck_assert_int_eq(
		witness_exact(witnesses, there, 0, it.client_end, it.server_end, 0, &sight), 0);
	ck_assert_int_eq(sight.state, STATE_ESTABLISHED);
	ck_assert_uint_eq(sight.cookie, through(it.client).cookie);
	ck_assert_int_eq(witness_exact(witnesses, witnesses_home(witnesses), 0, it.client_end,
				       it.server_end, 0, &sight),
			 -ENOENT);
	connection_close(&it);
}
END_TEST

START_TEST(what_is_left_of_it_is_seen_when_its_descriptors_are_gone)
{
	if (!leave_the_network())
		return;
	struct connection it = connection_new();
	struct sight sight = { 0 };
	uint64_t there = network_of_descriptor(it.client);
	close(it.client);
	close(it.server);
	const struct timespec moment = { .tv_nsec = 5000000 };
	for (int i = 0; i < 400 && sight.state != STATE_TIME_WAIT; i++) {
		ck_assert_int_eq(
			witness_exact(witnesses, there, 0, it.client_end, it.server_end, 0, &sight),
			0);
		nanosleep(&moment, NULL);
	}
	ck_assert_int_eq(sight.state, STATE_TIME_WAIT);
	close(it.listener);
}
END_TEST

START_TEST(in_a_network_that_nobody_knows_nothing_is_said)
{
	struct connection it = connection_new();
	struct sight sight;
	ck_assert_int_eq(
		witness_exact(witnesses, UINT64_MAX, 0, it.client_end, it.server_end, 0, &sight),
		-ENOTSUP);
	ck_assert_int_eq(witness_exact(witnesses, 0, 0, it.client_end, it.server_end, 0, &sight),
			 -ENOTSUP);
	connection_close(&it);
}
END_TEST

static size_t open_descriptors(void)
{
	size_t count = 0;
	for (int fd = 0; fd < 100; fd++) {
		struct stat status;
		count += fstat(fd, &status) == 0;
	}
	return count;
}

START_TEST(a_network_that_is_forgotten_is_not_kept_open)
{
	if (!leave_the_network())
		return;
	size_t before = open_descriptors();
	struct connection it = connection_new();
	struct sight sight;
	size_t position = 0;
	uint64_t there = network_of_descriptor(it.client);
	ck_assert_int_eq(
		witness_exact(witnesses, there, 0, it.client_end, it.server_end, 0, &sight), 0);
	connection_close(&it);
	ck_assert_uint_gt(open_descriptors(), before);
	ck_assert_uint_eq(witnesses_next_network(witnesses, &position), there);
	ck_assert_uint_eq(witnesses_next_network(witnesses, &position), 0);
	witnesses_forget_network(witnesses, there);
	ck_assert_uint_eq(open_descriptors(), before);
	position = 0;
	ck_assert_uint_eq(witnesses_next_network(witnesses, &position), 0);
}
END_TEST

START_TEST(of_many_networks_the_last_ones_are_kept)
{
	enum { MANY = 70 }; /* more than witnesses/network.h keeps */
	size_t kept = 0;
	size_t position = 0;
	uint64_t last = 0;
	for (int i = 0; i < MANY; i++) {
		if (!leave_the_network())
			return;
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		last = network_of_descriptor(fd);
		close(fd);
	}
	bool has_last = false;
	for (uint64_t one; (one = witnesses_next_network(witnesses, &position)); kept++)
		has_last |= one == last;
	ck_assert_uint_lt(kept, MANY);
	ck_assert_uint_gt(kept, 1);
	ck_assert(has_last);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("network namespaces");
	const TTest *const tests[] = {
		a_socket_belongs_to_the_network_in_which_it_was_made,
		a_connection_in_another_network_is_found_there_and_not_here,
		what_is_left_of_it_is_seen_when_its_descriptors_are_gone,
		in_a_network_that_nobody_knows_nothing_is_said,
		a_network_that_is_forgotten_is_not_kept_open,
		of_many_networks_the_last_ones_are_kept,
		NULL,
	};
	add_tests(suite, "networks", tests);
	return suite;
}
