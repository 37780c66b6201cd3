/* The format pcapng: its blocks as their description has them, and what is said of packets. */
#include "blocks.h"
#include "segments.h"
#include "unit.h"

#include "support/text.h"

enum { WALL = 1700000000 /* the header's `started` */ };

#define PACKET_BYTES "\x45\x00\x00the packet\xff"

/* --- making it ---------------------------------------------------------------------------------
 */

static void listen_to(void *listener, const char *line)
{
	snprintf(listener, 200, "%s", line);
}

static struct read_file file_of(const struct record *records, size_t count)
{
	struct read_file file = { .count = 0 };
	const struct format_options options = { .show_bytes = 64,
						.tell = listen_to,
						.listener = file.told };
	struct transcript transcript;
	transcript_open(&transcript, "pcapng", &options);
	for (size_t i = 0; i < count; i++)
		transcript_write(&transcript, &records[i]);
	file.bytes = transcript_close(&transcript);
	read_blocks(&file, transcript.size);
	return file;
}

#define FILE_OF(...)                              \
	file_of((struct record[]){ __VA_ARGS__ }, \
		sizeof((struct record[]){ __VA_ARGS__ }) / sizeof(struct record))

static struct record header(bool wire)
{
	static const char *const server[] = { "./server", "80\x1b", NULL };
	static const char *const client[] = { "./client", NULL };
	static const char *const *const commands[] = { server, client, NULL };
	static const char *const witnesses[][3] = { { "tcp_info", NULL }, { "tcp_info", "wire" } };
	static struct record_header headers[2];
	struct record record = record_blank(RECORD_HEADER, 0);
	headers[wire] = (struct record_header){ .version = "1.2",
						.kernel = "6.1",
						.started = "2023-11-14T22:13:20.000000007Z",
						.commands = commands,
						.witnesses = witnesses[wire] };
	record.header = &headers[wire];
	return record;
}

static struct record passing(uint64_t time, uint64_t cause)
{
	static struct segment segment;
	segment = made_syn(true);
	segment.packet = (struct value_bytes){ PACKET_BYTES, sizeof PACKET_BYTES - 1, 99 };
	struct record record = segment_record(&segment, cause);
	record.time = time;
	return record;
}

static struct record connecting(enum record_type type, uint64_t number)
{
	static struct event event;
	static struct socket socket;
	static const struct python python = { .code = "sock.connect(('127.0.0.1', 8000))" };
	event = CALL("connect", 0, DESCRIPTOR("sockfd", 3, "10"),
		     ENDPOINT("addr", "127.0.0.1:8000"));
	socket = made_socket("10", ROLE_CONNECTOR, CLIENT_END, SERVER_END);
	struct record record = call_record(type, number, "client", &event);
	record.socket = &socket;
	record.python = &python;
	if (type == RECORD_CALL)
		record.state = (struct record_state){ .before = STATE_CLOSED,
						      .after = STATE_ESTABLISHED,
						      .witness = WITNESS_TCP_INFO };
	return record;
}

static struct record changing(const char *id, const char *lane, enum tcp_state from,
			      enum tcp_state to, uint64_t cause)
{
	static struct socket sockets[2];
	struct socket *socket = &sockets[*id == '2'];
	struct record record = record_blank(RECORD_STATE, 5);
	*socket = made_socket(id, ROLE_CONNECTOR, CLIENT_END, SERVER_END);
	record.socket = socket;
	record.lane = lane;
	record.transition = (struct record_transition){ from, to, WITNESS_WIRE, cause };
	return record;
}

#define CONNECTED \
	"client #6 connect(3, 127.0.0.1:8000) = 0; python sock.connect(('127.0.0.1', 8000)); "

/* --- packets -----------------------------------------------------------------------------------
 */

START_TEST(a_packet_has_its_bytes_its_length_and_the_time_at_which_it_passed)
{
	struct read_file file = FILE_OF(header(true), passing(5, 0));
	ck_assert_uint_eq(file.count, 3);
	const uint8_t *body = file.blocks[2].body;
	uint64_t time = (uint64_t)get32(body + 4) << 32 | get32(body + 8);
	ck_assert_uint_eq(file.blocks[2].type, PACKET);
	ck_assert_uint_eq(get32(body), 0);
	ck_assert_uint_eq(time, WALL * UINT64_C(1000000000) + 7 + 5);
	ck_assert_uint_eq(get32(body + 12), sizeof PACKET_BYTES - 1);
	ck_assert_uint_eq(get32(body + 16), 99);
	ck_assert_mem_eq(body + 20, PACKET_BYTES, sizeof PACKET_BYTES - 1);
	expect_comment(&file, 2, NULL);
	ck_assert_str_eq(file.told, "");
	free(file.bytes);
}
END_TEST

