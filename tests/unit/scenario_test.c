/* The scenario's form: what it says becomes steps, and what it says badly an error that
 * names the line. */
#include "scenario.h"

#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "title: T\nstart server: ./server 8000\n"

static struct scenario parse(const char *text)
{
	struct scenario scenario = { 0 };
	struct scenario_error error = { 0 };
	int result = scenario_parse(&scenario, text, strlen(text), &error);
	ck_assert_msg(result == 0, "%u: %s", error.line, error.message);
	return scenario;
}

static void assert_refused(const char *text, size_t size, unsigned line, const char *message)
{
	struct scenario scenario = { 0 };
	struct scenario_error error = { 0 };
	ck_assert_int_eq(scenario_parse(&scenario, text, size, &error), -EINVAL);
	ck_assert_ptr_null(scenario.arena);
	ck_assert_str_eq(error.message, message);
	ck_assert_uint_eq(error.line, line);
}

static void assert_refused_text(const char *text, unsigned line, const char *message)
{
	assert_refused(text, strlen(text), line, message);
}

static void assert_argv(char *const *argv, const char *const *expected)
{
	size_t i = 0;
	for (; expected[i]; i++)
		ck_assert_str_eq(argv[i], expected[i]);
	ck_assert_ptr_null(argv[i]);
}

START_TEST(steps_come_in_the_order_of_the_lines)
{
	struct scenario scenario = parse(HEAD "when server waits\n"
					      "start client: ./client 127.0.0.1 8000\n"
					      "when client ends\n"
					      "stop server\n");
	static const enum step_kind kinds[] = { STEP_START, STEP_WHEN, STEP_START, STEP_WHEN,
						STEP_STOP };
	ck_assert_uint_eq(scenario.step_count, sizeof kinds / sizeof *kinds);
	for (size_t i = 0; i < scenario.step_count; i++) {
		ck_assert_int_eq(scenario.steps[i].kind, kinds[i]);
		ck_assert_uint_eq(scenario.steps[i].line, i + 2);
	}
	ck_assert_str_eq(scenario.steps[2].name, "client");
	ck_assert_int_eq(scenario.steps[3].awaited.moment, MOMENT_ENDS);
	ck_assert_int_eq(scenario.steps[4].signal, SIGTERM);
	scenario_done(&scenario);
}
END_TEST

START_TEST(each_moment_is_written_in_its_own_words)
{
	static const struct awaited rows[] = {
		{ MOMENT_LISTENS, 1, CALL_COUNT, 0, "listens" },
		{ MOMENT_BINDS, 2, CALL_COUNT, 0, "binds 2" },
		{ MOMENT_CONNECTS, 1, CALL_COUNT, 0, "connects" },
		{ MOMENT_ACCEPTS, 3, CALL_COUNT, 0, "accepts 3" },
		{ MOMENT_SENDS, 1, CALL_COUNT, 0, "sends" },
		{ MOMENT_SENDS, 100000, CALL_COUNT, 0, "sends 100000" },
		{ MOMENT_RECEIVES, 2, CALL_COUNT, 0, "receives 2" },
		{ MOMENT_WAITS, 1, CALL_COUNT, 0, "waits" },
		{ MOMENT_WAITS, 1, CALL_CONNECT, 0, "waits connect" },
		{ MOMENT_FAILS, 1, CALL_BIND, 0, "fails bind" },
		{ MOMENT_STATE, 1, CALL_COUNT, STATE_TIME_WAIT, "state TIME_WAIT" },
		{ MOMENT_ENDS, 1, CALL_COUNT, 0, "ends" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128];
		snprintf(text, sizeof text, HEAD "when server  %s \n", rows[i].words);
		struct scenario scenario = parse(text);
		const struct awaited *awaited = &scenario.steps[1].awaited;
		ck_assert_int_eq(awaited->moment, rows[i].moment);
		ck_assert_uint_eq(awaited->count, rows[i].count);
		ck_assert_int_eq(awaited->call, rows[i].call);
		ck_assert_int_eq(awaited->state, rows[i].state);
		ck_assert_str_eq(awaited->words, rows[i].words);
		scenario_done(&scenario);
	}
}
END_TEST

