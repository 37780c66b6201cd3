#include "lists.h"
#include "options.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* What a text function prints; the caller frees it. */
static char *printed(void (*print)(FILE *file))
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(file);
	print(file);
	ck_assert_int_eq(fclose(file), 0);
	return text;
}

/* The line of --list options that has this name; the caller frees it. */
static char *line_of(const char *name)
{
	char *list = printed(options_list);
	char *found = NULL;
	char *rest = list;
	for (char *line; !found && (line = strsep(&rest, "\n"));) {
		char word[64] = "";
		sscanf(line, "%*s %63s", word);
		if (strcmp(word, name) == 0)
			found = strdup(line);
	}
	free(list);
	ck_assert_msg(found, "no line has the name %s", name);
	return found;
}

/* The n-th word of that line, from 0, is this one. */
static void check_word(const char *name, int n, const char *expected)
{
	char *line = line_of(name);
	char *word = strtok(line, " ");
	while (n-- > 0)
		word = strtok(NULL, " ");
	ck_assert_str_eq(word, expected);
	free(line);
}

START_TEST(every_option_of_the_table_has_a_line_in_the_list)
{
	struct option_text option;
	size_t position = 0, lines = 0, options = 0;
	while (options_next(&position, &option)) {
		ck_assert(option.letter || option.name);
		options++;
	}
	char *list = printed(options_list);
	for (const char *c = list; *c; c++)
		lines += *c == '\n';
	ck_assert_uint_gt(options, 30);
	ck_assert_uint_eq(lines, options);
	free(list);
}
END_TEST

START_TEST(a_line_has_five_words_with_a_hyphen_for_what_is_not_there)
{
	check_word("--attach", 0, "-p");
	check_word("--attach", 2, "PID,...");
	check_word("--attach", 3, "-");
	check_word("--keep", 0, "-");
	check_word("--keep", 2, "-");
	check_word("--keep", 3, "-");
	check_word("--keep", 4, "leave");
}
END_TEST

START_TEST(the_values_are_those_of_the_argument_or_of_a_list)
{
	check_word("--wire", 3, "full|off");
	check_word("--color", 3, "auto|always|never");
	check_word("--demo", 3, "@demos");
	check_word("--format", 3, "@formats");
	check_word("--explain", 3, "@topics");
	check_word("--check", 3, "@rules");
	check_word("--list", 3, LISTS);
	check_word("--scenario", 3, "-");
	char *line = line_of("--trace");
	ck_assert_ptr_nonnull(strstr(line, " setup|data|"));
	ck_assert_ptr_nonnull(strstr(line, "|@calls "));
	free(line);
}
END_TEST

START_TEST(help_has_every_option_that_is_worth_a_line)
{
	struct option_text option;
	size_t position = 0;
	char *help = printed(options_help);
	while (options_next(&position, &option)) {
		char name[64];
		if (option.name)
			snprintf(name, sizeof name, " --%s", option.name);
		else
			snprintf(name, sizeof name, "  -%c", option.letter);
		ck_assert_msg(!!strstr(help, name) == !!option.help, "%s", name);
		ck_assert_msg(!option.help || strstr(help, option.help), "%s", name);
	}
	ck_assert_ptr_nonnull(strstr(help, "\n  -s, --bytes=N              payload bytes shown"));
	ck_assert_ptr_nonnull(strstr(help, "\n      --wire[=full|off]      show"));
	ck_assert_ptr_nonnull(strstr(help, "\n  -u USER                    run"));
	ck_assert_ptr_nonnull(strstr(
		help, "\n      --color=auto|always|never\n                             colours"));
	free(help);
}
END_TEST

START_TEST(everything_that_help_says_can_be_listed_is_listed)
{
	char names[] = LISTS;
	char *rest = names;
	for (char *name; (name = strsep(&rest, "|"));) {
		char *text = NULL;
		size_t size = 0;
		FILE *file = open_memstream(&text, &size);
		/* The demos are beside the program, and this test is not it. */
		if (strcmp(name, "demos") != 0)
			ck_assert_int_eq(list_write(name, file), 0);
		fclose(file);
		ck_assert(strcmp(name, "demos") == 0 || size > 0);
		free(text);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("option texts");
	TCase *tests = tcase_create("option texts");
	tcase_add_test(tests, every_option_of_the_table_has_a_line_in_the_list);
	tcase_add_test(tests, a_line_has_five_words_with_a_hyphen_for_what_is_not_there);
	tcase_add_test(tests, the_values_are_those_of_the_argument_or_of_a_list);
	tcase_add_test(tests, help_has_every_option_that_is_worth_a_line);
	tcase_add_test(tests, everything_that_help_says_can_be_listed_is_listed);
	suite_add_tcase(suite, tests);
	return suite;
}
