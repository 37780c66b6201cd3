/* Numbers with names, payload, addresses and their lengths: on fake memory. */
#include "decode_fixture.h"

#include "support/arena.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

/* --- setup calls ------------------------------------------------------------------------ */

START_TEST(socket_shows_domain_type_with_flags_and_protocol)
{
	static const struct {
		uint64_t args[6];
		const char *text;
	} calls[] = {
		{ { AF_INET, SOCK_STREAM }, "socket(AF_INET, SOCK_STREAM, 0)" },
		{ { AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP },
		  "socket(AF_INET6, SOCK_DGRAM|SOCK_NONBLOCK|SOCK_CLOEXEC, IPPROTO_UDP)" },
		{ { AF_NETLINK, SOCK_RAW, 0 }, "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)" },
		{ { AF_PACKET, SOCK_RAW, 0x0300 }, "socket(AF_PACKET, SOCK_RAW, ETH_P_ALL)" },
		{ { AF_UNIX, SOCK_SEQPACKET }, "socket(AF_UNIX, SOCK_SEQPACKET, 0)" },
		{ { 77, 9 | 0x10000, 200 }, "socket(?77, 0x10009, ?200)" },
		{ { AF_INET, 0 }, "socket(AF_INET, 0x0, 0)" },
	};
	struct trace *trace = trace_new();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		ck_assert_str_eq(enter(trace, ABI_X86_64, "socket", calls[i].args), calls[i].text);
	trace_free(trace);
}
END_TEST

START_TEST(socketpair_gives_two_descriptors_at_return)
{
	struct trace *trace = trace_new();
	const int pair[] = { 3, 4 };
	PUT(trace, 0x1000, pair);
	ck_assert_str_eq(
		enter(trace, ABI_I386, "socketpair", ARGS(AF_UNIX, SOCK_STREAM, 0, 0x1000)),
		"socketpair(AF_UNIX, SOCK_STREAM, 0, @1000)");
	ck_assert_str_eq(leave(trace, 0), "socketpair(AF_UNIX, SOCK_STREAM, 0, [fd3, fd4])");
	trace_free(trace);
}
END_TEST

START_TEST(the_calls_without_memory_show_their_numbers)
{
	static const struct {
		const char *row;
		uint64_t args[6];
		const char *text;
	} calls[] = {
		{ "listen", { 3, UINT32_MAX }, "listen(fd3, -1)" },
		{ "shutdown", { 3, SHUT_WR }, "shutdown(fd3, SHUT_WR)" },
		{ "shutdown", { 3, 7 }, "shutdown(fd3, ?7)" },
		{ "close", { 3 }, "close(fd3)" },
		{ "close_range",
		  { 3, UINT32_MAX, 4 },
		  "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC)" },
		{ "dup", { 3 }, "dup(fd3)" },
		{ "dup2", { 3, 7 }, "dup2(fd3, fd7)" },
		{ "dup3", { 3, 7, O_CLOEXEC }, "dup3(fd3, fd7, O_CLOEXEC)" },
		{ "pidfd_getfd", { 5, 3, 0 }, "pidfd_getfd(fd5, 3, 0)" },
		{ "unshare", { 0x400 }, "unshare(CLONE_FILES)" },
		{ "epoll_create", { 1 }, "epoll_create(1)" },
		{ "epoll_create1", { O_CLOEXEC }, "epoll_create1(EPOLL_CLOEXEC)" },
		{ "socketcall", { 1, 0x1000 }, "socketcall(1, 4096)" },
	};
	struct trace *trace = trace_new();
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		ck_assert_str_eq(enter(trace, ABI_I386, calls[i].row, calls[i].args),
				 calls[i].text);
	trace_free(trace);
}
END_TEST

START_TEST(names_of_an_identity_are_never_missing)
{
	struct arena *arena = arena_new();
	ck_assert_str_eq(decode_domain_name(arena, AF_UNIX), "AF_UNIX");
	ck_assert_str_eq(decode_domain_name(arena, 77), "AF_77");
	ck_assert_str_eq(decode_type_name(arena, SOCK_DGRAM), "SOCK_DGRAM");
	ck_assert_str_eq(decode_type_name(arena, 9), "SOCK_9");
	ck_assert_str_eq(decode_protocol_name(arena, AF_INET, IPPROTO_TCP), "IPPROTO_TCP");
	ck_assert_str_eq(decode_protocol_name(arena, AF_NETLINK, 0), "NETLINK_ROUTE");
	ck_assert_str_eq(decode_protocol_name(arena, AF_UNIX, 0), "0");
	ck_assert_str_eq(decode_protocol_name(arena, AF_UNIX, 9), "PROTOCOL_9");
	arena_free(arena);
}
END_TEST

