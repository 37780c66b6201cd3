/* What the rules may ask of a network namespace: settings, addresses, counters, holders of a port.
 */
#include "evidence_fixture.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

static uint64_t home(void)
{
	return witnesses_home(witnesses);
}

/*
 * A process in a network of its own, which does there what it is told. The test stays
 * where it is, as a tracer does: else who does not enter would be there too.
 */
struct elsewhere {
	struct process process;
	uint64_t network;
	int orders; /* closing it ends the process */
	int listener;
};

enum order { ORDER_UP = 1, ORDER_SETTING, ORDER_OVERFLOW };

static void set_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

static void write_setting(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs("41000 42001", file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* A backlog of 0 holds one; the next SYN is dropped. */
static void overflow(void)
{
	int listener = listener_on("127.0.0.1:0", 0), first = client_of(listener);
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(port_of(listener)) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int second = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(connect(second, (struct sockaddr *)&address, sizeof address), -1);
	close(second);
	close(first);
	close(listener);
}

/* Answers with its listener's number, 0 if it may not go; then to each order with a byte. */
static void serve(int orders)
{
	bool there = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	uint8_t byte = 0;
	if (there) {
		int listener = bound_to("0.0.0.0:8000", SOCK_STREAM);
		ck_assert_int_eq(listen(listener, 1), 0);
		byte = (uint8_t)listener;
	}
	while (write(orders, &byte, 1) == 1 && read(orders, &byte, 1) == 1) {
		if (byte == ORDER_UP)
			set_up();
		if (byte == ORDER_SETTING)
			write_setting();
		if (byte == ORDER_OVERFLOW)
			overflow();
	}
	_exit(0);
}

static void tell(const struct elsewhere *it, enum order order)
{
	uint8_t byte = (uint8_t)order;
	ck_assert_int_eq(write(it->orders, &byte, 1), 1);
	ck_assert_int_eq(read(it->orders, &byte, 1), 1);
}

static void elsewhere_end(const struct elsewhere *it)
{
	int status;
	close(it->orders);
	ck_assert_int_eq(waitpid(it->process.pid, &status, 0), it->process.pid);
	ck_assert_int_eq(status, 0);
	close(it->process.pidfd);
}

/* False: it may not go there. */
static bool elsewhere_begin(struct elsewhere *ret_it)
{
	int orders[2];
	uint8_t listener;
	struct identity identity = { 0 };
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, orders), 0);
	pid_t pid = fork();
	if (pid == 0) {
		close(orders[0]);
		serve(orders[1]);
	}
	close(orders[1]);
	struct elsewhere it = { .process = { .pid = pid }, .orders = orders[0] };
	it.process.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ck_assert_int_eq(read(it.orders, &listener, 1), 1);
	it.listener = listener;
	if (!listener) {
		printf("SKIPPED: no other network here\n");
		elsewhere_end(&it);
		return false;
	}
	ck_assert_int_eq(witness_identify(witnesses, &it.process, it.listener, ASK_ALL, &identity),
			 0);
	it.network = identity.network;
	ck_assert_uint_ne(it.network, home());
	*ret_it = it;
	return true;
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

	struct elsewhere it;
	if (!elsewhere_begin(&it))
		return;
	tell(&it, ORDER_SETTING);
	ck_assert_int_eq(evidence->sysctl(evidence, it.network, name, range, ROOM), 2);
	ck_assert_int_eq(range[0], 41000);
	ck_assert_int_eq(range[1], 42001);
	/* Also once sockets were asked for there. */
	struct port_holders holders;
	ck_assert_int_eq(evidence->holders(evidence, it.network, IPPROTO_TCP, 1, &holders), 0);
	ck_assert_int_eq(evidence->sysctl(evidence, it.network, name, range, ROOM), 2);
	ck_assert_int_eq(range[0], 41000);
	ck_assert_int_eq(evidence->sysctl(evidence, it.network, "net.ipv4.none", range, ROOM),
			 -ENOENT);
	/* And we are where we were. */
	ck_assert_int_eq(evidence->sysctl(evidence, home(), name, range, ROOM), 2);
	ck_assert_int_eq(range[0], here[0]);
	ck_assert_int_eq(range[1], here[1]);
	elsewhere_end(&it);
}
END_TEST

START_TEST(holders_are_those_of_the_network_that_is_asked)
{
	struct elsewhere it;
	struct identity identity = { 0 };
	if (!elsewhere_begin(&it))
		return;
	ck_assert_int_eq(
		witness_identify(witnesses, &it.process, it.listener, ASK_COOKIE, &identity), 0);
	struct port_holders holders;
	ck_assert_int_eq(evidence->holders(evidence, it.network, IPPROTO_TCP, 8000, &holders), 0);
	ck_assert_uint_eq(holders.count, 1);
	ck_assert_uint_eq(holders.rows[0].cookie, identity.cookie);
	ck_assert_str_eq(holders.rows[0].local, "0.0.0.0:8000");
	struct owners owners = owners_of(holders.rows[0].inode);
	ck_assert_uint_eq(owners.count, 1);
	ck_assert_int_eq(owners.rows[0].pid, it.process.pid);
	ck_assert_int_eq(owners.rows[0].fd, it.listener);
	holders = holders_of(IPPROTO_TCP, 8000);
	for (size_t i = 0; i < holders.count; i++)
		ck_assert_uint_ne(holders.rows[i].cookie, identity.cookie);
	elsewhere_end(&it);
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
	/* No address at all means this host, in both families. */
	ck_assert_int_eq(evidence->is_own_address(evidence, home(), "0.0.0.0:80"), 1);
	ck_assert_int_eq(evidence->is_own_address(evidence, home(), "[::]:80"),
			 evidence->is_own_address(evidence, home(), "[::1]:80"));
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
	struct elsewhere it;
	if (!elsewhere_begin(&it))
		return;
	ck_assert_int_eq(evidence->is_own_address(evidence, it.network, "127.0.0.1:80"), 0);
	ck_assert_int_eq(evidence->addresses(evidence, it.network, &addresses), 0);
	ck_assert_uint_eq(addresses.total, 0);
	tell(&it, ORDER_UP);
	ck_assert_int_eq(evidence->is_own_address(evidence, it.network, "127.0.0.1:80"), 1);
	ck_assert_int_eq(evidence->addresses(evidence, it.network, &addresses), 0);
	ck_assert(has_address(&addresses, "127.0.0.1"));
	ck_assert_int_eq(evidence->is_own_address(evidence, it.network, "192.0.2.1:80"), 0);
	elsewhere_end(&it);
}
END_TEST

START_TEST(a_full_accept_queue_is_counted_where_it_is)
{
	struct listen_counters here, before, after;
	struct elsewhere it;
	ck_assert_int_eq(evidence->listen_counters(evidence, home(), &here), 0);
	ck_assert_uint_ge(here.drops, here.overflows);
	if (!elsewhere_begin(&it))
		return;
	tell(&it, ORDER_UP);
	ck_assert_int_eq(evidence->listen_counters(evidence, it.network, &before), 0);
	ck_assert_uint_eq(before.overflows, 0);
	tell(&it, ORDER_OVERFLOW);
	ck_assert_int_eq(evidence->listen_counters(evidence, it.network, &after), 0);
	/* A second later the SYN is sent again. */
	ck_assert_uint_ge(after.overflows, 1);
	ck_assert_uint_ge(after.drops, after.overflows);
	elsewhere_end(&it);
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
