/* Segments below the calls that caused them. */
#include "stories.h"
#include "unit.h"

/* --- below a call ---------------------------------------------------------------------------- */

START_TEST(a_handshake_stands_between_python_and_state_in_columns)
{
	struct story story = { 0 };
	struct event event = connect_call();
	struct python python = { .code = "sock.connect(('127.0.0.1', 8000))",
				 .variables = { { "sock", "20" } },
				 .variable_count = 1 };
	struct socket socket = made_socket("20", ROLE_CONNECTOR, CLIENT_END, SERVER_END);
	add_handshake(&story, &event);
	struct record *call = &story.records[3];
	call->python = &python;
	call->socket = &socket;
	call->state = (struct record_state){ .before = STATE_CLOSED, .after = STATE_ESTABLISHED };
	expect_story(
		&plain, &story,
		"     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		"               python  sock.connect(('127.0.0.1', 8000))\n"
		"               wire    client -> server  SYN      seq=x             win=65495 "
		"mss=65495 sack ws=7 ts\n"
		"                       client <- server  SYN,ACK  seq=y    ack=x+1  win=65483 "
		"mss=65495 sack ws=7 ts\n"
		"                       client -> server  ACK      seq=x+1  ack=y+1\n"
		"               state   sock  CLOSED -> ESTABLISHED\n");
}
END_TEST

START_TEST(what_does_not_fit_goes_below_its_segment)
{
	struct story story = { 0 };
	struct event event = connect_call();
	struct format_options options = plain;
	add_handshake(&story, &event);
	options.width = 100;
	expect_story(
		&options, &story,
		"     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		"               wire    client -> server  SYN      seq=x             win=65495 "
		"mss=65495 sack ws=7 ts\n"
		"                       client <- server  SYN,ACK  seq=y    ack=x+1  win=65483 "
		"mss=65495 sack ws=7 ts\n"
		"                       client -> server  ACK      seq=x+1  ack=y+1\n");
	options.width = 80;
	expect_story(&options, &story,
		     "     6 client  connect(3, 127.0.0.1:8000) = 0\n"
		     "               wire    client -> server  SYN      seq=x\n"
		     "                                         win=65495 mss=65495 sack ws=7 ts\n"
		     "                       client <- server  SYN,ACK  seq=y    ack=x+1\n"
		     "                                         win=65483 mss=65495 sack ws=7 ts\n"
		     "                       client -> server  ACK      seq=x+1  ack=y+1\n");
}
END_TEST

START_TEST(a_socket_connected_to_itself_has_one_initial_number)
{
	struct story story = { 0 };
	struct event event = send_call();
	struct segment segment = made_segment(true, SEGMENT_PSH | SEGMENT_ACK, 1, 1, 6);
	memcpy(segment.to, segment.from, sizeof segment.to);
	struct record *record = add_segment(&story, segment, 7);
	record->segment.from_lane = record->segment.to_lane = "self";
	add(&story, call_record(RECORD_CALL, 7, "self", &event));
	expect_story(&plain, &story,
		     "     7 self    send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    self -> self  PSH,ACK  seq=x+1  ack=x+1  len=6\n");
}
END_TEST

START_TEST(ends_that_fill_the_line_have_their_segment_below)
{
	struct story story = { 0 };
	struct event event = send_call();
	struct format_options options = plain;
	struct record *record =
		add_segment(&story, made_segment(true, SEGMENT_PSH | SEGMENT_ACK, 1, 1, 6), 7);
	record->segment.from_lane = "[2001:db8::1]:48008";
	record->segment.to_lane = "[2001:db8::2]:8000";
	add(&story, call_record(RECORD_CALL, 7, "client", &event));
	options.width = 80;
	expect_story(&options, &story,
		     "     7 client  send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    [2001:db8::1]:48008 -> [2001:db8::2]:8000\n"
		     "                           PSH,ACK  seq=x+1  ack=y+1  len=6\n");
}
END_TEST

