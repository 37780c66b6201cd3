/* The recording, field for field as INTERFACE's section 3 lists them. */
#include "formatters/formatter.h"
#include "records.h"
#include "segments.h"
#include "unit.h"

#include "support/base64.h"

#include <errno.h>

static char *recorded(const struct record *record)
{
	static const struct format_options options = { .show_bytes = 1 };
	struct transcript transcript;
	transcript_open(&transcript, "jsonl", &options);
	transcript_write(&transcript, record);
	return transcript_close(&transcript);
}

static void expect(const struct record *record, const char *expected)
{
	char *line = recorded(record);
	ck_assert_str_eq(line, expected);
	free(line);
}

START_TEST(the_header_says_what_ran_and_where)
{
	const char *server[] = { "./server", "8000", NULL };
	const char *client[] = { "./client", NULL };
	const char *const *commands[] = { server, client, NULL };
	const char *witnesses[] = { "tcp_info", "sock_diag", NULL };
	struct record_header header = {
		.version = "0.1",
		.kernel = "6.18.0",
		.started = "2024-05-01T12:34:56.123456789Z",
		.commands = commands,
		.lang = "en",
		.witnesses = witnesses,
	};
	struct record record = record_blank(RECORD_HEADER, 0);
	record.header = &header;
	expect(&record,
	       "{\"type\":\"header\",\"schema\":1,\"socktrace\":\"0.1\",\"kernel\":\"6.18.0\","
	       "\"started\":\"2024-05-01T12:34:56.123456789Z\","
	       "\"command\":[[\"./server\",\"8000\"],[\"./client\"]],\"lang\":\"en\","
	       "\"isolated\":false,\"witnesses\":[\"tcp_info\",\"sock_diag\"]}\n");

	struct sysctl sysctls[] = { { .name = "net.ipv4.tcp_rmem", .value = "1 2 3" },
				    { .name = "net.b", .value = "2" } };
	record.header = &(struct record_header){ .sysctls = sysctls, .sysctl_count = 2 };
	expect(&record, "{\"type\":\"header\",\"schema\":1,\"isolated\":false,"
			"\"sysctl\":{\"net.ipv4.tcp_rmem\":\"1 2 3\",\"net.b\":\"2\"}}\n");
}
END_TEST

START_TEST(a_process_has_only_the_fields_that_apply)
{
	struct record_process process = { .what = PROCESS_EXIT, .status = 0 };
	struct record record = record_blank(RECORD_PROCESS, 5);
	record.pid = 7;
	record.tid = 7;
	record.lane = "server";
	record.process = &process;
	expect(&record, "{\"type\":\"process\",\"t\":5,\"pid\":7,\"tid\":7,\"lane\":\"server\","
			"\"what\":\"exit\",\"status\":0}\n");
	process = (struct record_process){ .what = PROCESS_FORK, .parent = 6, .status = -1 };
	expect(&record, "{\"type\":\"process\",\"t\":5,\"pid\":7,\"tid\":7,\"lane\":\"server\","
			"\"what\":\"fork\",\"parent\":6}\n");
}
END_TEST

START_TEST(a_call_carries_arguments_result_socket_state_and_python)
{
	struct event event = CALL("accept", 4, DESCRIPTOR("sockfd", 3, "10"),
				  ENDPOINT("addr", "127.0.0.1:48008"), INTEGER("addrlen", 16));
	struct python python = { .code = "conn, addr = sock.accept()",
				 .comment = "done",
				 .variables = { { "sock", "10" }, { "conn", "11" } },
				 .variable_count = 2 };
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:48008");
	struct record record = call_record(RECORD_CALL, 4, "server", &event);
	event.entered = 4000;
	event.returned = 4500;
	event.new_sockets[0] = "11";
	record.python = &python;
	record.socket = &conn;
	record.state = (struct record_state){ .after = STATE_ESTABLISHED,
					      .witness = WITNESS_TCP_INFO,
					      .peer_lane = "client",
					      .peer_socket = "20",
					      .peer_after = STATE_ESTABLISHED };
	record.queues.accept = 0;
	record.queues.backlog = 5;
	expect(&record,
	       "{\"type\":\"call\",\"n\":4,\"t\":4000,\"dur\":500,\"pid\":100,\"tid\":100,"
	       "\"lane\":\"server\",\"call\":\"accept\",\"args\":["
	       "{\"name\":\"sockfd\",\"kind\":\"fd\",\"value\":3,\"socket\":\"10\"},"
	       "{\"name\":\"addr\",\"kind\":\"endpoint\",\"value\":\"127.0.0.1:48008\"},"
	       "{\"name\":\"addrlen\",\"kind\":\"int\",\"value\":16}],\"ret\":4,"
	       "\"socket\":{\"id\":\"11\",\"fd\":4,\"domain\":\"AF_INET\",\"type\":\"SOCK_STREAM\","
	       "\"protocol\":\"IPPROTO_TCP\",\"local\":\"127.0.0.1:8000\","
	       "\"remote\":\"127.0.0.1:48008\",\"role\":\"accepted\"},"
	       "\"state\":{\"after\":\"ESTABLISHED\",\"witness\":\"tcp_info\",\"peer\":"
	       "{\"lane\":\"client\",\"socket\":\"20\",\"after\":\"ESTABLISHED\"}},"
	       "\"queues\":{\"accept\":0,\"backlog\":5},"
	       "\"python\":{\"code\":\"conn, addr = sock.accept()  # done\","
	       "\"variables\":{\"sock\":\"10\",\"conn\":\"11\"}}}\n");
}
END_TEST

