/* struct msghdr and control messages, in the layouts of both widths, and hostile ones. */
#include "decode_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* The layouts by hand, as the abi's own headers make them; not those of this machine. */
struct iovec_64 {
	uint64_t base, length;
};

struct msghdr_64 {
	uint64_t name;
	uint32_t name_size, gap;
	uint64_t iov, iov_count, control, control_size;
	uint32_t flags, gap_2;
};

struct mmsghdr_64 {
	struct msghdr_64 header;
	uint32_t length, gap;
};

struct iovec_32 {
	uint32_t base, length;
};

struct msghdr_32 {
	uint32_t name, name_size, iov, iov_count, control, control_size, flags;
};

struct mmsghdr_32 {
	struct msghdr_32 header;
	uint32_t length;
};

struct cmsg_64 {
	uint64_t length;
	int32_t level, type;
	unsigned char data[64];
};

struct cmsg_32 {
	uint32_t length;
	int32_t level, type;
	unsigned char data[64];
};

enum { NAME = 0x1000, BUFFER = 0x2000, IOV = 0x3000, CONTROL = 0x4000, MESSAGE = 0x5000 };

static const struct iovec_64 one_iov = { BUFFER, 5 };

/* A trace with "hello" in one buffer and a name. */
static struct trace *message_trace(void)
{
	static struct sockaddr_in peer;
	struct trace *trace = trace_new();
	peer = (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(9),
				     .sin_addr.s_addr = htonl(0x7f000001) };
	PUT(trace, NAME, peer);
	fake_put(&trace->fake, BUFFER, "hello", 5);
	PUT(trace, IOV, one_iov);
	return trace;
}

/* --- one message ------------------------------------------------------------------------ */

START_TEST(sendmsg_shows_name_buffers_and_control)
{
	struct trace *trace = message_trace();
	const struct msghdr_64 message = {
		.name = NAME, .name_size = 16, .iov = IOV, .iov_count = 1, .flags = 0xffff
	};
	PUT(trace, MESSAGE, message);
	enter(trace, ABI_X86_64, "sendmsg", ARGS(3, MESSAGE, MSG_DONTWAIT));
	ck_assert_str_eq(leave(trace, 5),
			 "sendmsg(fd3, {name=<127.0.0.1:9>, iov=[\"hello\"], control=@0}, "
			 "MSG_DONTWAIT)");
	ck_assert_uint_eq(trace->event->bytes_moved, 5);
	trace_free(trace);
}
END_TEST

START_TEST(sendmsg_is_read_in_the_layout_of_32_bits)
{
	static const enum abi abis[] = { ABI_I386, ABI_X32, ABI_ARM };
	for (size_t i = 0; i < sizeof abis / sizeof *abis; i++) {
		struct trace *trace = message_trace();
		const struct iovec_32 iov = { BUFFER, 5 };
		const struct msghdr_32 message = {
			.name = NAME, .name_size = 16, .iov = 0x6000, .iov_count = 1
		};
		PUT(trace, 0x6000, iov);
		PUT(trace, MESSAGE, message);
		ck_assert_str_eq(enter(trace, abis[i], "sendmsg", ARGS(3, MESSAGE)),
				 "sendmsg(fd3, {name=<127.0.0.1:9>, iov=[\"hello\"], control=@0}, "
				 "0x0)");
		trace_free(trace);
	}
}
END_TEST

START_TEST(recvmsg_remembers_what_was_offered)
{
	struct trace *trace = message_trace();
	struct msghdr_64 message = { .name = NAME, .name_size = 4, .iov = IOV, .iov_count = 1 };
	PUT(trace, MESSAGE, message);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "recvmsg", ARGS(3, MESSAGE)),
			 "recvmsg(fd3, @5000, 0x0)");
	/* The kernel says how long the name is; only four bytes of it were written. */
	message.name_size = 16;
	message.flags = MSG_TRUNC | 0x1000000;
	ck_assert_str_eq(leave(trace, 9),
			 "recvmsg(fd3, {name=<AF_INET 0x0009>, iov=[\"hello\"], control=@0, "
			 "flags=MSG_TRUNC|0x1000000}, 0x0)");
	ck_assert_uint_eq(trace->event->bytes_moved, 9);
	trace_free(trace);
}
END_TEST