/* --- addresses -------------------------------------------------------------------------- */

static struct sockaddr_in inet(const char *host, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	ck_assert_int_eq(inet_pton(AF_INET, host, &address.sin_addr), 1);
	return address;
}

START_TEST(bind_shows_the_address_of_each_family)
{
	const struct sockaddr_in v4 = inet("127.0.0.1", 8000);
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(80),
				   .sin6_scope_id = 2 };
	inet_pton(AF_INET6, "fe80::1", &v6.sin6_addr);
	const struct sockaddr_un path = { AF_UNIX, "/tmp/s" };
	const struct sockaddr_un abstract = { AF_UNIX, "\0a\x01" };
	const struct sockaddr_nl netlink = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	const struct sockaddr_ll packet = { .sll_family = AF_PACKET,
					    .sll_ifindex = 1,
					    .sll_protocol = htons(3) };
	const unsigned char other[] = { 77, 0, 1, 2 };
	const struct {
		const void *bytes;
		size_t size;
		const char *text;
	} addresses[] = {
		{ &v4, sizeof v4, "<127.0.0.1:8000>" },
		{ &v6, sizeof v6, "<[fe80::1%2]:80>" },
		{ &path, sizeof path, "<unix:/tmp/s>" },
		{ &abstract, 5, "<unix:@a\\x01>" },
		{ &path, 2, "<unix:>" },
		{ &netlink, sizeof netlink, "<netlink:pid=0,groups=0x1>" },
		{ &packet, sizeof packet, "<packet:ifindex=1,protocol=0x0003>" },
		{ other, sizeof other, "<AF_77 0x0102>" },
		{ &v4, 4, "<AF_INET 0x1f40>" },
		{ &v4, 1, "@1000" },
		{ &v4, 0, "@1000" },
	};
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct trace *trace = trace_new();
		char expected[128];
		fake_put(&trace->fake, 0x1000, addresses[i].bytes, addresses[i].size);
		snprintf(expected, sizeof expected, "bind(fd3, %s, %zu)", addresses[i].text,
			 addresses[i].size);
		ck_assert_str_eq(
			enter(trace, ABI_X86_64, "bind", ARGS(3, 0x1000, addresses[i].size)),
			expected);
		trace_free(trace);
	}
}
END_TEST

START_TEST(an_enormous_or_negative_address_length_is_bounded)
{
	struct trace *trace = trace_new();
	const struct sockaddr_in v4 = inet("10.0.0.1", 1);
	PUT(trace, 0x1000, v4);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "connect", ARGS(3, 0x1000, 0x7fffffff)),
			 "connect(fd3, <10.0.0.1:1>, 2147483647)");
	ck_assert_uint_le(trace->fake.most, 128);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "connect", ARGS(3, 0x1000, UINT32_MAX)),
			 "connect(fd3, @1000, -1)");
	trace_free(trace);
}
END_TEST

START_TEST(an_unreadable_address_is_shown_as_an_address)
{
	struct trace *trace = trace_new();
	ck_assert_str_eq(enter(trace, ABI_X86_64, "connect", ARGS(3, 0x1000, 16)),
			 "connect(fd3, @1000, 16)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "connect", ARGS(3, 0, 16)),
			 "connect(fd3, @0, 16)");
	trace_free(trace);
}
END_TEST

START_TEST(accept_gives_the_address_and_its_length_at_return)
{
	struct trace *trace = trace_new();
	struct sockaddr_in peer = inet("127.0.0.1", 48008);
	uint32_t length = 128;
	PUT(trace, 0x1000, peer);
	PUT(trace, 0x2000, length);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "accept4", ARGS(3, 0x1000, 0x2000, SOCK_CLOEXEC)),
			 "accept4(fd3, @1000, 128, SOCK_CLOEXEC)");
	length = sizeof peer;
	ck_assert_str_eq(leave(trace, 4), "accept4(fd3, <127.0.0.1:48008>, 16, SOCK_CLOEXEC)");
	ck_assert_int_eq(trace->event->result, 4);
	trace_free(trace);
}
END_TEST