START_TEST(a_waiting_call_has_no_result_and_no_state)
{
	struct event event =
		CALL("accept", 0, DESCRIPTOR("sockfd", 3, "10"), ADDRESS("addr", 0x7ffe00001000));
	struct record record = call_record(RECORD_ENTER, 4, "server", &event);
	expect(&record,
	       "{\"type\":\"enter\",\"n\":4,\"t\":4000,\"pid\":100,\"tid\":100,"
	       "\"lane\":\"server\",\"call\":\"accept\",\"args\":["
	       "{\"name\":\"sockfd\",\"kind\":\"fd\",\"value\":3,\"socket\":\"10\"},"
	       "{\"name\":\"addr\",\"kind\":\"address\",\"value\":\"0x7ffe00001000\"}]}\n");
}
END_TEST

/* The call line around the fields that a test is about. */
static void expect_arg(struct value value, const char *arg)
{
	struct event event = made_call("x", 0, &value, 1);
	struct record record = call_record(RECORD_CALL, 1, "a", &event);
	char expected[512];
	snprintf(expected, sizeof expected,
		 "{\"type\":\"call\",\"n\":1,\"t\":1000,\"dur\":0,\"pid\":100,\"tid\":100,"
		 "\"lane\":\"a\",\"call\":\"x\",\"args\":[%s],\"ret\":0}\n",
		 arg);
	expect(&record, expected);
}

START_TEST(every_kind_of_argument_has_its_fields)
{
	const char *names[] = { "MSG_PEEK" };
	struct value flags = { .kind = VALUE_FLAGS,
			       .name = "f",
			       .flags = { .value = 10, .names = names, .count = 1, .unknown = 8 } };
	expect_arg((struct value)CONSTANT("domain", 2, "AF_INET"),
		   "{\"name\":\"domain\",\"kind\":\"const\",\"value\":2,\"symbol\":\"AF_INET\"}");
	expect_arg((struct value)CONSTANT("domain", 77, NULL),
		   "{\"name\":\"domain\",\"kind\":\"const\",\"value\":77}");
	expect_arg(flags, "{\"name\":\"f\",\"kind\":\"flags\",\"value\":10,"
			  "\"names\":[\"MSG_PEEK\"],\"unknown\":8}");
	expect_arg((struct value)NO_FLAGS("f"), "{\"name\":\"f\",\"kind\":\"flags\",\"value\":0}");
	expect_arg((struct value)LIST(VALUE_STRUCT, "s", INTEGER("onoff", 1)),
		   "{\"name\":\"s\",\"kind\":\"struct\",\"fields\":["
		   "{\"name\":\"onoff\",\"kind\":\"int\",\"value\":1}]}");
	expect_arg(
		(struct value)LIST(VALUE_ARRAY, "a", INTEGER(NULL, 1)),
		"{\"name\":\"a\",\"kind\":\"array\",\"items\":[{\"kind\":\"int\",\"value\":1}]}");
	expect_arg((struct value)ADDRESS("p", 0),
		   "{\"name\":\"p\",\"kind\":\"address\",\"value\":\"0x0\"}");
}
END_TEST

