/* Socket options by the shape of their values; fcntl and ioctl. */
#include "decode_fixture.h"

#include "types/tcp_state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { VALUE = 0x1000, LENGTH = 0x2000 };

/* --- setsockopt ------------------------------------------------------------------------- */

struct known_option {
	int level, name;
	unsigned char data[32];
	size_t size;
	const char *text; /* of name and value */
};

static const struct known_option known_options[] = {
	{ SOL_SOCKET, SO_REUSEADDR, { 1 }, 4, "SOL_SOCKET, SO_REUSEADDR, 1" },
	{ SOL_SOCKET, SO_RCVBUF, { 0xff, 0xff, 0xff, 0xff }, 4, "SOL_SOCKET, SO_RCVBUF, -1" },
	{ SOL_SOCKET, SO_LINGER, { 1, [4] = 5 }, 8, "SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}" },
	{ SOL_SOCKET, SO_LINGER, { 'a' }, 1, "SOL_SOCKET, SO_LINGER, \"a\"" },
	{ SOL_SOCKET, 66, { 2, [8] = 3 }, 16, "SOL_SOCKET, SO_RCVTIMEO_NEW, {sec=2, usec=3}" },
	{ SOL_SOCKET, SO_BINDTODEVICE, "lo", 16, "SOL_SOCKET, SO_BINDTODEVICE, \"lo\"" },
	{ SOL_SOCKET, 99, "??", 2, "SOL_SOCKET, ?99, \"??\"" },
	{ IPPROTO_TCP, TCP_NODELAY, { 1 }, 4, "IPPROTO_TCP, TCP_NODELAY, 1" },
	{ IPPROTO_TCP, TCP_CONGESTION, "reno", 4, "IPPROTO_TCP, TCP_CONGESTION, \"reno\"" },
	{ IPPROTO_UDP, 103, { 0, 4 }, 4, "IPPROTO_UDP, UDP_SEGMENT, 1024" },
	{ IPPROTO_IP, IP_MULTICAST_TTL, { 3 }, 1, "IPPROTO_IP, IP_MULTICAST_TTL, 3" },
	{ IPPROTO_IP,
	  IP_ADD_MEMBERSHIP,
	  { 224, 0, 0, 1, 127, 0, 0, 1 },
	  8,
	  "IPPROTO_IP, IP_ADD_MEMBERSHIP, {multiaddr=<224.0.0.1>, interface=<127.0.0.1>}" },
	{ IPPROTO_IP,
	  IP_ADD_MEMBERSHIP,
	  { 224, 0, 0, 1, 0, 0, 0, 0, 2 },
	  12,
	  "IPPROTO_IP, IP_ADD_MEMBERSHIP, {multiaddr=<224.0.0.1>, interface=<0.0.0.0>, "
	  "ifindex=2}" },
	{ IPPROTO_IP,
	  IP_MULTICAST_IF,
	  { 127, 0, 0, 1 },
	  4,
	  "IPPROTO_IP, IP_MULTICAST_IF, <127.0.0.1>" },
	{ IPPROTO_IPV6, IPV6_V6ONLY, { 0 }, 4, "IPPROTO_IPV6, IPV6_V6ONLY, 0" },
	{ IPPROTO_IPV6,
	  IPV6_JOIN_GROUP,
	  { 0xff, 2, [15] = 1, [16] = 4 },
	  20,
	  "IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, {multiaddr=<ff02::1>, interface=4}" },
	{ 270, 1, { 5 }, 4, "SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, 5" },
	{ 263,
	  1,
	  { 1, [4] = 1 },
	  16,
	  "SOL_PACKET, PACKET_ADD_MEMBERSHIP, {ifindex=1, type=1, alen=0}" },
	{ 77, 1, { 'x' }, 1, "?77, ?1, \"x\"" },
	{ IPPROTO_TCP, 99, { 'x' }, 0, "IPPROTO_TCP, ?99, @1000" },
};

START_TEST(an_option_is_decoded_by_its_shape)
{
	static const enum abi abis[] = { ABI_X86_64, ABI_I386, ABI_AARCH64 };
	const struct known_option *known = &known_options[_i];
	for (size_t i = 0; i < sizeof abis / sizeof *abis; i++) {
		struct trace *trace = trace_new();
		char expected[256];
		PUT(trace, VALUE, known->data);
		snprintf(expected, sizeof expected, "setsockopt(fd3, %s, %zu)", known->text,
			 known->size);
		ck_assert_str_eq(enter(trace, abis[i], "setsockopt",
				       ARGS(3, (uint64_t)known->level, (uint64_t)known->name, VALUE,
					    known->size)),
				 expected);
		trace_free(trace);
	}
}
END_TEST

