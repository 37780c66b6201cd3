/* Processes, output, times, colour, the end. */
#include "transcripts.h"
#include "unit.h"

#include <errno.h>
#include <time.h>

static struct record process_record(const struct record_process *process, pid_t pid, pid_t tid,
				    const char *lane)
{
	struct record record = record_blank(RECORD_PROCESS, 5);
	record.process = process;
	record.pid = pid;
	record.tid = tid;
	record.lane = lane;
	return record;
}

START_TEST(processes_come_and_go_in_lines_of_their_own)
{
	const char *argv[] = { "./server", "8000", "two words", NULL };
	struct record_process start = { .what = PROCESS_START, .argv = argv, .status = -1 };
	struct record_process fork = { .what = PROCESS_FORK, .parent = 100, .status = -1 };
	struct record_process thread = { .what = PROCESS_THREAD, .status = -1 };
	struct record_process exec = { .what = PROCESS_EXEC, .program = "/bin/ls", .status = -1 };
	struct record_process signal = {
		.what = PROCESS_SIGNAL, .signal = "SIGTERM", .parent = 1, .status = -1
	};
	struct record_process killed = { .what = PROCESS_EXIT, .signal = "SIGTERM", .status = -1 };
	struct record_process exit = { .what = PROCESS_EXIT };
	struct record records[] = {
		process_record(&start, 100, 100, "server"),
		process_record(&fork, 101, 101, "server-2"),
		process_record(&thread, 100, 105, "server/t2"),
		process_record(&exec, 101, 101, "server-2"),
		process_record(&signal, 101, 101, "server-2"),
		process_record(&killed, 101, 101, "server-2"),
		process_record(&exit, 100, 100, "server"),
	};
	expect(&plain, records, 7,
	       "       server  starts   ./server 8000 \"two words\"   (pid 100)\n"
	       "       server  forks    server-2   (pid 101)\n"
	       "       server  thread   server/t2   (tid 105)\n"
	       "       server-2  exec     /bin/ls\n"
	       "       server-2  signal   SIGTERM from pid 1\n"
	       "       server-2  killed   by SIGTERM\n"
	       "       server    exits    status 0\n");
	struct format_options options = plain;
	options.quiet = true;
	expect(&options, &records[6], 1, "");
}
END_TEST

START_TEST(the_signal_that_tells_of_a_childs_end_is_left_out)
{
	struct record_process child = { .what = PROCESS_SIGNAL, .signal = "SIGCHLD", .status = -1 };
	expect_one(process_record(&child, 100, 100, "server"), "");
}
END_TEST

static struct record output_record(const char *data, size_t captured, size_t length)
{
	struct record record = record_blank(RECORD_OUTPUT, 5);
	record.lane = "server";
	record.output.fd = 1;
	record.output.data =
		(struct value_bytes){ .data = data, .captured = captured, .length = length };
	return record;
}

START_TEST(each_line_a_program_writes_is_a_line)
{
	static const char text[] = "listening on 8000\n\na\tb\x1b[1m\xff";
	expect_one(output_record(text, sizeof text - 1, 100),
		   "       server | listening on 8000\n"
		   "       server |\n"
		   "       server | a       b\\x1b[1m\\xff...\n");
}
END_TEST

START_TEST(a_line_break_written_apart_is_no_empty_line)
{
	struct record records[] = {
		output_record("one", 3, 3),      output_record("\n", 1, 1),
		output_record("\n", 1, 1),       output_record("two\n", 4, 4),
		output_record("\n", 1, 1),       output_record("three", 5, 5),
		output_record("\nfour\n", 6, 6),
	};
	expect(&plain, records, 7,
	       "       server | one\n"
	       "       server |\n"
	       "       server | two\n"
	       "       server |\n"
	       "       server | three\n"
	       "       server | four\n");
}
END_TEST

START_TEST(a_line_break_of_another_process_or_descriptor_is_an_empty_line)
{
	struct record records[] = {
		output_record("one", 3, 3),
		output_record("\n", 1, 1),
		output_record("\n", 1, 1),
	};
	records[1].pid = 7;
	records[2].output.fd = 2;
	expect(&plain, records, 3,
	       "       server | one\n"
	       "       server |\n"
	       "       server |\n");
}
END_TEST

