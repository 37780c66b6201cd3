/* A recording gives back the records it was made of, and refuses what is none. */
#include "pairs.h"
#include "unit.h"

#include <errno.h>

/* --- helpers ------------------------------------------------------------------------------------
 */

/* Each line of the recording comes out of the replay as it went in. */
static void expect_same(const char *recording)
{
	struct pair pair;
	replay_again(recording, &pair);
	ck_assert_str_eq(pair.jsonl.text, recording);
	pair_free(&pair);
}

static void expect_error(const char *recording, int result, unsigned long line, const char *message)
{
	struct pair pair;
	struct replay_error error;
	pair_open(&pair);
	ck_assert_int_eq(replay_text(recording, strlen(recording), &pair, &error), result);
	ck_assert_uint_eq(error.line, line);
	ck_assert_str_eq(error.message, message);
	transcript_close(&pair.text);
	transcript_close(&pair.jsonl);
	pair_free(&pair);
}

/* --- what is read --------------------------------------------------------------------------------
 */

#define END "{\"type\":\"end\",\"t\":9,\"calls\":7,\"lost\":0}\n"

START_TEST(every_type_of_line_comes_back_as_it_was)
{
	expect_same(
		"{\"type\":\"header\",\"schema\":1,\"socktrace\":\"0.1\",\"kernel\":\"6.18\","
		"\"started\":\"2024-05-01T12:34:56.123456789Z\",\"command\":[[\"./"
		"s\"],[\"c\",\"\"]],"
		"\"lang\":\"zh\",\"isolated\":true,\"witnesses\":[\"wire\"],"
		"\"sysctl\":{\"net.b\":\"2\",\"net.a\":\"1 2\"},\"title\":\"t\","
		"\"lesson\":\"l\"}\n"
		"{\"type\":\"process\",\"t\":1,\"pid\":2,\"tid\":2,\"lane\":\"s\",\"what\":"
		"\"start\","
		"\"parent\":1,\"program\":\"/s\",\"argv\":[\"./s\"]}\n"
		"{\"type\":\"process\",\"t\":1,\"pid\":2,\"tid\":2,\"lane\":\"s\",\"what\":"
		"\"exit\","
		"\"status\":0}\n"
		"{\"type\":\"enter\",\"n\":1,\"t\":2,\"pid\":2,\"tid\":2,\"lane\":\"s\","
		"\"call\":\"accept\",\"args\":[{\"name\":\"p\",\"kind\":\"address\","
		"\"value\":\"0xffffffffffffffff\"}]}\n"
		"{\"type\":\"call\",\"n\":1,\"t\":2,\"dur\":3,\"pid\":2,\"tid\":2,\"lane\":\"s\","
		"\"call\":\"accept\",\"ret\":-1,\"errno\":\"ERRNO_524\",\"socket\":{\"id\":\"7\","
		"\"fd\":3},\"state\":{\"before\":\"CLOSED\",\"after\":\"LISTEN\",\"witness\":"
		"\"wire\","
		"\"peer\":{\"lane\":\"c\"}},\"queues\":{\"receive\":0,\"send\":1,\"accept\":2,"
		"\"backlog\":3,\"syn_rcvd\":4,\"copied\":5,\"taken\":6},\"python\":{\"code\":\"a  "
		"# b\",\"raises\":\"E\",\"variables\":"
		"{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}},\"notes\":[{\"id\":\"x\","
		"\"severity\":\"notice\",\"params\":{\"k\":\"v\"},\"text\":\"t\"}]}\n"
		"{\"type\":\"unfinished\",\"n\":2,\"t\":4,\"why\":\"exec\"}\n"
		"{\"type\":\"output\",\"t\":4,\"pid\":2,\"lane\":\"s\",\"fd\":1,\"data\":"
		"{\"base64\":\"/w==\",\"length\":9,\"captured\":1}}\n"
		"{\"type\":\"state\",\"t\":5,\"socket\":{\"id\":\"7\"},\"from\":\"LISTEN\","
		"\"to\":\"CLOSED\",\"witness\":\"inferred\",\"cause\":1}\n"
		"{\"type\":\"segment\",\"t\":5,\"socket\":{\"id\":\"7\"},\"protocol\":\"tcp\","
		"\"from\":\"a:1\",\"to\":\"b:2\",\"from_lane\":\"s\",\"to_lane\":\"c\",\"flags\":"
		"[\"FIN\",\"SYN\",\"RST\",\"PSH\",\"ACK\",\"URG\",\"ECE\",\"CWR\"],"
		"\"seq\":4294967295,\"ack\":0,\"window\":65535,\"window_bytes\":8388480,\"urgent\":"
		"0,"
		"\"header_length\":60,\"options\":{\"mss\":0,\"sack_permitted\":true,"
		"\"window_scale\":0,\"timestamps\":{\"value\":0,\"echo\":9},"
		"\"sacks\":[{\"left\":1,\"right\":2},{\"left\":0,\"right\":4294967295}]},"
		"\"relative\":{\"from\":\"opener\",\"seq\":0,\"ack\":1},\"remark\":\"zero_window\","
		"\"length\":6,\"checksum\":1,\"checksum_partial\":true,\"cause\":6}\n"
		"{\"type\":\"segment\",\"t\":5,\"protocol\":\"tcp\",\"from\":\"a:1\",\"to\":\"b:"
		"2\","
		"\"seq\":0,\"window\":0,\"header_length\":20,"
		"\"relative\":{\"from\":\"other\",\"seq\":3},\"length\":0,\"checksum\":0}\n"
		"{\"type\":\"segment\",\"t\":5,\"protocol\":\"udp\",\"from\":\"a:1\",\"to\":\"b:"
		"2\","
		"\"length\":65507}\n"
		"{\"type\":\"connection\",\"id\":1,\"ends\":[{\"socket\":\"7\",\"address\":\"a:1\","
		"\"bytes_sent\":1,\"bytes_received\":2,\"states\":[\"CLOSED\"]},{\"address\":\"b\"}"
		"],"
		"\"opened\":3,\"closed\":\"killed\",\"calls\":4}\n"
		"{\"type\":\"sockets\",\"t\":8,\"why\":\"signal\",\"sockets\":[{\"lane\":\"s\","
		"\"socket\":{\"id\":\"7\",\"fd\":3,\"role\":\"listener\"},\"state\":\"LISTEN\","
		"\"witness\":\"tcp_info\",\"queues\":{\"accept\":0,\"backlog\":5}},"
		"{\"socket\":{\"id\":\"8\"}}]}\n"
		"{\"type\":\"sockets\",\"t\":8,\"why\":\"end\"}\n"
		"{\"type\":\"end\",\"t\":9,\"calls\":7,\"lost\":1,\"mistakes\":[\"m\"]}\n");
}
END_TEST

