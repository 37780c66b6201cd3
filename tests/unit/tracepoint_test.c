/* The ring of a BPF program, made by hand; and what the tracepoint tells of this very process. */
#include "loopback.h"

#include "witnesses/bpf_ring.h"
#include "witnesses/tracepoint.h"

#include <dirent.h>
#include <linux/bpf.h>
#include <linux/capability.h>

/* --- a ring made by hand ---------------------------------------------------------------- */

enum { RING = 64, HEAD = BPF_RINGBUF_HDR_SZ };

static _Alignas(8) uint8_t data[2 * RING];
static unsigned long read_until, written_until;
static struct bpf_ring ring;

static void empty_ring(unsigned long from)
{
	memset(data, 0, sizeof data);
	read_until = written_until = from;
	ring = (struct bpf_ring){
		.read = &read_until, .written = &written_until, .data = data, .size = RING
	};
}

/* As the kernel does it: the second half is the first. */
static void put(uint32_t flags, uint64_t value, uint32_t length)
{
	uint32_t head = flags | length;
	uint8_t entry[RING] = { 0 };
	memcpy(entry, &head, sizeof head);
	memcpy(entry + HEAD, &value, sizeof value);
	for (size_t i = 0; i < HEAD + (size_t)length; i++)
		data[(written_until + i) % RING] = data[RING + (written_until + i) % RING] =
			entry[i];
	written_until += (HEAD + length + 7) & ~7UL;
}

static uint64_t take(void)
{
	uint64_t value = 0;
	ck_assert(bpf_ring_next(&ring, &value, sizeof value));
	return value;
}

static void expect_no_more(void)
{
	uint64_t value = 7;
	ck_assert(!bpf_ring_next(&ring, &value, sizeof value));
	ck_assert_uint_eq(value, 7);
}

START_TEST(entries_come_in_the_order_of_the_ring)
{
	empty_ring(0);
	expect_no_more();
	put(0, 1, 8);
	put(0, 2, 8);
	ck_assert_uint_eq(take(), 1);
	ck_assert_uint_eq(take(), 2);
	expect_no_more();
	ck_assert_uint_eq(read_until, written_until);
}
END_TEST

START_TEST(an_entry_over_the_rings_end_is_whole)
{
	empty_ring(RING - HEAD);
	put(0, UINT64_C(0x0123456789abcdef), 8);
	ck_assert_uint_eq(take(), UINT64_C(0x0123456789abcdef));
	empty_ring(-(unsigned long)HEAD);
	put(0, 5, 8);
	ck_assert_uint_eq(take(), 5);
	expect_no_more();
}
END_TEST

START_TEST(what_is_still_being_written_is_waited_for)
{
	empty_ring(0);
	put(BPF_RINGBUF_BUSY_BIT, 1, 8);
	put(0, 2, 8);
	expect_no_more();
	ck_assert_uint_eq(read_until, 0);
	written_until = 0;
	put(0, 1, 8);
	written_until += HEAD + 8;
	ck_assert_uint_eq(take(), 1);
	ck_assert_uint_eq(take(), 2);
}
END_TEST

START_TEST(what_is_thrown_away_or_of_another_size_is_passed_over)
{
	empty_ring(0);
	put(BPF_RINGBUF_DISCARD_BIT, 1, 8);
	put(0, 2, 5);
	put(0, 3, 8);
	ck_assert_uint_eq(take(), 3);
	expect_no_more();
}
END_TEST

/* --- what a change means ---------------------------------------------------------------- */

static bool holds(enum tcp_state from, enum tcp_state to)
{
	struct transition transition = { .from = from, .to = to };
	return transition_holds(&transition);
}

START_TEST(the_end_of_a_socket_that_goes_on_as_a_smaller_one_is_not_believed)
{
	ck_assert(!holds(STATE_FIN_WAIT_2, STATE_CLOSED));
	ck_assert(!holds(STATE_CLOSING, STATE_CLOSED));
	ck_assert(holds(STATE_LAST_ACK, STATE_CLOSED));
	ck_assert(holds(STATE_ESTABLISHED, STATE_CLOSED));
	ck_assert(holds(STATE_FIN_WAIT_1, STATE_CLOSED));
	ck_assert(holds(STATE_FIN_WAIT_1, STATE_FIN_WAIT_2));
	ck_assert(!holds(STATE_CLOSED, STATE_CLOSED));
	ck_assert(!holds(STATE_UNKNOWN, STATE_CLOSED));
}
END_TEST

/* --- the running kernel ------------------------------------------------------------------ */

static struct tracepoint *tracepoint;

/* What changes may wait: few, so that it can be too few. */
static bool opens(unsigned changes)
{
	int refused = tracepoint_open(&tracepoint, changes);
	if (refused == 0 && (refused = tracepoint_begin(tracepoint)) < 0)
		tracepoint_close(tracepoint);
	if (refused == -EPERM || refused == -EINVAL || refused == -ENOENT || refused == -EACCES)
		printf("SKIPPED: no tracepoint here: %s\n", strerror(-refused));
	else
		ck_assert_int_eq(refused, 0);
	return refused == 0;
}

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof cookie;
	ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
	return cookie;
}

/* The next change of that socket: others have theirs meanwhile. */
static struct transition next_of(uint64_t cookie)
{
	struct transition transition;
	while (tracepoint_next(tracepoint, &transition))
		if (transition.cookie == cookie)
			return transition;
	ck_abort_msg("nothing more of that socket");
}

