#include "lanes.h"
#include "unit.h"

#include <stdlib.h>

static void check_base(const char *program, const char *const *argv, const char *expected)
{
	char *base = lane_base(program, argv);
	ck_assert_str_eq(base, expected);
	free(base);
}

START_TEST(a_lane_is_called_like_the_program)
{
	check_base("/usr/bin/nc", (const char *[]){ "nc", "-l", NULL }, "nc");
	check_base("./server", (const char *[]){ "./server", "8000", NULL }, "server");
	check_base("/usr/bin/nginx", (const char *[]){ NULL }, "nginx");
}
END_TEST

START_TEST(an_interpreter_is_called_like_its_script)
{
	check_base("/usr/bin/python3.11", (const char *[]){ "python3", "a/server.py", "80", NULL },
		   "server.py");
	check_base("/usr/bin/python3",
		   (const char *[]){ "python3", "-u", "-W", "all", "x.py", NULL }, "x.py");
	check_base("/usr/bin/python3", (const char *[]){ "python3", "-m", "http.server", NULL },
		   "http.server");
	check_base("/bin/bash", (const char *[]){ "bash", "/usr/bin/tool", NULL }, "tool");
}
END_TEST

START_TEST(an_interpreter_without_script_is_called_like_itself)
{
	check_base("/usr/bin/python3", (const char *[]){ "python3", "-c", "print()", NULL },
		   "python3");
	check_base("/bin/sh", (const char *[]){ "sh", "-c", "true", NULL }, "sh");
	check_base("/bin/sh", (const char *[]){ "sh", NULL }, "sh");
}
END_TEST

START_TEST(the_first_keeps_the_name_and_none_returns)
{
	struct lanes lanes;
	ck_assert_int_eq(lanes_init(&lanes), 0);
	ck_assert_str_eq(lane_new(&lanes, "server"), "server");
	ck_assert_str_eq(lane_new(&lanes, "client"), "client");
	ck_assert_str_eq(lane_new(&lanes, "server"), "server-2");
	ck_assert_str_eq(lane_new(&lanes, "server"), "server-3");
	ck_assert_str_eq(lane_of_thread(&lanes, "server-2", 2), "server-2/t2");
	lanes_done(&lanes);
}
END_TEST

START_TEST(a_program_that_is_called_like_a_second_lane_gets_a_name_of_its_own)
{
	struct lanes lanes;
	ck_assert_int_eq(lanes_init(&lanes), 0);
	ck_assert_str_eq(lane_new(&lanes, "a-2"), "a-2");
	ck_assert_str_eq(lane_new(&lanes, "a"), "a");
	ck_assert_str_eq(lane_new(&lanes, "a"), "a-3");
	ck_assert_str_eq(lane_new(&lanes, "b"), "b");
	ck_assert_str_eq(lane_new(&lanes, "b"), "b-2");
	ck_assert_str_eq(lane_new(&lanes, "b-2"), "b-2-2");
	lanes_done(&lanes);
}
END_TEST

START_TEST(a_name_that_is_no_text_becomes_one)
{
	check_base("/tmp/caf\xE9", (const char *[]){ "x", NULL }, "caf?");
	check_base("/tmp/\xE4\xBD\xA0", (const char *[]){ "x", NULL }, "\xE4\xBD\xA0");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("lanes");
	TCase *tests = tcase_create("lanes");
	tcase_add_test(tests, a_lane_is_called_like_the_program);
	tcase_add_test(tests, an_interpreter_is_called_like_its_script);
	tcase_add_test(tests, an_interpreter_without_script_is_called_like_itself);
	tcase_add_test(tests, the_first_keeps_the_name_and_none_returns);
	tcase_add_test(tests, a_program_that_is_called_like_a_second_lane_gets_a_name_of_its_own);
	tcase_add_test(tests, a_name_that_is_no_text_becomes_one);
	suite_add_tcase(suite, tests);
	return suite;
}