START_TEST(recvmsg_that_failed_shows_its_pointer)
{
	struct trace *trace = message_trace();
	const struct msghdr_64 message = { .iov = IOV, .iov_count = 1 };
	PUT(trace, MESSAGE, message);
	enter(trace, ABI_X86_64, "recvmsg", ARGS(3, MESSAGE));
	ck_assert_str_eq(leave(trace, -EAGAIN), "recvmsg(fd3, @5000, 0x0)");
	trace_free(trace);
}
END_TEST

START_TEST(an_unreadable_message_is_an_address)
{
	struct trace *trace = message_trace();
	const struct msghdr_64 message = { .iov = 0x9000,
					   .iov_count = 1,
					   .name = 0x9100,
					   .name_size = 16,
					   .control = 0x9200,
					   .control_size = 32 };
	fake_put(&trace->fake, MESSAGE, &message, sizeof message - 16);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "sendmsg", ARGS(3, MESSAGE)),
			 "sendmsg(fd3, @5000, 0x0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "sendmsg", ARGS(3, 0)), "sendmsg(fd3, @0, 0x0)");
	/* Readable itself, but nothing it points to. */
	PUT(trace, 0x6000, message);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "sendmsg", ARGS(3, 0x6000)),
			 "sendmsg(fd3, {name=@9100, iov=@9000, control=@9200}, 0x0)");
	trace_free(trace);
}
END_TEST

START_TEST(a_message_of_monstrous_sizes_is_bounded)
{
	struct trace *trace = message_trace();
	static unsigned char zeroes[0x20000];
	const struct msghdr_64 message = { .name = NAME,
					   .name_size = UINT32_MAX,
					   .iov = 0x10000,
					   .iov_count = UINT64_MAX,
					   .control = 0x10000,
					   .control_size = UINT64_MAX };
	PUT(trace, MESSAGE, message);
	PUT(trace, 0x10000, zeroes);
	enter(trace, ABI_X86_64, "sendmsg", ARGS(3, MESSAGE));
	ck_assert_uint_le(trace->fake.most, 65536);
	const struct value *iov = value_field(&trace->event->args[1], "iov");
	ck_assert_uint_eq(iov->list.count, 1024);
	trace_free(trace);
}
END_TEST

/* --- several messages ------------------------------------------------------------------- */

/* Bytes taken from the heap and mapped for it. */
static size_t heap_size(void)
{
	struct mallinfo2 all = mallinfo2();
	return all.arena + all.hblkhd;
}

/* `there`: where the buffers are, of which at most eight bytes can be read. */
static void assert_little_memory(uint64_t there)
{
	enum { COUNT = 64, PARTS = 1024, MOST = 32 * 1024 * 1024 };
	static struct mmsghdr_64 messages[COUNT];
	static struct iovec_64 parts[PARTS];
	struct trace *trace = message_trace();
	for (size_t i = 0; i < COUNT; i++)
		messages[i].header = (struct msghdr_64){ .iov = IOV, .iov_count = PARTS };
	for (size_t i = 0; i < PARTS; i++)
		parts[i] = (struct iovec_64){ there, UINT64_C(1) << 40 };
	PUT(trace, 0x100000, messages);
	PUT(trace, IOV, parts);
	fake_put(&trace->fake, 0x200000, "12345678", 8);
	struct stop stop = { .kind = STOP_ENTRY,
			     .abi = ABI_X86_64,
			     .args = { 3, 0x100000, COUNT } };
	size_t before = heap_size();
	struct event *event =
		decode_entry(row("sendmmsg"), &stop, &trace->fake.memory, &trace->limits);
	stop = (struct stop){ .kind = STOP_EXIT, .abi = ABI_X86_64, .result = COUNT };
	decode_return(event, &stop, &trace->fake.memory, &trace->limits);
	ck_assert_uint_lt(heap_size() - before, MOST);
	ck_assert_uint_eq(event->args[1].list.count, COUNT);
	event_free(event);
	trace_free(trace);
}