START_TEST(c_and_python_wait_in_the_same_call)
{
	static const struct {
		const char *word;
		enum call_id call;
	} rows[] = {
		{ "accept", CALL_ACCEPT },   { "accept4", CALL_ACCEPT },
		{ "recv", CALL_RECVFROM },   { "poll", CALL_POLL },
		{ "ppoll", CALL_POLL },      { "select", CALL_SELECT },
		{ "pselect6", CALL_SELECT }, { "epoll_wait", CALL_EPOLL_WAIT },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128];
		snprintf(text, sizeof text, HEAD "when server waits %s\n", rows[i].word);
		struct scenario scenario = parse(text);
		ck_assert_int_eq(scenario.steps[1].awaited.call, rows[i].call);
		scenario_done(&scenario);
	}
	ck_assert_int_eq(call_sister(CALL_EPOLL_PWAIT2), CALL_EPOLL_WAIT);
	ck_assert_int_eq(call_sister(CALL_ACCEPT4), CALL_ACCEPT);
}
END_TEST

START_TEST(a_program_is_split_as_a_shell_does)
{
	struct scenario scenario = parse("title: T\nstart a: ./a 'b c' d\\ e\n");
	assert_argv(scenario.steps[0].argv, (const char *const[]){ "./a", "b c", "d e", NULL });
	scenario_done(&scenario);
}
END_TEST

START_TEST(the_python_twin_has_the_same_arguments)
{
	struct scenario scenario = parse(HEAD);
	assert_argv(scenario.steps[0].python,
		    (const char *const[]){ "python3", "./server.py", "8000", NULL });
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_program_from_the_path_is_its_own_twin)
{
	struct scenario scenario = parse("title: T\nstart n: nc -l 8000\n");
	assert_argv(scenario.steps[0].python, (const char *const[]){ "nc", "-l", "8000", NULL });
	scenario_done(&scenario);
}
END_TEST

START_TEST(the_twin_can_be_named)
{
	struct scenario scenario = parse(HEAD "  python: ./other.py -x\n");
	assert_argv(scenario.steps[0].python,
		    (const char *const[]){ "python3", "./other.py", "-x", NULL });
	assert_argv(scenario.steps[0].argv, (const char *const[]){ "./server", "8000", NULL });
	scenario_done(&scenario);
}
END_TEST

static void assert_input(const char *text, const char *expected)
{
	struct scenario scenario = parse(text);
	ck_assert_uint_eq(scenario.steps[0].input_size, strlen(expected));
	ck_assert_mem_eq(scenario.steps[0].input, expected, strlen(expected));
	scenario_done(&scenario);
}

START_TEST(each_line_of_input_ends_in_a_newline)
{
	assert_input(HEAD "  input: 你好\n", "你好\n");
	assert_input(HEAD "  input: one\n  input:\n\n# nothing\n\tinput:  three: 3 \r\n",
		     "one\n\nthree: 3\n");
}
END_TEST

START_TEST(the_last_line_needs_no_newline)
{
	assert_input(HEAD " input: x", "x\n");
	assert_input(HEAD " input:", "\n");
}
END_TEST

