/* What stands below a call, and calls that wait. */
#include "transcripts.h"
#include "unit.h"

#include <errno.h>

static void expect_awaited(const struct event *event, const struct socket *socket,
			   const char *expected)
{
	struct record record = call_record(RECORD_ENTER, 2, "client", event);
	record.socket = socket;
	expect_one(record, expected);
}

START_TEST(what_a_call_waits_for_follows_from_its_arguments)
{
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:80", "127.0.0.1:4000");
	struct socket local = conn;
	local.protocol_name = NULL;
	struct event receive = CALL("recv", 0, DESCRIPTOR("sockfd", 4, "11"),
				    ADDRESS("buf", 0x1000), INTEGER("len", 5));
	struct event send = CALL("send", 0, DESCRIPTOR("sockfd", 4, "11"), PAYLOAD("buf", "hello"),
				 INTEGER("len", 5));
	struct event connect = CALL("connect", 0, DESCRIPTOR("sockfd", 4, "11"),
				    ENDPOINT("addr", "127.0.0.1:80"), INTEGER("addrlen", 16));
	struct event poll =
		CALL("poll", 0,
		     LIST(VALUE_ARRAY, "fds", LIST(VALUE_STRUCT, NULL, DESCRIPTOR("fd", 4, "11"))),
		     INTEGER("nfds", 1), INTEGER("timeout", -1));
	expect_awaited(&receive, &conn,
		       "     2 client  recv(4, ...\n               waits   for data\n");
	expect_awaited(&send, &conn,
		       "     2 client  send(4, \"hello\", 5 ...\n"
		       "               waits   for room in the send buffer\n");
	expect_awaited(&connect, &conn,
		       "     2 client  connect(4, 127.0.0.1:80 ...\n"
		       "               waits   for the answer to its SYN\n");
	expect_awaited(&connect, &local, "     2 client  connect(4, 127.0.0.1:80 ...\n");
	expect_awaited(&poll, NULL,
		       "     2 client  poll([{fd=4}], 1, -1 ...\n"
		       "               waits   for an event\n");
}
END_TEST

START_TEST(a_completed_call_repeats_its_python_only_with_something_new)
{
	struct event event = CALL("recv", 2, DESCRIPTOR("sockfd", 4, "11"), PAYLOAD("buf", "hi"));
	struct python code = { .code = "data = conn.recv(2)" };
	struct python both = { .code = "data = conn.recv(2)", .comment = "b'hi'" };
	struct record records[] = { call_record(RECORD_ENTER, 4, "server", &event),
				    call_record(RECORD_CALL, 4, "server", &event) };
	records[0].python = &code;
	records[1].python = &both;
	expect(&plain, records, 2,
	       "     4 server  recv(4, \"hi\" ...\n"
	       "               python  data = conn.recv(2)\n"
	       "               waits   for an event\n"
	       "     4 server  ... recv(4, \"hi\") = 2\n"
	       "               python  data = conn.recv(2)            # b'hi'\n");
}
END_TEST

START_TEST(a_call_that_never_returned_says_why)
{
	struct event event = CALL("accept", 0, DESCRIPTOR("sockfd", 3, "10"), ADDRESS("addr", 1));
	struct socket listener = made_socket("10", ROLE_LISTENER, "127.0.0.1:80", "");
	struct record records[] = { call_record(RECORD_ENTER, 4, "server", &event),
				    record_blank(RECORD_UNFINISHED, 9000) };
	records[0].socket = &listener;
	records[1].number = 4;
	records[1].why = "exit";
	expect(&plain, records, 2,
	       "     4 server  accept(3, ...\n"
	       "               waits   for a client\n"
	       "     4 server  ... accept did not return: the process ended\n");
}
END_TEST

START_TEST(the_accepted_peer_is_shown_where_the_program_did_not_ask)
{
	struct event event = CALL("accept", 4, DESCRIPTOR("sockfd", 3, "10"), ADDRESS("addr", 0),
				  ADDRESS("addrlen", 0));
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct record record = call_record(RECORD_CALL, 4, "server", &event);
	event.new_sockets[0] = "11";
	record.socket = &conn;
	expect_one(record, "     4 server  accept(3, NULL, NULL) = 4\n"
			   "               peer    127.0.0.1:48008\n");
}
END_TEST

