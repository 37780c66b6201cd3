/* Lines on their way to a reader: columns, names, and where Chinese may be broken. */
#include "unit.h"

#include "formatters/line.h"

#include <string.h>

static struct line line;

static void teardown(void)
{
	line_done(&line);
}

/* What comes of the words in lines of so many columns. */
static const char *wrapped(const char *words, size_t width)
{
	line_done(&line);
	line_wrap(&line, words, width);
	return line_string(&line);
}

START_TEST(a_wide_character_takes_two_columns)
{
	line_put(&line, "ab中文c");
	ck_assert_uint_eq(line.columns, 7);
	line_format(&line, "%s%d", "，", 12);
	ck_assert_uint_eq(line.columns, 11);
	line_pad(&line, 13);
	ck_assert_str_eq(line_string(&line), "ab中文c，12  ");
}
END_TEST

START_TEST(a_long_sentence_is_not_cut)
{
	char words[3 * 200 + 1] = "";
	for (size_t i = 0; i < 200; i++)
		memcpy(words + 3 * i, "中", 4);
	line_format(&line, "%s.", words);
	ck_assert_uint_eq(line.columns, 401);
	ck_assert_uint_eq(strlen(line_string(&line)), 601);
}
END_TEST

START_TEST(names_in_a_sentence_are_inert)
{
	line_names(&line, "%s 没有返回：%s。", "\x1b[2Jrecv",
		   "a\xff"
		   "b");
	ck_assert_str_eq(line_string(&line), "\\x1b[2Jrecv 没有返回：a\xEF\xBF\xBD"
					     "b。");
}
END_TEST

START_TEST(no_line_begins_with_a_closing_mark)
{
	ck_assert_str_eq(wrapped("一二三四五六七八九十，一", 20), "一二三四五六七八九\n十，一");
	ck_assert_str_eq(wrapped("一二三四五六七八九（十）一", 22), "一二三四五六七八九\n（十）一");
	ck_assert_str_eq(wrapped("一二三四五六七八九“十”一", 20), "一二三四五六七八九\n“十”一");
}
END_TEST

START_TEST(no_line_ends_with_an_opening_mark)
{
	ck_assert_str_eq(wrapped("一二三四五六七八九（十一", 20), "一二三四五六七八九\n（十一");
	ck_assert_str_eq(wrapped("一二三四五六七八九（TCP）一", 20),
			 "一二三四五六七八九\n（TCP）一");
	ck_assert_str_eq(wrapped("一二三四五六七八九“十一", 20), "一二三四五六七八九\n“十一");
}
END_TEST

START_TEST(a_word_of_english_stays_in_one_piece)
{
	ck_assert_str_eq(wrapped("一二三四五六七八accept一二", 20), "一二三四五六七八\naccept一二");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("line");
	TCase *lines = tcase_create("lines");
	tcase_add_checked_fixture(lines, NULL, teardown);
	tcase_add_test(lines, a_wide_character_takes_two_columns);
	tcase_add_test(lines, a_long_sentence_is_not_cut);
	tcase_add_test(lines, names_in_a_sentence_are_inert);
	tcase_add_test(lines, no_line_begins_with_a_closing_mark);
	tcase_add_test(lines, no_line_ends_with_an_opening_mark);
	tcase_add_test(lines, a_word_of_english_stays_in_one_piece);
	suite_add_tcase(suite, lines);
	return suite;
}