START_TEST(a_timeout_is_as_wide_as_the_abi)
{
	static const unsigned char wide[16] = { 1, [8] = 2 };
	static const unsigned char narrow[8] = { 1, [4] = 2 };
	static const struct {
		enum abi abi;
		const unsigned char *bytes;
		size_t size;
	} cases[] = { { ABI_X86_64, wide, 16 },
		      { ABI_X32, wide, 16 },
		      { ABI_AARCH64, wide, 16 },
		      { ABI_I386, narrow, 8 },
		      { ABI_ARM, narrow, 8 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct trace *trace = trace_new();
		fake_put(&trace->fake, VALUE, cases[i].bytes, cases[i].size);
		enter(trace, cases[i].abi, "setsockopt",
		      ARGS(3, SOL_SOCKET, SO_RCVTIMEO, VALUE, cases[i].size));
		const struct value *value = event_arg(trace->event, "optval");
		ck_assert_int_eq(value_field(value, "sec")->integer, 1);
		ck_assert_int_eq(value_field(value, "usec")->integer, 2);
		trace_free(trace);
	}
}
END_TEST

START_TEST(an_option_of_hostile_length_is_bounded)
{
	static unsigned char page[8192];
	struct trace *trace = trace_new();
	memset(page, 'a', sizeof page);
	PUT(trace, VALUE, page);
	enter(trace, ABI_X86_64, "setsockopt", ARGS(3, SOL_SOCKET, 99, VALUE, 0x7fffffff));
	const struct value *value = event_arg(trace->event, "optval");
	ck_assert_int_eq(value->kind, VALUE_BYTES);
	ck_assert_uint_eq(value->bytes.captured, 4096);
	ck_assert_uint_eq(value->bytes.length, 0x7fffffff);
	ck_assert_uint_le(trace->fake.most, 4096);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "setsockopt",
			       ARGS(3, SOL_SOCKET, SO_RCVBUF, VALUE, UINT32_MAX)),
			 "setsockopt(fd3, SOL_SOCKET, SO_RCVBUF, @1000, -1)");
	ck_assert_str_eq(
		enter(trace, ABI_X86_64, "setsockopt", ARGS(3, SOL_SOCKET, SO_RCVBUF, 0x90000, 4)),
		"setsockopt(fd3, SOL_SOCKET, SO_RCVBUF, @90000, 4)");
	trace_free(trace);
}
END_TEST

/* --- getsockopt ------------------------------------------------------------------------- */

/* What getsockopt() shows of an answer. */
static const char *option_got(struct trace *trace, int level, int name, const void *bytes,
			      size_t size, uint32_t offered, uint32_t answered)
{
	static uint32_t length;
	length = offered;
	fake_put(&trace->fake, VALUE, bytes, size);
	PUT(trace, LENGTH, length);
	enter(trace, ABI_X86_64, "getsockopt",
	      ARGS(3, (uint64_t)level, (uint64_t)name, VALUE, LENGTH));
	length = answered;
	return leave(trace, 0);
}

START_TEST(getsockopt_gives_value_and_length_at_return)
{
	static const struct {
		int name, value;
		const char *text;
	} answers[] = {
		{ SO_ERROR, ECONNREFUSED, "SO_ERROR, ECONNREFUSED" },
		{ SO_ERROR, 0, "SO_ERROR, 0" },
		{ SO_TYPE, SOCK_DGRAM, "SO_TYPE, SOCK_DGRAM" },
		{ SO_DOMAIN, AF_INET6, "SO_DOMAIN, AF_INET6" },
		{ SO_PROTOCOL, IPPROTO_TCP, "SO_PROTOCOL, IPPROTO_TCP" },
		{ SO_PROTOCOL, 0, "SO_PROTOCOL, 0" },
		{ SO_RCVBUF, 131072, "SO_RCVBUF, 131072" },
	};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct trace *trace = trace_new();
		char expected[128];
		snprintf(expected, sizeof expected, "getsockopt(fd3, SOL_SOCKET, %s, 4)",
			 answers[i].text);
		ck_assert_str_eq(
			option_got(trace, SOL_SOCKET, answers[i].name, &answers[i].value, 4, 4, 4),
			expected);
		trace_free(trace);
	}
}
END_TEST