START_TEST(four_bytes_received_on_descriptor_four_are_no_accept)
{
	struct event event = CALL("recv", 4, DESCRIPTOR("sockfd", 4, "11"), PAYLOAD("buf", "four"));
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct record record = call_record(RECORD_CALL, 4, "server", &event);
	event.fd = 4;
	record.socket = &conn;
	expect_one(record, "     4 server  recv(4, \"four\") = 4\n");
}
END_TEST

START_TEST(a_state_that_did_not_change_is_not_shown)
{
	struct event event = bind_call();
	struct socket socket = made_socket("10", ROLE_NONE, "127.0.0.1:8000", "");
	struct record record = call_record(RECORD_CALL, 2, "server", &event);
	record.socket = &socket;
	record.state = (struct record_state){ .before = STATE_CLOSED, .after = STATE_CLOSED };
	expect_one(record, "     2 server  bind(3, 127.0.0.1:8000) = 0\n");
}
END_TEST

START_TEST(a_queue_is_shown_again_only_when_it_changed)
{
	struct event event = CALL("poll", 0, DESCRIPTOR("fd", 3, "10"));
	struct socket listener = made_socket("10", ROLE_LISTENER, "127.0.0.1:8000", "");
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.socket = &listener;
	record.state = (struct record_state){ .before = STATE_LISTEN, .after = STATE_LISTEN };
	record.queues.accept = 1;
	record.queues.backlog = 5;
	struct record records[] = { record, record, record };
	records[2].queues.accept = 2;
	expect(&plain, records, 3,
	       "     1 server  poll(3) = 0\n"
	       "               state   fd 3  LISTEN                   waiting 1 of 6\n"
	       "     1 server  poll(3) = 0\n"
	       "     1 server  poll(3) = 0\n"
	       "               state   fd 3  LISTEN                   waiting 2 of 6\n");
}
END_TEST

START_TEST(bytes_on_their_way_are_shown_when_they_are_news)
{
	struct event event = CALL("recv", 1, DESCRIPTOR("sockfd", 4, "11"));
	struct python python = { .code = "x",
				 .variables = { { "conn", "11" } },
				 .variable_count = 1 };
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.socket = &conn;
	record.python = &python;
	record.queues.receive = 4;
	record.queues.send = 1;
	struct record records[] = { record, record };
	records[1].queues.send = 0;
	expect(&plain, records, 2,
	       "     1 server  recv(4) = 1\n"
	       "               python  x\n"
	       "               queue   conn  4 bytes wait to be received\n"
	       "               queue   conn  1 byte in the send buffer, not yet acknowledged\n"
	       "     1 server  recv(4) = 1\n"
	       "               python  x\n");
}
END_TEST

START_TEST(what_a_call_moved_is_told_beside_what_is_in_the_buffer_now)
{
	struct event recv = CALL("recv", 3, DESCRIPTOR("sockfd", 4, "11"));
	struct event send = CALL("send", 6, DESCRIPTOR("sockfd", 4, "11"));
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct record records[] = { call_record(RECORD_CALL, 1, "server", &recv),
				    call_record(RECORD_CALL, 2, "server", &recv),
				    call_record(RECORD_CALL, 3, "server", &recv),
				    call_record(RECORD_CALL, 4, "server", &send),
				    call_record(RECORD_CALL, 5, "server", &send),
				    call_record(RECORD_CALL, 6, "server", &send) };
	struct record_queues *queues[6];
	for (size_t i = 0; i < 6; i++) {
		records[i].socket = &conn;
		queues[i] = &records[i].queues;
		queues[i]->receive = 0;
		queues[i]->send = 0;
	}
	/* The same is left twice, and told twice: as much came as was taken. */
	queues[0]->taken = queues[1]->taken = queues[2]->taken = 3;
	queues[0]->receive = queues[1]->receive = 5;
	queues[3]->copied = queues[4]->copied = queues[5]->copied = 6;
	queues[3]->send = 6;
	queues[4]->send = 12;
	expect(&plain, records, 6,
	       "     1 server  recv(4) = 3\n"
	       "               queue   fd 4  took 3 of 8 bytes, 5 left in the receive buffer\n"
	       "     2 server  recv(4) = 3\n"
	       "               queue   fd 4  took 3 of 8 bytes, 5 left in the receive buffer\n"
	       "     3 server  recv(4) = 3\n"
	       "     4 server  send(4) = 6\n"
	       "               queue   fd 4  6 bytes copied into the send buffer, 6 in it not "
	       "yet "
	       "acknowledged\n"
	       "     5 server  send(4) = 6\n"
	       "               queue   fd 4  6 bytes copied into the send buffer, 12 in it not "
	       "yet "
	       "acknowledged\n"
	       "     6 server  send(4) = 6\n");
}
END_TEST