START_TEST(a_demo_begins_with_its_lesson)
{
	struct record_header header = { .title = "echo", .lesson = "One connection, one message." };
	struct record record = record_blank(RECORD_HEADER, 0);
	record.header = &header;
	expect_one(record, "echo\nOne connection, one message.\n\n");
	header.title = NULL;
	expect_one(record, "");
}
END_TEST

START_TEST(a_network_with_settings_of_its_own_says_so)
{
	struct sysctl sysctls[] = { { .name = "net.a", .value = "1 2" },
				    { .name = "net.b", .value = "\x1b" } };
	struct record_header header = { .sysctls = sysctls, .sysctl_count = 2 };
	struct record record = record_blank(RECORD_HEADER, 0);
	record.header = &header;
	expect_one(record, "net.a = 1 2\nnet.b = \\x1b\n\n");
}
END_TEST

START_TEST(sockets_are_a_table_without_empty_columns)
{
	struct socket listener = made_socket("1", ROLE_LISTENER, "0.0.0.0:80", "");
	struct socket left = made_socket("2", ROLE_ACCEPTED, "127.0.0.1:80", "127.0.0.1:5000");
	struct record_row rows[] = {
		{ "server",
		  3,
		  &listener,
		  STATE_LISTEN,
		  WITNESS_TCP_INFO,
		  { -1, -1, 1, 5, -1, -1, -1 },
		  -1 },
		{ "server",
		  -1,
		  &left,
		  STATE_TIME_WAIT,
		  WITNESS_SOCK_DIAG,
		  { 0, 0, -1, -1, -1, -1, -1 },
		  41001 },
	};
	struct record_sockets sockets = { .rows = rows, .count = 2 };
	struct record records[] = { record_blank(RECORD_SOCKETS, 5),
				    record_blank(RECORD_HEADER, 6) };
	static const char table[] =
		"\nsockets\n"
		"    lane    fd  role      domain, type          local         remote          "
		"state      left  receive  send  waiting\n"
		"    server   3  listener  AF_INET, SOCK_STREAM  0.0.0.0:80                    "
		"LISTEN                          1 of 6\n"
		"    server      accepted  AF_INET, SOCK_STREAM  127.0.0.1:80  127.0.0.1:5000  "
		"TIME_WAIT  42 s        0     0\n";
	struct record_header header = { .title = "after" };
	records[0].sockets = &sockets;
	records[1].header = &header;
	char *expected = NULL;

	ck_assert_int_gt(asprintf(&expected, "after\n\n%s", table), 0);
	expect(&plain, records, 2, expected); /* at the end */
	free(expected);
	sockets.why = SOCKETS_ASKED;
	ck_assert_int_gt(asprintf(&expected, "%s\nafter\n\n", table), 0);
	expect(&plain, records, 2, expected); /* at once */
	free(expected);
	sockets.count = 0;
	expect_one(records[0], "\nsockets  none\n\n");
	sockets.why = SOCKETS_LINGER;
	expect_one(records[0], "\nwhat remains  none\n\n");
}
END_TEST

START_TEST(times_are_written_as_strace_writes_them)
{
	struct event event = bind_call();
	struct record_header header = { .started = "2024-05-01T12:34:56.100000000Z" };
	struct record records[] = { record_blank(RECORD_HEADER, 0),
				    call_record(RECORD_CALL, 1, "server", &event) };
	struct format_options options = plain;
	records[0].header = &header;
	records[1].time = 1023456000;
	event.entered = 0;
	event.returned = 123456;
	setenv("TZ", "UTC", 1);
	tzset();
	options.time = TIME_SECONDS;
	expect(&options, records, 2, "     1 12:34:57 server  bind(3, 127.0.0.1:8000) = 0\n");
	options.time = TIME_MICROS;
	expect(&options, records, 2,
	       "     1 12:34:57.123456 server  bind(3, 127.0.0.1:8000) = 0\n");
	options.time = TIME_EPOCH;
	expect(&options, records, 2,
	       "     1 1714566897.123456 server  bind(3, 127.0.0.1:8000) = 0\n");
	options.time = TIME_RELATIVE;
	options.duration = true;
	expect(&options, records, 2,
	       "     1      1.023456 server  bind(3, 127.0.0.1:8000) = 0 <0.000123>\n");
}
END_TEST

