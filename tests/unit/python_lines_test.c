/* Line tables of every format, as literal bytes. */
#include "source/python_command.h"
#include "source/python_lines.h"
#include "support/auto.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define ASK(minor, table, address) ask((minor), (table), sizeof(table), (address))

/* "line:column-end", or "no" where the table does not tell. */
static const char *ask(unsigned minor, const uint8_t *table, size_t size, uint64_t address)
{
	static char answer[64];
	struct python_position position;
	if (!python_line(minor, table, size, 10, address, &position))
		return "no";
	snprintf(answer, sizeof answer, "%u:%u-%u", position.line, position.column,
		 position.end_column);
	return answer;
}

/* --- 3.8 and 3.9 ------------------------------------------------------------------------ */

START_TEST(lnotab_adds_address_and_line_deltas)
{
	static const uint8_t table[] = { 0, 1, 8, 2, 4, 0xff };
	ck_assert_str_eq(ASK(8, table, 0), "11:0-0");
	ck_assert_str_eq(ASK(8, table, 7), "11:0-0");
	ck_assert_str_eq(ASK(9, table, 8), "13:0-0");
	ck_assert_str_eq(ASK(9, table, 12), "12:0-0");
	ck_assert_str_eq(ASK(9, table, 1000), "12:0-0");
}
END_TEST

START_TEST(lnotab_splits_what_does_not_fit_into_a_byte)
{
	static const uint8_t table[] = { 255, 0, 45, 127, 0, 73 };
	ck_assert_str_eq(ASK(8, table, 299), "10:0-0");
	ck_assert_str_eq(ASK(8, table, 300), "210:0-0");
}
END_TEST

START_TEST(an_empty_lnotab_is_one_line)
{
	struct python_position position;
	ck_assert(python_line(8, (const uint8_t *)"", 0, 10, 6, &position));
	ck_assert_uint_eq(position.line, 10);
}
END_TEST

/* --- 3.10 ------------------------------------------------------------------------------- */

START_TEST(pairs_tell_how_long_a_line_is)
{
	static const uint8_t table[] = { 4, 1, 2, 128, 6, 2 };
	ck_assert_str_eq(ASK(10, table, 0), "11:0-0");
	ck_assert_str_eq(ASK(10, table, 3), "11:0-0");
	ck_assert_str_eq(ASK(10, table, 4), "0:0-0");
	ck_assert_str_eq(ASK(10, table, 6), "13:0-0");
	ck_assert_str_eq(ASK(10, table, 12), "no");
}
END_TEST

/* --- from 3.11 on ------------------------------------------------------------------------- */

START_TEST(entries_have_lines_and_columns)
{
	static const uint8_t table[] = { 0xeb, 0x00, 0xe3, 0x04, 0x09, 0xf8 };
	ck_assert_str_eq(ASK(11, table, 0), "10:0-0");
	ck_assert_str_eq(ASK(11, table, 7), "10:0-0");
	ck_assert_str_eq(ASK(11, table, 8), "12:5-10");
	ck_assert_str_eq(ASK(11, table, 15), "12:5-10");
	ck_assert_str_eq(ASK(11, table, 16), "0:0-0");
	ck_assert_str_eq(ASK(11, table, 18), "no");
}
END_TEST

/* Of `def f(s):` in line 10 and `    s.recv(1)` below it. */
START_TEST(each_kind_of_entry_is_read)
{
	static const uint8_t table[] = {
		0x80 | 15 << 3 | 0,                         /* 0: no line */
		0x80 | 14 << 3 | 1, 0x02, 0x00, 0x05, 0x0e, /* 2-5: line + 1, columns 4 to 13 */
		0x80 | 13 << 3 | 0, 0x03,                   /* 6: line - 1, no columns */
		0x80 | 11 << 3 | 0, 0x04, 0x09,             /* 8: line + 1 */
		0x80 | 2 << 3 | 0,  0x35,                   /* 10: the same, columns 19 to 24 */
		0x80 | 14 << 3 | 0, 0x00, 0x01, 0x05, 0x02, /* 12: ends a line further down */
	};
	ck_assert_str_eq(ASK(12, table, 0), "0:0-0");
	ck_assert_str_eq(ASK(12, table, 2), "11:5-14");
	ck_assert_str_eq(ASK(12, table, 5), "11:5-14");
	ck_assert_str_eq(ASK(13, table, 6), "10:0-0");
	ck_assert_str_eq(ASK(14, table, 8), "11:5-10");
	ck_assert_str_eq(ASK(15, table, 10), "11:20-25");
	ck_assert_str_eq(ASK(11, table, 12), "11:5-0");
	ck_assert_str_eq(ASK(11, table, 14), "no");
}
END_TEST