START_TEST(columns_that_do_not_fit_are_given_up_before_the_line_is_broken)
{
	struct story story = { 0 };
	struct event event = close_call();
	struct format_options options = plain;
	add_segment(&story, made_segment(true, SEGMENT_ACK, 1999999, 1, 65483), 8);
	add_segment(&story, made_segment(false, SEGMENT_ACK, 1, 1999999, 0), 8);
	add(&story, call_record(RECORD_CALL, 8, "client", &event));
	options.width = 80;
	expect_story(
		&options, &story,
		"     8 client  close(3) = 0\n"
		"               wire    client -> server  ACK  seq=x+1999999  ack=y+1  len=65483\n"
		"                       client <- server  ACK  ack=x+1999999\n");
	options.width = 83;
	expect_story(
		&options, &story,
		"     8 client  close(3) = 0\n"
		"               wire    client -> server  ACK  seq=x+1999999  ack=y+1  len=65483\n"
		"                       client <- server  ACK  ack=x+1999999\n");
	options.width = 86;
	expect_story(
		&options, &story,
		"     8 client  close(3) = 0\n"
		"               wire    client -> server  ACK  seq=x+1999999  ack=y+1        "
		"len=65483\n"
		"                       client <- server  ACK                 ack=x+1999999\n");
}
END_TEST

START_TEST(payload_has_its_length_and_an_untraced_end_its_address)
{
	struct story story = { 0 };
	struct event event = send_call();
	struct record *record =
		add_segment(&story, made_segment(true, SEGMENT_PSH | SEGMENT_ACK, 1, 1, 6), 7);
	record->segment.to_lane = NULL;
	add(&story, call_record(RECORD_CALL, 7, "client", &event));
	expect_story(&plain, &story,
		     "     7 client  send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    client -> 127.0.0.1:8000  PSH,ACK  seq=x+1  ack=y+1  "
		     "len=6\n");
}
END_TEST

START_TEST(where_the_first_numbers_were_not_seen_they_are_as_they_passed)
{
	struct story story = { 0 };
	struct event event = send_call();
	struct socket socket = made_socket("11", ROLE_ACCEPTED, SERVER_END, CLIENT_END);
	struct segment segment = made_segment(false, SEGMENT_PSH | SEGMENT_ACK, 1, 1, 6);
	segment.relative = false;
	add_segment(&story, segment, 7)->socket = &socket;
	add(&story, call_record(RECORD_CALL, 7, "server", &event));
	expect_story(
		&plain, &story,
		"     7 server  send(3, \"hello\\n\", 6, 0) = 6\n"
		"               wire    client <- server  PSH,ACK  seq=5001  ack=1001  len=6\n");
}
END_TEST

START_TEST(who_resets_is_seen_from_the_arrow)
{
	struct story story = { 0 };
	struct event event = close_call();
	add_segment(&story, made_segment(false, SEGMENT_RST | SEGMENT_ACK, 1, 7, 0), 9);
	add(&story, call_record(RECORD_CALL, 9, "server", &event));
	expect_story(&plain, &story,
		     "     9 server  close(3) = 0\n"
		     "               wire    client <- server  RST,ACK  seq=y+1  ack=x+7\n");
}
END_TEST

START_TEST(datagrams_have_a_length_and_no_numbers)
{
	struct story story = { 0 };
	struct event event = send_call();
	add_segment(&story, made_datagram(true, 5), 7);
	add(&story, call_record(RECORD_CALL, 7, "client", &event));
	add_segment(&story, made_datagram(false, 0), 0);
	expect_story(&plain, &story,
		     "     7 client  send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    client -> server  UDP  len=5\n"
		     "               wire    client <- server  UDP  len=0\n");
}
END_TEST

START_TEST(each_call_shows_its_own_segments)
{
	struct story story = { 0 };
	struct event close_event = close_call();
	struct event send_event = send_call();
	add_segment(&story, made_segment(true, SEGMENT_PSH | SEGMENT_ACK, 1, 1, 6), 7);
	add_segment(&story, made_segment(false, SEGMENT_FIN | SEGMENT_ACK, 1, 7, 0), 8);
	add(&story, call_record(RECORD_CALL, 8, "server", &close_event));
	add(&story, call_record(RECORD_CALL, 7, "client", &send_event));
	expect_story(&plain, &story,
		     "     8 server  close(3) = 0\n"
		     "               wire    client <- server  FIN,ACK  seq=y+1  ack=x+7\n"
		     "     7 client  send(3, \"hello\\n\", 6, 0) = 6\n"
		     "               wire    client -> server  PSH,ACK  seq=x+1  ack=y+1  len=6\n");
}
END_TEST