START_TEST(a_returned_length_beyond_the_one_offered_means_truncated)
{
	struct trace *trace = trace_new();
	/* What follows the four bytes offered is not the kernel's, and must not be shown. */
	struct sockaddr_in peer = inet("127.0.0.1", 8000);
	uint32_t length = 4;
	PUT(trace, 0x1000, peer);
	PUT(trace, 0x2000, length);
	enter(trace, ABI_X86_64, "getsockname", ARGS(3, 0x1000, 0x2000));
	length = 16;
	ck_assert_str_eq(leave(trace, 0), "getsockname(fd3, <AF_INET 0x1f40>, 16)");
	trace_free(trace);
}
END_TEST

START_TEST(outputs_of_a_failed_call_stay_addresses)
{
	struct trace *trace = trace_new();
	struct sockaddr_in peer = inet("127.0.0.1", 8000);
	uint32_t length = 16;
	PUT(trace, 0x1000, peer);
	PUT(trace, 0x2000, length);
	enter(trace, ABI_X86_64, "getpeername", ARGS(3, 0x1000, 0x2000));
	ck_assert_str_eq(leave(trace, -ENOTCONN), "getpeername(fd3, @1000, 16)");
	trace_free(trace);
}
END_TEST

START_TEST(null_pointers_stay_null)
{
	struct trace *trace = trace_new();
	enter(trace, ABI_X86_64, "accept", ARGS(3));
	ck_assert_str_eq(leave(trace, 4), "accept(fd3, @0, @0)");
	trace_free(trace);
}
END_TEST

/* --- payload ---------------------------------------------------------------------------- */

START_TEST(recv_buffer_is_as_long_as_the_result)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "hello, and what was there before", 32);
	enter(trace, ABI_X86_64, "recvfrom", ARGS(3, 0x1000, 1024));
	ck_assert_str_eq(leave(trace, 5), "recv(fd3, \"hello\", 1024, 0x0)");
	ck_assert_uint_eq(trace->event->bytes_moved, 5);
	trace_free(trace);
}
END_TEST

START_TEST(recv_of_nothing_is_an_empty_payload)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "old", 3);
	enter(trace, ABI_X86_64, "read", ARGS(3, 0x1000, 1024));
	ck_assert_str_eq(leave(trace, 0), "read(fd3, \"\", 1024)");
	trace_free(trace);
}
END_TEST

START_TEST(recvfrom_shows_who_sent)
{
	struct trace *trace = trace_new();
	const struct sockaddr_in peer = inet("10.1.2.3", 53);
	uint32_t length = 16;
	fake_put(&trace->fake, 0x1000, "answer", 6);
	PUT(trace, 0x2000, peer);
	PUT(trace, 0x3000, length);
	enter(trace, ABI_I386, "recvfrom", ARGS(3, 0x1000, 512, MSG_DONTWAIT, 0x2000, 0x3000));
	ck_assert_str_eq(leave(trace, 6),
			 "recvfrom(fd3, \"answer\", 512, MSG_DONTWAIT, <10.1.2.3:53>, 16)");
	trace_free(trace);
}
END_TEST

START_TEST(a_truncated_datagram_is_longer_than_what_was_captured)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "abcdefgh", 8);
	enter(trace, ABI_X86_64, "recvfrom", ARGS(3, 0x1000, 4, MSG_TRUNC));
	ck_assert_str_eq(leave(trace, 100), "recv(fd3, \"abcd\":4/100, 4, MSG_TRUNC)");
	trace_free(trace);
}
END_TEST

START_TEST(a_peek_moves_no_bytes)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "abcd", 4);
	enter(trace, ABI_X86_64, "recvfrom", ARGS(3, 0x1000, 4, MSG_PEEK));
	ck_assert_str_eq(leave(trace, 4), "recv(fd3, \"abcd\", 4, MSG_PEEK)");
	ck_assert_uint_eq(trace->event->bytes_moved, 0);
	trace_free(trace);
}
END_TEST

START_TEST(send_shows_what_was_given_though_less_was_taken)
{
	struct trace *trace = trace_new();
	const struct sockaddr_in peer = inet("127.0.0.1", 9);
	fake_put(&trace->fake, 0x1000, "hello", 5);
	PUT(trace, 0x2000, peer);
	enter(trace, ABI_X86_64, "sendto", ARGS(3, 0x1000, 5, 0, 0x2000, 16));
	ck_assert_str_eq(leave(trace, 3), "sendto(fd3, \"hello\", 5, 0x0, <127.0.0.1:9>, 16)");
	ck_assert_uint_eq(trace->event->bytes_moved, 3);
	trace_free(trace);
}
END_TEST

