/* Which filters a process gets for its descriptors; the putting in is tests/accept's. */
#include "ptrace/watch.h"
#include "unit.h"

#include <string.h>

static const struct filter_rule calls[] = { { "read", 0, 0, 0 }, { "splice", 2, 0, 0 } };

static struct watcher watcher;
static struct watch watch;
static const struct filter *filters[WATCH_FILTERS];

static void set_up(void)
{
	memset(&watch, 0, sizeof watch);
	ck_assert_int_eq(watcher_init(&watcher, calls, sizeof calls / sizeof *calls), 0);
}

static void tear_down(void)
{
	watcher_done(&watcher);
}

/* How many filters the descriptor takes. */
static size_t plan(int fd)
{
	size_t count = 0;
	ck_assert_int_eq(watch_plan(&watcher, &watch, &fd, 1, filters, &count), 0);
	ck_assert(fd < 0 || watch_covers(&watch, fd));
	return count;
}

START_TEST(nothing_is_watched_at_first)
{
	for (int fd = 0; fd < 2000; fd++)
		ck_assert(!watch_covers(&watch, fd));
}
END_TEST

START_TEST(a_small_number_is_watched_alone)
{
	ck_assert_uint_eq(plan(5), 1);
	ck_assert(!watch_covers(&watch, 4));
	ck_assert(!watch_covers(&watch, 6));
}
END_TEST

START_TEST(a_number_that_is_watched_takes_no_other_filter)
{
	ck_assert_uint_eq(plan(5), 1);
	ck_assert_uint_eq(plan(5), 0);
	ck_assert_int_eq(watch.filters, 1);
}
END_TEST

START_TEST(a_large_number_is_watched_with_its_block)
{
	ck_assert_uint_eq(plan(100), 1);
	for (int fd = 0; fd < 300; fd++)
		ck_assert_int_eq(watch_covers(&watch, fd), fd >= 64 && fd < 128);
}
END_TEST

START_TEST(after_eight_numbers_come_blocks)
{
	for (int fd = 3; fd < 11; fd++)
		ck_assert_uint_eq(plan(fd), 1);
	ck_assert(!watch_covers(&watch, 11));
	ck_assert_uint_eq(plan(11), 1);
	ck_assert(watch_covers(&watch, 15));
	ck_assert(!watch_covers(&watch, 16));
	ck_assert(!watch_covers(&watch, 2));
}
END_TEST

START_TEST(a_process_never_has_more_than_some_twenty)
{
	for (int fd = 0; fd < 1 << 20; fd += 1 + fd / 64)
		plan(fd);
	ck_assert_int_le(watch.filters, 28);
}
END_TEST

START_TEST(zero_and_one_share_a_block)
{
	for (int fd = 10; fd < 18; fd++)
		plan(fd);
	ck_assert_uint_eq(plan(0), 1);
	ck_assert(watch_covers(&watch, 1));
	ck_assert(!watch_covers(&watch, 2));
}
END_TEST

START_TEST(several_descriptors_may_need_one_filter)
{
	const int fds[] = { 70, 71, 72, 7, 7 };
	size_t count = 0;
	ck_assert_int_eq(watch_plan(&watcher, &watch, fds, 5, filters, &count), 0);
	ck_assert_uint_eq(count, 2);
}
END_TEST

START_TEST(processes_share_the_filters)
{
	struct watch other = { 0 };
	const struct filter *theirs[WATCH_FILTERS];
	const int fd = 9;
	size_t count = 0;
	plan(9);
	ck_assert_int_eq(watch_plan(&watcher, &other, &fd, 1, theirs, &count), 0);
	ck_assert_ptr_eq(theirs[0], filters[0]);
}
END_TEST

START_TEST(no_number_is_no_descriptor)
{
	ck_assert_uint_eq(plan(-1), 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("watch");
	TCase *tests = tcase_create("watch");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, nothing_is_watched_at_first);
	tcase_add_test(tests, a_small_number_is_watched_alone);
	tcase_add_test(tests, a_number_that_is_watched_takes_no_other_filter);
	tcase_add_test(tests, a_large_number_is_watched_with_its_block);
	tcase_add_test(tests, after_eight_numbers_come_blocks);
	tcase_add_test(tests, a_process_never_has_more_than_some_twenty);
	tcase_add_test(tests, zero_and_one_share_a_block);
	tcase_add_test(tests, several_descriptors_may_need_one_filter);
	tcase_add_test(tests, processes_share_the_filters);
	tcase_add_test(tests, no_number_is_no_descriptor);
	suite_add_tcase(suite, tests);
	return suite;
}
