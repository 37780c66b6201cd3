#include "options.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct options options;
static struct options_error error;

enum { MAX_WORDS = 16 };

static int parse(const char *const *words)
{
	/* main()'s words may be changed, literals may not; options_parse() does neither. */
	static char *changeable[MAX_WORDS];
	int count = 0;
	for (; words[count]; count++)
		changeable[count] = (char *)(uintptr_t)words[count];
	changeable[count] = NULL;
	return options_parse(&options, count, changeable, &error);
}

#define PARSE(...) parse((const char *[]){ "socktrace", __VA_ARGS__, NULL })

START_TEST(parsing_stops_at_the_program)
{
	ck_assert_int_eq(PARSE("-q", "./server", "-q", "--client=x"), 0);
	ck_assert(options.quiet);
	ck_assert_str_eq(options.program[0], "./server");
	ck_assert_str_eq(options.program[1], "-q");
	ck_assert_uint_eq(options.client_count, 0);
	options_done(&options);

	ck_assert_int_eq(PARSE("--", "-strange"), 0);
	ck_assert_str_eq(options.program[0], "-strange");
	options_done(&options);
}
END_TEST

START_TEST(a_format_belongs_to_the_output_that_follows)
{
	ck_assert_int_eq(PARSE("--format=jsonl", "-o", "a.txt", "-o", "b.jsonl", "-o", "c", "true"),
			 0);
	ck_assert_uint_eq(options.output_count, 3);
	ck_assert_str_eq(options.outputs[0].format->name, "jsonl");
	ck_assert_str_eq(options.outputs[1].format->name, "jsonl");
	ck_assert_str_eq(options.outputs[2].format->name, "text");
	options_done(&options);
}
END_TEST

START_TEST(without_output_the_transcript_goes_to_standard_error)
{
	ck_assert_int_eq(PARSE("true"), 0);
	ck_assert_uint_eq(options.output_count, 1);
	ck_assert_ptr_null(options.outputs[0].path);
	ck_assert_str_eq(options.outputs[0].format->name, "text");
	options_done(&options);
}
END_TEST

START_TEST(the_set_of_calls_is_read_as_strace_reads_it)
{
	const struct selection *set = &options.selection;
	ck_assert_int_eq(PARSE("-e", "trace=connect,wait", "true"), 0);
	ck_assert(selection_shows(set, CALL_CONNECT, CLASS_SETUP));
	ck_assert(selection_shows(set, CALL_POLL, CLASS_WAIT));
	ck_assert(!selection_shows(set, CALL_BIND, CLASS_SETUP));
	options_done(&options);

	ck_assert_int_eq(PARSE("-e", "!data,close", "true"), 0);
	ck_assert(selection_shows(set, CALL_BIND, CLASS_SETUP));
	ck_assert(!selection_shows(set, CALL_CLOSE, CLASS_SETUP));
	ck_assert(!selection_shows(set, CALL_RECVFROM, CLASS_DATA));
	options_done(&options);

	ck_assert_int_eq(PARSE("-e", "%net,!recv", "true"), 0);
	ck_assert(selection_shows(set, CALL_SENDTO, CLASS_DATA));
	ck_assert(!selection_shows(set, CALL_RECVFROM, CLASS_DATA));
	ck_assert(!selection_shows(set, CALL_POLL, CLASS_WAIT));
	options_done(&options);
}
END_TEST

START_TEST(what_programs_print_is_shown_with_a_client_or_a_demo)
{
	ck_assert_int_eq(PARSE("true"), 0);
	ck_assert(!(options.selection.classes & CLASS_OUTPUT));
	options_done(&options);
	ck_assert_int_eq(PARSE("--client=nc", "true"), 0);
	ck_assert(options.selection.classes & CLASS_OUTPUT);
	options_done(&options);
	ck_assert_int_eq(PARSE("--client=nc", "-e", "setup", "true"), 0);
	ck_assert(!(options.selection.classes & CLASS_OUTPUT));
	options_done(&options);
}
END_TEST

START_TEST(what_straces_users_type_is_accepted)
{
	ck_assert_int_eq(PARSE("-f", "-y", "-yy", "-ttt", "-T", "-s", "10", "true"), 0);
	ck_assert_uint_eq(options.time_letters, 3);
	ck_assert(options.duration);
	ck_assert_uint_eq(options.show_bytes, 10);
	options_done(&options);
}
END_TEST