START_TEST(without_colour_there_is_no_escape_and_with_it_nothing_else_changes)
{
	struct event event = fail_with(bind_call(), EADDRINUSE, "EADDRINUSE");
	struct python python = { .code = "sock.bind(('127.0.0.1', 8000))", .raises = "OSError" };
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	struct format_options options = plain;
	char bare[512];
	size_t size = 0;
	struct transcript transcript;
	record.python = &python;
	options.color = true;
	transcript_open(&transcript, "text", &options);
	transcript_write(&transcript, &record);
	char *text = transcript_close(&transcript);
	ck_assert_ptr_nonnull(strstr(text, "\x1b[31m-1 EADDRINUSE"));
	for (const char *at = text; *at && size < sizeof bare - 1; at++)
		if (*at == '\x1b')
			at = strchr(at, 'm');
		else
			bare[size++] = *at;
	bare[size] = '\0';
	expect(&plain, &record, 1, bare);
	ck_assert_ptr_null(strchr(bare, '\x1b'));
	free(text);
}
END_TEST

static const struct record_connection echo = {
	.id = 1,
	.ends = { { .socket = "20",
		    .lane = "client",
		    .address = "127.0.0.1:48008",
		    .bytes_sent = 6,
		    .bytes_received = 12,
		    .states = { STATE_CLOSED, STATE_ESTABLISHED, STATE_TIME_WAIT },
		    .state_count = 3 },
		  { .address = "127.0.0.1:8000" } },
	.closed = CLOSED_FIN,
	.calls = 4,
};

static struct record connection_record(const struct record_connection *connection)
{
	struct record record = record_blank(RECORD_CONNECTION, 0);
	record.connection = connection;
	return record;
}

START_TEST(the_end_lists_connections_mistakes_and_what_was_lost)
{
	const char *mistakes[] = { "bind-time-wait", "close-missing", NULL };
	struct event event = fail_with(bind_call(), EPIPE, "EPIPE");
	struct socket sock = made_socket("20", ROLE_CONNECTOR, "127.0.0.1:48008", "127.0.0.1:8000");
	struct record records[] = { call_record(RECORD_CALL, 1, "client", &event),
				    connection_record(&echo), record_blank(RECORD_END, 9) };
	records[0].socket = &sock;
	records[2].end = (struct record_end){ .calls = 1, .lost = 1, .mistakes = mistakes };
	expect(&plain, records, 3,
	       "     1 client  bind(3, 127.0.0.1:8000) = -1 EPIPE (Broken pipe)\n"
	       "\n"
	       "connections\n"
	       "     #  end           address          opened     sent  received  closed  errors  "
	       "states\n"
	       "     1  client        127.0.0.1:48008  connected     6        12  fin     EPIPE   "
	       "CLOSED -> ESTABLISHED -> TIME_WAIT\n"
	       "        (not traced)  127.0.0.1:8000\n"
	       "\n"
	       "mistakes  bind-time-wait, close-missing\n"
	       "\n"
	       "incomplete  evidence was lost 1 time: what stands above may lack lines\n");
}
END_TEST

START_TEST(each_error_of_a_connection_is_counted_by_its_name)
{
	static const struct {
		int error;
		const char *name;
	} failures[] = { { ECONNRESET, "ECONNRESET" },
			 { EPIPE, "EPIPE" },
			 { EAGAIN, "EAGAIN" }, /* no error of a connection */
			 { EPIPE, "EPIPE" } };
	struct socket sock = made_socket("20", ROLE_CONNECTOR, "127.0.0.1:48008", "127.0.0.1:8000");
	struct transcript transcript;
	transcript_open(&transcript, "text", &plain);
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct event event = fail_with(bind_call(), failures[i].error, failures[i].name);
		struct record call = call_record(RECORD_CALL, i + 1, "client", &event);
		call.socket = &sock;
		transcript_write(&transcript, &call);
	}
	struct record connection = connection_record(&echo);
	transcript_write(&transcript, &connection);
	char *text = transcript_close(&transcript);
	ck_assert_ptr_nonnull(strstr(text, "  fin     ECONNRESET, EPIPE (2)  CLOSED"));
	free(text);
}
END_TEST