START_TEST(thousands_of_buffers_that_are_not_there_take_little_memory)
{
	assert_little_memory(0x7fff00000000);
}
END_TEST

START_TEST(thousands_of_buffers_that_end_early_take_little_memory)
{
	assert_little_memory(0x200000);
}
END_TEST

START_TEST(sendmmsg_gives_a_length_to_each_message_sent)
{
	struct trace *trace = message_trace();
	struct mmsghdr_64 messages[2] = { { .header = { .iov = IOV, .iov_count = 1 } },
					  { .header = { .iov = IOV, .iov_count = 1 } } };
	PUT(trace, MESSAGE, messages);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "sendmmsg", ARGS(3, MESSAGE, 2)),
			 "sendmmsg(fd3, [{name=@0, iov=[\"hello\"], control=@0}, "
			 "{name=@0, iov=[\"hello\"], control=@0}], 2, 0x0)");
	messages[0].length = 5;
	ck_assert_str_eq(leave(trace, 1),
			 "sendmmsg(fd3, [{name=@0, iov=[\"hello\"], control=@0, len=5}, "
			 "{name=@0, iov=[\"hello\"], control=@0}], 2, 0x0)");
	ck_assert_uint_eq(trace->event->bytes_moved, 5);
	trace_free(trace);
}
END_TEST

START_TEST(recvmmsg_shows_the_messages_received_on_both_widths)
{
	const struct iovec_32 iov = { BUFFER, 5 };
	struct mmsghdr_64 wide[3] = { 0 };
	struct mmsghdr_32 narrow[3] = { 0 };
	for (size_t i = 0; i < 3; i++) {
		wide[i].header = (struct msghdr_64){ .iov = IOV, .iov_count = 1 };
		narrow[i].header = (struct msghdr_32){ .iov = 0x6000, .iov_count = 1 };
	}
	for (size_t narrowed = 0; narrowed < 2; narrowed++) {
		struct trace *trace = message_trace();
		uint64_t at = narrowed ? 0x7000 : MESSAGE;
		PUT(trace, 0x6000, iov);
		PUT(trace, MESSAGE, wide);
		PUT(trace, 0x7000, narrow);
		enter(trace, narrowed ? ABI_I386 : ABI_AARCH64, "recvmmsg",
		      ARGS(3, at, 3, MSG_WAITFORONE));
		wide[0].length = narrow[0].length = 2;
		wide[1].length = narrow[1].length = 5;
		ck_assert_str_eq(leave(trace, 2),
				 "recvmmsg(fd3, [{name=@0, iov=[\"he\"], control=@0, flags=0x0, "
				 "len=2}, {name=@0, iov=[\"hello\"], control=@0, flags=0x0, "
				 "len=5}], 3, MSG_WAITFORONE, @0)");
		ck_assert_uint_eq(trace->event->bytes_moved, 7);
		trace_free(trace);
	}
}
END_TEST

START_TEST(messages_beyond_the_bound_are_counted_but_not_shown)
{
	static struct mmsghdr_64 messages[100];
	struct trace *trace = message_trace();
	for (size_t i = 0; i < 100; i++)
		messages[i] = (struct mmsghdr_64){ .length = 2 };
	PUT(trace, 0x10000, messages);
	enter(trace, ABI_X86_64, "recvmmsg", ARGS(3, 0x10000, UINT32_MAX));
	leave(trace, 100);
	ck_assert_uint_eq(trace->event->args[1].list.count, 64);
	ck_assert_uint_eq(trace->event->bytes_moved, 200);
	trace_free(trace);
}
END_TEST