START_TEST(the_section_says_what_was_run_and_where)
{
	struct read_file file = FILE_OF(header(true), passing(5, 0));
	ck_assert_uint_eq(get32(file.blocks[0].body), 0x1A2B3C4D);
	ck_assert_uint_eq(get32(file.blocks[0].body + 4), 1);
	ck_assert_str_eq(text_of(&file, 0, 3, 0), "Linux 6.1");
	ck_assert_str_eq(text_of(&file, 0, 4, 0), "socktrace 1.2");
	ck_assert_str_eq(text_of(&file, 0, COMMENT, 0), "./server 80\\x1b");
	ck_assert_str_eq(text_of(&file, 0, COMMENT, 1), "./client");
	ck_assert_ptr_null(text_of(&file, 0, COMMENT, 2));
	/* Raw IP, in nanoseconds. */
	ck_assert_uint_eq(get16(file.blocks[1].body), 101);
	ck_assert_str_eq(text_of(&file, 1, 9, 0), "\x09");
	free(file.bytes);
}
END_TEST

START_TEST(a_packet_waits_for_the_call_that_caused_it_and_the_next_ones_wait_with_it)
{
	struct read_file file =
		FILE_OF(header(true), passing(5, 6), passing(6, 0), connecting(RECORD_CALL, 6));
	ck_assert_uint_eq(file.count, 4);
	expect_comment(&file, 2, CONNECTED "CLOSED -> ESTABLISHED");
	expect_comment(&file, 3, NULL);
	ck_assert_uint_lt(get32(file.blocks[2].body + 8), get32(file.blocks[3].body + 8));
	free(file.bytes);
}
END_TEST

START_TEST(the_states_that_both_ends_passed_are_told)
{
	struct read_file file =
		FILE_OF(header(true), passing(5, 6),
			changing("10", "client", STATE_CLOSED, STATE_SYN_SENT, 6),
			changing("20", "server", STATE_SYN_RCVD, STATE_ESTABLISHED, 6),
			connecting(RECORD_CALL, 6));
	expect_comment(&file, 2,
		       CONNECTED "client CLOSED -> SYN_SENT -> ESTABLISHED, "
				 "server SYN_RCVD -> ESTABLISHED");
	free(file.bytes);
}
END_TEST

START_TEST(two_ends_in_one_lane_are_told_apart_by_their_addresses)
{
	struct record other = changing("20", "client", STATE_SYN_RCVD, STATE_ESTABLISHED, 6);
	struct socket socket = *other.socket;
	snprintf(socket.local, sizeof socket.local, "%s", SERVER_END);
	other.socket = &socket;
	struct read_file file =
		FILE_OF(header(true), passing(5, 6), other, connecting(RECORD_CALL, 6));
	expect_comment(&file, 2,
		       CONNECTED "client 127.0.0.1:8000 SYN_RCVD -> ESTABLISHED, "
				 "client 127.0.0.1:48008 CLOSED -> ESTABLISHED");
	free(file.bytes);
}
END_TEST

START_TEST(what_had_to_wait_in_a_buffer_has_its_call_too)
{
	struct read_file file = FILE_OF(header(true), connecting(RECORD_CALL, 6), passing(5, 6));
	expect_comment(&file, 2, CONNECTED "CLOSED -> ESTABLISHED");
	free(file.bytes);
}
END_TEST

START_TEST(of_a_call_that_never_returns_is_told_what_is_known)
{
	struct record unfinished = record_blank(RECORD_UNFINISHED, 7);
	unfinished.number = 6;
	unfinished.why = "exit";
	struct read_file file = FILE_OF(header(true), passing(5, 6), connecting(RECORD_ENTER, 6),
					unfinished, passing(8, 7), passing(9, 6));
	const char *known = "client #6 connect(3, 127.0.0.1:8000 ...; "
			    "python sock.connect(('127.0.0.1', 8000))";
	expect_comment(&file, 2, known);
	expect_comment(&file, 3, "#7");
	expect_comment(&file, 4, known);
	free(file.bytes);
}
END_TEST

START_TEST(no_more_packets_wait_than_memory_is_given_for)
{
	enum { COUNT = 1000 };
	struct record *records = calloc(COUNT + 2, sizeof *records);
	records[0] = header(true);
	for (size_t i = 1; i <= COUNT; i++)
		records[i] = passing(i, 6);
	records[COUNT + 1] = connecting(RECORD_CALL, 6);
	struct read_file file = file_of(records, COUNT + 2);
	ck_assert_uint_eq(file.count, 2 + COUNT);
	expect_comment(&file, 2, "#6");
	expect_comment(&file, 1 + COUNT, CONNECTED "CLOSED -> ESTABLISHED");
	free(file.bytes);
	free(records);
}
END_TEST

/* --- what is missing ----------------------------------------------------------------------------
 */

