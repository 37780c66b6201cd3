/* The tables of texts, and how their places are filled in. */
#include "unit.h"

#include "support/arena.h"
#include "teach/texts.h"

#include <string.h>

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct text_field fields[] = {
	{ "text", "{count} {count:connection|connections} of {user} on port {port}." },
	{ "text", "{count} {count:connection|connections} on port {port}{count:|s}." },
	{ "fix", "Nothing to fill in." },
	{ "check", "ss -tan 'sport = :{port}' src {path}" },
	{ "check", "ss -tan 'sport = :{port}'" },
};
static const struct text text = { "bind-in-use", fields, 5 };

static const char *fill(const char *key, const struct note_param *params, size_t count)
{
	return text_fill(arena, &text, key, params, count, strcmp(key, "check") == 0);
}

START_TEST(the_first_whose_places_are_all_known_is_taken)
{
	const struct note_param params[] = { { "port", "80" },
					     { "count", "2" },
					     { "user", "nobody" } };
	ck_assert_str_eq(fill("text", params, 3), "2 connections of nobody on port 80.");
	ck_assert_str_eq(fill("text", params, 2), "2 connections on port 80s.");
	ck_assert_ptr_null(fill("text", params, 1));
	ck_assert_str_eq(fill("fix", NULL, 0), "Nothing to fill in.");
	ck_assert_ptr_null(fill("also", params, 3));
}
END_TEST

START_TEST(one_has_a_word_of_its_own)
{
	const struct note_param params[] = { { "port", "80" }, { "count", "1" } };
	ck_assert_str_eq(fill("text", params, 2), "1 connection on port 80.");
}
END_TEST

START_TEST(what_a_shell_would_read_otherwise_fills_no_place_of_a_command)
{
	static const char *const hostile[] = { "$(reboot)", "a b", "-rf", "x;id", "'x", "" };
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		const struct note_param params[] = { { "port", "80" }, { "path", hostile[i] } };
		ck_assert_str_eq(fill("check", params, 2), "ss -tan 'sport = :80'");
	}
}
END_TEST

START_TEST(with_nothing_to_fill_in_a_place_is_its_own_name)
{
	ck_assert_str_eq(text_pattern(arena, &text, "text", 0),
			 "COUNT connections of USER on port PORT.");
	ck_assert_str_eq(text_pattern(arena, &text, "check", 1), "ss -tan 'sport = :PORT'");
	ck_assert_str_eq(text_pattern(arena, &text, "fix", 0), "Nothing to fill in.");
	ck_assert_ptr_null(text_pattern(arena, &text, "fix", 1));
}
END_TEST

START_TEST(an_entry_is_found_by_its_name)
{
	ck_assert_str_eq(texts_find(&texts_errno, "bind EADDRINUSE udp")->id,
			 "bind EADDRINUSE udp");
	ck_assert_ptr_null(texts_find(&texts_errno, "bind"));
	ck_assert_ptr_null(texts_find(&texts_errno, ""));
	for (size_t i = 1; i < texts_errno.count; i++)
		ck_assert_int_lt(strcmp(texts_errno.rows[i - 1].id, texts_errno.rows[i].id), 0);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("texts");
	TCase *test = tcase_create("texts");
	tcase_add_checked_fixture(test, setup, teardown);
	tcase_add_test(test, the_first_whose_places_are_all_known_is_taken);
	tcase_add_test(test, one_has_a_word_of_its_own);
	tcase_add_test(test, what_a_shell_would_read_otherwise_fills_no_place_of_a_command);
	tcase_add_test(test, with_nothing_to_fill_in_a_place_is_its_own_name);
	tcase_add_test(test, an_entry_is_found_by_its_name);
	suite_add_tcase(suite, test);
	return suite;
}