static int note_resumed(void *context, const struct record *record)
{
	if (record->type == RECORD_CALL)
		*(int *)context = *(int *)context * 10 + (record->resumed ? 2 : 1);
	return 0;
}

START_TEST(a_call_that_was_waiting_is_resumed)
{
	static const char recording[] =
		"{\"type\":\"enter\",\"n\":1,\"t\":2,\"call\":\"accept\"}\n"
		"{\"type\":\"call\",\"n\":2,\"t\":2,\"call\":\"socket\",\"ret\":0}\n"
		"{\"type\":\"call\",\"n\":1,\"t\":2,\"call\":\"accept\",\"ret\":0}\n";
	struct replay_error error;
	int seen = 0;
	FILE *in = fmemopen((void *)(uintptr_t)recording, sizeof recording - 1, "r");
	ck_assert_int_eq(replay_run(in, note_resumed, &seen, &error), 0);
	ck_assert_int_eq(seen, 12);
	fclose(in);
}
END_TEST

static int refuse(void *context, const struct record *record)
{
	(void)record;
	return ++*(int *)context == 2 ? 42 : 0;
}

START_TEST(what_emit_answers_ends_the_replay)
{
	struct replay_error error;
	int seen = 0;
	FILE *in = fmemopen((void *)(uintptr_t)(END END END), sizeof(END END END) - 1, "r");
	ck_assert_int_eq(replay_run(in, refuse, &seen, &error), 42);
	ck_assert_int_eq(seen, 2);
	fclose(in);
}
END_TEST