START_TEST(without_a_wire_there_is_no_packet_and_the_file_says_why)
{
	static const char why[] =
		"no packets: nobody looked at the wire; --isolate shows it, or --wire as root";
	struct read_file file = FILE_OF(header(false), connecting(RECORD_CALL, 6));
	ck_assert_uint_eq(file.count, 2);
	ck_assert_str_eq(text_of(&file, 0, COMMENT, 2), why);
	ck_assert_str_eq(file.told, why);
	free(file.bytes);
}
END_TEST

START_TEST(where_nothing_passed_the_file_says_so)
{
	static const char why[] = "no packets: nothing of the traced sockets passed the wire";
	struct read_file file = FILE_OF(header(true), connecting(RECORD_CALL, 6));
	ck_assert_uint_eq(file.count, 2);
	ck_assert_str_eq(text_of(&file, 0, COMMENT, 2), why);
	ck_assert_str_eq(file.told, why);
	free(file.bytes);
}
END_TEST

START_TEST(a_header_without_its_packet_becomes_none)
{
	static const char why[] =
		"no packets: the recording has their headers, but not their bytes";
	struct segment segment = made_syn(true);
	struct record bare = segment_record(&segment, 0);
	struct read_file file = FILE_OF(header(true), bare);
	ck_assert_uint_eq(file.count, 2);
	ck_assert_str_eq(text_of(&file, 0, COMMENT, 2), why);
	ck_assert_str_eq(file.told, why);
	free(file.bytes);
}
END_TEST

START_TEST(packets_that_are_missing_among_others_are_counted)
{
	static const char missing[] =
		"2 packets are missing: the recording does not have their bytes";
	struct segment segment = made_syn(true);
	struct record bare = segment_record(&segment, 0);
	struct record end = record_blank(RECORD_END, 9);
	end.end.lost = 1;
	struct read_file file = FILE_OF(header(true), bare, passing(5, 0), bare, end);
	ck_assert_uint_eq(file.count, 4);
	ck_assert_uint_eq(file.blocks[3].type, STATISTICS);
	ck_assert_str_eq(text_of(&file, 3, COMMENT, 0), missing);
	ck_assert_str_eq(text_of(&file, 3, COMMENT, 1), "1 segment or change of state was lost");
	ck_assert_str_eq(file.told, missing);
	free(file.bytes);
}
END_TEST

/* --- strangers' words ---------------------------------------------------------------------------
 */

START_TEST(a_comment_is_cut_between_characters)
{
	for (size_t before = 0; before < 4; before++) {
		struct line line = { 0 };
		for (size_t i = 0; i < before; i++)
			line_put(&line, "x");
		for (size_t i = 0; i < COMMENT_SIZE; i++)
			line_put(&line, "好");
		const char *text = comment_string(&line);
		size_t size = strlen(text);
		ck_assert_uint_le(size, COMMENT_SIZE);
		ck_assert_uint_gt(size, COMMENT_SIZE - 8);
		ck_assert(utf8_valid(text, size));
		ck_assert_str_eq(text + size - 3, "...");
		line_done(&line);
	}
}
END_TEST

START_TEST(what_strangers_say_is_escaped)
{
	struct record call = connecting(RECORD_CALL, 6);
	struct event event =
		CALL("send", 6, DESCRIPTOR("sockfd", 3, "10"), PAYLOAD("buf", "\x1b[2J\n\xff"));
	call.event = &event;
	call.lane = "cl\xe2\x80\xaeient\n";
	call.python = NULL;
	struct read_file file = FILE_OF(header(true), passing(5, 6), call);
	const char *comment = text_of(&file, 2, COMMENT, 0);
	ck_assert_ptr_nonnull(strstr(comment, "\"\\x1b[2J\\n\\xff\""));
	for (; *comment; comment++)
		ck_assert(*comment >= ' ' && *comment < 0x7F);
	free(file.bytes);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_packet_has_its_bytes_its_length_and_the_time_at_which_it_passed,
		the_section_says_what_was_run_and_where,
		a_packet_waits_for_the_call_that_caused_it_and_the_next_ones_wait_with_it,
		the_states_that_both_ends_passed_are_told,
		two_ends_in_one_lane_are_told_apart_by_their_addresses,
		what_had_to_wait_in_a_buffer_has_its_call_too,
		of_a_call_that_never_returns_is_told_what_is_known,
		no_more_packets_wait_than_memory_is_given_for,
		without_a_wire_there_is_no_packet_and_the_file_says_why,
		where_nothing_passed_the_file_says_so,
		a_header_without_its_packet_becomes_none,
		packets_that_are_missing_among_others_are_counted,
		a_comment_is_cut_between_characters,
		what_strangers_say_is_escaped,
		NULL,
	};
	Suite *suite = suite_create("pcapng");
	TCase *files = tcase_create("files");
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(files, tests[i]);
	suite_add_tcase(suite, files);
	return suite;
}