START_TEST(a_payload_is_text_where_it_is_utf8_else_base64)
{
	struct value cut = PAYLOAD("b", "\xe4\xbd");
	cut.bytes.length = 6;
	expect_arg((struct value)PAYLOAD("b", "你\0"),
		   "{\"name\":\"b\",\"kind\":\"bytes\",\"text\":\"你\\u0000\",\"length\":4,"
		   "\"captured\":4}");
	expect_arg(cut, "{\"name\":\"b\",\"kind\":\"bytes\",\"base64\":\"5L0=\",\"length\":6,"
			"\"captured\":2}");
	expect_arg((struct value)PAYLOAD("b", ""),
		   "{\"name\":\"b\",\"kind\":\"bytes\",\"length\":0,\"captured\":0}");
}
END_TEST

START_TEST(a_line_that_could_speak_to_a_terminal_is_pure_ascii)
{
	/* U+009B is a control sequence introducer, U+202E turns the text round. */
	expect_arg((struct value)PAYLOAD("b", "\xc2\x9b"
					      "31m\xe2\x80\xae\x1b"),
		   "{\"name\":\"b\",\"kind\":\"bytes\",\"text\":\"\\u009B31m\\u202E\\u001B\","
		   "\"length\":9,\"captured\":9}");
	expect_arg((struct value)ENDPOINT("e", "unix:/\xff"),
		   "{\"name\":\"e\",\"kind\":\"endpoint\",\"value\":\"unix:/\xef\xbf\xbd\"}");
}
END_TEST

START_TEST(a_failed_call_returns_minus_one_and_a_restarted_one_has_no_errno)
{
	struct event event = {
		.name = "x", .result = -1, .error = ECONNREFUSED, .error_name = "ECONNREFUSED"
	};
	struct record record = call_record(RECORD_CALL, 1, "a", &event);
	expect(&record, "{\"type\":\"call\",\"n\":1,\"t\":1000,\"dur\":0,\"pid\":100,\"tid\":100,"
			"\"lane\":\"a\",\"call\":\"x\",\"ret\":-1,\"errno\":\"ECONNREFUSED\"}\n");
	event.error = 0;
	event.error_name = "ERESTARTSYS";
	event.restarted = true;
	expect(&record, "{\"type\":\"call\",\"n\":1,\"t\":1000,\"dur\":0,\"pid\":100,\"tid\":100,"
			"\"lane\":\"a\",\"call\":\"x\",\"ret\":-1,\"restarted\":true,"
			"\"restart\":\"ERESTARTSYS\"}\n");
}
END_TEST

START_TEST(a_note_carries_what_is_said_and_from_what)
{
	struct note_param param = { "port", "8000" };
	struct note note = { .id = "bind-time-wait",
			     .severity = SEVERITY_MISTAKE,
			     .params = &param,
			     .param_count = 1,
			     .text = "Held.",
			     .fix = "Wait.",
			     .check = "ss" };
	struct event event = { .name = "x" };
	struct record record = call_record(RECORD_CALL, 1, "a", &event);
	record.notes = &note;
	record.note_count = 1;
	expect(&record, "{\"type\":\"call\",\"n\":1,\"t\":1000,\"dur\":0,\"pid\":100,\"tid\":100,"
			"\"lane\":\"a\",\"call\":\"x\",\"ret\":0,\"notes\":["
			"{\"id\":\"bind-time-wait\",\"severity\":\"mistake\","
			"\"params\":{\"port\":\"8000\"},\"text\":\"Held.\",\"fix\":\"Wait.\","
			"\"check\":\"ss\"}]}\n");
}
END_TEST