START_TEST(a_comment_is_told_from_a_hash_in_a_string)
{
	static const struct {
		const char *line;
		size_t code;
	} cases[] = {
		{ "data = conn.recv(9)  # b'x'", 19 },
		{ "sock.send(b\"x  # y' #\")", 23 },
		{ "sock.send(b\"x  # y' #\")  # 3 bytes", 23 },
		{ "sock.send(b'\\'  # ')  # it's", 20 },
		{ "sock.send(b'\\\\')  # ' # ", 16 },
		{ "sock.send('''a'  # ''')  # b", 23 },
		{ "sock.send('')  # ''", 13 },
		{ "a # b", 5 },
		{ "a  # b\nc  # d", 8 },
		{ "a('  # b", 8 },
		{ "", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_uint_eq(python_code_length(cases[i].line), cases[i].code);
}
END_TEST

/* --- what is refused
 * ------------------------------------------------------------------------------ */

START_TEST(a_last_line_cut_off_ends_the_replay_in_peace)
{
	struct pair pair;
	replay_again(END "{\"type\":\"ca", &pair);
	ck_assert_str_eq(pair.jsonl.text, END);
	pair_free(&pair);
	replay_again("{\"type\":\"end\",\"t\":9,\"calls\":7,\"lost\":0}", &pair);
	ck_assert_str_eq(pair.jsonl.text, END);
	pair_free(&pair);
}
END_TEST

START_TEST(what_is_no_record_is_an_error_with_its_line)
{
	expect_error(END "[]\n", -EBADMSG, 2, "not a JSON object");
	expect_error(END END "{}\n", -EBADMSG, 3, "there is no \"type\"");
	expect_error("{\"type\":\"nonsense\"}\n", -EBADMSG, 1, "\"type\" is of no known kind");
	expect_error("{\"type\":\"header\",\"schema\":2}\n", -EBADMSG, 1,
		     "only recordings of schema 1 can be read");
	expect_error("{\"type\":\"call\",\"call\":\"x\"}\n", -EBADMSG, 1, "there is no \"ret\"");
	expect_error("{\"type\":\"call\",\"call\":7,\"ret\":0}\n", -EBADMSG, 1,
		     "\"call\" is not a string");
	expect_error("{\"type\":\"call\",\"call\":\"x\",\"ret\":-1,\"errno\":\"E?\"}\n", -EBADMSG,
		     1, "\"errno\" is the name of no error");
	expect_error(
		"{\"type\":\"call\",\"call\":\"x\",\"ret\":0,\"args\":[{},{},{},{},{},{},{}]}\n",
		-EBADMSG, 1, "a call has more than 6 arguments");
	expect_error("{\"type\":\"call\",\"call\":\"x\",\"ret\":0,\"args\":[{\"name\":\"b\","
		     "\"kind\":\"bytes\",\"base64\":\"!\"}]}\n",
		     -EBADMSG, 1, "\"base64\" is not base64");
	expect_error("{\"type\":\"call\",\"call\":\"x\",\"ret\":0,\"args\":[{\"name\":\"b\","
		     "\"kind\":\"bytes\",\"text\":\"abc\",\"length\":2}]}\n",
		     -EBADMSG, 1, "\"length\" is less than what was captured");
	expect_error("{\"type\":\"state\",\"to\":\"MAYBE\"}\n", -EBADMSG, 1, "a TCP state is none");
}
END_TEST

/* One of the fields of a segment that has the others right. */
static void expect_bad_segment(const char *field, const char *message)
{
	char recording[512];
	snprintf(recording, sizeof recording,
		 "{\"type\":\"segment\",\"from\":\"a\",\"to\":\"b\",%s}\n", field);
	expect_error(recording, -EBADMSG, 1, message);
}

START_TEST(a_segment_that_no_header_could_hold_is_an_error)
{
	expect_bad_segment("\"length\":0", "there is no \"protocol\"");
	expect_bad_segment("\"protocol\":\"sctp\"", "\"protocol\" is neither tcp nor udp");
	expect_bad_segment("\"protocol\":\"tcp\",\"seq\":4294967296",
			   "\"seq\" is not between 0 and 4294967295");
	expect_bad_segment("\"protocol\":\"tcp\",\"window\":-1",
			   "\"window\" is not between 0 and 65535");
	expect_bad_segment("\"protocol\":\"tcp\",\"flags\":[\"SYN\",7]",
			   "\"flags\" holds what is no flag");
	expect_bad_segment("\"protocol\":\"tcp\",\"flags\":[\"XYZ\"]",
			   "\"flags\" holds what is no flag");
	expect_bad_segment("\"protocol\":\"tcp\",\"remark\":\"odd\"",
			   "\"remark\" is none of those we know");
	expect_bad_segment("\"protocol\":\"tcp\",\"options\":{\"sacks\":[{},{},{},{},{}]}",
			   "a segment has more than 4 \"sacks\"");
	expect_bad_segment("\"protocol\":\"tcp\",\"options\":[]", "\"options\" is not an object");
	expect_bad_segment("\"protocol\":\"tcp\",\"relative\":{\"from\":\"me\"}",
			   "\"from\" is no end of a connection");
}
END_TEST

START_TEST(an_address_longer_than_any_is_an_error)
{
	char recording[ENDPOINT_SIZE + 128];
	snprintf(recording, sizeof recording,
		 "{\"type\":\"segment\",\"protocol\":\"tcp\",\"from\":\"%0*d\",\"to\":\"b\"}\n",
		 ENDPOINT_SIZE, 0);
	expect_error(recording, -EBADMSG, 1, "\"from\" is longer than any address");
}
END_TEST

START_TEST(broken_json_is_an_error_unless_it_is_the_last_line)
{
	struct pair pair;
	struct replay_error error;
	static const char recording[] = END "{\"type\n" END;
	pair_open(&pair);
	ck_assert_int_eq(replay_text(recording, sizeof recording - 1, &pair, &error), -EBADMSG);
	ck_assert_uint_eq(error.line, 2);
	ck_assert_int_eq(strncmp(error.message, "not JSON: byte ", 15), 0);
	transcript_close(&pair.text);
	transcript_close(&pair.jsonl);
	pair_free(&pair);
}
END_TEST

/* A file of blanks without an end, which no test wants to have in memory. */
static ssize_t read_blanks(void *cookie, char *buffer, size_t size)
{
	(void)cookie;
	memset(buffer, ' ', size);
	return (ssize_t)size;
}

START_TEST(a_line_without_end_is_refused_in_bounded_memory)
{
	struct replay_error error;
	FILE *in = fopencookie(NULL, "r", (cookie_io_functions_t){ .read = read_blanks });
	ck_assert_int_eq(replay_run(in, note_resumed, NULL, &error), -EBADMSG);
	ck_assert_uint_eq(error.line, 1);
	ck_assert_str_eq(error.message, "the line is longer than 64 MiB");
	fclose(in);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("replay");
	TCase *lines = tcase_create("lines");
	tcase_add_test(lines, every_type_of_line_comes_back_as_it_was);
	tcase_add_test(lines, a_call_that_was_waiting_is_resumed);
	tcase_add_test(lines, what_emit_answers_ends_the_replay);
	tcase_add_test(lines, a_comment_is_told_from_a_hash_in_a_string);
	tcase_add_test(lines, a_last_line_cut_off_ends_the_replay_in_peace);
	tcase_add_test(lines, what_is_no_record_is_an_error_with_its_line);
	tcase_add_test(lines, broken_json_is_an_error_unless_it_is_the_last_line);
	tcase_add_test(lines, a_segment_that_no_header_could_hold_is_an_error);
	tcase_add_test(lines, an_address_longer_than_any_is_an_error);
	suite_add_tcase(suite, lines);
	TCase *slow = tcase_create("slow");
	tcase_set_timeout(slow, 60);
	tcase_add_test(slow, a_line_without_end_is_refused_in_bounded_memory);
	suite_add_tcase(suite, slow);
	return suite;
}