START_TEST(the_timeout_of_recvmmsg_is_as_wide_as_the_call_says)
{
	struct trace *trace = message_trace();
	const uint32_t narrow[] = { 1, 500, 0, 0 };
	const uint64_t wide[] = { 1, 500 };
	PUT(trace, 0x6000, narrow);
	PUT(trace, 0x7000, wide);
	ck_assert_str_eq(enter(trace, ABI_I386, "recvmmsg", ARGS(3, 0, 0, 0, 0x6000)),
			 "recvmmsg(fd3, @0, 0, 0x0, {sec=1, nsec=500})");
	ck_assert_str_eq(enter(trace, ABI_I386, "recvmmsg_time64", ARGS(3, 0, 0, 0, 0x7000)),
			 "recvmmsg(fd3, @0, 0, 0x0, {sec=1, nsec=500})");
	ck_assert_str_eq(enter(trace, ABI_X32, "recvmmsg", ARGS(3, 0, 0, 0, 0x7000)),
			 "recvmmsg(fd3, @0, 0, 0x0, {sec=1, nsec=500})");
	trace_free(trace);
}
END_TEST

/* --- control messages ------------------------------------------------------------------- */

/* What sendmsg() shows of these control bytes. */
static const char *control_shown(struct trace *trace, enum abi abi, const void *control,
				 size_t size, size_t claimed)
{
	static struct msghdr_64 wide;
	static struct msghdr_32 narrow;
	wide = (struct msghdr_64){ .control = CONTROL, .control_size = claimed };
	narrow = (struct msghdr_32){ .control = CONTROL, .control_size = (uint32_t)claimed };
	if (abi_word(abi) == 8)
		PUT(trace, MESSAGE, wide);
	else
		PUT(trace, MESSAGE, narrow);
	fake_put(&trace->fake, CONTROL, control, size);
	const char *text = enter(trace, abi, "sendmsg", ARGS(3, MESSAGE));
	const char *control_text = strstr(text, "control=");
	ck_assert_ptr_nonnull(control_text);
	trace->text[strlen(trace->text) - strlen("}, 0x0)")] = '\0';
	return control_text + strlen("control=");
}

struct known_control {
	int level, type;
	unsigned char data[64];
	size_t size;
	const char *text;
};