START_TEST(what_is_no_call_has_a_line_too)
{
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "a:1", "");
	struct record unfinished = record_blank(RECORD_UNFINISHED, 9);
	struct record output = record_blank(RECORD_OUTPUT, 9);
	struct record state = record_blank(RECORD_STATE, 9);
	unfinished.number = 4;
	unfinished.why = "killed";
	expect(&unfinished, "{\"type\":\"unfinished\",\"n\":4,\"t\":9,\"why\":\"killed\"}\n");
	output.lane = "a";
	output.pid = 3;
	output.output.fd = 1;
	output.output.data = (struct value_bytes){ .data = "hi\n", .captured = 3, .length = 3 };
	expect(&output, "{\"type\":\"output\",\"t\":9,\"pid\":3,\"lane\":\"a\",\"fd\":1,"
			"\"data\":{\"text\":\"hi\\n\",\"length\":3,\"captured\":3}}\n");
	state.socket = &conn;
	state.transition = (struct record_transition){ .from = STATE_CLOSE_WAIT,
						       .to = STATE_LAST_ACK,
						       .witness = WITNESS_SOCK_DIAG,
						       .cause = 4 };
	expect(&state, "{\"type\":\"state\",\"t\":9,\"socket\":{\"id\":\"11\","
		       "\"domain\":\"AF_INET\",\"type\":\"SOCK_STREAM\","
		       "\"protocol\":\"IPPROTO_TCP\",\"local\":\"a:1\",\"role\":\"accepted\"},"
		       "\"from\":\"CLOSE_WAIT\",\"to\":\"LAST_ACK\",\"witness\":\"sock_diag\","
		       "\"cause\":4}\n");
}
END_TEST

START_TEST(a_segment_has_its_ends_its_header_and_the_call_that_caused_it)
{
	struct socket sock = made_socket("20", ROLE_CONNECTOR, "", "");
	struct segment segment = made_syn(false);
	struct record record = segment_record(&segment, 6);
	record.socket = &sock;
	record.segment.to_lane = NULL;
	expect(&record,
	       "{\"type\":\"segment\",\"t\":9000,\"socket\":{\"id\":\"20\",\"domain\":\"AF_INET\","
	       "\"type\":\"SOCK_STREAM\",\"protocol\":\"IPPROTO_TCP\",\"role\":\"connector\"},"
	       "\"protocol\":\"tcp\",\"from\":\"127.0.0.1:8000\",\"to\":\"127.0.0.1:48008\","
	       "\"from_lane\":\"server\",\"flags\":[\"SYN\",\"ACK\"],\"seq\":5000,\"ack\":1001,"
	       "\"window\":65483,\"header_length\":40,\"options\":{\"mss\":65495,"
	       "\"sack_permitted\":true,\"window_scale\":7,"
	       "\"timestamps\":{\"value\":77,\"echo\":77}},"
	       "\"relative\":{\"from\":\"other\",\"seq\":0,\"ack\":1},\"length\":0,"
	       "\"checksum\":65064,\"checksum_partial\":true,\"cause\":6}\n");
}
END_TEST

START_TEST(a_segment_has_only_what_applies)
{
	struct segment segment = made_segment(true, SEGMENT_RST, 3, 0, 0);
	struct record record = segment_record(&segment, 0);
	segment.relative = false;
	segment.checksum_partial = false;
	segment.remark = SEGMENT_RETRANSMISSION;
	expect(&record, "{\"type\":\"segment\",\"t\":9000,\"protocol\":\"tcp\","
			"\"from\":\"127.0.0.1:48008\",\"to\":\"127.0.0.1:8000\","
			"\"from_lane\":\"client\",\"to_lane\":\"server\",\"flags\":[\"RST\"],"
			"\"seq\":1003,\"window\":512,\"window_bytes\":65536,\"header_length\":32,"
			"\"remark\":\"retransmission\",\"length\":0,\"checksum\":65064}\n");
	segment = made_datagram(true, 5);
	segment.checksum = 0;
	expect(&record, "{\"type\":\"segment\",\"t\":9000,\"protocol\":\"udp\","
			"\"from\":\"127.0.0.1:48008\",\"to\":\"127.0.0.1:8000\","
			"\"from_lane\":\"client\",\"to_lane\":\"server\",\"length\":5,"
			"\"checksum_partial\":true}\n");
}
END_TEST

START_TEST(names_on_the_wire_lead_back_to_what_they_name)
{
	for (unsigned flag = 1; flag <= SEGMENT_CWR; flag <<= 1)
		ck_assert_uint_eq(segment_flag_named(segment_flag_name(flag)), flag);
	for (int i = SEGMENT_PLAIN + 1; i < SEGMENT_REMARKS; i++)
		ck_assert_int_eq(segment_remark_named(segment_remark_name((enum segment_remark)i)),
				 i);
	ck_assert_int_eq(segment_protocol_named(segment_protocol_name(SEGMENT_UDP)), SEGMENT_UDP);
	ck_assert_ptr_null(segment_flag_name(SEGMENT_SYN | SEGMENT_ACK));
	ck_assert_uint_eq(segment_flag_named("syn"), 0);
	ck_assert_int_eq(segment_remark_named("odd"), SEGMENT_PLAIN);
	ck_assert_int_eq(segment_protocol_named("sctp"), -1);
}
END_TEST

