/* The resolver's sockets are one line; whatever only looks like them stays. */
#include "transcripts.h"
#include "unit.h"

#include <errno.h>

/* The calls of a thread that looks up a name; each has its own event and socket. */
enum { MOST_CALLS = 64 };

struct lookup {
	struct event events[MOST_CALLS];
	struct socket sockets[MOST_CALLS];
	struct record records[MOST_CALLS];
	size_t count;
};

/* The next record; `id` names its socket, `made` says that the call made it. */
static struct record *add(struct lookup *lookup, struct event event, struct socket socket,
			  bool made)
{
	size_t i = lookup->count++;
	ck_assert_uint_lt(i, MOST_CALLS);
	lookup->sockets[i] = socket;
	lookup->events[i] = event;
	if (made)
		lookup->events[i].new_sockets[0] = lookup->sockets[i].id;
	lookup->records[i] = call_record(RECORD_CALL, i + 1, "client", &lookup->events[i]);
	lookup->records[i].socket = &lookup->sockets[i];
	return &lookup->records[i];
}

static struct socket unix_socket(const char *id)
{
	struct socket socket = made_socket(id, ROLE_NONE, "", "");
	socket.domain_name = "AF_UNIX";
	socket.protocol_name = "0";
	return socket;
}

static struct socket route_socket(const char *id)
{
	struct socket socket =
		made_socket(id, ROLE_NONE, "netlink:pid=1,groups=0x0", "netlink:pid=0,groups=0x0");
	socket.domain_name = "AF_NETLINK";
	socket.type_name = "SOCK_RAW";
	socket.protocol_name = "NETLINK_ROUTE";
	return socket;
}

static struct socket datagram_socket(const char *id, const char *local, const char *remote)
{
	struct socket socket = made_socket(id, ROLE_DATAGRAM, local, remote);
	socket.type_name = "SOCK_DGRAM";
	socket.protocol_name = "IPPROTO_UDP";
	return socket;
}

static struct event plain_call(const char *name, int64_t result, const char *id)
{
	return CALL(name, result, DESCRIPTOR("sockfd", 3, id), INTEGER("number", 1));
}

static struct event close_call(const char *id)
{
	return CALL("close", 0, DESCRIPTOR("fd", 3, id));
}

static struct event socket_call(void)
{
	return CALL("socket", 3, INTEGER("domain", 0));
}

/* nscd does not run, as on nearly every machine: three calls. */
static void add_nscd(struct lookup *lookup, const char *id)
{
	struct socket socket = unix_socket(id);
	struct event connecting = CALL("connect", 0, DESCRIPTOR("sockfd", 3, id),
				       ENDPOINT("addr", "unix:/var/run/nscd/socket"));
	add(lookup, socket_call(), socket, true);
	add(lookup, fail_with(connecting, ENOENT, "ENOENT"), socket, false);
	add(lookup, close_call(id), socket, false);
}

/* Five calls. */
static void add_route(struct lookup *lookup, const char *id)
{
	struct socket socket = route_socket(id);
	struct event asking =
		CALL("sendto", 4, DESCRIPTOR("sockfd", 3, id), PAYLOAD("buf", "asks"));
	add(lookup, socket_call(), socket, true);
	add(lookup, plain_call("bind", 0, id), socket, false);
	add(lookup, asking, socket, false);
	add(lookup, plain_call("recvmsg", 20, id), socket, false);
	add(lookup, close_call(id), socket, false);
}

/* Which source address the kernel would take: four calls. */
static void add_probe(struct lookup *lookup, const char *id)
{
	struct socket fresh = datagram_socket(id, "", "");
	struct socket connected = datagram_socket(id, "127.0.0.1:4000", "127.0.0.1:80");
	add(lookup, socket_call(), fresh, true);
	add(lookup, plain_call("connect", 0, id), connected, false);
	add(lookup, plain_call("getsockname", 0, id), connected, false);
	add(lookup, close_call(id), connected, false);
}

/* Three calls. */
static void add_query(struct lookup *lookup, const char *id)
{
	struct socket connected = datagram_socket(id, "10.0.0.2:4000", "10.0.0.1:53");
	struct event asking = CALL("send", 4, DESCRIPTOR("sockfd", 3, id), PAYLOAD("buf", "name"));
	add(lookup, socket_call(), datagram_socket(id, "", ""), true);
	add(lookup, plain_call("connect", 0, id), connected, false);
	add(lookup, asking, connected, false);
}

