/* The lines of calls, as INTERFACE shows them. */
#include "transcripts.h"
#include "unit.h"

#include <errno.h>

START_TEST(socket_shows_its_python_and_its_first_state)
{
	struct event event = CALL("socket", 3, CONSTANT("domain", 2, "AF_INET"),
				  CONSTANT("type", 1, "SOCK_STREAM"), INTEGER("protocol", 0));
	struct python python = {
		.code = "sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
		.variables = { { "sock", "10" } },
		.variable_count = 1,
	};
	struct socket socket = made_socket("10", ROLE_NONE, "", "");
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.python = &python;
	record.socket = &socket;
	record.state = (struct record_state){ .after = STATE_CLOSED, .witness = WITNESS_TCP_INFO };
	expect_one(
		record,
		"     1 server  socket(AF_INET, SOCK_STREAM, 0) = 3\n"
		"               python  sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\n"
		"               state   sock  CLOSED\n");
}
END_TEST

START_TEST(listen_shows_the_queue_one_longer_than_its_limit)
{
	struct event event =
		CALL("listen", 0, DESCRIPTOR("sockfd", 3, "10"), INTEGER("backlog", 5));
	struct python python = {
		.code = "sock.listen(5)",
		.variables = { { "sock", "10" } },
		.variable_count = 1,
	};
	struct socket socket = made_socket("10", ROLE_LISTENER, "127.0.0.1:8000", "");
	struct note note = { .id = "backlog-plus-one",
			     .text = "backlog + 1 connections can wait for accept(): six." };
	struct record record = call_record(RECORD_CALL, 3, "server", &event);
	record.python = &python;
	record.socket = &socket;
	record.state = (struct record_state){ .before = STATE_CLOSED, .after = STATE_LISTEN };
	record.queues.accept = 0;
	record.queues.backlog = 5;
	record.notes = &note;
	record.note_count = 1;
	expect_one(record,
		   "     3 server  listen(3, 5) = 0\n"
		   "               python  sock.listen(5)\n"
		   "               state   sock  CLOSED -> LISTEN         waiting 0 of 6\n"
		   "               note    backlog + 1 connections can wait for accept(): six.\n");
}
END_TEST

START_TEST(accept_is_shown_waiting_and_completed_under_its_number)
{
	struct socket listener = made_socket("10", ROLE_LISTENER, "127.0.0.1:8000", "");
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct python python = { .code = "conn, addr = sock.accept()" };
	struct python named = { .code = "conn, addr = sock.accept()",
				.variables = { { "conn", "11" } },
				.variable_count = 1 };
	struct event entered = CALL("accept", 0, DESCRIPTOR("sockfd", 3, "10"),
				    ADDRESS("addr", 0x7ffe0010), ADDRESS("addrlen", 0x7ffe0020));
	struct event returned = CALL("accept", 4, DESCRIPTOR("sockfd", 3, "10"),
				     ENDPOINT("addr", "127.0.0.1:48008"), INTEGER("addrlen", 16));
	returned.new_sockets[0] = "11";
	struct record records[] = { call_record(RECORD_ENTER, 4, "server", &entered),
				    call_record(RECORD_CALL, 4, "server", &returned) };
	records[0].socket = &listener;
	records[0].python = &python;
	records[1].socket = &conn;
	records[1].python = &named;
	records[1].state.after = STATE_ESTABLISHED;
	records[1].queues.accept = 0;
	records[1].queues.backlog = 5;
	expect(&plain, records, 2,
	       "     4 server  accept(3, ...\n"
	       "               python  conn, addr = sock.accept()\n"
	       "               waits   for a client\n"
	       "     4 server  ... accept(3, 127.0.0.1:48008) = 4\n"
	       "               state   conn  ESTABLISHED              waiting 0 of 6\n");
}
END_TEST

START_TEST(connect_shows_both_ends_and_the_queue_at_the_server)
{
	struct event event = CALL("connect", 0, DESCRIPTOR("sockfd", 3, "20"),
				  ENDPOINT("addr", "127.0.0.1:8000"), INTEGER("addrlen", 16));
	struct python python = { .code = "sock.connect(('127.0.0.1', 8000))",
				 .variables = { { "sock", "20" } },
				 .variable_count = 1 };
	struct socket socket =
		made_socket("20", ROLE_CONNECTOR, "127.0.0.1:48008", "127.0.0.1:8000");
	struct record record = call_record(RECORD_CALL, 6, "client", &event);
	record.python = &python;
	record.socket = &socket;
	record.state = (struct record_state){
		.before = STATE_CLOSED,
		.after = STATE_ESTABLISHED,
		.peer_lane = "server",
		.peer_socket = "11",
		.peer_before = STATE_SYN_RCVD,
		.peer_after = STATE_ESTABLISHED,
	};
	record.queues.accept = 1;
	record.queues.backlog = 5;
	expect_one(
		record,
		"     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		"               python  sock.connect(('127.0.0.1', 8000))\n"
		"               state   client  sock  CLOSED -> ESTABLISHED\n"
		"                       server  new   SYN_RCVD -> ESTABLISHED   waiting 1 of 6\n");
}
END_TEST

