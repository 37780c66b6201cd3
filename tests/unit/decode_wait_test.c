/* poll, select, epoll and what they wait with: times, signal masks, sets of descriptors. */
#include "decode_fixture.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

enum { SET = 0x1000, OTHER_SET = 0x2000, TIME = 0x3000, MASK = 0x4000 };

/* --- poll ------------------------------------------------------------------------------- */

START_TEST(poll_shows_events_at_entry_and_revents_at_return)
{
	struct trace *trace = trace_new();
	struct pollfd fds[] = { { 3, POLLIN | POLLOUT, POLLNVAL }, { -1, 0, 0 } };
	PUT(trace, SET, fds);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "poll", ARGS(SET, 2, UINT32_MAX)),
			 "poll([{fd=fd3, events=POLLIN|POLLOUT}, {fd=fd-1, events=0x0}], 2, -1)");
	fds[0].revents = POLLIN | POLLRDHUP;
	fds[1].revents = (short)0x8000;
	ck_assert_str_eq(leave(trace, 1),
			 "poll([{fd=fd3, events=POLLIN|POLLOUT, revents=POLLIN|POLLRDHUP}, "
			 "{fd=fd-1, events=0x0, revents=0x8000}], 2, -1)");
	trace_free(trace);
}
END_TEST

START_TEST(poll_that_failed_keeps_what_was_asked)
{
	struct trace *trace = trace_new();
	const struct pollfd fds[] = { { 3, POLLIN, POLLIN } };
	PUT(trace, SET, fds);
	enter(trace, ABI_X86_64, "poll", ARGS(SET, 1, 1000));
	ck_assert_str_eq(leave(trace, -EINTR), "poll([{fd=fd3, events=POLLIN}], 1, 1000)");
	trace_free(trace);
}
END_TEST

START_TEST(poll_sets_of_any_claimed_size_are_bounded)
{
	static const struct pollfd fds[2000] = { { 3, POLLIN, 0 } };
	static const uint64_t counts[] = { 2000, UINT32_MAX };
	for (size_t i = 0; i < 2; i++) {
		struct trace *trace = trace_new();
		PUT(trace, 0x10000, fds);
		enter(trace, ABI_X86_64, "poll", ARGS(0x10000, counts[i], 0));
		ck_assert_uint_eq(trace->event->args[0].list.count, 1024);
		trace_free(trace);
	}
	struct trace *trace = trace_new();
	fake_put(&trace->fake, 0x10000, fds, 12); /* one and a half */
	ck_assert_str_eq(enter(trace, ABI_X86_64, "poll", ARGS(0x10000, 2, 0)),
			 "poll([{fd=fd3, events=POLLIN}], 2, 0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "poll", ARGS(0x90000, 2, 0)),
			 "poll(@90000, 2, 0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "poll", ARGS(0, 0, 5)), "poll(@0, 0, 5)");
	trace_free(trace);
}
END_TEST

START_TEST(ppoll_shows_its_time_and_mask)
{
	struct trace *trace = trace_new();
	const uint64_t time[] = { 1, 500000000 };
	const uint64_t mask = 1ULL << (15 - 1) | 1ULL << (34 - 1);
	const uint32_t narrow[] = { 2, 7 };
	PUT(trace, TIME, time);
	PUT(trace, MASK, mask);
	PUT(trace, 0x5000, narrow);
	ck_assert_str_eq(enter(trace, ABI_AARCH64, "ppoll", ARGS(0, 0, TIME, 0, 8)),
			 "ppoll(@0, 0, {sec=1, nsec=500000000}, @0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ppoll", ARGS(0, 0, 0, MASK, 8)),
			 "ppoll(@0, 0, @0, [SIGTERM, SIGRT_2])");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "ppoll", ARGS(0, 0, 0, MASK, 4)),
			 "ppoll(@0, 0, @0, @4000)");
	ck_assert_str_eq(enter(trace, ABI_I386, "ppoll", ARGS(0, 0, 0x5000, 0, 8)),
			 "ppoll(@0, 0, {sec=2, nsec=7}, @0)");
	ck_assert_str_eq(enter(trace, ABI_I386, "ppoll_time64", ARGS(0, 0, TIME, 0, 8)),
			 "ppoll(@0, 0, {sec=1, nsec=500000000}, @0)");
	trace_free(trace);
}
END_TEST

/* --- select ----------------------------------------------------------------------------- */

START_TEST(select_shows_the_descriptors_whose_bits_are_set)
{
	struct trace *trace = trace_new();
	unsigned char set[8] = { 1 << 3 | 1 << 4, 1 << 1 | 1 << 5 };
	unsigned char other[8] = { 0 };
	const int64_t time[] = { 1, 250000 };
	PUT(trace, SET, set);
	PUT(trace, OTHER_SET, other);
	PUT(trace, TIME, time);
	/* nfds is 10: descriptor 13 is not asked about. */
	ck_assert_str_eq(enter(trace, ABI_X86_64, "select", ARGS(10, SET, OTHER_SET, 0, TIME)),
			 "select(10, [fd3, fd4, fd9], [], @0, {sec=1, usec=250000})");
	set[0] = 1 << 4;
	set[1] = 0;
	ck_assert_str_eq(leave(trace, 1), "select(10, [fd4], [], @0, {sec=1, usec=250000})");
	trace_free(trace);
}
END_TEST

