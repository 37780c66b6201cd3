/* The byte ledger: which send each received byte came from. */
#include "unit.h"

#include "sockets/ledger.h"

#include <stdlib.h>
#include <string.h>

static struct ledger *sender, *receiver;
static struct origin parts[MOST_ORIGINS];

static void begin(bool messages)
{
	sender = ledger_new(messages);
	receiver = ledger_new(messages);
	ck_assert_ptr_nonnull(sender);
	ck_assert_ptr_nonnull(receiver);
}

static void setup(void)
{
	begin(false);
}

static void setup_messages(void)
{
	begin(true);
}

static void teardown(void)
{
	ledger_free(sender);
	ledger_free(receiver);
}

static void sends(uint64_t number, uint64_t bytes)
{
	ledger_send(sender, number, "send");
	ledger_sent(sender, true, bytes, MOST_SENDS);
}

static size_t gets(struct receipt receipt)
{
	receipt.done = true;
	return ledger_received(receiver, sender, &receipt, parts);
}

static size_t receives(uint64_t bytes)
{
	ledger_receive(receiver);
	return gets((struct receipt){ .bytes = bytes });
}

static size_t peeks(uint64_t bytes)
{
	ledger_receive(receiver);
	return gets((struct receipt){ .bytes = bytes, .peeked = true });
}

static void expect_part(size_t i, uint64_t number, uint64_t offset, uint64_t length, uint64_t of)
{
	ck_assert_uint_eq(parts[i].number, number);
	ck_assert_uint_eq(parts[i].offset, offset);
	ck_assert_uint_eq(parts[i].length, length);
	ck_assert(parts[i].returned);
	ck_assert_uint_eq(parts[i].of, of);
}

/* --- a stream ------------------------------------------------------------------------- */

START_TEST(a_receive_may_end_one_send_and_take_another)
{
	sends(2, 5);
	sends(3, 4);
	ck_assert_uint_eq(receives(2), 1);
	expect_part(0, 2, 0, 2, 5);
	ck_assert_uint_eq(receives(7), 2);
	expect_part(0, 2, 2, 3, 5);
	expect_part(1, 3, 0, 4, 4);
	ck_assert_str_eq(parts[1].call, "send");
	ck_assert_uint_eq(parts[1].calls, 1);
	ck_assert_uint_eq(parts[1].last, 3);
}
END_TEST

START_TEST(what_is_peeked_is_received_again)
{
	sends(1, 3);
	sends(2, 4);
	ck_assert_uint_eq(peeks(5), 2);
	expect_part(1, 2, 0, 2, 4);
	ck_assert_uint_eq(peeks(1), 1);
	expect_part(0, 1, 0, 1, 3);
	ck_assert_uint_eq(receives(7), 2);
	expect_part(0, 1, 0, 3, 3);
	expect_part(1, 2, 0, 4, 4);
}
END_TEST

START_TEST(a_send_that_moved_nothing_leaves_no_trace)
{
	ledger_send(sender, 1, "send");
	ledger_sent(sender, false, 99, MOST_SENDS);
	sends(2, 0);
	sends(3, 4);
	ck_assert_uint_eq(receives(0), 0);
	ck_assert_uint_eq(receives(4), 1);
	expect_part(0, 3, 0, 4, 4);
}
END_TEST

START_TEST(a_send_under_way_is_named_before_its_length_is_known)
{
	sends(1, 2);
	ledger_send(sender, 5, "write");
	ck_assert_uint_eq(receives(6), 2);
	expect_part(0, 1, 0, 2, 2);
	ck_assert_uint_eq(parts[1].number, 5);
	ck_assert_uint_eq(parts[1].length, 4);
	ck_assert_str_eq(parts[1].call, "write");
	ck_assert(!parts[1].returned);
	ledger_sent(sender, true, 10, MOST_SENDS);
	ck_assert_uint_eq(receives(6), 1);
	expect_part(0, 5, 4, 6, 10);
}
END_TEST