static const struct known_control known_controls[] = {
	{ SOL_SOCKET,
	  SCM_RIGHTS,
	  { 5, 0, 0, 0, 6, 0, 0, 0 },
	  8,
	  "{level=SOL_SOCKET, type=SCM_RIGHTS, data=[fd5, fd6]}" },
	{ SOL_SOCKET,
	  2,
	  { 7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0 },
	  12,
	  "{level=SOL_SOCKET, type=SCM_CREDENTIALS, data={pid=7, uid=8, gid=9}}" },
	{ SOL_SOCKET,
	  63,
	  { 1, 0, 0, 0, 0, 0, 0, 0, 2 },
	  16,
	  "{level=SOL_SOCKET, type=SO_TIMESTAMP_NEW, data={sec=1, usec=2}}" },
	{ SOL_SOCKET,
	  64,
	  { 1, 0, 0, 0, 0, 0, 0, 0, 2 },
	  16,
	  "{level=SOL_SOCKET, type=SO_TIMESTAMPNS_NEW, data={sec=1, nsec=2}}" },
	{ SOL_SOCKET,
	  65,
	  { 1, 0, 0, 0, 0, 0, 0, 0, 2 },
	  48,
	  "{level=SOL_SOCKET, type=SO_TIMESTAMPING_NEW, data=[{sec=1, nsec=2}, "
	  "{sec=0, nsec=0}, {sec=0, nsec=0}]}" },
	{ IPPROTO_IP,
	  IP_PKTINFO,
	  { 2, 0, 0, 0, 127, 0, 0, 1, 10, 0, 0, 1 },
	  12,
	  "{level=IPPROTO_IP, type=IP_PKTINFO, data={ifindex=2, spec_dst=<127.0.0.1>, "
	  "addr=<10.0.0.1>}}" },
	{ IPPROTO_IP, IP_TTL, { 64 }, 4, "{level=IPPROTO_IP, type=IP_TTL, data=64}" },
	{ IPPROTO_IP, IP_TOS, { 16 }, 1, "{level=IPPROTO_IP, type=IP_TOS, data=16}" },
	{ IPPROTO_IP,
	  IP_RECVERR,
	  { ECONNREFUSED, 0, 0, 0, 2, 3, 3 },
	  16,
	  "{level=IPPROTO_IP, type=IP_RECVERR, data={errno=ECONNREFUSED, origin=2, type=3, "
	  "code=3, info=0, data=0}}" },
	{ IPPROTO_IP,
	  20,
	  { 2, 0, 0, 80, 10, 0, 0, 1 },
	  16,
	  "{level=IPPROTO_IP, type=IP_ORIGDSTADDR, data=<10.0.0.1:80>}" },
	{ IPPROTO_IPV6,
	  50,
	  { [15] = 1, [16] = 3 },
	  20,
	  "{level=IPPROTO_IPV6, type=IPV6_PKTINFO, data={addr=<::1>, ifindex=3}}" },
	{ IPPROTO_UDP, 103, { 0x78, 0x05 }, 2, "{level=IPPROTO_UDP, type=UDP_SEGMENT, data=1400}" },
	{ SOL_SOCKET, 99, { 'a', 'b' }, 2, "{level=SOL_SOCKET, type=?99, data=\"ab\"}" },
	{ 77, 1, { 'a' }, 1, "{level=?77, type=?1, data=\"a\"}" },
	/* Too short for what it is. */
	{ SOL_SOCKET, 2, { 'x', 'y' }, 2, "{level=SOL_SOCKET, type=SCM_CREDENTIALS, data=\"xy\"}" },
};

START_TEST(control_messages_are_decoded_by_their_type)
{
	const struct known_control *known = &known_controls[_i];
	char expected[512];
	struct cmsg_64 wide = { 16 + known->size, known->level, known->type, { 0 } };
	struct cmsg_32 narrow = { (uint32_t)(12 + known->size), known->level, known->type, { 0 } };
	memcpy(wide.data, known->data, sizeof wide.data);
	memcpy(narrow.data, known->data, sizeof narrow.data);
	snprintf(expected, sizeof expected, "[%s]", known->text);

	struct trace *trace = message_trace();
	ck_assert_str_eq(control_shown(trace, ABI_X86_64, &wide, sizeof wide, wide.length),
			 expected);
	trace_free(trace);
	trace = message_trace();
	ck_assert_str_eq(control_shown(trace, ABI_I386, &narrow, sizeof narrow, narrow.length),
			 expected);
	trace_free(trace);
}
END_TEST