START_TEST(select_of_hostile_size_is_bounded)
{
	static const unsigned char set[512] = { [127] = 0x80, [128] = 1 };
	struct trace *trace = trace_new();
	PUT(trace, 0x10000, set);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "select", ARGS(0x7fffffff, 0x10000)),
			 "select(2147483647, [fd1023], @0, @0, @0)");
	ck_assert_uint_le(trace->fake.most, 128);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "select", ARGS(UINT32_MAX, 0x10000)),
			 "select(-1, [], @0, @0, @0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "select", ARGS(8, 0x90000)),
			 "select(8, @90000, @0, @0, @0)");
	trace_free(trace);
}
END_TEST

START_TEST(select_shows_descriptors_beyond_fd_setsize_if_the_highest_gives_nfds)
{
	static const unsigned char set[512] = { [0] = 1 << 3, [137] = 1 << 4 };
	struct trace *trace = trace_new();
	PUT(trace, 0x10000, set);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "select", ARGS(1101, 0x10000)),
			 "select(1101, [fd3, fd1100], @0, @0, @0)");
	/* getdtablesize(): what lies behind a set of FD_SETSIZE is none of it. */
	ck_assert_str_eq(enter(trace, ABI_X86_64, "select", ARGS(2048, 0x10000)),
			 "select(2048, [fd3], @0, @0, @0)");
	trace_free(trace);
}
END_TEST

START_TEST(the_old_select_of_i386_has_its_arguments_in_memory)
{
	struct trace *trace = trace_new();
	unsigned char set[4] = { 1 << 3 };
	const int32_t time[] = { 2, 3 };
	const uint32_t words[] = { 4, SET, 0, 0, TIME };
	PUT(trace, SET, set);
	PUT(trace, TIME, time);
	PUT(trace, 0x5000, words);
	ck_assert_str_eq(enter(trace, ABI_I386, "select", ARGS(0x5000)),
			 "select(4, [fd3], @0, @0, {sec=2, usec=3})");
	set[0] = 0;
	ck_assert_str_eq(leave(trace, 0), "select(4, [], @0, @0, {sec=2, usec=3})");
	ck_assert_str_eq(enter(trace, ABI_I386, "select", ARGS(0x9000)),
			 "select(0, @0, @0, @0, @0)");
	ck_assert_str_eq(enter(trace, ABI_I386, "_newselect", ARGS(4, 0, 0, 0, TIME)),
			 "select(4, @0, @0, @0, {sec=2, usec=3})");
	trace_free(trace);
}
END_TEST

START_TEST(pselect6_finds_its_mask_behind_a_pointer)
{
	struct trace *trace = trace_new();
	const uint64_t mask = 1 << (10 - 1);
	const uint64_t wide[] = { MASK, 8 };
	const uint32_t narrow[] = { MASK, 8 };
	const uint64_t none[] = { 0, 8 };
	const uint64_t time[] = { 1, 2 };
	PUT(trace, MASK, mask);
	PUT(trace, 0x5000, wide);
	PUT(trace, 0x6000, narrow);
	PUT(trace, 0x7000, none);
	PUT(trace, TIME, time);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "pselect6", ARGS(0, 0, 0, 0, TIME, 0x5000)),
			 "pselect6(0, @0, @0, @0, {sec=1, nsec=2}, [SIGUSR1])");
	ck_assert_str_eq(enter(trace, ABI_X32, "pselect6", ARGS(0, 0, 0, 0, TIME, 0x6000)),
			 "pselect6(0, @0, @0, @0, {sec=1, nsec=2}, [SIGUSR1])");
	ck_assert_str_eq(enter(trace, ABI_I386, "pselect6_time64", ARGS(0, 0, 0, 0, TIME, 0x6000)),
			 "pselect6(0, @0, @0, @0, {sec=1, nsec=2}, [SIGUSR1])");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "pselect6", ARGS(0, 0, 0, 0, 0, 0x7000)),
			 "pselect6(0, @0, @0, @0, @0, @0)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "pselect6", ARGS(0, 0, 0, 0, 0, 0x9000)),
			 "pselect6(0, @0, @0, @0, @0, @9000)");
	trace_free(trace);
}
END_TEST

/* --- epoll ------------------------------------------------------------------------------ */

