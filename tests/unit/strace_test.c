/* How lines of the strace format begin, wait and end. */
#include "records.h"
#include "unit.h"

static const struct format_options plain = { .show_bytes = 64 };

static void expect(const struct record *records, size_t count, const char *expected)
{
	struct transcript transcript;
	transcript_open(&transcript, "strace", &plain);
	for (size_t i = 0; i < count; i++)
		transcript_write(&transcript, &records[i]);
	char *text = transcript_close(&transcript);
	ck_assert_str_eq(text, expected);
	free(text);
}

static struct event receiving(void)
{
	struct event event = CALL("recv", 0, DESCRIPTOR("sockfd", 3, "10"), ADDRESS("buf", 0x7f00),
				  INTEGER("len", 8), NO_FLAGS("flags"));
	event.syscall = "recvfrom";
	return event;
}

static struct event received(void)
{
	struct event event = CALL("recv", 2, DESCRIPTOR("sockfd", 3, "10"), PAYLOAD("buf", "hi"),
				  INTEGER("len", 8), NO_FLAGS("flags"));
	event.syscall = "recvfrom";
	return event;
}

START_TEST(a_call_that_waits_goes_on_in_its_line_if_nothing_comes_between)
{
	struct event enter = receiving();
	struct event call = received();
	struct record records[] = { call_record(RECORD_ENTER, 1, "a", &enter),
				    call_record(RECORD_CALL, 1, "a", &call) };
	expect(records, 2, "100   recvfrom(3, \"hi\", 8, 0, NULL, NULL) = 2\n");
}
END_TEST

START_TEST(a_call_that_another_interrupts_is_unfinished_and_resumed)
{
	struct event enter = receiving();
	struct event close = CALL("close", 0, DESCRIPTOR("fd", 4, "11"));
	struct event call = received();
	struct record records[] = { call_record(RECORD_ENTER, 1, "a", &enter),
				    call_record(RECORD_CALL, 2, "b", &close),
				    call_record(RECORD_CALL, 1, "a", &call) };
	expect(records, 3,
	       "100   recvfrom(3,  <unfinished ...>\n"
	       "100   close(4)                          = 0\n"
	       "100   <... recvfrom resumed>\"hi\", 8, 0, NULL, NULL) = 2\n");
}
END_TEST

START_TEST(a_call_that_never_returns_has_no_result)
{
	struct event enter = receiving();
	struct record_process death = { .what = PROCESS_EXIT, .status = -1, .signal = "SIGKILL" };
	struct record records[] = { call_record(RECORD_ENTER, 1, "a", &enter),
				    record_blank(RECORD_UNFINISHED, 5),
				    record_blank(RECORD_PROCESS, 6) };
	records[1].number = 1;
	records[1].why = "killed";
	records[2].tid = 100;
	records[2].process = &death;
	expect(records, 3,
	       "100   recvfrom(3,  <unfinished ...>)    = ?\n"
	       "100   +++ killed by SIGKILL +++\n");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("strace");
	TCase *lines = tcase_create("lines");
	tcase_add_test(lines, a_call_that_waits_goes_on_in_its_line_if_nothing_comes_between);
	tcase_add_test(lines, a_call_that_another_interrupts_is_unfinished_and_resumed);
	tcase_add_test(lines, a_call_that_never_returns_has_no_result);
	suite_add_tcase(suite, lines);
	return suite;
}