static void add_tcp(struct lookup *lookup, const char *id)
{
	add(lookup, socket_call(), made_socket(id, ROLE_NONE, "", ""), true);
}

static void expect_lookup(const struct lookup *lookup, const char *expected)
{
	expect(&plain, lookup->records, lookup->count, expected);
}

START_TEST(nscd_that_does_not_run_is_one_line)
{
	struct lookup lookup = { 0 };
	add_nscd(&lookup, "10");
	add_nscd(&lookup, "11");
	add_tcp(&lookup, "12");
	expect_lookup(&lookup, "       client  resolver asks nscd (not running)   (6 calls)\n"
			       "     7 client  socket(0) = 3\n");
}
END_TEST

START_TEST(getaddrinfo_is_one_line_in_either_order)
{
	struct lookup lookup = { 0 };
	add_route(&lookup, "9");
	add_nscd(&lookup, "10");
	add_route(&lookup, "11");
	add_probe(&lookup, "12");
	add_probe(&lookup, "13");
	add_tcp(&lookup, "14");
	expect_lookup(&lookup,
		      "       client  resolver asks nscd (not running), the kernel's addresses"
		      "   (21 calls)\n"
		      "    22 client  socket(0) = 3\n");
}
END_TEST

START_TEST(name_servers_are_named)
{
	struct lookup lookup = { 0 };
	add_nscd(&lookup, "10");
	add_query(&lookup, "11");
	add_query(&lookup, "12");
	expect_lookup(&lookup, "       client  resolver asks nscd (not running), 10.0.0.1:53"
			       "   (9 calls)\n");
}
END_TEST

START_TEST(a_later_lookup_need_not_ask_nscd_again)
{
	struct lookup lookup = { 0 };
	add_nscd(&lookup, "10");
	add_tcp(&lookup, "11");
	add_route(&lookup, "12");
	add_probe(&lookup, "13");
	add_tcp(&lookup, "14");
	add_query(&lookup, "15");
	expect_lookup(&lookup, "       client  resolver asks nscd (not running)   (3 calls)\n"
			       "     4 client  socket(0) = 3\n"
			       "       client  resolver asks the kernel's addresses   (9 calls)\n"
			       "    14 client  socket(0) = 3\n"
			       "       client  resolver asks 10.0.0.1:53   (3 calls)\n");
}
END_TEST

START_TEST(a_program_that_asks_netlink_itself_is_shown)
{
	struct lookup lookup = { 0 };
	add_route(&lookup, "9");
	add_tcp(&lookup, "10");
	expect_lookup(&lookup, "     1 client  socket(0) = 3\n"
			       "     2 client  bind(3, 1) = 0\n"
			       "     3 client  sendto(3, \"asks\") = 4\n"
			       "     4 client  recvmsg(3, 1) = 20\n"
			       "     5 client  close(3) = 0\n"
			       "     6 client  socket(0) = 3\n");
}
END_TEST

START_TEST(a_program_that_asks_a_name_server_itself_is_shown)
{
	struct lookup lookup = { 0 };
	add_query(&lookup, "9");
	expect_lookup(&lookup, "     1 client  socket(0) = 3\n"
			       "     2 client  connect(3, 1) = 0\n"
			       "     3 client  send(3, \"name\") = 4\n");
}
END_TEST

START_TEST(a_datagram_socket_after_a_lookup_is_shown)
{
	struct lookup lookup = { 0 };
	add_nscd(&lookup, "10");
	add_probe(&lookup, "11");
	expect_lookup(&lookup, "       client  resolver asks nscd (not running)   (3 calls)\n"
			       "     4 client  socket(0) = 3\n"
			       "     5 client  connect(3, 1) = 0\n"
			       "     6 client  getsockname(3, 1) = 0\n"
			       "     7 client  close(3) = 0\n");
}
END_TEST

START_TEST(another_unix_socket_is_shown_with_its_first_line)
{
	struct lookup lookup = { 0 };
	struct event connecting = CALL("connect", 0, DESCRIPTOR("sockfd", 3, "10"),
				       ENDPOINT("addr", "unix:/tmp/server"));
	struct socket connected = unix_socket("10");
	strcpy(connected.remote, "unix:/tmp/server");
	add(&lookup, socket_call(), unix_socket("10"), true);
	add(&lookup, connecting, connected, false);
	expect_lookup(&lookup, "     1 client  socket(0) = 3\n"
			       "     2 client  connect(3, unix:/tmp/server) = 0\n");
}
END_TEST