START_TEST(what_is_typed_later_comes_line_by_line)
{
	struct scenario scenario = parse(HEAD " input: now\n input: later\n"
					      "type server: 你好: 1  \ntype server:\n"
					      "end server\n");
	ck_assert(scenario.steps[0].input_later);
	ck_assert_uint_eq(scenario.steps[0].input_size, 4);
	ck_assert_mem_eq(scenario.steps[0].input, "now\n", 4);
	ck_assert_int_eq(scenario.steps[1].kind, STEP_TYPE);
	ck_assert_uint_eq(scenario.steps[1].input_size, strlen("你好: 1\n"));
	ck_assert_mem_eq(scenario.steps[1].input, "你好: 1\n", strlen("你好: 1\n"));
	ck_assert_uint_eq(scenario.steps[2].input_size, 1);
	ck_assert_mem_eq(scenario.steps[2].input, "\n", 1);
	ck_assert_int_eq(scenario.steps[3].kind, STEP_END);
	ck_assert_str_eq(scenario.steps[3].name, "server");
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_lesson_shows_what_it_is_about)
{
	struct scenario scenario = parse("title: T\nshow epoll_wait,select\nshow options\n"
					 "start a: ./a\n");
	ck_assert(selection_shows(&scenario.shown, CALL_SELECT, CLASS_WAIT));
	ck_assert(selection_shows(&scenario.shown, CALL_EPOLL_WAIT, CLASS_WAIT));
	ck_assert(!selection_shows(&scenario.shown, CALL_POLL, CLASS_WAIT));
	ck_assert(selection_shows(&scenario.shown, CALL_GETSOCKOPT, CLASS_OPTIONS));

	struct selection selection = { .classes = CLASS_DATA };
	selection_add(&selection, &scenario.shown);
	ck_assert(selection_shows(&selection, CALL_RECVFROM, CLASS_DATA));
	ck_assert(selection_shows(&selection, CALL_SELECT, CLASS_WAIT));
	ck_assert(!selection_shows(&selection, CALL_POLL, CLASS_WAIT));
	scenario_done(&scenario);
}
END_TEST

START_TEST(settings_of_the_network_come_before_the_programs)
{
	struct scenario scenario = parse("title: T\nsysctl net.ipv4.ip_local_port_range = 5 6\n"
					 "sysctl net.a=b\nstart a: ./a\n");
	ck_assert_uint_eq(scenario.sysctls.count, 2);
	ck_assert_str_eq(scenario.sysctls.rows[0].name, "net.ipv4.ip_local_port_range");
	ck_assert_str_eq(scenario.sysctls.rows[0].value, "5 6");
	ck_assert_uint_eq(scenario.sysctls.rows[0].line, 2);
	ck_assert_str_eq(scenario.sysctls.rows[1].name, "net.a");
	ck_assert_str_eq(scenario.sysctls.rows[1].value, "b");
	scenario_done(&scenario);
}
END_TEST

START_TEST(the_link_goes_down_and_up)
{
	struct scenario scenario = parse(HEAD "link down\nlink up\n");
	ck_assert_int_eq(scenario.steps[1].kind, STEP_LINK);
	ck_assert(!scenario.steps[1].up);
	ck_assert_ptr_null(scenario.steps[1].name);
	ck_assert(scenario.steps[2].up);
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_program_without_input_reads_end_of_file_at_once)
{
	assert_input(HEAD, "");
}
END_TEST

START_TEST(input_does_not_disturb_the_lines_that_follow)
{
	struct scenario scenario = parse(HEAD " input: a\n input: b\n python: ./z.py\n input: c\n"
					      "when server ends\n");
	ck_assert_mem_eq(scenario.steps[0].input, "a\nb\nc\n", 6);
	assert_argv(scenario.steps[0].python, (const char *const[]){ "python3", "./z.py", NULL });
	ck_assert_str_eq(scenario.steps[0].name, "server");
	ck_assert_str_eq(scenario.steps[1].name, "server");
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_lesson_goes_on_over_indented_lines)
{
	struct scenario scenario = parse("title: T\n"
					 "lesson: One line\n   and another,\n# comment\n\n"
					 " and the last.\n"
					 "start a: ./a\n");
	ck_assert_str_eq(scenario.lesson[SCENARIO_ENGLISH], "One line and another, and the last.");
	scenario_done(&scenario);
}
END_TEST

START_TEST(chinese_lines_are_joined_without_a_space)
{
	struct scenario scenario = parse("title: T\ntitle[zh]: 端口\n"
					 "lesson[zh]:\n  一条消息，\n  一个回答 TIME_WAIT\n"
					 "  SO_REUSEADDR\n"
					 "start a: ./a\n");
	ck_assert_str_eq(scenario.title[SCENARIO_CHINESE], "端口");
	ck_assert_str_eq(scenario.lesson[SCENARIO_CHINESE],
			 "一条消息，一个回答 TIME_WAIT SO_REUSEADDR");
	scenario_done(&scenario);
}
END_TEST