START_TEST(numbers_have_six_bits_a_byte)
{
	/* 200 = 3 * 64 + 8, doubled for the sign: 400 = 6 * 64 + 16. */
	static const uint8_t table[] = { 0x80 | 13 << 3, 0x40 | 16, 6 };
	ck_assert_str_eq(ASK(11, table, 0), "210:0-0");
}
END_TEST

START_TEST(a_table_that_is_none_tells_nothing)
{
	static const uint8_t no_head[] = { 0x6b, 0x00 };
	static const uint8_t cut_short[] = { 0xe3, 0x04 };
	static const uint8_t endless[] = { 0xe8, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x01 };
	static const uint8_t negative[] = { 0xe8, 0x40 | 33, 0x01 }; /* line 10 - 48 */
	static const uint8_t odd[] = { 4 };
	ck_assert_str_eq(ASK(11, no_head, 0), "no");
	ck_assert_str_eq(ASK(11, cut_short, 0), "no");
	ck_assert_str_eq(ASK(11, endless, 0), "no");
	ck_assert_str_eq(ASK(11, negative, 0), "no");
	ck_assert_str_eq(ASK(10, odd, 0), "no");
}
END_TEST

START_TEST(any_bytes_are_read_to_their_end_and_no_further)
{
	static const unsigned minors[] = { 8, 9, 10, 11, 12, 13, 14, 15 };
	srandom(1);
	for (unsigned round = 0; round < 200000; round++) {
		size_t size = (size_t)random() % 40;
		uint8_t *table = malloc(size ? size : 1);
		struct python_position position;
		ck_assert_ptr_nonnull(table);
		for (size_t i = 0; i < size; i++)
			table[i] = (uint8_t)random();
		unsigned minor = minors[(size_t)random() % (sizeof minors / sizeof *minors)];
		if (python_line(minor, table, size, (unsigned)random(), (uint64_t)random() % 400,
				&position))
			ck_assert(position.line <= INT32_MAX);
		free(table);
	}
}
END_TEST

/* --- python -c ---------------------------------------------------------------------------- */

#define COMMAND(minor, line, arguments) command((minor), (line), (arguments), sizeof(arguments))

static const char *command(unsigned minor, unsigned line, const char *arguments, size_t size)
{
	static char answer[64];
	autofree char *text = python_command_parse(arguments, size, minor, line);
	snprintf(answer, sizeof answer, "%s", text ? text : "none");
	return answer;
}

START_TEST(the_code_of_dash_c_is_found_behind_other_options)
{
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-c\0first\nsecond"), "first");
	ck_assert_str_eq(COMMAND(11, 2, "python3\0-c\0first\nsecond"), "second");
	ck_assert_str_eq(COMMAND(11, 3, "python3\0-c\0first\nsecond"), "none");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-Iuc\0code\0-c\0other"), "code");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-ccode"), "code");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-X\0-c\0-Wc\0-c\0code"), "code");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0--check-hash-based-pycs\0-c\0-c\0code"), "code");
}
END_TEST

START_TEST(the_arguments_of_a_script_are_no_code)
{
	ck_assert_str_eq(COMMAND(11, 1, "python3\0script.py\0-c\0code"), "none");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-m\0http.server\0-c\0code"), "none");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-\0-c\0code"), "none");
	ck_assert_str_eq(COMMAND(11, 1, "python3\0-c"), "none");
	ck_assert_str_eq(COMMAND(11, 1, "python3"), "none");
}
END_TEST

START_TEST(from_3_14_on_the_common_indentation_is_taken_off)
{
	ck_assert_str_eq(COMMAND(13, 2, "python3\0-c\0\n  if x:\n    y"), "  if x:");
	ck_assert_str_eq(COMMAND(14, 2, "python3\0-c\0\n  if x:\n    y"), "if x:");
	ck_assert_str_eq(COMMAND(14, 3, "python3\0-c\0\n  if x:\n    y"), "  y");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		lnotab_adds_address_and_line_deltas,
		lnotab_splits_what_does_not_fit_into_a_byte,
		an_empty_lnotab_is_one_line,
		pairs_tell_how_long_a_line_is,
		entries_have_lines_and_columns,
		each_kind_of_entry_is_read,
		numbers_have_six_bits_a_byte,
		a_table_that_is_none_tells_nothing,
		any_bytes_are_read_to_their_end_and_no_further,
		the_code_of_dash_c_is_found_behind_other_options,
		the_arguments_of_a_script_are_no_code,
		from_3_14_on_the_common_indentation_is_taken_off,
		NULL,
	};
	Suite *suite = suite_create("python_lines");
	TCase *all = tcase_create("python_lines");
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(all, *test);
	suite_add_tcase(suite, all);
	return suite;
}