START_TEST(a_send_that_never_returns_may_have_sent_anything)
{
	ledger_send(sender, 5, "send");
	ck_assert_uint_eq(receives(6), 1);
	sends(7, 3);
	ck_assert_uint_eq(receives(1), 1);
	ck_assert_uint_eq(parts[0].number, 5);
	ck_assert_uint_eq(parts[0].last, 7);
	ck_assert_uint_eq(parts[0].calls, 2);
	ck_assert(!parts[0].returned);
}
END_TEST

START_TEST(sends_in_the_kernel_together_are_not_told_apart)
{
	sends(1, 2);
	ledger_send(sender, 2, "send");
	ledger_send(sender, 3, "write");
	ledger_sent(sender, true, 4, MOST_SENDS);
	ledger_sent(sender, true, 5, MOST_SENDS);
	sends(4, 1);
	ck_assert_uint_eq(receives(12), 3);
	expect_part(0, 1, 0, 2, 2);
	expect_part(1, 2, 0, 9, 9);
	ck_assert_uint_eq(parts[1].last, 3);
	ck_assert_uint_eq(parts[1].calls, 2);
	ck_assert_ptr_null(parts[1].call);
	expect_part(2, 4, 0, 1, 1);
}
END_TEST

START_TEST(of_receives_in_the_kernel_together_nobody_says_what_each_got)
{
	sends(1, 9);
	ledger_receive(receiver);
	ledger_receive(receiver);
	ck_assert_uint_eq(gets((struct receipt){ .bytes = 2 }), 0);
	ledger_receive(receiver);
	ck_assert_uint_eq(gets((struct receipt){ .bytes = 2 }), 0);
	ck_assert_uint_eq(gets((struct receipt){ .bytes = 1 }), 0);
	/* But all together they got five. */
	ck_assert_uint_eq(receives(4), 1);
	expect_part(0, 1, 5, 4, 9);
}
END_TEST

START_TEST(a_receive_that_never_returns_makes_it_silent)
{
	sends(1, 9);
	ledger_receive(receiver);
	ck_assert_uint_eq(receives(2), 0);
	ck_assert_uint_eq(receives(2), 0);
}
END_TEST

START_TEST(calls_without_a_number_are_counted_all_the_same)
{
	sends(0, 3);
	sends(4, 2);
	ck_assert_uint_eq(receives(4), 2);
	expect_part(0, 0, 0, 3, 3);
	expect_part(1, 4, 0, 1, 2);
}
END_TEST

START_TEST(more_than_was_sent_makes_it_silent_for_good)
{
	sends(1, 3);
	ck_assert_uint_eq(receives(4), 0);
	sends(2, 3);
	ck_assert_uint_eq(receives(1), 0);
}
END_TEST

START_TEST(a_send_of_less_than_was_taken_of_it_makes_it_silent_for_good)
{
	ledger_send(sender, 1, "send");
	ck_assert_uint_eq(receives(4), 1);
	ledger_sent(sender, true, 3, MOST_SENDS);
	sends(2, 3);
	ck_assert_uint_eq(receives(1), 0);
}
END_TEST

START_TEST(bytes_of_nobody_make_it_silent_for_good)
{
	struct receipt receipt = { .done = true, .bytes = 3 };
	ledger_receive(receiver);
	ck_assert_uint_eq(ledger_received(receiver, NULL, &receipt, parts), 0);
	sends(1, 3);
	ck_assert_uint_eq(receives(3), 0);
}
END_TEST

START_TEST(what_is_lost_stays_so)
{
	sends(1, 3);
	ledger_lose_received(receiver);
	ck_assert_uint_eq(receives(1), 0);
	teardown();
	setup();
	ledger_send(sender, 1, "send");
	ledger_lose_sent(sender);
	ledger_sent(sender, true, 3, MOST_SENDS);
	sends(2, 3);
	ck_assert_uint_eq(receives(1), 0);
}
END_TEST