START_TEST(a_socket_connected_to_itself_has_one_row_of_its_own)
{
	struct record_connection connection = {
		.id = 1,
		.ends = { { .socket = "20",
			    .lane = "self",
			    .address = "127.0.0.1:8000",
			    .bytes_sent = 6,
			    .bytes_received = 6,
			    .states = { STATE_CLOSED, STATE_SYN_SENT, STATE_SYN_RCVD },
			    .state_count = 3 } },
		.closed = CLOSED_FIN,
		.calls = 4,
	};
	connection.ends[1] = connection.ends[0];
	expect_one(connection_record(&connection),
		   "\n"
		   "connections\n"
		   "     #  end                address         sent  received  closed  states\n"
		   "     1  self               127.0.0.1:8000     6         6  fin     "
		   "CLOSED -> SYN_SENT -> SYN_RCVD\n"
		   "        (the same socket)  127.0.0.1:8000\n");
}
END_TEST

START_TEST(a_run_without_connections_has_no_table)
{
	expect_one(record_blank(RECORD_END, 9), "");
}
END_TEST

START_TEST(a_narrow_table_puts_the_states_below)
{
	struct record record = connection_record(&echo);
	struct format_options options = plain;
	options.width = 80;
	expect(&options, &record, 1,
	       "\n"
	       "connections\n"
	       "     #  end           address          sent  received  closed\n"
	       "     1  client        127.0.0.1:48008     6        12  fin\n"
	       "          CLOSED -> ESTABLISHED -> TIME_WAIT\n"
	       "        (not traced)  127.0.0.1:8000\n");
}
END_TEST

START_TEST(fifty_connections_are_listed_and_the_rest_is_counted)
{
	struct record record = connection_record(&echo);
	struct transcript transcript;
	transcript_open(&transcript, "text", &plain);
	for (int i = 0; i < 53; i++)
		transcript_write(&transcript, &record);
	char *text = transcript_close(&transcript);
	size_t lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	ck_assert_uint_eq(lines, 3 + 50 * 2 + 1);
	ck_assert_ptr_nonnull(strstr(text, "... and 3 more\n"));
	free(text);
}
END_TEST

START_TEST(formats_are_found_by_name_and_by_extension)
{
	ck_assert_str_eq(format_named("text")->extension, "txt");
	ck_assert_ptr_null(format_named("nothing"));
	ck_assert_str_eq(format_for_path("a.b/run.jsonl")->name, "jsonl");
	ck_assert_ptr_null(format_for_path("run.txt/run"));
	ck_assert_ptr_null(format_for_path(".txt"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text others");
	TCase *others = tcase_create("others");
	tcase_add_test(others, processes_come_and_go_in_lines_of_their_own);
	tcase_add_test(others, each_line_a_program_writes_is_a_line);
	tcase_add_test(others, the_signal_that_tells_of_a_childs_end_is_left_out);
	tcase_add_test(others, a_line_break_written_apart_is_no_empty_line);
	tcase_add_test(others, a_line_break_of_another_process_or_descriptor_is_an_empty_line);
	tcase_add_test(others, a_demo_begins_with_its_lesson);
	tcase_add_test(others, a_network_with_settings_of_its_own_says_so);
	tcase_add_test(others, sockets_are_a_table_without_empty_columns);
	tcase_add_test(others, times_are_written_as_strace_writes_them);
	tcase_add_test(others, without_colour_there_is_no_escape_and_with_it_nothing_else_changes);
	tcase_add_test(others, the_end_lists_connections_mistakes_and_what_was_lost);
	tcase_add_test(others, each_error_of_a_connection_is_counted_by_its_name);
	tcase_add_test(others, a_socket_connected_to_itself_has_one_row_of_its_own);
	tcase_add_test(others, a_run_without_connections_has_no_table);
	tcase_add_test(others, a_narrow_table_puts_the_states_below);
	tcase_add_test(others, fifty_connections_are_listed_and_the_rest_is_counted);
	tcase_add_test(others, formats_are_found_by_name_and_by_extension);
	suite_add_tcase(suite, others);
	return suite;
}