START_TEST(getsockopt_before_its_return_shows_what_was_offered)
{
	struct trace *trace = trace_new();
	const uint32_t length = 4, value = 7;
	PUT(trace, VALUE, value);
	PUT(trace, LENGTH, length);
	ck_assert_str_eq(
		enter(trace, ABI_X86_64, "getsockopt", ARGS(3, SOL_SOCKET, SO_TYPE, VALUE, LENGTH)),
		"getsockopt(fd3, SOL_SOCKET, SO_TYPE, @1000, 4)");
	trace_free(trace);
}
END_TEST

START_TEST(peer_credentials_are_a_structure)
{
	struct trace *trace = trace_new();
	const struct ucred peer = { .pid = 7, .uid = UINT32_MAX, .gid = 9 };
	ck_assert_str_eq(
		option_got(trace, SOL_SOCKET, SO_PEERCRED, &peer, sizeof peer, 12, 12),
		"getsockopt(fd3, SOL_SOCKET, SO_PEERCRED, {pid=7, uid=4294967295, gid=9}, 12)");
	trace_free(trace);
}
END_TEST

START_TEST(an_answer_longer_than_the_room_is_cut_at_the_room)
{
	struct trace *trace = trace_new();
	ck_assert_str_eq(
		option_got(trace, IPPROTO_TCP, TCP_CONGESTION, "cubic-and-more", 14, 5, 14),
		"getsockopt(fd3, IPPROTO_TCP, TCP_CONGESTION, \"cubic\", 14)");
	trace_free(trace);
}
END_TEST

START_TEST(tcp_info_is_shown_by_fields_with_the_state_of_the_rfc)
{
	struct trace *trace = trace_new();
	struct tcp_info info = { .tcpi_state = STATE_SYN_RCVD,
				 .tcpi_rtt = 1500,
				 .tcpi_snd_cwnd = 10,
				 .tcpi_bytes_acked = 0x100000001 };
	option_got(trace, IPPROTO_TCP, TCP_INFO, &info, sizeof info, sizeof info, sizeof info);
	const struct value *value = event_arg(trace->event, "optval");
	ck_assert_str_eq(value_field(value, "state")->constant.name, "SYN_RCVD");
	ck_assert_int_eq(value_field(value, "rtt")->integer, 1500);
	ck_assert_int_eq(value_field(value, "snd_cwnd")->integer, 10);
	ck_assert_int_eq(value_field(value, "bytes_acked")->integer, 0x100000001);
	trace_free(trace);
}
END_TEST

START_TEST(tcp_info_of_an_older_kernel_has_fewer_fields)
{
	struct trace *trace = trace_new();
	struct tcp_info info = { .tcpi_state = 12, .tcpi_rto = 200 };
	/* Half of the next field is none of it. */
	option_got(trace, IPPROTO_TCP, TCP_INFO, &info, 14, 14, 14);
	const struct value *value = event_arg(trace->event, "optval");
	ck_assert_int_eq(value_field(value, "rto")->integer, 200);
	ck_assert_ptr_null(value_field(value, "ato"));
	/* TCP_NEW_SYN_RECV is the kernel's own. */
	ck_assert_ptr_null(value_field(value, "state")->constant.name);
	ck_assert_int_eq(value_field(value, "state")->constant.value, 12);
	trace_free(trace);
}
END_TEST

/* --- fcntl ------------------------------------------------------------------------------ */

START_TEST(fcntl_is_decoded_by_its_command)
{
	static const struct {
		uint64_t command, argument;
		const char *text;
	} calls[] = {
		{ F_SETFL, O_RDWR | O_NONBLOCK, "fcntl(fd3, F_SETFL, O_RDWR|O_NONBLOCK)" },
		{ F_SETFL, 0, "fcntl(fd3, F_SETFL, 0x0)" },
		{ F_GETFL, 99, "fcntl(fd3, F_GETFL)" },
		{ F_SETFD, FD_CLOEXEC, "fcntl(fd3, F_SETFD, FD_CLOEXEC)" },
		{ F_GETFD, 99, "fcntl(fd3, F_GETFD)" },
		{ F_DUPFD, 10, "fcntl(fd3, F_DUPFD, 10)" },
		{ F_DUPFD_CLOEXEC, 10, "fcntl(fd3, F_DUPFD_CLOEXEC, 10)" },
		{ F_SETOWN, UINT32_MAX, "fcntl(fd3, F_SETOWN, -1)" },
		{ F_SETLK, 0x1000, "fcntl(fd3, F_SETLK, @1000)" },
		{ 7777, 0x1000, "fcntl(fd3, ?7777, @1000)" },
	};
	struct trace *trace = trace_new();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		for (size_t row = 0; row < 2; row++)
			ck_assert_str_eq(enter(trace, row ? ABI_I386 : ABI_X86_64,
					       row ? "fcntl64" : "fcntl",
					       ARGS(3, calls[i].command, calls[i].argument)),
					 calls[i].text);
	trace_free(trace);
}
END_TEST