START_TEST(of_many_parts_the_first_and_the_last_are_told_apart)
{
	for (uint64_t i = 1; i <= 100; i++)
		sends(i, 2);
	ck_assert_uint_eq(receives(199), MOST_ORIGINS);
	expect_part(0, 1, 0, 2, 2);
	expect_part(MOST_ORIGINS - 3, 6, 0, 2, 2);
	expect_part(MOST_ORIGINS - 2, 7, 0, 186, 186);
	ck_assert_uint_eq(parts[MOST_ORIGINS - 2].last, 99);
	ck_assert_uint_eq(parts[MOST_ORIGINS - 2].calls, 93);
	expect_part(MOST_ORIGINS - 1, 100, 0, 1, 2);
}
END_TEST

START_TEST(sends_that_nobody_receives_take_bounded_memory)
{
	enum { SENDS = 100000 };
	for (uint64_t i = 1; i <= SENDS; i++)
		sends(i, 3);
	for (uint64_t i = 1; i < MOST_SENDS; i++) {
		ck_assert_uint_eq(receives(3), 1);
		expect_part(0, i, 0, 3, 3);
	}
	const uint64_t rest = UINT64_C(3) * (SENDS - MOST_SENDS + 1);
	ck_assert_uint_eq(receives(3), 1);
	expect_part(0, MOST_SENDS, 0, 3, rest);
	ck_assert_uint_eq(parts[0].last, SENDS);
	/* From there on they are told apart again. */
	sends(SENDS + 1, 5);
	ck_assert_uint_eq(receives(rest), 2);
	expect_part(1, SENDS + 1, 0, 3, 5);
}
END_TEST

/* --- messages ------------------------------------------------------------------------- */

START_TEST(a_message_is_taken_whole_whatever_is_read_of_it)
{
	sends(1, 9);
	sends(2, 0);
	sends(3, 4);
	ck_assert_uint_eq(peeks(2), 1);
	ck_assert_uint_eq(receives(3), 1);
	expect_part(0, 1, 0, 3, 9);
	ck_assert_uint_eq(receives(0), 1);
	expect_part(0, 2, 0, 0, 0);
	ck_assert_uint_eq(receives(4), 1);
	expect_part(0, 3, 0, 4, 4);
	ck_assert_uint_eq(receives(0), 0); /* the end */
	sends(4, 1);
	ck_assert_uint_eq(receives(1), 1);
	expect_part(0, 4, 0, 1, 1);
}
END_TEST

START_TEST(of_messages_sent_together_nobody_says_which_is_which)
{
	ledger_send(sender, 1, "send");
	ledger_send(sender, 2, "send");
	ledger_sent(sender, true, 3, MOST_SENDS);
	ck_assert_uint_eq(receives(3), 0);
	ledger_sent(sender, true, 3, MOST_SENDS);
	sends(3, 5);
	ck_assert_uint_eq(receives(3), 0);
	ck_assert_uint_eq(receives(5), 1);
	expect_part(0, 3, 0, 5, 5);
}
END_TEST

START_TEST(a_message_longer_than_was_sent_makes_it_silent_for_good)
{
	sends(1, 3);
	ck_assert_uint_eq(receives(4), 0);
	sends(2, 3);
	ck_assert_uint_eq(receives(3), 0);
}
END_TEST

START_TEST(a_message_of_unknown_length_is_counted)
{
	sends(1, 3);
	sends(2, 4);
	ledger_receive(receiver);
	ck_assert_uint_eq(gets((struct receipt){ .bytes = 3, .unclear = true }), 0);
	ck_assert_uint_eq(receives(4), 1);
	expect_part(0, 2, 0, 4, 4);
}
END_TEST

/* --- the kernel's counts ------------------------------------------------------------------ */

static bool agrees(uint64_t came, uint64_t waits, bool fin)
{
	struct arrived arrived = { .came = came, .waits = waits, .fin = fin };
	return ledger_agrees(receiver, sender, &arrived);
}

START_TEST(bytes_that_nobody_sent_contradict_it)
{
	sends(1, 5);
	receives(2);
	ck_assert(agrees(5, 3, false));
	ck_assert(agrees(2, 0, false)); /* the rest is under way */
	ck_assert(!agrees(6, 4, false));
	ck_assert(agrees(6, 3, true));
	ledger_send(sender, 2, "send");
	ck_assert(agrees(6, 4, false));
}
END_TEST

