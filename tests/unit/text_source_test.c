/* The line that made a call, and the stack, in the text format. */
#include "transcripts.h"
#include "unit.h"

static const struct format_options wide = { .width = 110, .show_bytes = 64 };
static const struct format_options narrow = { .width = 99, .show_bytes = 64 };

static struct event listen_call(void)
{
	return (struct event)CALL("listen", 0, DESCRIPTOR("sockfd", 3, "10"),
				  INTEGER("backlog", 5));
}

static struct record sourced(const struct event *event, const struct source *source)
{
	struct record record = call_record(RECORD_CALL, 3, "server", event);
	record.source = source;
	return record;
}

static void expect_source(const struct format_options *options, const struct source *source,
			  const char *expected)
{
	struct event event = listen_call();
	struct record record = sourced(&event, source);
	expect(options, &record, 1, expected);
}

START_TEST(the_line_stands_at_the_right_with_its_text)
{
	struct source source = { .language = SOURCE_C,
				 .file = "/home/me/server.c",
				 .line = 27,
				 .function = "main",
				 .text = "\tlisten(listener,\t5);" };
	expect_source(&plain, &source,
		      "     3 server  listen(3, 5) = 0                                        "
		      "server.c:27  listen(listener, 5);\n");
}
END_TEST

START_TEST(what_does_not_fit_of_the_text_is_left_out)
{
	struct source source = { .file = "server.c",
				 .line = 27,
				 .text = "    must(listen(listener, 5), \"listen\");" };
	expect_source(&wide, &source,
		      "     3 server  listen(3, 5) = 0                                        "
		      "server.c:27  must(listen(listener, 5...\n");
}
END_TEST

START_TEST(under_100_columns_the_line_is_one_of_its_own)
{
	struct source source = { .file = "server.c", .line = 27, .text = "listen(listener, 5);" };
	expect_source(&narrow, &source,
		      "     3 server  listen(3, 5) = 0\n"
		      "               at      server.c:27  listen(listener, 5);\n");
}
END_TEST

START_TEST(python_says_in_which_function_and_through_what)
{
	struct source source = { .language = SOURCE_PYTHON,
				 .file = "server.py",
				 .line = 14,
				 .function = "main",
				 .via = "socket.py:930 create_server" };
	expect_source(&narrow, &source,
		      "     3 server  listen(3, 5) = 0\n"
		      "               at      server.py:14 in main (via socket.py:930 "
		      "create_server)\n");
}
END_TEST

START_TEST(without_a_line_there_is_the_function)
{
	struct source source = { .language = SOURCE_NATIVE, .function = "serve" };
	expect_source(&narrow, &source,
		      "     3 server  listen(3, 5) = 0\n               at      in serve\n");
}
END_TEST

START_TEST(a_hostile_line_is_inert)
{
	struct source source = { .file = "a\x1b[2J.c", .line = 1, .text = "x\x1b[2J\r\xff" };
	expect_source(&narrow, &source,
		      "     3 server  listen(3, 5) = 0\n"
		      "               at      a\\x1b[2J.c:1  x\\x1b[2J\\r\xef\xbf\xbd\n");
}
END_TEST

START_TEST(a_call_that_waited_shows_its_line_again_only_at_the_right)
{
	struct event event = listen_call();
	struct source source = { .file = "server.c", .line = 27 };
	struct record records[] = { sourced(&event, &source), sourced(&event, &source) };
	records[0].type = RECORD_ENTER;
	expect(&narrow, records, 2,
	       "     3 server  listen(3, 5 ...\n"
	       "               at      server.c:27\n"
	       "               waits   for an event\n"
	       "     3 server  ... listen(3, 5) = 0\n");
}
END_TEST

START_TEST(the_stack_stands_below_the_call)
{
	static const struct source_frame stack[] = {
		{ .module = "/lib/libc.so.6",
		  .function = "listen",
		  .offset = 7,
		  .address = 0x1007 },
		{ .module = "/bin/server",
		  .function = "main",
		  .offset = 0x12,
		  .file = "server.c",
		  .line = 27 },
		{ .address = 0xfff0 },
	};
	struct event event = listen_call();
	struct record record = sourced(&event, NULL);
	record.stack = stack;
	record.stack_count = 3;
	expect(&plain, &record, 1,
	       "     3 server  listen(3, 5) = 0\n"
	       "               stack   listen+0x7              libc.so.6\n"
	       "                       main+0x12               server.c:27\n"
	       "                       0xfff0                  ?\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text: source");
	TCase *lines = tcase_create("lines");
	tcase_add_test(lines, the_line_stands_at_the_right_with_its_text);
	tcase_add_test(lines, what_does_not_fit_of_the_text_is_left_out);
	tcase_add_test(lines, under_100_columns_the_line_is_one_of_its_own);
	tcase_add_test(lines, python_says_in_which_function_and_through_what);
	tcase_add_test(lines, without_a_line_there_is_the_function);
	tcase_add_test(lines, a_hostile_line_is_inert);
	tcase_add_test(lines, a_call_that_waited_shows_its_line_again_only_at_the_right);
	tcase_add_test(lines, the_stack_stands_below_the_call);
	suite_add_tcase(suite, lines);
	return suite;
}