static const char *result_flags(struct trace *trace, uint64_t command, int64_t result)
{
	enter(trace, ABI_X86_64, "fcntl", ARGS(3, command));
	leave(trace, result);
	if (!trace->event->result_flags)
		return NULL;
	trace->used = 0;
	say_value(trace, trace->event->result_flags);
	return trace->text;
}

START_TEST(the_result_of_getfl_and_getfd_is_flags)
{
	struct trace *trace = trace_new();
	ck_assert_str_eq(result_flags(trace, F_GETFL, O_RDWR | O_NONBLOCK), "O_RDWR|O_NONBLOCK");
	ck_assert_str_eq(result_flags(trace, F_GETFL, O_NONBLOCK), "O_RDONLY|O_NONBLOCK");
	ck_assert_str_eq(result_flags(trace, F_GETFD, FD_CLOEXEC), "FD_CLOEXEC");
	ck_assert_ptr_null(result_flags(trace, F_DUPFD, 1));
	ck_assert_ptr_null(result_flags(trace, F_GETFL, -EBADF));
	trace_free(trace);
}
END_TEST

/* --- ioctl ------------------------------------------------------------------------------ */

START_TEST(ioctl_shows_the_number_it_takes_at_entry)
{
	struct trace *trace = trace_new();
	uint32_t number = 1;
	PUT(trace, VALUE, number);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ioctl", ARGS(3, FIONBIO, VALUE)),
			 "ioctl(fd3, FIONBIO, 1)");
	number = 5;
	ck_assert_str_eq(leave(trace, 0), "ioctl(fd3, FIONBIO, 1)");
	trace_free(trace);
}
END_TEST

START_TEST(ioctl_shows_the_number_it_gives_at_return)
{
	static const struct {
		uint64_t request;
		const char *name;
	} requests[] = { { FIONREAD, "FIONREAD" },
			 { TIOCOUTQ, "SIOCOUTQ" },
			 { 0x8905, "SIOCATMARK" } };
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		struct trace *trace = trace_new();
		const uint32_t number = 42;
		char before[64], after[64];
		snprintf(before, sizeof before, "ioctl(fd3, %s, @1000)", requests[i].name);
		snprintf(after, sizeof after, "ioctl(fd3, %s, 42)", requests[i].name);
		PUT(trace, VALUE, number);
		ck_assert_str_eq(
			enter(trace, ABI_I386, "ioctl", ARGS(3, requests[i].request, VALUE)),
			before);
		ck_assert_str_eq(leave(trace, 0), after);
		trace_free(trace);
	}
}
END_TEST

START_TEST(other_ioctls_show_an_address_or_nothing)
{
	struct trace *trace = trace_new();
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ioctl", ARGS(3, FIOCLEX, 0)),
			 "ioctl(fd3, FIOCLEX)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ioctl", ARGS(3, 0x8912, 0x1000)),
			 "ioctl(fd3, SIOCGIFCONF, @1000)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ioctl", ARGS(3, 0x12345678, 0x1000)),
			 "ioctl(fd3, ?305419896, @1000)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ioctl", ARGS(3, FIONBIO, 0x1000)),
			 "ioctl(fd3, FIONBIO, @1000)");
	trace_free(trace);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_timeout_is_as_wide_as_the_abi,
		an_option_of_hostile_length_is_bounded,
		getsockopt_gives_value_and_length_at_return,
		getsockopt_before_its_return_shows_what_was_offered,
		peer_credentials_are_a_structure,
		an_answer_longer_than_the_room_is_cut_at_the_room,
		tcp_info_is_shown_by_fields_with_the_state_of_the_rfc,
		tcp_info_of_an_older_kernel_has_fewer_fields,
		fcntl_is_decoded_by_its_command,
		the_result_of_getfl_and_getfd_is_flags,
		ioctl_shows_the_number_it_takes_at_entry,
		ioctl_shows_the_number_it_gives_at_return,
		other_ioctls_show_an_address_or_nothing,
		NULL,
	};
	Suite *suite = suite_of("decode: options", tests);
	TCase *shapes = tcase_create("shapes");
	tcase_add_loop_test(shapes, an_option_is_decoded_by_its_shape, 0,
			    sizeof known_options / sizeof *known_options);
	suite_add_tcase(suite, shapes);
	return suite;
}