START_TEST(bytes_that_went_another_way_contradict_it)
{
	sends(1, 5);
	receives(2);
	ck_assert(!agrees(5, 2, false));
	ck_assert(agrees(4, 3, false)); /* one came between the two questions */
	ledger_receive(receiver);
	ck_assert(agrees(5, 2, false));
}
END_TEST

/* --- at random ------------------------------------------------------------------------------ */

/* Each byte of the stream knows which send it is of, and where in there. */
enum { STREAM = 200000 };

struct byte {
	uint64_t number, offset, of;
};

static void expect_truth(const struct byte *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t told = 0;
		for (uint64_t k = 0; k < parts[i].length; k++, bytes++) {
			ck_assert_uint_ge(bytes->number, parts[i].number);
			ck_assert_uint_le(bytes->number, parts[i].last);
			if (parts[i].calls > 1)
				continue;
			ck_assert_uint_eq(bytes->offset, parts[i].offset + told++);
			ck_assert_uint_eq(bytes->of, parts[i].of);
		}
	}
}

START_TEST(at_random_it_tells_the_truth)
{
	struct byte *stream = calloc(STREAM, sizeof *stream);
	size_t sent = 0, taken = 0;
	uint64_t number = 0;
	srand(7);
	while (sent < STREAM - 100) {
		for (int i = rand() % 40; i && sent < STREAM - 100; i--) {
			uint64_t size = (uint64_t)(rand() % 12);
			number += 1 + (uint64_t)(rand() % 3);
			for (uint64_t k = 0; k < size; k++)
				stream[sent++] = (struct byte){ number, k, size };
			sends(number, size);
		}
		for (int i = rand() % 6; i; i--) {
			size_t wanted = (size_t)(rand() % 60);
			size_t size = wanted < sent - taken ? wanted : sent - taken;
			bool peek = rand() % 4 == 0;
			size_t count = peek ? peeks(size) : receives(size);
			uint64_t told = 0;
			for (size_t k = 0; k < count; k++)
				told += parts[k].length;
			ck_assert_uint_eq(told, size);
			expect_truth(stream + taken, count);
			taken += peek ? 0 : size;
		}
	}
	free(stream);
}
END_TEST

static void add_tests(Suite *suite, const char *name, void (*begins)(void),
		      const TTest *const *tests)
{
	TCase *group = tcase_create(name);
	tcase_add_checked_fixture(group, begins, teardown);
	for (; *tests; tests++)
		tcase_add_test(group, *tests);
	suite_add_tcase(suite, group);
}

Suite *unit_suite(void)
{
	const TTest *const streams[] = {
		a_receive_may_end_one_send_and_take_another,
		what_is_peeked_is_received_again,
		a_send_that_moved_nothing_leaves_no_trace,
		a_send_under_way_is_named_before_its_length_is_known,
		a_send_that_never_returns_may_have_sent_anything,
		sends_in_the_kernel_together_are_not_told_apart,
		of_receives_in_the_kernel_together_nobody_says_what_each_got,
		a_receive_that_never_returns_makes_it_silent,
		calls_without_a_number_are_counted_all_the_same,
		more_than_was_sent_makes_it_silent_for_good,
		a_send_of_less_than_was_taken_of_it_makes_it_silent_for_good,
		bytes_of_nobody_make_it_silent_for_good,
		what_is_lost_stays_so,
		of_many_parts_the_first_and_the_last_are_told_apart,
		sends_that_nobody_receives_take_bounded_memory,
		bytes_that_nobody_sent_contradict_it,
		bytes_that_went_another_way_contradict_it,
		at_random_it_tells_the_truth,
		NULL,
	};
	const TTest *const messages[] = {
		a_message_is_taken_whole_whatever_is_read_of_it,
		of_messages_sent_together_nobody_says_which_is_which,
		a_message_longer_than_was_sent_makes_it_silent_for_good,
		a_message_of_unknown_length_is_counted,
		NULL,
	};
	Suite *suite = suite_create("ledger");
	add_tests(suite, "streams", setup, streams);
	add_tests(suite, "messages", setup_messages, messages);
	return suite;
}