START_TEST(a_timestamp_is_as_wide_as_the_abi)
{
	const struct cmsg_64 wide = { 32, SOL_SOCKET, SCM_TIMESTAMP, { 1, [8] = 2 } };
	const struct cmsg_32 narrow = { 20, SOL_SOCKET, SCM_TIMESTAMP, { 1, [4] = 2 } };
	const struct cmsg_32 x32 = { 28, SOL_SOCKET, SCM_TIMESTAMP, { 1, [8] = 2 } };
	const struct {
		enum abi abi;
		const void *control;
		size_t size;
	} cases[] = { { ABI_X86_64, &wide, 32 }, { ABI_I386, &narrow, 20 }, { ABI_X32, &x32, 28 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct trace *trace = message_trace();
		ck_assert_str_eq(control_shown(trace, cases[i].abi, cases[i].control, cases[i].size,
					       cases[i].size),
				 "[{level=SOL_SOCKET, type=SCM_TIMESTAMP, data={sec=1, usec=2}}]");
		trace_free(trace);
	}
}
END_TEST

START_TEST(a_second_message_begins_at_the_next_word)
{
	/* One byte of data each; padded to 8 bytes there, to 4 here. */
	unsigned char wide[48] = {
		17, [8] = 0, [12] = IP_TTL, [16] = 9, [24] = 17, [36] = IP_TOS, [40] = 8
	};
	unsigned char narrow[32] = {
		13, [8] = IP_TTL, [12] = 9, [16] = 13, [24] = IP_TOS, [28] = 8
	};
	static const char expected[] = "[{level=IPPROTO_IP, type=IP_TTL, data=9}, "
				       "{level=IPPROTO_IP, type=IP_TOS, data=8}]";
	struct trace *trace = message_trace();
	ck_assert_str_eq(control_shown(trace, ABI_X86_64, wide, sizeof wide, 41), expected);
	trace_free(trace);
	trace = message_trace();
	ck_assert_str_eq(control_shown(trace, ABI_ARM, narrow, sizeof narrow, 29), expected);
	trace_free(trace);
}
END_TEST

START_TEST(a_control_length_of_nothing_or_of_everything_ends_the_list)
{
	static const uint64_t lengths[] = { 0, 15, UINT64_MAX, UINT64_MAX - 7, 0x100000000 };
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct trace *trace = message_trace();
		struct cmsg_64 control = { lengths[i], SOL_SOCKET, 99, { 'a', 'b' } };
		const char *text = control_shown(trace, ABI_X86_64, &control, 18, 18);
		ck_assert_str_eq(text, lengths[i] < 16
					       ? "[]"
					       : "[{level=SOL_SOCKET, type=?99, data=\"ab\"}]");
		trace_free(trace);
	}
}
END_TEST

START_TEST(control_data_that_ends_early_is_shown_as_far_as_it_goes)
{
	const struct cmsg_64 control = { 24, SOL_SOCKET, SCM_RIGHTS, { 5, 0, 0, 0, 6 } };
	struct trace *trace = message_trace();
	ck_assert_str_eq(control_shown(trace, ABI_X86_64, &control, 20, UINT32_MAX),
			 "[{level=SOL_SOCKET, type=SCM_RIGHTS, data=[fd5]}]");
	ck_assert_uint_le(trace->fake.most, 65536);
	trace_free(trace);
}
END_TEST

START_TEST(sendmsg_notes_the_descriptors_it_passes)
{
	const struct cmsg_64 control = { 24, SOL_SOCKET, SCM_RIGHTS, { 5, 0, 0, 0, 6 } };
	struct trace *trace = message_trace();
	control_shown(trace, ABI_X86_64, &control, 24, 24);
	ck_assert_uint_eq(trace->event->passed_count, 2);
	ck_assert_int_eq(trace->event->passed[0], 5);
	ck_assert_int_eq(trace->event->passed[1], 6);
	trace_free(trace);
}
END_TEST

START_TEST(recvmsg_notes_the_descriptors_it_gave_when_it_returns)
{
	struct cmsg_64 control = { 0, 0, 0, { 0 } };
	struct msghdr_64 message = { .control = CONTROL, .control_size = 64 };
	struct trace *trace = message_trace();
	PUT(trace, CONTROL, control);
	PUT(trace, MESSAGE, message);
	enter(trace, ABI_X86_64, "recvmsg", ARGS(3, MESSAGE));
	ck_assert_uint_eq(trace->event->passed_count, 0);
	control = (struct cmsg_64){ 20, SOL_SOCKET, SCM_RIGHTS, { 7 } };
	message.control_size = 24;
	ck_assert_str_eq(leave(trace, 1),
			 "recvmsg(fd3, {name=@0, iov=@0, control=[{level=SOL_SOCKET, "
			 "type=SCM_RIGHTS, data=[fd7]}], flags=0x0}, 0x0)");
	ck_assert_uint_eq(trace->event->passed_count, 1);
	ck_assert_int_eq(trace->event->passed[0], 7);
	trace_free(trace);
}
END_TEST

