/* What the rules may ask of a network namespace: settings, addresses, counters, holders of a port.
 */
#include "evidence_fixture.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>

static uint64_t home(void)
{
	return witnesses_home(witnesses);
}

/* This process goes into another network, of which a socket is told; 0: it may not. */
static uint64_t leave_the_network(void)
{
	struct identity identity = { 0 };
	/* The tracer stays in its own, and looks into that before or after. */
	holders_of(IPPROTO_TCP, 1);
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
		printf("SKIPPED: no other network here: %s\n", strerror(errno));
		return 0;
	}
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(witness_identify(witnesses, &self, fd, ASK_NETWORK, &identity), 0);
	close(fd);
	ck_assert_uint_ne(identity.network, home());
	return identity.network;
}

static void set_loopback(bool up)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = up ? IFF_UP | IFF_RUNNING : 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static void write_setting(const char *path, const char *value)
{
	FILE *file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(value, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_setting_is_that_of_the_network_that_is_asked)
{
	enum { ROOM = 3 };
	int64_t range[ROOM], here[ROOM];
	static const char name[] = "net.ipv4.ip_local_port_range";
	ck_assert_int_eq(evidence->sysctl(evidence, home(), name, here, ROOM), 2);
	ck_assert_int_lt(here[0], here[1]);
	ck_assert_int_eq(evidence->sysctl(evidence, home(), "net.ipv4.none", range, ROOM), -ENOENT);
	ck_assert_int_eq(evidence->sysctl(evidence, home(), "kernel.pid_max", range, ROOM),
			 -EINVAL);
	ck_assert_int_eq(
		evidence->sysctl(evidence, home(), "net.ipv4.tcp_congestion_control", range, ROOM),
		-EBADMSG);
	ck_assert_int_eq(
		evidence->sysctl(evidence, home(), "net.ipv4.conf.lo.forwarding", range, ROOM), 1);
	ck_assert_int_eq(evidence->sysctl(evidence, home() + 12345, name, range, ROOM), -ENOTSUP);

	uint64_t there = leave_the_network();
	if (!there)
		return;
	write_setting("/proc/sys/net/ipv4/ip_local_port_range", "41000 42001");
	ck_assert_int_eq(evidence->sysctl(evidence, there, name, range, ROOM), 2);
	ck_assert_int_eq(range[0], 41000);
	ck_assert_int_eq(range[1], 42001);
	/* Also once sockets were asked for there. */
	struct port_holders holders;
	ck_assert_int_eq(evidence->holders(evidence, there, IPPROTO_TCP, 1, &holders), 0);
	ck_assert_int_eq(evidence->sysctl(evidence, there, name, range, ROOM), 2);
	ck_assert_int_eq(range[0], 41000);
	ck_assert_int_eq(evidence->sysctl(evidence, there, "net.ipv4.none", range, ROOM), -ENOENT);
}
END_TEST

START_TEST(holders_are_those_of_the_network_that_is_asked)
{
	uint64_t there = leave_the_network();
	if (!there)
		return;
	int listener = bound_to("0.0.0.0:8000", SOCK_STREAM);
	ck_assert_int_eq(listen(listener, 1), 0);
	struct port_holders holders;
	ck_assert_int_eq(evidence->holders(evidence, there, IPPROTO_TCP, 8000, &holders), 0);
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_uint_eq(holders.rows[0].cookie, cookie_of(listener));
	struct owners owners = owners_of(holders.rows[0].inode);
	assert_own(&owners, holders.rows[0].inode, listener);
	holders = holders_of(IPPROTO_TCP, 8000);
	for (size_t i = 0; i < holders.count; i++)
		ck_assert_uint_ne(holders.rows[i].cookie, cookie_of(listener));
	close(listener);
}
END_TEST

static bool has_address(const struct own_addresses *addresses, const char *text)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (strcmp(addresses->rows[i].text, text) == 0)
			return true;
	return false;
}