START_TEST(a_held_line_comes_before_what_another_lane_prints)
{
	struct lookup lookup = { 0 };
	add(&lookup, socket_call(), unix_socket("10"), true);
	add_tcp(&lookup, "11");
	lookup.records[1].lane = "server";
	lookup.records[1].pid = lookup.records[1].tid = 200;
	expect_lookup(&lookup, "     1 client  socket(0) = 3\n"
			       "     2 server  socket(0) = 3\n");
}
END_TEST

START_TEST(a_held_line_is_printed_when_nothing_follows)
{
	struct lookup lookup = { 0 };
	add(&lookup, socket_call(), unix_socket("10"), true);
	expect_lookup(&lookup, "     1 client  socket(0) = 3\n");
}
END_TEST

START_TEST(no_more_lines_are_held_than_a_lookup_has)
{
	struct lookup lookup = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	const struct format *format = format_named("text");
	struct formatter *formatter = format->open(file, &plain);
	add(&lookup, socket_call(), route_socket("9"), true);
	for (int i = 0; i < 40; i++)
		format->write(formatter, &lookup.records[0]);
	fflush(file);
	ck_assert_uint_gt(size, 0);
	format->close(formatter);
	fclose(file);
	free(text);
}
END_TEST

START_TEST(whoever_answers_with_an_open_socket_stays_the_resolver)
{
	struct lookup lookup = { 0 };
	struct socket socket = unix_socket("10");
	strcpy(socket.remote, "unix:/var/run/nscd/socket");
	add(&lookup, plain_call("connect", 0, "10"), socket, false);
	struct record waiting = *add(&lookup, plain_call("recvmsg", 0, "10"), socket, false);
	lookup.records[1].type = RECORD_ENTER;
	*add(&lookup, plain_call("recvmsg", 3, "10"), socket, false) = waiting;
	/* A poll() has no socket of its own. */
	struct event polling = CALL("poll", 1, LIST(VALUE_ARRAY, "fds", DESCRIPTOR(NULL, 3, "10")));
	add(&lookup, polling, socket, false)->socket = NULL;
	expect_lookup(&lookup, "       client  resolver asks nscd   (3 calls)\n");
}
END_TEST

START_TEST(a_child_remembers_what_its_parent_asked)
{
	struct lookup lookup = { 0 };
	struct record_process fork = { .what = PROCESS_FORK, .parent = 100, .status = -1 };
	add_nscd(&lookup, "10");
	struct record forked = record_blank(RECORD_PROCESS, 4000);
	forked.process = &fork;
	forked.pid = forked.tid = 101;
	forked.lane = "client-2";
	lookup.records[lookup.count++] = forked;
	size_t first = lookup.count;
	add_query(&lookup, "11");
	for (size_t i = first; i < lookup.count; i++) {
		lookup.records[i].pid = lookup.records[i].tid = 101;
		lookup.records[i].lane = "client-2";
	}
	expect_lookup(&lookup, "       client  resolver asks nscd (not running)   (3 calls)\n"
			       "       client-2  forks    client-2   (pid 101)\n"
			       "       client-2  resolver asks 10.0.0.1:53   (3 calls)\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text resolver");
	TCase *folded = tcase_create("folded");
	tcase_add_test(folded, nscd_that_does_not_run_is_one_line);
	tcase_add_test(folded, getaddrinfo_is_one_line_in_either_order);
	tcase_add_test(folded, name_servers_are_named);
	tcase_add_test(folded, a_later_lookup_need_not_ask_nscd_again);
	tcase_add_test(folded, whoever_answers_with_an_open_socket_stays_the_resolver);
	tcase_add_test(folded, a_child_remembers_what_its_parent_asked);
	suite_add_tcase(suite, folded);
	TCase *shown = tcase_create("shown");
	tcase_add_test(shown, a_program_that_asks_netlink_itself_is_shown);
	tcase_add_test(shown, a_program_that_asks_a_name_server_itself_is_shown);
	tcase_add_test(shown, a_datagram_socket_after_a_lookup_is_shown);
	tcase_add_test(shown, another_unix_socket_is_shown_with_its_first_line);
	tcase_add_test(shown, a_held_line_comes_before_what_another_lane_prints);
	tcase_add_test(shown, a_held_line_is_printed_when_nothing_follows);
	tcase_add_test(shown, no_more_lines_are_held_than_a_lookup_has);
	suite_add_tcase(suite, shown);
	return suite;
}
