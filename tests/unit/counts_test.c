/* -c: what is counted, and the two tables. */
#include "records.h"
#include "unit.h"

#include <inttypes.h>

static const struct format_options plain = { .show_bytes = 64 };

enum { MICRO = 1000 };

/* To be freed. */
static char *counted(const struct record *records, size_t count)
{
	struct transcript transcript;
	transcript_open_as(&transcript, &counts_format, &plain);
	for (size_t i = 0; i < count; i++)
		transcript_write(&transcript, &records[i]);
	return transcript_close(&transcript);
}

static void expect_counts(const struct record *records, size_t count, const char *expected)
{
	char *text = counted(records, count);
	ck_assert_str_eq(text, expected);
	free(text);
}

/* That one call, alone: how many bytes the table says; "" for none. */
static void expect_bytes(struct event event, const struct socket *socket, const char *sent,
			 const char *received)
{
	char expected[64] = "";
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	record.socket = socket;
	char *text = counted(&record, 1);
	const char *last = strstr(text, "0.000000      1");
	const char *table = strstr(text, "\nsockets");
	ck_assert_ptr_nonnull(last);
	ck_assert_ptr_nonnull(table);
	ck_assert_int_eq(strstr(table, "  sent") != NULL, *sent != '\0');
	ck_assert_int_eq(strstr(table, "  received") != NULL, *received != '\0');
	snprintf(expected, sizeof expected, " %s%s\n", sent, received);
	last = strstr(table, "0.000000      1");
	ck_assert_ptr_nonnull(last);
	if (*sent || *received)
		ck_assert_msg(strstr(last, expected) != NULL, "no \"%s\" in %s", expected, text);
	free(text);
}

static struct event took(struct event event, uint64_t micros)
{
	event.entered = 1000;
	event.returned = 1000 + micros * MICRO;
	return event;
}

static struct event failed(struct event event)
{
	event.result = -1;
	event.error = 11;
	event.error_name = "EAGAIN";
	return event;
}

static struct record call_on(const struct event *event, const struct socket *socket)
{
	struct record record = call_record(RECORD_CALL, 1, "server", event);
	record.socket = socket;
	return record;
}

START_TEST(calls_and_sockets_have_their_time_errors_and_bytes)
{
	struct socket conn = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:8000", "127.0.0.1:40000");
	struct event accepts = took(CALL("accept", 4, DESCRIPTOR("sockfd", 3, "10")), 600);
	struct event refused = took(failed(CALL("recv", 0, DESCRIPTOR("sockfd", 4, "11"))), 100);
	struct event reads = took(CALL("recv", 6, DESCRIPTOR("sockfd", 4, "11")), 200);
	struct event writes = took(CALL("send", 1000, DESCRIPTOR("sockfd", 4, "11")), 100);
	struct record records[] = { call_on(&accepts, &conn), call_on(&refused, &conn),
				    call_on(&reads, &conn), call_on(&writes, &conn),
				    call_on(&reads, &conn) };
	accepts.new_sockets[0] = "11";
	struct python python = { .variables = { { "conn", "11" }, { "server", "10" } },
				 .variable_count = 2 };
	records[0].python = &python;
	expect_counts(
		records, 5,
		"calls, and the wall time spent in them\n"
		"    % time   seconds  usecs/call  calls  errors  bytes  call\n"
		"     50.00  0.000600         600      1                 accept\n"
		"     41.67  0.000500         166      3       1     12  recv\n"
		"      8.33  0.000100         100      1           1000  send\n"
		"    100.00  0.001200         240      5       1   1012  total\n"
		"\n"
		"sockets, and the wall time spent in calls on them\n"
		"    lane    fd  name    address                             seconds  calls  "
		"errors  sent  received\n"
		"    server   4  conn    127.0.0.1:8000 -> 127.0.0.1:40000  0.000600      4  "
		"     1  1000        12\n"
		"    server   3  server                                     0.000600      1\n");
}
END_TEST

START_TEST(a_call_that_is_started_anew_is_no_error)
{
	struct event event = took(CALL("accept", 0, DESCRIPTOR("sockfd", 3, NULL)), 5);
	event.result = -1;
	event.restarted = true;
	event.error_name = "ERESTARTSYS";
	struct record record = call_record(RECORD_CALL, 1, "server", &event);
	expect_counts(&record, 1,
		      "calls, and the wall time spent in them\n"
		      "    % time   seconds  usecs/call  calls  call\n"
		      "    100.00  0.000005           5      1  accept\n"
		      "    100.00  0.000005           5      1  total\n");
}
END_TEST

START_TEST(calls_that_never_returned_are_told_and_not_counted)
{
	struct event event = CALL("accept", 0, DESCRIPTOR("sockfd", 3, NULL));
	struct record records[] = { call_record(RECORD_ENTER, 1, "server", &event),
				    record_blank(RECORD_UNFINISHED, 0) };
	records[1].number = 1;
	records[1].why = "killed";
	expect_counts(records, 2,
		      "calls, and the wall time spent in them  none\n"
		      "    not counted: 1 call that never returned\n");
}
END_TEST

START_TEST(what_is_only_looked_at_is_not_received)
{
	struct socket socket = made_socket("10", ROLE_ACCEPTED, "", "");
	static const char *names[] = { "MSG_PEEK" };
	struct value flags = { .kind = VALUE_FLAGS,
			       .name = "flags",
			       .flags = { .value = 2, .names = names, .count = 1 } };
	expect_bytes(CALL("recv", 7, DESCRIPTOR("sockfd", 3, "10"), flags), &socket, "", "");
	expect_bytes(CALL("recv", 7, DESCRIPTOR("sockfd", 3, "10"), NO_FLAGS("flags")), &socket, "",
		     "       7");
}
END_TEST