START_TEST(handshakes_under_way_stand_beside_the_accept_queue)
{
	struct event event = CALL("accept", 0, DESCRIPTOR("sockfd", 3, "10"));
	struct socket listener = made_socket("10", ROLE_LISTENER, "127.0.0.1:8000", "");
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.socket = &listener;
	record.state = (struct record_state){ .before = STATE_LISTEN, .after = STATE_LISTEN };
	record.queues.accept = 1;
	record.queues.backlog = 5;
	struct record records[] = { record, record, record };
	records[0].queues.syn_rcvd = 2;
	records[1].queues.syn_rcvd = 2;
	expect(&plain, records, 3,
	       "     1 server  accept(3) = 0\n"
	       "               state   fd 3  LISTEN                   waiting 1 of 6, 2 seen in "
	       "SYN_RCVD\n"
	       "     1 server  accept(3) = 0\n"
	       "     1 server  accept(3) = 0\n"
	       "               state   fd 3  LISTEN                   waiting 1 of 6\n");
}
END_TEST

START_TEST(a_state_change_without_a_call_names_socket_lane_and_cause)
{
	struct event event = CALL("close", 0, DESCRIPTOR("fd", 4, "11"));
	struct python python = { .code = "conn.close()",
				 .variables = { { "conn", "11" } },
				 .variable_count = 1 };
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct record records[] = { call_record(RECORD_CALL, 9, "server", &event),
				    record_blank(RECORD_STATE, 9500) };
	records[0].socket = &conn;
	records[0].python = &python;
	records[1].socket = &conn;
	records[1].transition = (struct record_transition){ .from = STATE_CLOSE_WAIT,
							    .to = STATE_LAST_ACK,
							    .witness = WITNESS_INFERRED,
							    .cause = 9 };
	expect(&plain, records, 2,
	       "     9 server  close(4) = 0\n"
	       "               python  conn.close()\n"
	       "       server  state   conn  CLOSE_WAIT -> LAST_ACK (inferred)   (cause: call "
	       "9)\n");
}
END_TEST

START_TEST(the_meaning_of_an_errno_has_no_rule_behind_it)
{
	struct event event = fail_with(bind_call(), EACCES, "EACCES");
	struct note note = { .id = "errno",
			     .text = "The port is privileged.",
			     .fix = "Take 8080." };
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.notes = &note;
	record.note_count = 1;
	expect_one(record, "     1 server  bind(3, 127.0.0.1:8000) = -1 EACCES "
			   "(Permission denied)\n"
			   "               why     The port is privileged.\n"
			   "               fix     Take 8080.\n");
}
END_TEST

START_TEST(a_long_note_hangs_below_its_first_word)
{
	struct event event = bind_call();
	struct note note = { .id = "rule",
			     .severity = SEVERITY_MISTAKE,
			     .text = "One two three four five six seven eight nine ten." };
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	struct format_options options = plain;
	options.width = 50;
	record.notes = &note;
	record.note_count = 1;
	expect(&options, &record, 1,
	       "     1 server  bind(3, 127.0.0.1:8000) = 0\n"
	       "               why     One two three four five six\n"
	       "                       seven eight nine ten.\n"
	       "                       [rule]\n");
}
END_TEST

START_TEST(a_narrow_terminal_breaks_code_inside_its_brackets)
{
	struct event event = CALL("setsockopt", 0, DESCRIPTOR("sockfd", 3, "10"));
	struct python python = {
		.code = "sock.setsockopt(socket.SOL_SOCKET, socket.SO_ONE, 'a, b')",
		.comment = "None"
	};
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	struct format_options options = plain;
	options.width = 60;
	record.python = &python;
	expect(&options, &record, 1,
	       "     1 server  setsockopt(3) = 0\n"
	       "               python  sock.setsockopt(socket.SOL_SOCKET,\n"
	       "                           socket.SO_ONE, 'a, b')     # None\n");
}
END_TEST