START_TEST(a_call_that_waits_shows_what_passed_before_and_after)
{
	struct story story = { 0 };
	struct event event = connect_call();
	add_segment(&story, made_syn(true), 6);
	add(&story, call_record(RECORD_ENTER, 6, "client", &event));
	add_segment(&story, remarked(made_syn(true), SEGMENT_RETRANSMISSION), 0);
	add_segment(&story, made_segment(true, SEGMENT_ACK, 1, 1, 0), 6);
	add(&story, call_record(RECORD_CALL, 6, "client", &event));
	expect_story(
		&plain, &story,
		"     6 client  connect(3, 127.0.0.1:8000 ...\n"
		"               wire    client -> server  SYN  seq=x  win=65495 mss=65495 sack "
		"ws=7 ts\n"
		"               waits   for an event\n"
		"               wire    client -> server  SYN  seq=x  win=65495 mss=65495 sack "
		"ws=7 ts  retransmission\n"
		"     6 client  ... connect(3, 127.0.0.1:8000) = 0\n"
		"               wire    client -> server  ACK  seq=x+1  ack=y+1\n");
}
END_TEST

START_TEST(a_call_that_never_returned_shows_its_segments_too)
{
	struct story story = { 0 };
	add_segment(&story, made_segment(true, SEGMENT_FIN | SEGMENT_ACK, 7, 1, 0), 4);
	struct record *record = add(&story, record_blank(RECORD_UNFINISHED, 9000));
	record->number = 4;
	record->why = "exit";
	expect_story(&plain, &story,
		     "     4         ... the call did not return: the process ended\n"
		     "               wire    client -> server  FIN,ACK  seq=x+7  ack=y+1\n");
}
END_TEST

/* --- hidden, the resolver's ------------------------------------------------------------------ */

START_TEST(without_the_wire_there_is_none)
{
	struct story story = { 0 };
	struct event event = connect_call();
	struct format_options options = plain;
	options.wire = WIRE_OFF;
	add_handshake(&story, &event);
	add_segment(&story, made_segment(false, SEGMENT_ACK, 1, 7, 0), 0);
	expect_story(&options, &story, "     6 client  connect(3, 127.0.0.1:8000) = 0\n");
}
END_TEST

START_TEST(the_resolvers_datagrams_are_folded_with_its_calls)
{
	struct story story = { 0 };
	struct socket nscd = made_socket("1", ROLE_CONNECTOR, "unix:", "unix:/run/nscd/socket");
	struct socket dns = made_socket("2", ROLE_DATAGRAM, "127.0.0.1:5", "127.0.0.1:53");
	struct event connect_event = connect_call();
	struct event send_event = send_call();
	nscd.domain_name = "AF_UNIX";
	dns.type_name = "SOCK_DGRAM";
	connect_event.args[0].descriptor.socket = "1";
	send_event.args[0].descriptor.socket = "2";
	add(&story, call_record(RECORD_CALL, 1, "client", &connect_event))->socket = &nscd;
	add_segment(&story, made_datagram(true, 30), 2)->socket = &dns;
	add(&story, call_record(RECORD_CALL, 2, "client", &send_event))->socket = &dns;
	add_segment(&story, made_datagram(false, 60), 0)->socket = &dns;
	expect_story(&plain, &story,
		     "       client  resolver asks nscd, 127.0.0.1:53   (2 calls)\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text wire");
	TCase *below = tcase_create("below a call");
	tcase_add_test(below, a_handshake_stands_between_python_and_state_in_columns);
	tcase_add_test(below, what_does_not_fit_goes_below_its_segment);
	tcase_add_test(below, a_socket_connected_to_itself_has_one_initial_number);
	tcase_add_test(below, ends_that_fill_the_line_have_their_segment_below);
	tcase_add_test(below, columns_that_do_not_fit_are_given_up_before_the_line_is_broken);
	tcase_add_test(below, payload_has_its_length_and_an_untraced_end_its_address);
	tcase_add_test(below, where_the_first_numbers_were_not_seen_they_are_as_they_passed);
	tcase_add_test(below, who_resets_is_seen_from_the_arrow);
	tcase_add_test(below, datagrams_have_a_length_and_no_numbers);
	tcase_add_test(below, each_call_shows_its_own_segments);
	tcase_add_test(below, a_call_that_waits_shows_what_passed_before_and_after);
	tcase_add_test(below, a_call_that_never_returned_shows_its_segments_too);
	suite_add_tcase(suite, below);
	TCase *others = tcase_create("others");
	tcase_add_test(others, without_the_wire_there_is_none);
	tcase_add_test(others, the_resolvers_datagrams_are_folded_with_its_calls);
	suite_add_tcase(suite, others);
	return suite;
}