START_TEST(english_stands_for_what_is_not_translated)
{
	struct scenario scenario = parse("title[en]: T\nlesson: L\nstart a: ./a\n");
	ck_assert_str_eq(scenario.title[SCENARIO_CHINESE], "T");
	ck_assert_str_eq(scenario.lesson[SCENARIO_CHINESE], "L");
	scenario_done(&scenario);
}
END_TEST

START_TEST(signals_have_their_names_with_and_without_sig)
{
	struct scenario scenario = parse(HEAD "stop server INT\nstop server SIGKILL\n");
	ck_assert_int_eq(scenario.steps[1].signal, SIGINT);
	ck_assert_int_eq(scenario.steps[2].signal, SIGKILL);
	scenario_done(&scenario);
}
END_TEST

/* What wait(2) encodes: the status in the second byte, a signal in the first. */
static bool ended_well(const char *text, int wait_status)
{
	struct scenario scenario = parse(text);
	bool well = scenario_ended_well(&scenario, &scenario.steps[0], wait_status);
	scenario_done(&scenario);
	return well;
}

START_TEST(without_a_word_a_program_must_succeed)
{
	ck_assert(ended_well(HEAD, 0));
	ck_assert(!ended_well(HEAD, 1 << 8));
	ck_assert(!ended_well(HEAD, SIGTERM));
}
END_TEST

START_TEST(the_signal_that_the_scenario_sends_is_a_good_end)
{
	ck_assert(ended_well(HEAD "stop server\n", SIGTERM));
	ck_assert(ended_well(HEAD "stop server\n", 0));
	ck_assert(!ended_well(HEAD "stop server\n", SIGSEGV));
	ck_assert(!ended_well(HEAD "start b: ./b\nstop b\n", SIGTERM));
}
END_TEST

START_TEST(an_expected_status_is_the_only_good_one)
{
	ck_assert(ended_well(HEAD "expect server status 1\n", 1 << 8));
	ck_assert(!ended_well(HEAD "expect server status 1\n", 0));
	ck_assert(!ended_well(HEAD "expect server status 1\nstop server\n", SIGTERM));
	ck_assert(ended_well(HEAD "expect server status 255\n", 255 << 8));
}
END_TEST

START_TEST(an_expected_signal_is_the_only_good_end)
{
	ck_assert(ended_well(HEAD "expect server signal SIGPIPE\n", SIGPIPE));
	ck_assert(!ended_well(HEAD "expect server signal SIGPIPE\n", 0));
	ck_assert(!ended_well(HEAD "expect server signal PIPE\n", SIGTERM));
}
END_TEST