START_TEST(each_error_names_the_word)
{
	static const struct {
		const char *words[4];
		const char *says;
	} cases[] = {
		{ { "socktrace", "--fnord", "true", NULL }, "--fnord" },
		{ { "socktrace", "--quiet=1", "true", NULL }, "--quiet=1" },
		{ { "socktrace", "-s", NULL }, "-s" },
		{ { "socktrace", "-sx", "true", NULL }, "x" },
		{ { "socktrace", "--color=blue", "true", NULL }, "blue" },
		{ { "socktrace", "-e", "fnord", NULL }, "fnord" },
		{ { "socktrace", "-e", "", NULL }, "-e" },
		{ { "socktrace", "--linger=1s", "true", NULL }, "1s" },
		{ { "socktrace", "--linger=86401", "true", NULL }, "86401" },
		{ { "socktrace", "--linger=-1", "true", NULL }, "-1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_int_eq(parse(cases[i].words), -EINVAL);
		ck_assert_msg(strstr(error.what, cases[i].says), "%s", error.what);
		options_done(&options);
	}
}
END_TEST

START_TEST(the_last_value_of_a_sysctl_counts)
{
	ck_assert_int_eq(PARSE("--isolate", "--sysctl=net.ipv4.tcp_fin_timeout=5",
			       "--sysctl=net.core.somaxconn=1", "--sysctl",
			       "net.ipv4.tcp_fin_timeout=a=b", "true"),
			 0);
	ck_assert_uint_eq(options.sysctls.count, 2);
	ck_assert_str_eq(options.sysctls.rows[0].name, "net.ipv4.tcp_fin_timeout");
	ck_assert_str_eq(options.sysctls.rows[0].value, "a=b");
	ck_assert_str_eq(options.sysctls.rows[1].name, "net.core.somaxconn");
	options_done(&options);

	ck_assert_int_eq(PARSE("--demo=echo", "--sysctl=net.core.somaxconn=1"), 0);
	options_done(&options);
}
END_TEST

START_TEST(a_sysctl_is_of_an_isolated_network_and_below_net)
{
	static const char *const bad[] = {
		"--sysctl=kernel.hostname=x", "--sysctl=net.=1",        "--sysctl=net=1",
		"--sysctl=net.core.x",        "--sysctl=net.core.x=",   "--sysctl=",
		"--sysctl=net./../x=1",       "--sysctl=net.core x=1",  "--sysctl=net.\xff=1",
		"--sysctl=network.x=1",       "--sysctl=/net/core/x=1",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(PARSE("--isolate", bad[i], "true"), -EINVAL);
		ck_assert_msg(strstr(error.what, bad[i]), "%s", error.what);
		options_done(&options);
	}
	ck_assert_int_eq(PARSE("--sysctl=net.core.somaxconn=1", "true"), -EINVAL);
	ck_assert_msg(strstr(error.what, "--isolate"), "%s", error.what);
	options_done(&options);
	ck_assert_int_eq(PARSE("--replay=x", "--sysctl=net.core.somaxconn=1"), -EINVAL);
	options_done(&options);
}
END_TEST

START_TEST(notes_are_explained_first_all_or_none)
{
	ck_assert_int_eq(PARSE("true"), 0);
	ck_assert_int_eq(options.notes, NOTES_OPTION_FIRST);
	options_done(&options);
	ck_assert_int_eq(PARSE("--notes=all", "true"), 0);
	ck_assert_int_eq(options.notes, NOTES_OPTION_ALL);
	options_done(&options);
	ck_assert_int_eq(PARSE("--notes=none", "true"), 0);
	ck_assert_int_eq(options.notes, NOTES_OPTION_NONE);
	options_done(&options);
	ck_assert_int_eq(PARSE("--notes=some", "true"), -EINVAL);
	options_done(&options);
}
END_TEST

START_TEST(a_check_is_of_all_rules_or_of_some_that_exist)
{
	ck_assert_int_eq(PARSE("--check", "true"), 0);
	ck_assert(options.check);
	ck_assert_ptr_null(options.check_rules);
	options_done(&options);
	ck_assert_int_eq(PARSE("--check=bind-in-use,reuseaddr-late", "true"), 0);
	ck_assert_str_eq(options.check_rules, "bind-in-use,reuseaddr-late");
	options_done(&options);
	static const char *const wrong[] = { "--check=", "--check=bind-in-us", "--check=,",
					     "--check=bind-in-use,", "--check=bind-in-use,x" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		ck_assert_int_eq(PARSE(wrong[i], "true"), -EINVAL);
		options_done(&options);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *tests = tcase_create("options");
	tcase_add_test(tests, parsing_stops_at_the_program);
	tcase_add_test(tests, a_format_belongs_to_the_output_that_follows);
	tcase_add_test(tests, without_output_the_transcript_goes_to_standard_error);
	tcase_add_test(tests, the_set_of_calls_is_read_as_strace_reads_it);
	tcase_add_test(tests, what_programs_print_is_shown_with_a_client_or_a_demo);
	tcase_add_test(tests, what_straces_users_type_is_accepted);
	tcase_add_test(tests, each_error_names_the_word);
	tcase_add_test(tests, the_last_value_of_a_sysctl_counts);
	tcase_add_test(tests, a_sysctl_is_of_an_isolated_network_and_below_net);
	tcase_add_test(tests, notes_are_explained_first_all_or_none);
	tcase_add_test(tests, a_check_is_of_all_rules_or_of_some_that_exist);
	suite_add_tcase(suite, tests);
	return suite;
}