START_TEST(an_address_is_a_networks_own_if_its_routes_say_so)
{
	static const struct {
		const char *endpoint;
		int result;
	} rows[] = {
		{ "127.0.0.1:80", 1 },      { "127.9.8.7:80", 1 }, { "[::ffff:127.0.0.1]:80", 1 },
		{ "1.0.0.127:80", 0 },      { "192.0.2.1:80", 0 }, { "[2001:db8::1]:80", 0 },
		{ "unix:/tmp/x", -EINVAL }, { "", -EINVAL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		ck_assert_int_eq(evidence->is_own_address(evidence, home(), rows[i].endpoint),
				 rows[i].result);
	/* All that an interface has, in either family. */
	struct own_addresses addresses;
	ck_assert_int_eq(evidence->addresses(evidence, home(), &addresses), 0);
	ck_assert(has_address(&addresses, "127.0.0.1"));
	for (size_t i = 0; i < addresses.count; i++) {
		const struct own_address *row = &addresses.rows[i];
		char endpoint[ENDPOINT_SIZE];
		bool local = strncmp(row->text, "fe80:", 5) == 0;
		if (row->family == AF_INET)
			snprintf(endpoint, sizeof endpoint, "%s:80", row->text);
		else if (local)
			snprintf(endpoint, sizeof endpoint, "[%s%%%u]:80", row->text,
				 row->interface);
		else
			snprintf(endpoint, sizeof endpoint, "[%s]:80", row->text);
		ck_assert_msg(evidence->is_own_address(evidence, home(), endpoint) == 1, "%s",
			      endpoint);
	}
}
END_TEST

START_TEST(what_is_down_is_no_address_of_its_own_until_it_is_up)
{
	struct own_addresses addresses;
	uint64_t there = leave_the_network();
	if (!there)
		return;
	ck_assert_int_eq(evidence->is_own_address(evidence, there, "127.0.0.1:80"), 0);
	ck_assert_int_eq(evidence->addresses(evidence, there, &addresses), 0);
	ck_assert_uint_eq(addresses.total, 0);
	set_loopback(true);
	ck_assert_int_eq(evidence->is_own_address(evidence, there, "127.0.0.1:80"), 1);
	ck_assert_int_eq(evidence->addresses(evidence, there, &addresses), 0);
	ck_assert(has_address(&addresses, "127.0.0.1"));
	ck_assert_int_eq(evidence->is_own_address(evidence, there, "192.0.2.1:80"), 0);
}
END_TEST

START_TEST(a_full_accept_queue_is_counted_where_it_is)
{
	struct listen_counters here, before, after;
	ck_assert_int_eq(evidence->listen_counters(evidence, home(), &here), 0);
	ck_assert_uint_ge(here.drops, here.overflows);
	uint64_t there = leave_the_network();
	if (!there)
		return;
	set_loopback(true);
	ck_assert_int_eq(evidence->listen_counters(evidence, there, &before), 0);
	ck_assert_uint_eq(before.overflows, 0);
	/* A backlog of 0 holds one; the next SYN is dropped. */
	int listener = listener_on("127.0.0.1:0", 0), first = client_of(listener);
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port_of(listener)) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int second = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(second, (struct sockaddr *)&address, sizeof address), -1);
	ck_assert_int_eq(evidence->listen_counters(evidence, there, &after), 0);
	/* A second later it is sent again. */
	ck_assert_uint_ge(after.overflows, 1);
	ck_assert_uint_ge(after.drops, after.overflows);
	close(second);
	close(first);
	close(listener);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("evidence of networks");
	const TTest *const tests[] = {
		a_setting_is_that_of_the_network_that_is_asked,
		holders_are_those_of_the_network_that_is_asked,
		an_address_is_a_networks_own_if_its_routes_say_so,
		what_is_down_is_no_address_of_its_own_until_it_is_up,
		a_full_accept_queue_is_counted_where_it_is,
		NULL,
	};
	add_questions(suite, tests);
	return suite;
}