START_TEST(several_messages_have_the_bytes_of_each_that_was_moved)
{
	struct socket socket = made_socket("10", ROLE_DATAGRAM, "", "");
	struct value messages =
		LIST(VALUE_ARRAY, "msgvec", LIST(VALUE_STRUCT, NULL, INTEGER("len", 30)),
		     LIST(VALUE_STRUCT, NULL, INTEGER("len", 12)),
		     LIST(VALUE_STRUCT, NULL, INTEGER("len", 9)), ADDRESS(NULL, 4096));
	expect_bytes(CALL("sendmmsg", 2, DESCRIPTOR("sockfd", 3, "10"), messages), &socket, "  42",
		     "");
	expect_bytes(CALL("recvmmsg", 4, DESCRIPTOR("sockfd", 3, "10"), messages), &socket, "",
		     "      51");
}
END_TEST

START_TEST(splice_receives_from_the_socket_that_it_reads)
{
	struct socket socket = made_socket("10", ROLE_ACCEPTED, "", "");
	expect_bytes(CALL("splice", 9, DESCRIPTOR("fd_in", 3, "10"), DESCRIPTOR("fd_out", 5, NULL)),
		     &socket, "", "       9");
	expect_bytes(CALL("splice", 9, DESCRIPTOR("fd_in", 5, NULL), DESCRIPTOR("fd_out", 3, "10")),
		     &socket, "   9", "");
	expect_bytes(
		CALL("sendfile", 9, DESCRIPTOR("out_fd", 3, "10"), DESCRIPTOR("in_fd", 5, NULL)),
		&socket, "   9", "");
}
END_TEST

START_TEST(of_many_sockets_those_with_the_most_time_have_a_row)
{
	enum { SOCKETS = 3000, ROWS = 50, LINES = 2 + 2 + 1 + 2 + ROWS + 1 };
	struct transcript transcript;
	transcript_open_as(&transcript, &counts_format, &plain);
	for (unsigned i = 1; i <= SOCKETS; i++) {
		char id[SOCKET_ID_SIZE];
		snprintf(id, sizeof id, "%u", i);
		struct socket socket = made_socket(id, ROLE_CONNECTOR, "", "");
		struct event event = took(CALL("send", 1, DESCRIPTOR("sockfd", 3, id)), i);
		struct record record = call_on(&event, &socket);
		transcript_write(&transcript, &record);
		struct record_connection connection = { .ends = { { .socket = id } } };
		record = record_blank(RECORD_CONNECTION, 0);
		record.connection = &connection;
		transcript_write(&transcript, &record);
	}
	char *text = transcript_close(&transcript);
	unsigned lines = 0;
	for (const char *at = text; *at; at++)
		lines += *at == '\n';
	ck_assert_uint_eq(lines, LINES);
	ck_assert_ptr_nonnull(strstr(text, "  send\n"));
	/* 1 + 2 + ... + 3000 microseconds, of which the fifty rows have 2951 + ... + 3000. */
	ck_assert_ptr_nonnull(strstr(text, "100.00  4.501500        1500   3000   3000  total\n"));
	ck_assert_ptr_nonnull(strstr(text, "server     3  0.003000      1     1\n"));
	ck_assert_ptr_nonnull(strstr(text, "server     3  0.002951      1     1\n"));
	ck_assert_ptr_null(strstr(text, "0.002950"));
	ck_assert_ptr_nonnull(strstr(text, "(others)      4.352725   2950  2950\n"));
	free(text);
}
END_TEST

START_TEST(names_beyond_all_there_are_share_a_row)
{
	struct transcript transcript;
	transcript_open_as(&transcript, &counts_format, &plain);
	for (unsigned i = 0; i < 300; i++) {
		char name[8];
		snprintf(name, sizeof name, "call%u", i);
		struct event event = took(CALL(name, 0, INTEGER("x", 0)), 1);
		struct record record = call_record(RECORD_CALL, 1, "server", &event);
		transcript_write(&transcript, &record);
	}
	char *text = transcript_close(&transcript);
	ck_assert_ptr_nonnull(strstr(text, "1     44  (others)\n"));
	ck_assert_ptr_nonnull(strstr(text, "1    300  total\n"));
	free(text);
}
END_TEST

START_TEST(it_is_none_of_the_formats_of_transcripts)
{
	ck_assert_ptr_null(format_named("counts"));
	ck_assert_ptr_null(format_for_path("run.counts"));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("counts");
	TCase *counts = tcase_create("counts");
	tcase_add_test(counts, calls_and_sockets_have_their_time_errors_and_bytes);
	tcase_add_test(counts, a_call_that_is_started_anew_is_no_error);
	tcase_add_test(counts, calls_that_never_returned_are_told_and_not_counted);
	tcase_add_test(counts, what_is_only_looked_at_is_not_received);
	tcase_add_test(counts, several_messages_have_the_bytes_of_each_that_was_moved);
	tcase_add_test(counts, splice_receives_from_the_socket_that_it_reads);
	tcase_add_test(counts, of_many_sockets_those_with_the_most_time_have_a_row);
	tcase_add_test(counts, names_beyond_all_there_are_share_a_row);
	tcase_add_test(counts, it_is_none_of_the_formats_of_transcripts);
	suite_add_tcase(suite, counts);
	return suite;
}
