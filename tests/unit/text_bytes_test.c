/* Which sends the bytes that a call received came from, as the text tells it. */
#include "transcripts.h"
#include "unit.h"

static void expect_bytes(const char *type, const char *flag, const struct origin *origins,
			 size_t count, const char *expected)
{
	struct socket socket = made_socket("11", ROLE_ACCEPTED, "127.0.0.1:80", "127.0.0.1:4000");
	struct event event = CALL("recv", 2, DESCRIPTOR("sockfd", 4, "11"), NO_FLAGS("flags"));
	event.args[1].flags.names = &flag;
	event.args[1].flags.count = flag ? 1 : 0;
	struct record record = call_record(RECORD_CALL, 9, "server", &event);
	char lines[500];
	snprintf(lines, sizeof lines, "     9 server  recv(4, %s) = 2\n%s", flag ? flag : "0",
		 expected);
	socket.type_name = type;
	record.socket = &socket;
	record.origins = origins;
	record.origin_count = count;
	expect_one(record, lines);
}

START_TEST(one_whole_send_needs_no_words)
{
	struct origin whole = { 5, 5, 1, "send", 0, 2, true, 2 };
	expect_bytes("SOCK_STREAM", NULL, &whole, 1, "");
	expect_bytes("SOCK_DGRAM", NULL, &whole, 1, "");
}
END_TEST

START_TEST(parts_of_sends_are_told)
{
	struct origin parts[] = { { 5, 5, 1, "send", 3, 2, true, 5 },
				  { 6, 6, 1, "write", 0, 5, true, 5 },
				  { 8, 8, 1, "send", 0, 1, true, 1 },
				  { 9, 9, 1, "send", 0, 1, true, 3 } };
	struct origin middle[] = { { 5, 5, 1, "send", 1, 2, true, 5 },
				   { 5, 5, 1, "send", 2, 1, true, 5 } };
	expect_bytes("SOCK_STREAM", NULL, parts, 4,
		     "               bytes   the last 2 of the 5 of send #5, all 5 of write #6, "
		     "the only one of send #8, the first one of the 3 of send #9\n");
	expect_bytes("SOCK_STREAM", NULL, &middle[0], 1,
		     "               bytes   2 to 3 of the 5 of send #5\n");
	expect_bytes("SOCK_STREAM", NULL, &middle[1], 1,
		     "               bytes   byte 3 of the 5 of send #5\n");
}
END_TEST

START_TEST(whole_sends_behind_each_other_are_one_part)
{
	struct origin parts[] = { { 5, 5, 1, "send", 1, 2, true, 3 },
				  { 6, 6, 1, "send", 0, 2, true, 2 },
				  { 7, 9, 3, "send", 0, 6, true, 6 },
				  { 10, 10, 1, "send", 0, 2, true, 2 },
				  { 0, 0, 1, "send", 0, 2, true, 2 } };
	expect_bytes("SOCK_STREAM", NULL, parts, 5,
		     "               bytes   the last 2 of the 3 of send #5, all 10 of sends "
		     "#6 to #10, all 2 of a call that is not shown\n");
}
END_TEST

START_TEST(calls_that_are_not_told_apart_are_named_together)
{
	struct origin range = { 5, 9, 3, NULL, 2, 2, true, 9 };
	struct origin hidden = { 0, 0, 2, "send", 0, 2, true, 9 };
	expect_bytes("SOCK_STREAM", NULL, &range, 1,
		     "               bytes   3 to 4 of the 9 of calls #5 to #9\n");
	expect_bytes("SOCK_STREAM", NULL, &hidden, 1,
		     "               bytes   the first 2 of the 9 of calls that are not shown\n");
}
END_TEST

START_TEST(a_send_that_has_not_returned_has_no_length)
{
	struct origin parts[] = { { 5, 5, 1, "send", 0, 2, false, 0 },
				  { 5, 5, 1, "send", 2, 2, false, 0 } };
	expect_bytes("SOCK_STREAM", NULL, &parts[0], 1,
		     "               bytes   the first 2 of send #5\n");
	expect_bytes("SOCK_STREAM", NULL, &parts[1], 1,
		     "               bytes   3 to 4 of send #5\n");
}
END_TEST

START_TEST(what_was_peeked_stays)
{
	struct origin whole = { 5, 5, 1, "send", 0, 2, true, 2 };
	expect_bytes("SOCK_STREAM", "MSG_PEEK", &whole, 1,
		     "               bytes   all 2 of send #5; they stay to be received\n");
}
END_TEST

START_TEST(the_rest_of_a_message_is_lost)
{
	struct origin part = { 5, 5, 1, "send", 0, 2, true, 9 };
	expect_bytes("SOCK_SEQPACKET", NULL, &part, 1,
		     "               bytes   the first 2 of the 9 of send #5; "
		     "the rest of the message is lost\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("text bytes");
	TCase *bytes = tcase_create("bytes");
	tcase_add_test(bytes, one_whole_send_needs_no_words);
	tcase_add_test(bytes, parts_of_sends_are_told);
	tcase_add_test(bytes, whole_sends_behind_each_other_are_one_part);
	tcase_add_test(bytes, calls_that_are_not_told_apart_are_named_together);
	tcase_add_test(bytes, a_send_that_has_not_returned_has_no_length);
	tcase_add_test(bytes, what_was_peeked_stays);
	tcase_add_test(bytes, the_rest_of_a_message_is_lost);
	suite_add_tcase(suite, bytes);
	return suite;
}