START_TEST(a_failed_send_moves_nothing_and_keeps_its_payload)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "hello", 5);
	enter(trace, ABI_X86_64, "write", ARGS(3, 0x1000, 5));
	ck_assert_str_eq(leave(trace, -EPIPE), "write(fd3, \"hello\", 5)");
	ck_assert_uint_eq(trace->event->bytes_moved, 0);
	trace_free(trace);
}
END_TEST

START_TEST(capture_bounds_what_is_copied)
{
	struct trace *trace = trace_new();
	trace->limits.capture = 4;
	fake_put(&trace->fake, 0x1000, "abcdefgh", 8);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "write", ARGS(3, 0x1000, 8)),
			 "write(fd3, \"abcd\":4/8, 8)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "write", ARGS(3, 0x1000, INT64_MAX)),
			 "write(fd3, \"abcd\":4/9223372036854775807, 9223372036854775807)");
	ck_assert_uint_le(trace->fake.most, 4);
	trace_free(trace);
}
END_TEST

START_TEST(a_buffer_that_ends_at_a_bad_page_is_captured_up_to_it)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x1000, "abc", 3);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "write", ARGS(3, 0x1000, 8)),
			 "write(fd3, \"abc\":3/8, 8)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "write", ARGS(3, 0x9000, 8)),
			 "write(fd3, @9000, 8)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "write", ARGS(3, 0, 8)), "write(fd3, @0, 8)");
	trace_free(trace);
}
END_TEST

/* --- several buffers -------------------------------------------------------------------- */

struct iovec_64 {
	uint64_t base, length;
};

struct iovec_32 {
	uint32_t base, length;
};

START_TEST(writev_shows_each_buffer_on_both_widths)
{
	const struct iovec_64 wide[] = { { 0x1000, 3 }, { 0x2000, 2 }, { 0, 0 } };
	const struct iovec_32 narrow[] = { { 0x1000, 3 }, { 0x2000, 2 }, { 0, 0 } };
	static const enum abi abis[] = { ABI_X86_64, ABI_AARCH64, ABI_I386, ABI_X32, ABI_ARM };
	for (size_t i = 0; i < sizeof abis / sizeof *abis; i++) {
		struct trace *trace = trace_new();
		fake_put(&trace->fake, 0x1000, "abc", 3);
		fake_put(&trace->fake, 0x2000, "de", 2);
		PUT(trace, 0x3000, wide);
		PUT(trace, 0x4000, narrow);
		uint64_t iov = abi_word(abis[i]) == 8 ? 0x3000 : 0x4000;
		enter(trace, abis[i], "writev", ARGS(3, iov, 3));
		ck_assert_str_eq(leave(trace, 4), "writev(fd3, [\"abc\", \"de\", @0], 3)");
		ck_assert_uint_eq(trace->event->bytes_moved, 4);
		trace_free(trace);
	}
}
END_TEST

START_TEST(readv_spreads_the_result_over_the_buffers)
{
	struct trace *trace = trace_new();
	struct iovec_64 iov[] = { { 0x1000, 3 }, { 0x2000, 3 }, { 0x2000, 3 } };
	fake_put(&trace->fake, 0x1000, "abc", 3);
	fake_put(&trace->fake, 0x2000, "def", 3);
	PUT(trace, 0x3000, iov);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "readv", ARGS(3, 0x3000, 3)),
			 "readv(fd3, @3000, 3)");
	/* The program's other threads may overwrite them while the kernel works. */
	memset(iov, 0xff, sizeof iov);
	ck_assert_str_eq(leave(trace, 5), "readv(fd3, [\"abc\", \"de\", \"\"], 3)");
	trace_free(trace);
}
END_TEST

START_TEST(the_capture_budget_is_shared_by_all_buffers)
{
	struct trace *trace = trace_new();
	const struct iovec_64 iov[] = { { 0x1000, 3 }, { 0x1000, 3 }, { 0x1000, 3 } };
	trace->limits.capture = 4;
	fake_put(&trace->fake, 0x1000, "abc", 3);
	PUT(trace, 0x3000, iov);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "writev", ARGS(3, 0x3000, 3)),
			 "writev(fd3, [\"abc\", \"a\":1/3, \"\":0/3], 3)");
	trace_free(trace);
}
END_TEST