START_TEST(the_end_always_says_what_was_lost)
{
	static const struct record_connection connection = {
		.id = 1,
		.ends = { { .socket = "20",
			    .lane = "client",
			    .address = "a:1",
			    .bytes_sent = 6,
			    .states = { STATE_CLOSED, STATE_SYN_SENT },
			    .state_count = 2 },
			  { .address = "b:2" } },
		.opened = 3,
		.closed = CLOSED_RESET,
		.calls = 2,
	};
	const char *mistakes[] = { "backlog", NULL };
	struct record record = record_blank(RECORD_CONNECTION, 0);
	struct record end = record_blank(RECORD_END, 9);
	record.connection = &connection;
	expect(&record, "{\"type\":\"connection\",\"id\":1,\"ends\":[{\"socket\":\"20\","
			"\"lane\":\"client\",\"address\":\"a:1\",\"bytes_sent\":6,"
			"\"bytes_received\":0,\"states\":[\"CLOSED\",\"SYN_SENT\"]},"
			"{\"address\":\"b:2\"}],\"opened\":3,\"closed\":\"reset\",\"calls\":2}\n");
	end.end.calls = 7;
	expect(&end, "{\"type\":\"end\",\"t\":9,\"calls\":7,\"lost\":0}\n");
	end.end.mistakes = mistakes;
	expect(&end,
	       "{\"type\":\"end\",\"t\":9,\"calls\":7,\"lost\":0,\"mistakes\":[\"backlog\"]}\n");
}
END_TEST

START_TEST(base64_is_that_of_rfc_4648)
{
	static const char *const pairs[][2] = { { "", "" },
						{ "f", "Zg==" },
						{ "fo", "Zm8=" },
						{ "foo", "Zm9v" },
						{ "foob", "Zm9vYg==" },
						{ "fooba", "Zm9vYmE=" },
						{ "foobar", "Zm9vYmFy" } };
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char text[16];
		char back[16];
		size_t size = 99;
		base64_encode(text, pairs[i][0], strlen(pairs[i][0]));
		ck_assert_str_eq(text, pairs[i][1]);
		ck_assert(base64_decode(back, &size, text, strlen(text)));
		ck_assert_uint_eq(size, strlen(pairs[i][0]));
		ck_assert_int_eq(memcmp(back, pairs[i][0], size), 0);
	}
	char back[16];
	size_t size = 0;
	ck_assert(!base64_decode(back, &size, "Zg=", 3));
	ck_assert(!base64_decode(back, &size, "Z===", 4));
	ck_assert(!base64_decode(back, &size, "Zg==Zg==", 8));
	ck_assert(!base64_decode(back, &size, "Zm9\xff", 4));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("jsonl");
	TCase *lines = tcase_create("lines");
	tcase_add_test(lines, the_header_says_what_ran_and_where);
	tcase_add_test(lines, a_process_has_only_the_fields_that_apply);
	tcase_add_test(lines, a_call_carries_arguments_result_socket_state_and_python);
	tcase_add_test(lines, a_waiting_call_has_no_result_and_no_state);
	tcase_add_test(lines, every_kind_of_argument_has_its_fields);
	tcase_add_test(lines, a_payload_is_text_where_it_is_utf8_else_base64);
	tcase_add_test(lines, a_line_that_could_speak_to_a_terminal_is_pure_ascii);
	tcase_add_test(lines, a_failed_call_returns_minus_one_and_a_restarted_one_has_no_errno);
	tcase_add_test(lines, a_note_carries_what_is_said_and_from_what);
	tcase_add_test(lines, what_is_no_call_has_a_line_too);
	tcase_add_test(lines, a_segment_has_its_ends_its_header_and_the_call_that_caused_it);
	tcase_add_test(lines, a_segment_has_only_what_applies);
	tcase_add_test(lines, names_on_the_wire_lead_back_to_what_they_name);
	tcase_add_test(lines, the_end_always_says_what_was_lost);
	tcase_add_test(lines, base64_is_that_of_rfc_4648);
	suite_add_tcase(suite, lines);
	return suite;
}