START_TEST(a_narrow_terminal_puts_the_words_of_an_error_below)
{
	struct event event = fail_with(bind_call(), EADDRINUSE, "EADDRINUSE");
	struct python python = { .code = "sock.bind(('127.0.0.1', 8000))",
				 .raises = "OSError: [Errno 98] Address already in use" };
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	struct format_options options = plain;
	options.width = 60;
	record.python = &python;
	expect(&options, &record, 1,
	       "     1 server  bind(3, 127.0.0.1:8000) = -1 EADDRINUSE\n"
	       "                       (Address already in use)\n"
	       "               python  sock.bind(('127.0.0.1', 8000))\n"
	       "                       # OSError: [Errno 98] Address already\n"
	       "                         in use\n");
}
END_TEST

START_TEST(a_narrow_terminal_moves_the_queue_to_its_path)
{
	struct event event = CALL("listen", 0, DESCRIPTOR("sockfd", 3, "10"));
	struct socket listener = made_socket("10", ROLE_LISTENER, "127.0.0.1:8000", "");
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	struct format_options options = plain;
	options.width = 62;
	record.socket = &listener;
	record.state = (struct record_state){ .before = STATE_CLOSED, .after = STATE_LISTEN };
	record.queues.accept = 0;
	record.queues.backlog = 5;
	expect(&options, &record, 1,
	       "     1 server  listen(3) = 0\n"
	       "               state   fd 3  CLOSED -> LISTEN   waiting 0 of 6\n");
}
END_TEST

START_TEST(chinese_wraps_between_characters_but_not_before_a_full_stop)
{
	struct event event = bind_call();
	struct note note = { .id = "errno",
			     .text = "端口被占用所以绑定失败了请换。一个端口再试。" };
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	struct format_options options = plain;
	options.width = 51;
	record.notes = &note;
	record.note_count = 1;
	expect(&options, &record, 1,
	       "     1 server  bind(3, 127.0.0.1:8000) = 0\n"
	       "               why     端口被占用所以绑定失败了请\n"
	       "                       换。一个端口再试。\n");
}
END_TEST

START_TEST(a_hash_inside_a_payload_begins_no_comment)
{
	struct event event = CALL("recv", 1);
	struct python python = { .code = "sock.send(b\"x  # y' #\")", .comment = "b'z  # \"'" };
	struct record record = call_record(RECORD_CALL, 1, "client", &event);
	event.arg_count = 0;
	record.python = &python;
	expect_one(record,
		   "     1 client  recv() = 1\n"
		   "               python  sock.send(b\"x  # y' #\")        # b'z  # \"'\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text details");
	TCase *waiting = tcase_create("waiting");
	tcase_add_test(waiting, what_a_call_waits_for_follows_from_its_arguments);
	tcase_add_test(waiting, a_completed_call_repeats_its_python_only_with_something_new);
	tcase_add_test(waiting, a_call_that_never_returned_says_why);
	suite_add_tcase(suite, waiting);
	TCase *details = tcase_create("details");
	tcase_add_test(details, the_accepted_peer_is_shown_where_the_program_did_not_ask);
	tcase_add_test(details, four_bytes_received_on_descriptor_four_are_no_accept);
	tcase_add_test(details, a_state_that_did_not_change_is_not_shown);
	tcase_add_test(details, a_queue_is_shown_again_only_when_it_changed);
	tcase_add_test(details, bytes_on_their_way_are_shown_when_they_are_news);
	tcase_add_test(details, what_a_call_moved_is_told_beside_what_is_in_the_buffer_now);
	tcase_add_test(details, handshakes_under_way_stand_beside_the_accept_queue);
	tcase_add_test(details, a_state_change_without_a_call_names_socket_lane_and_cause);
	tcase_add_test(details, the_meaning_of_an_errno_has_no_rule_behind_it);
	tcase_add_test(details, a_long_note_hangs_below_its_first_word);
	tcase_add_test(details, a_narrow_terminal_breaks_code_inside_its_brackets);
	tcase_add_test(details, a_narrow_terminal_puts_the_words_of_an_error_below);
	tcase_add_test(details, a_narrow_terminal_moves_the_queue_to_its_path);
	tcase_add_test(details, chinese_wraps_between_characters_but_not_before_a_full_stop);
	tcase_add_test(details, a_hash_inside_a_payload_begins_no_comment);
	suite_add_tcase(suite, details);
	return suite;
}