START_TEST(an_error_names_its_line)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *message;
	} bad[] = {
		{ "", 0, "the title is missing" },
		{ "title: T\n", 0, "it starts no program" },
		{ "start a: ./a\n", 0, "the title is missing" },
		{ "title: T\n\nbegin: x\n", 3, "unknown statement: \"begin:\"" },
		{ "title T\n", 1, "the colon is missing" },
		{ "title[fr]: T\n", 1, "unknown language: neither [en] nor [zh]" },
		{ "title[zh: T\n", 1, "unknown language: neither [en] nor [zh]" },
		{ "title: T\ntitle: U\n", 2, "this was said before in the same language" },
		{ " indented\n", 1, "an indented line that belongs to nothing" },
		{ HEAD "when server sleeps\n", 3, "unknown moment: \"sleeps\"" },
		{ HEAD "when server\n", 3, "unknown moment: \"\"" },
		{ HEAD "when server readies\n", 3, "unknown moment: \"readies\"" },
		{ HEAD "when server ends 2\n", 3, "one word too many: \"2\"" },
		{ HEAD "when server sends 0\n", 3, "not a number from 1 to 100000: \"0\"" },
		{ HEAD "when server sends +1\n", 3, "not a number from 1 to 100000: \"+1\"" },
		{ HEAD "when server sends 100001\n", 3,
		  "not a number from 1 to 100000: \"100001\"" },
		{ HEAD "when server waits 2\n", 3, "no such call: \"2\"" },
		{ HEAD "when server fails\n", 3, "no such call: \"\"" },
		{ HEAD "when server fails setup\n", 3, "no such call: \"setup\"" },
		{ HEAD "when server state LISTENING\n", 3, "no such state of TCP: \"LISTENING\"" },
		{ HEAD "when client ends\n", 3,
		  "no program of this name was started above: \"client\"" },
		{ HEAD "stop server SIGNOT\n", 3, "unknown signal: \"SIGNOT\"" },
		{ HEAD "stop server SIG\n", 3, "unknown signal: \"SIG\"" },
		{ HEAD "expect server status 256\n", 3, "not a status from 0 to 255: \"256\"" },
		{ HEAD "expect server status -1\n", 3, "not a status from 0 to 255: \"-1\"" },
		{ HEAD "expect server status\n", 3, "not a status from 0 to 255: \"\"" },
		{ HEAD "expect server 1\n", 3, "neither `status N` nor `signal NAME`: \"1\"" },
		{ HEAD "expect server status 1\nexpect server status 1\n", 4,
		  "two expectations for one program" },
		{ HEAD "start server: ./x\n", 3, "two programs of one name: \"server\"" },
		{ HEAD "start a b: ./x\n", 3, "not a name of letters, digits, - and _: \"a b\"" },
		{ HEAD "start a ./x\n", 3,
		  "the colon is missing: start NAME: PROGRAM ARGUMENT..." },
		{ HEAD "start a:\n", 3, "the program is missing" },
		{ HEAD "start a: ''\n", 3, "the program is missing" },
		{ HEAD "start a: './x\n", 3,
		  "a quote is left open, or the line ends in a backslash" },
		{ HEAD " output: x\n", 3, "neither `input:` nor `python:`: \"output:\"" },
		{ HEAD " input x\n", 3, "the colon is missing" },
		{ HEAD "type server: x\n", 3, "its start has no `input: later`: \"server\"" },
		{ HEAD " input: later\n input: x\n", 4,
		  "after `input: later` only `type` has more" },
		{ HEAD " input: later\ntype server x\n", 4,
		  "the colon is missing: type NAME: TEXT" },
		{ HEAD " input: later\ntype client: x\n", 4,
		  "no program of this name was started above: \"client\"" },
		{ HEAD " input: later\nend server\ntype server: x\n", 5,
		  "its input was ended above: \"server\"" },
		{ HEAD "end server\n", 3, "its start has no `input: later`: \"server\"" },
		{ HEAD "show wait\n", 3, "stands above the first start" },
		{ "show wait,nothing\n", 1, "no such call or class: \"nothing\"" },
		{ HEAD "sysctl net.a = b\n", 3, "stands above the first start" },
		{ "sysctl net.a b\n", 1, "the equals sign is missing: sysctl NAME = VALUE" },
		{ "sysctl kernel.a = b\n", 1, "not the name of a setting below net." },
		{ "sysctl net.a =\n", 1, "needs NAME=VALUE, as in net.ipv4.tcp_fin_timeout=5" },
		{ "sysctl net.a = 1\nsysctl net.a = 2\n", 2,
		  "two values for one setting: \"net.a\"" },
		{ "link off\n", 1, "neither `link down` nor `link up`: \"off\"" },
		{ "title: T\nlink down\n", 0, "it starts no program" },
		{ HEAD "stop server\n input: x\n", 4, "an indented line that belongs to nothing" },
		{ "title: \xff\n", 1, "not UTF-8" },
		{ "title: T\nlesson: \x1b[2J\n", 2, "a control character" },
		{ "title: a\rb\n", 1, "a control character" },
		{ "title: \xc2\x9b\n", 1, "a control character" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_refused_text(bad[i].text, bad[i].line, bad[i].message);
}
END_TEST

START_TEST(a_nul_byte_is_no_text)
{
	assert_refused("title: T\n\0", 10, 2, "a control character");
}
END_TEST

START_TEST(a_message_escapes_what_it_quotes)
{
	assert_refused_text("title: T\n\xe2\x80\xae"
			    "x\n",
			    2, "unknown statement: \"\\u202ex\"");
}
END_TEST

START_TEST(text_beyond_the_size_is_not_read)
{
	struct scenario_error error = { 0 };
	struct scenario scenario = { 0 };
	const char text[] = HEAD "nonsense";
	ck_assert_int_eq(scenario_parse(&scenario, text, sizeof HEAD - 1, &error), 0);
	scenario_done(&scenario);
}
END_TEST

START_TEST(a_file_too_large_is_refused)
{
	size_t size = SCENARIO_MAX_SIZE + 1;
	char *text = malloc(size);
	ck_assert_ptr_nonnull(text);
	memset(text, '\n', size);
	assert_refused(text, size, 0, "larger than 65536 bytes");
	free(text);
}
END_TEST

START_TEST(too_many_steps_are_refused)
{
	char text[SCENARIO_MAX_STEPS * 16 + 64] = HEAD;
	size_t used = strlen(text);
	for (int i = 0; i < SCENARIO_MAX_STEPS; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "stop server\n");
	assert_refused_text(text, SCENARIO_MAX_STEPS + 2, "more than 128 steps");
}
END_TEST

static void add_forms(TCase *tests)
{
	tcase_add_test(tests, steps_come_in_the_order_of_the_lines);
	tcase_add_test(tests, each_moment_is_written_in_its_own_words);
	tcase_add_test(tests, c_and_python_wait_in_the_same_call);
	tcase_add_test(tests, a_program_is_split_as_a_shell_does);
	tcase_add_test(tests, the_python_twin_has_the_same_arguments);
	tcase_add_test(tests, a_program_from_the_path_is_its_own_twin);
	tcase_add_test(tests, the_twin_can_be_named);
	tcase_add_test(tests, each_line_of_input_ends_in_a_newline);
	tcase_add_test(tests, the_last_line_needs_no_newline);
	tcase_add_test(tests, what_is_typed_later_comes_line_by_line);
	tcase_add_test(tests, a_lesson_shows_what_it_is_about);
	tcase_add_test(tests, settings_of_the_network_come_before_the_programs);
	tcase_add_test(tests, the_link_goes_down_and_up);
	tcase_add_test(tests, a_program_without_input_reads_end_of_file_at_once);
	tcase_add_test(tests, input_does_not_disturb_the_lines_that_follow);
	tcase_add_test(tests, a_lesson_goes_on_over_indented_lines);
	tcase_add_test(tests, chinese_lines_are_joined_without_a_space);
	tcase_add_test(tests, english_stands_for_what_is_not_translated);
	tcase_add_test(tests, signals_have_their_names_with_and_without_sig);
}

static void add_ends_and_errors(TCase *tests)
{
	tcase_add_test(tests, without_a_word_a_program_must_succeed);
	tcase_add_test(tests, the_signal_that_the_scenario_sends_is_a_good_end);
	tcase_add_test(tests, an_expected_status_is_the_only_good_one);
	tcase_add_test(tests, an_expected_signal_is_the_only_good_end);
	tcase_add_test(tests, an_error_names_its_line);
	tcase_add_test(tests, a_nul_byte_is_no_text);
	tcase_add_test(tests, a_message_escapes_what_it_quotes);
	tcase_add_test(tests, text_beyond_the_size_is_not_read);
	tcase_add_test(tests, a_file_too_large_is_refused);
	tcase_add_test(tests, too_many_steps_are_refused);
}

Suite *unit_suite(void)
{
	Suite *suite = suite_create("scenario");
	TCase *tests = tcase_create("scenario");
	add_forms(tests);
	add_ends_and_errors(tests);
	suite_add_tcase(suite, tests);
	return suite;
}