/* Two events: packed on x86, with a gap elsewhere (EPOLL_PACKED, eventpoll.h). */
static const unsigned char packed_events[24] = { 1, [4] = 7, [12] = 4, [15] = 0x80, [16] = 8 };
static const unsigned char padded_events[32] = { 1, [8] = 7, [16] = 4, [19] = 0x80, [24] = 8 };

static const struct {
	enum abi abi;
	const unsigned char *events;
	size_t size;
} layouts[] = {
	{ ABI_X86_64, packed_events, sizeof packed_events },
	{ ABI_X32, packed_events, sizeof packed_events },
	{ ABI_I386, packed_events, sizeof packed_events },
	{ ABI_AARCH64, padded_events, sizeof padded_events },
	{ ABI_ARM, padded_events, sizeof padded_events },
};

START_TEST(epoll_ctl_shows_the_event_in_each_layout)
{
	struct trace *trace = trace_new();
	fake_put(&trace->fake, SET, layouts[_i].events, layouts[_i].size);
	ck_assert_str_eq(enter(trace, layouts[_i].abi, "epoll_ctl", ARGS(4, EPOLL_CTL_ADD, 5, SET)),
			 "epoll_ctl(fd4, EPOLL_CTL_ADD, fd5, {events=EPOLLIN, data=7})");
	ck_assert_int_eq(trace->event->fd, 4);
	trace_free(trace);
}
END_TEST

START_TEST(epoll_wait_gives_as_many_events_as_it_returns)
{
	static const char *const rows[] = { "epoll_wait", "epoll_pwait", "epoll_pwait2" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct trace *trace = trace_new();
		fake_put(&trace->fake, SET, layouts[_i].events, layouts[_i].size);
		enter(trace, layouts[_i].abi, rows[i], ARGS(4, SET, 64));
		ck_assert_int_eq(trace->event->args[1].kind, VALUE_ADDRESS);
		const char *text = leave(trace, 2);
		ck_assert_ptr_nonnull(strstr(text, "(fd4, [{events=EPOLLIN, data=7}, "
						   "{events=EPOLLOUT|EPOLLET, data=8}], 64, "));
		ck_assert_uint_eq(trace->event->bytes_moved, 0);
		trace_free(trace);
	}
}
END_TEST

START_TEST(epoll_ctl_del_ignores_its_event)
{
	struct trace *trace = trace_new();
	PUT(trace, SET, packed_events);
	ck_assert_str_eq(enter(trace, ABI_X86_64, "epoll_ctl", ARGS(4, EPOLL_CTL_DEL, 5, SET)),
			 "epoll_ctl(fd4, EPOLL_CTL_DEL, fd5, @1000)");
	ck_assert_str_eq(enter(trace, ABI_X86_64, "epoll_ctl", ARGS(4, 9, 5, 0x9000)),
			 "epoll_ctl(fd4, ?9, fd5, @9000)");
	trace_free(trace);
}
END_TEST

START_TEST(an_epoll_wait_that_timed_out_has_no_events)
{
	struct trace *trace = trace_new();
	PUT(trace, SET, packed_events);
	enter(trace, ABI_X86_64, "epoll_wait", ARGS(4, SET, 64, 1000));
	ck_assert_str_eq(leave(trace, 0), "epoll_wait(fd4, [], 64, 1000)");
	trace_free(trace);
}
END_TEST

START_TEST(epoll_pwait2_has_a_time_of_64_bits_everywhere)
{
	struct trace *trace = trace_new();
	const uint64_t time[] = { 1, 2 };
	PUT(trace, TIME, time);
	ck_assert_str_eq(enter(trace, ABI_I386, "epoll_pwait2", ARGS(4, SET, 8, TIME, 0, 8)),
			 "epoll_pwait2(fd4, @1000, 8, {sec=1, nsec=2}, @0)");
	trace_free(trace);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		poll_shows_events_at_entry_and_revents_at_return,
		poll_that_failed_keeps_what_was_asked,
		poll_sets_of_any_claimed_size_are_bounded,
		ppoll_shows_its_time_and_mask,
		select_shows_the_descriptors_whose_bits_are_set,
		select_of_hostile_size_is_bounded,
		select_shows_descriptors_beyond_fd_setsize_if_the_highest_gives_nfds,
		the_old_select_of_i386_has_its_arguments_in_memory,
		pselect6_finds_its_mask_behind_a_pointer,
		epoll_ctl_del_ignores_its_event,
		an_epoll_wait_that_timed_out_has_no_events,
		epoll_pwait2_has_a_time_of_64_bits_everywhere,
		NULL,
	};
	Suite *suite = suite_of("decode: waiting", tests);
	TCase *epoll = tcase_create("layouts of epoll_event");
	int count = sizeof layouts / sizeof *layouts;
	tcase_add_loop_test(epoll, epoll_ctl_shows_the_event_in_each_layout, 0, count);
	tcase_add_loop_test(epoll, epoll_wait_gives_as_many_events_as_it_returns, 0, count);
	suite_add_tcase(suite, epoll);
	return suite;
}