START_TEST(python_comments_stand_in_one_column_by_width_not_by_bytes)
{
	struct event event = CALL("send", 6, DESCRIPTOR("sockfd", 3, "20"), PAYLOAD("buf", "你好"),
				  INTEGER("len", 6), NO_FLAGS("flags"));
	struct python python = { .code = "sock.send('你好'.encode())", .comment = "6 bytes" };
	struct record record = call_record(RECORD_CALL, 7, "client", &event);
	record.python = &python;
	expect_one(record, "     7 client  send(3, \"你好\", 6, 0) = 6\n"
			   "               python  sock.send('你好'.encode())     # 6 bytes\n");
}
END_TEST

START_TEST(received_bytes_are_the_comment_of_the_python_line)
{
	struct event event = CALL("recv", 0, DESCRIPTOR("sockfd", 4, "11"), PAYLOAD("buf", ""),
				  INTEGER("len", 1024), NO_FLAGS("flags"));
	struct python python = { .code = "data = conn.recv(1024)", .comment = "b''" };
	struct note note = { .id = "end-of-stream",
			     .text = "Zero bytes: the client has closed (FIN). No empty message." };
	struct record record = call_record(RECORD_CALL, 10, "server", &event);
	record.python = &python;
	record.notes = &note;
	record.note_count = 1;
	expect_one(record, "    10 server  recv(4, \"\", 1024, 0) = 0\n"
			   "               python  data = conn.recv(1024)         # b''\n"
			   "               note    Zero bytes: the client has closed (FIN). "
			   "No empty message.\n");
}
END_TEST

START_TEST(a_failure_shows_the_exception_the_cause_and_the_repair)
{
	struct event event = fail_with(bind_call(), EADDRINUSE, "EADDRINUSE");
	struct python python = { .code = "sock.bind(('127.0.0.1', 8000))",
				 .raises = "OSError: [Errno 98] Address already in use" };
	struct note note = {
		.id = "bind-time-wait",
		.severity = SEVERITY_MISTAKE,
		.text = "Port 8000 is held by 2 connections in TIME_WAIT; the last ends in 41 s.",
		.fix = "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) before bind",
		.check = "ss -tan state time-wait 'sport = :8000'",
	};
	struct record record = call_record(RECORD_CALL, 12, "server", &event);
	record.python = &python;
	record.notes = &note;
	record.note_count = 1;
	expect_one(
		record,
		"    12 server  bind(3, 127.0.0.1:8000) = -1 EADDRINUSE (Address already in use)\n"
		"               python  sock.bind(('127.0.0.1', 8000))   # OSError: [Errno 98] "
		"Address "
		"already in use\n"
		"               why     Port 8000 is held by 2 connections in TIME_WAIT; the last "
		"ends "
		"in 41 s.   [bind-time-wait]\n"
		"               fix     sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1) "
		"before bind\n"
		"               check   ss -tan state time-wait 'sport = :8000'\n");
}
END_TEST

START_TEST(an_address_length_is_hidden_where_the_address_is_shown)
{
	struct event event = bind_call();
	expect_call(&event, "     1 server  bind(3, 127.0.0.1:8000) = 0\n");
}
END_TEST

START_TEST(an_address_length_is_shown_where_it_may_be_what_is_wrong)
{
	struct event event = fail_with(bind_call(), EINVAL, "EINVAL");
	expect_call(&event, "     1 server  bind(3, 127.0.0.1:8000, 16) = -1 EINVAL "
			    "(Invalid argument)\n");
	event.args[1] = (struct value)ADDRESS("addr", 0x1000);
	event.error = 0;
	event.result = 0;
	expect_call(&event, "     1 server  bind(3, 0x1000, 16) = 0\n");
}
END_TEST

START_TEST(flags_structures_and_arrays_are_shown_by_their_names)
{
	const char *names[] = { "MSG_PEEK", "MSG_DONTWAIT" };
	struct value flags = {
		.kind = VALUE_FLAGS,
		.name = "flags",
		.flags = { .value = 0x100042, .names = names, .count = 2, .unknown = 0x100000 }
	};
	struct event event = CALL(
		"mixed", 0, LIST(VALUE_STRUCT, "optval", INTEGER("onoff", 1), INTEGER("linger", 0)),
		LIST(VALUE_ARRAY, "list", INTEGER(NULL, 7), CONSTANT(NULL, 5, NULL)), flags,
		ADDRESS("none", 0));
	expect_call(&event, "     1 server  mixed({onoff=1, linger=0}, [7, 5], "
			    "MSG_PEEK|MSG_DONTWAIT|0x100000, NULL) = 0\n");
}
END_TEST

