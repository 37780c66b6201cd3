/* Words of a command line, held against what a shell makes of the same text. */
#include "support/words.h"

#include "support/auto.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

/* The words joined by "|", so that a test shows where they end. */
static void split(const char *text, char *out, size_t room)
{
	autofree char **argv = NULL;
	ck_assert_int_eq(words_split(text, &argv), 0);
	size_t used = 0;
	out[0] = '\0';
	for (char **word = argv; *word; word++)
		used += (size_t)snprintf(out + used, room - used, "%s%s", *word,
					 word[1] ? "|" : "");
}

static void assert_words(const char *text, const char *expected)
{
	char words[256];
	split(text, words, sizeof words);
	ck_assert_str_eq(words, expected);
}

START_TEST(blanks_of_any_number_and_kind_separate_words)
{
	assert_words("  ./server \t 8000\nreuse  ", "./server|8000|reuse");
}
END_TEST

START_TEST(an_empty_text_has_no_words)
{
	autofree char **argv = NULL;
	ck_assert_int_eq(words_split(" \t ", &argv), 0);
	ck_assert_ptr_null(argv[0]);
}
END_TEST

START_TEST(single_quotes_keep_everything_as_it_is)
{
	assert_words("'a b' 'c\"d' 'e\\n'", "a b|c\"d|e\\n");
}
END_TEST

START_TEST(double_quotes_keep_a_backslash_before_ordinary_characters)
{
	assert_words("\"a b\" \"c\\\"d\" \"e\\n\" \"\\$\\\\\"", "a b|c\"d|e\\n|$\\");
}
END_TEST

START_TEST(quoted_parts_join_their_neighbours)
{
	assert_words("a'b c'\"d e\"f", "ab cd ef");
}
END_TEST

START_TEST(empty_quotes_are_an_empty_word)
{
	assert_words("a '' \"\" b", "a|||b");
}
END_TEST

START_TEST(a_backslash_makes_a_blank_or_a_quote_ordinary)
{
	assert_words("a\\ b c\\'d e\\\\", "a b|c'd|e\\");
}
END_TEST

START_TEST(a_backslash_before_a_line_break_joins_the_lines)
{
	assert_words("a\\\nb \\\n c", "ab|c");
}
END_TEST

START_TEST(variables_patterns_and_pipes_are_letters)
{
	assert_words("echo $HOME *|cat >x &", "echo|$HOME|*|cat|>x|&");
}
END_TEST

START_TEST(an_open_quote_is_invalid)
{
	static const char *const texts[] = { "'", "a 'b", "\"", "a \"b\\\"", "a\\" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char **argv = NULL;
		ck_assert_int_eq(words_split(texts[i], &argv), -EINVAL);
		ck_assert_ptr_null(argv);
	}
}
END_TEST

START_TEST(as_many_words_as_the_text_can_hold_fit)
{
	char text[2000];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? ' ' : 'x';
	text[sizeof text - 1] = '\0';
	autofree char **argv = NULL;
	ck_assert_int_eq(words_split(text, &argv), 0);
	size_t count = 0;
	while (argv[count])
		ck_assert_str_eq(argv[count++], "x");
	ck_assert_uint_eq(count, sizeof text / 2);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("words");
	TCase *tests = tcase_create("words");
	tcase_add_test(tests, blanks_of_any_number_and_kind_separate_words);
	tcase_add_test(tests, an_empty_text_has_no_words);
	tcase_add_test(tests, single_quotes_keep_everything_as_it_is);
	tcase_add_test(tests, double_quotes_keep_a_backslash_before_ordinary_characters);
	tcase_add_test(tests, quoted_parts_join_their_neighbours);
	tcase_add_test(tests, empty_quotes_are_an_empty_word);
	tcase_add_test(tests, a_backslash_makes_a_blank_or_a_quote_ordinary);
	tcase_add_test(tests, a_backslash_before_a_line_break_joins_the_lines);
	tcase_add_test(tests, variables_patterns_and_pipes_are_letters);
	tcase_add_test(tests, an_open_quote_is_invalid);
	tcase_add_test(tests, as_many_words_as_the_text_can_hold_fit);
	suite_add_tcase(suite, tests);
	return suite;
}