static void expect_change(uint64_t cookie, enum tcp_state from, enum tcp_state to)
{
	struct transition transition = next_of(cookie);
	ck_assert_str_eq(tcp_state_name(transition.from), tcp_state_name(from));
	ck_assert_str_eq(tcp_state_name(transition.to), tcp_state_name(to));
}

static uint64_t monotonic(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

START_TEST(a_change_says_when_whose_and_on_whose_back)
{
	if (!opens(0))
		return;
	uint64_t before = monotonic();
	int listener = listener_on("127.0.0.1:0", 3);
	uint64_t after = monotonic();
	struct transition transition = next_of(cookie_of(listener));
	ck_assert_int_eq(transition.from, STATE_CLOSED);
	ck_assert_int_eq(transition.to, STATE_LISTEN);
	ck_assert_int_eq(transition.tid, gettid());
	ck_assert(before <= transition.time && transition.time <= after);
	close(listener);
	tracepoint_close(tracepoint);
}
END_TEST

static void check_life(const char *address)
{
	struct sockaddr_storage to = { 0 };
	socklen_t size = sizeof to;
	int listener = listener_on(address, 3);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&to, &size), 0);
	int client = socket(to.ss_family, SOCK_STREAM, 0);
	uint64_t cookie = cookie_of(client);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&to, size), 0);
	expect_change(cookie, STATE_CLOSED, STATE_SYN_SENT);
	expect_change(cookie, STATE_SYN_SENT, STATE_ESTABLISHED);
	int server = accept(listener, NULL, NULL);
	uint64_t other = cookie_of(server);
	expect_change(other, STATE_SYN_RCVD, STATE_ESTABLISHED);
	close(client);
	close(server);
	struct transition transition;
	enum tcp_state last = STATE_UNKNOWN, last_of_other = STATE_UNKNOWN;
	while (tracepoint_next(tracepoint, &transition)) {
		if (transition.cookie == cookie && transition_holds(&transition))
			last = transition.to;
		if (transition.cookie == other && transition_holds(&transition))
			last_of_other = transition.to;
	}
	/* What it is now, TIME_WAIT, the tracepoint does not say. */
	ck_assert_str_eq(tcp_state_name(last), "FIN_WAIT_2");
	ck_assert_str_eq(tcp_state_name(last_of_other), "CLOSED");
	close(listener);
}

START_TEST(both_ends_are_known_by_their_cookies)
{
	if (!opens(0))
		return;
	check_life("127.0.0.1:0");
	check_life("[::1]:0");
	ck_assert_uint_eq(tracepoint_lost(tracepoint), 0);
	tracepoint_close(tracepoint);
}
END_TEST

START_TEST(what_finds_no_room_is_counted)
{
	enum { ROUNDS = 1000, CHANGES = 2 * ROUNDS };
	if (!opens(1))
		return;
	for (int i = 0; i < ROUNDS; i++)
		close(listener_on("127.0.0.1:0", 1));
	uint64_t came = 0;
	for (struct transition transition; tracepoint_next(tracepoint, &transition);)
		came++;
	ck_assert_uint_gt(came, 0);
	ck_assert_uint_ge(came + tracepoint_lost(tracepoint), CHANGES);
	ck_assert_uint_gt(tracepoint_lost(tracepoint), 0);
	tracepoint_close(tracepoint);
}
END_TEST

static unsigned open_files(void)
{
	unsigned count = 0;
	DIR *directory = opendir("/proc/self/fd");
	ck_assert_ptr_nonnull(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

START_TEST(closed_it_leaves_nothing_open_and_nothing_mapped)
{
	unsigned before = open_files();
	if (!opens(0))
		return;
	ck_assert_uint_gt(open_files(), before);
	tracepoint_close(tracepoint);
	ck_assert_uint_eq(open_files(), before);
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof line, maps))
		ck_assert_ptr_null(strstr(line, "bpf"));
	fclose(maps);
}
END_TEST

START_TEST(without_the_right_it_is_refused_and_nothing_stays_open)
{
	struct __user_cap_header_struct whose = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	unsigned before = open_files();
	ck_assert_int_eq(syscall(SYS_capset, &whose, none), 0);
	ck_assert_int_eq(tracepoint_open(&tracepoint, 0), -EPERM);
	ck_assert_uint_eq(open_files(), before);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("tracepoint");
	TCase *entries = tcase_create("ring");
	tcase_add_test(entries, entries_come_in_the_order_of_the_ring);
	tcase_add_test(entries, an_entry_over_the_rings_end_is_whole);
	tcase_add_test(entries, what_is_still_being_written_is_waited_for);
	tcase_add_test(entries, what_is_thrown_away_or_of_another_size_is_passed_over);
	suite_add_tcase(suite, entries);
	TCase *meaning = tcase_create("meaning");
	tcase_add_test(meaning, the_end_of_a_socket_that_goes_on_as_a_smaller_one_is_not_believed);
	suite_add_tcase(suite, meaning);
	TCase *kernel = tcase_create("kernel");
	tcase_add_test(kernel, a_change_says_when_whose_and_on_whose_back);
	tcase_add_test(kernel, both_ends_are_known_by_their_cookies);
	tcase_add_test(kernel, what_finds_no_room_is_counted);
	tcase_add_test(kernel, closed_it_leaves_nothing_open_and_nothing_mapped);
	tcase_add_test(kernel, without_the_right_it_is_refused_and_nothing_stays_open);
	suite_add_tcase(suite, kernel);
	return suite;
}