START_TEST(a_received_buffer_tells_how_much_it_could_have_held)
{
	struct trace *trace = message_trace();
	const struct msghdr_64 message = { .iov = IOV, .iov_count = 1 };
	PUT(trace, MESSAGE, message);
	enter(trace, ABI_X86_64, "recvmsg", ARGS(3, MESSAGE));
	leave(trace, 2);
	const struct value *iov = value_field(&trace->event->args[1], "iov");
	ck_assert_uint_eq(iov->list.items[0].bytes.length, 2);
	ck_assert_uint_eq(iov->list.items[0].room, 5);
	trace_free(trace);
}
END_TEST

START_TEST(what_was_given_is_kept_beside_the_answer)
{
	struct trace *trace = message_trace();
	uint32_t length = 16;
	PUT(trace, 0x6000, length);
	enter(trace, ABI_X86_64, "getsockname", ARGS(3, NAME, 0x6000));
	length = 8;
	leave(trace, 0);
	ck_assert_int_eq(trace->event->given[2].integer, 16);
	ck_assert_int_eq(trace->event->args[2].integer, 8);
	trace_free(trace);
}
END_TEST

START_TEST(no_more_descriptors_are_noted_than_the_kernel_passes)
{
	static struct {
		uint64_t length;
		int32_t level, type;
		int32_t fds[1000];
	} control = { .length = 16 + 4000, .level = SOL_SOCKET, .type = SCM_RIGHTS };
	static const struct msghdr_64 message = { .control = 0x10000,
						  .control_size = sizeof control };
	struct trace *trace = message_trace();
	PUT(trace, MESSAGE, message);
	PUT(trace, 0x10000, control);
	enter(trace, ABI_X86_64, "sendmsg", ARGS(3, MESSAGE));
	ck_assert_uint_eq(trace->event->passed_count, EVENT_MAX_PASSED);
	trace_free(trace);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		sendmsg_shows_name_buffers_and_control,
		sendmsg_is_read_in_the_layout_of_32_bits,
		recvmsg_remembers_what_was_offered,
		recvmsg_that_failed_shows_its_pointer,
		an_unreadable_message_is_an_address,
		a_message_of_monstrous_sizes_is_bounded,
		thousands_of_buffers_that_are_not_there_take_little_memory,
		thousands_of_buffers_that_end_early_take_little_memory,
		sendmmsg_gives_a_length_to_each_message_sent,
		recvmmsg_shows_the_messages_received_on_both_widths,
		messages_beyond_the_bound_are_counted_but_not_shown,
		the_timeout_of_recvmmsg_is_as_wide_as_the_call_says,
		a_timestamp_is_as_wide_as_the_abi,
		a_second_message_begins_at_the_next_word,
		a_control_length_of_nothing_or_of_everything_ends_the_list,
		control_data_that_ends_early_is_shown_as_far_as_it_goes,
		sendmsg_notes_the_descriptors_it_passes,
		recvmsg_notes_the_descriptors_it_gave_when_it_returns,
		a_received_buffer_tells_how_much_it_could_have_held,
		what_was_given_is_kept_beside_the_answer,
		no_more_descriptors_are_noted_than_the_kernel_passes,
		NULL,
	};
	Suite *suite = suite_of("decode: messages", tests);
	TCase *controls = tcase_create("control messages");
	tcase_add_loop_test(controls, control_messages_are_decoded_by_their_type, 0,
			    sizeof known_controls / sizeof *known_controls);
	suite_add_tcase(suite, controls);
	return suite;
}