START_TEST(too_many_buffers_are_cut_at_what_the_kernel_takes)
{
	static const struct iovec_64 iov[2048];
	static const uint64_t counts[] = { 2048, 0x7fffffff };
	for (size_t i = 0; i < 2; i++) {
		struct trace *trace = trace_new();
		PUT(trace, 0x3000, iov);
		enter(trace, ABI_X86_64, "writev", ARGS(3, 0x3000, counts[i]));
		ck_assert_uint_eq(trace->event->args[1].list.count, 1024);
		trace_free(trace);
	}
	struct trace *trace = trace_new();
	PUT(trace, 0x3000, iov);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "writev", ARGS(3, 0x3000, UINT32_MAX)),
			 "writev(fd3, @3000, -1)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "writev", ARGS(3, 0x3000, 0)),
			 "writev(fd3, [], 0)");
	trace_free(trace);
}
END_TEST

START_TEST(buffers_behind_a_bad_page_are_left_out)
{
	struct trace *trace = trace_new();
	const struct iovec_64 iov[] = { { 0x1000, 3 }, { 0x9000, 3 } };
	fake_put(&trace->fake, 0x1000, "abc", 3);
	PUT(trace, 0x3000, iov);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "writev", ARGS(3, 0x3000, 5)),
			 "writev(fd3, [\"abc\", @9000], 5)");
	trace_free(trace);
}
END_TEST

/* --- sendfile, splice ------------------------------------------------------------------- */

START_TEST(sendfile_shows_the_offset_it_points_to)
{
	struct trace *trace = trace_new();
	const uint64_t offset = 0x100000007;
	PUT(trace, 0x1000, offset);
	enter(trace, ABI_X86_64, "sendfile", ARGS(4, 5, 0x1000, 100));
	ck_assert_str_eq(leave(trace, 60), "sendfile(fd4, fd5, 4294967303, 100)");
	ck_assert_uint_eq(trace->event->bytes_moved, 60);
	ck_assert_str_eq(enter(trace, ABI_X32, "sendfile", ARGS(4, 5, 0x1000, 100)),
			 "sendfile(fd4, fd5, 4294967303, 100)");
	ck_assert_str_eq(enter(trace, ABI_I386, "sendfile", ARGS(4, 5, 0x1000, 100)),
			 "sendfile(fd4, fd5, 7, 100)");
	ck_assert_str_eq(enter(trace, ABI_I386, "sendfile64", ARGS(4, 5, 0x1000, 100)),
			 "sendfile(fd4, fd5, 4294967303, 100)");
	ck_assert_str_eq(enter(trace, ABI_I386, "sendfile", ARGS(4, 5, 0, 100)),
			 "sendfile(fd4, fd5, @0, 100)");
	trace_free(trace);
}
END_TEST

START_TEST(splice_shows_both_ends_and_flags)
{
	struct trace *trace = trace_new();
	enter(trace, ABI_X86_64, "splice", ARGS(4, 0, 5, 0, 65536, 1 | 0x40));
	ck_assert_str_eq(leave(trace, 10), "splice(fd4, @0, fd5, @0, 65536, SPLICE_F_MOVE|0x40)");
	ck_assert_uint_eq(trace->event->bytes_moved, 10);
	trace_free(trace);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		socket_shows_domain_type_with_flags_and_protocol,
		socketpair_gives_two_descriptors_at_return,
		the_calls_without_memory_show_their_numbers,
		names_of_an_identity_are_never_missing,
		bind_shows_the_address_of_each_family,
		an_enormous_or_negative_address_length_is_bounded,
		an_unreadable_address_is_shown_as_an_address,
		accept_gives_the_address_and_its_length_at_return,
		a_returned_length_beyond_the_one_offered_means_truncated,
		outputs_of_a_failed_call_stay_addresses,
		null_pointers_stay_null,
		recv_buffer_is_as_long_as_the_result,
		recv_of_nothing_is_an_empty_payload,
		recvfrom_shows_who_sent,
		a_truncated_datagram_is_longer_than_what_was_captured,
		a_peek_moves_no_bytes,
		send_shows_what_was_given_though_less_was_taken,
		a_failed_send_moves_nothing_and_keeps_its_payload,
		capture_bounds_what_is_copied,
		a_buffer_that_ends_at_a_bad_page_is_captured_up_to_it,
		writev_shows_each_buffer_on_both_widths,
		readv_spreads_the_result_over_the_buffers,
		the_capture_budget_is_shared_by_all_buffers,
		too_many_buffers_are_cut_at_what_the_kernel_takes,
		buffers_behind_a_bad_page_are_left_out,
		sendfile_shows_the_offset_it_points_to,
		splice_shows_both_ends_and_flags,
		NULL,
	};
	return suite_of("decode: arguments", tests);
}