START_TEST(flags_nobody_knows_are_hexadecimal)
{
	struct event event = CALL("mixed", 0, { .kind = VALUE_FLAGS, .flags = { .value = 0x30 } });
	expect_call(&event, "     1 server  mixed(0x30) = 0\n");
}
END_TEST

START_TEST(a_payload_is_cut_between_characters)
{
	struct event event = CALL("send", 6, PAYLOAD("buf", "你好"));
	struct record record = call_record(RECORD_CALL, 1, "client", &event);
	struct format_options options = plain;
	options.show_bytes = 4;
	expect(&options, &record, 1, "     1 client  send(\"你\"...) = 6\n");
	options.show_bytes = 2;
	expect(&options, &record, 1, "     1 client  send(\"\"...) = 6\n");
}
END_TEST

START_TEST(a_payload_not_captured_whole_ends_in_dots)
{
	struct event event = CALL("send", 6, PAYLOAD("buf", "abc"));
	event.args[0].bytes.length = 6;
	expect_call(&event, "     1 server  send(\"abc\"...) = 6\n");
}
END_TEST

START_TEST(a_payload_cannot_speak_to_the_terminal)
{
	struct event event = CALL("send", 6,
				  PAYLOAD("buf", "\x1b[2J\0001\xff"
						 "a\xe2\x80\xae\"\\\r\n"));
	expect_call(&event,
		    "     1 server  send(\"\\x1b[2J\\0001\\377a\\u202e\\\"\\\\\\r\\n\") = 6\n");
}
END_TEST

START_TEST(names_and_paths_cannot_speak_to_the_terminal)
{
	struct event event = CALL("bind", 0, ENDPOINT("addr", "unix:/tmp/\x1b[2J\xff\xe2\x80\xae"));
	struct record record = call_record(RECORD_CALL, 1, "ev\x1bl\n", &event);
	expect_one(record, "     1 ev\\x1bl\\n  bind(unix:/tmp/\\x1b[2J\xef\xbf\xbd\\u202e) = 0\n");
}
END_TEST

START_TEST(a_restarted_call_has_no_result)
{
	struct event event = bind_call();
	event.restarted = true;
	event.result = -1;
	expect_call(&event, "     1 server  bind(3, 127.0.0.1:8000) = ? (interrupted by a signal, "
			    "restarts)\n");
}
END_TEST

START_TEST(a_long_payload_shrinks_until_the_line_fits)
{
	struct event event = CALL("send", 60, DESCRIPTOR("sockfd", 3, NULL),
				  PAYLOAD("buf", "012345678901234567890123456789"
						 "012345678901234567890123456789"));
	struct record record = call_record(RECORD_CALL, 1, "client", &event);
	struct format_options options = plain;
	struct transcript transcript;
	options.width = 60;
	transcript_open(&transcript, "text", &options);
	transcript_write(&transcript, &record);
	char *text = transcript_close(&transcript);
	size_t columns = strlen(text) - 1;
	ck_assert_uint_le(columns, 60);
	ck_assert_uint_ge(columns, 57);
	ck_assert_ptr_nonnull(strstr(text, "\"...) = 60\n"));
	free(text);
	options.width = 20;
	expect(&options, &record, 1, "     1 client  send(3, \"0123456789012345\"...) = 60\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *sample = tcase_create("sample");
	tcase_add_test(sample, socket_shows_its_python_and_its_first_state);
	tcase_add_test(sample, listen_shows_the_queue_one_longer_than_its_limit);
	tcase_add_test(sample, accept_is_shown_waiting_and_completed_under_its_number);
	tcase_add_test(sample, connect_shows_both_ends_and_the_queue_at_the_server);
	tcase_add_test(sample, python_comments_stand_in_one_column_by_width_not_by_bytes);
	tcase_add_test(sample, received_bytes_are_the_comment_of_the_python_line);
	tcase_add_test(sample, a_failure_shows_the_exception_the_cause_and_the_repair);
	suite_add_tcase(suite, sample);
	TCase *call = tcase_create("call");
	tcase_add_test(call, an_address_length_is_hidden_where_the_address_is_shown);
	tcase_add_test(call, an_address_length_is_shown_where_it_may_be_what_is_wrong);
	tcase_add_test(call, flags_structures_and_arrays_are_shown_by_their_names);
	tcase_add_test(call, flags_nobody_knows_are_hexadecimal);
	tcase_add_test(call, a_payload_is_cut_between_characters);
	tcase_add_test(call, a_payload_not_captured_whole_ends_in_dots);
	tcase_add_test(call, a_payload_cannot_speak_to_the_terminal);
	tcase_add_test(call, names_and_paths_cannot_speak_to_the_terminal);
	tcase_add_test(call, a_restarted_call_has_no_result);
	tcase_add_test(call, a_long_payload_shrinks_until_the_line_fits);
	suite_add_tcase(suite, call);
	return suite;
}
