/* --check: which status a run gets. */
#include "unit.h"

#include "verdict.h"

static struct record record_with(const struct note *note)
{
	struct record record = record_blank(RECORD_CALL, 0);
	record.notes = note;
	record.note_count = 1;
	return record;
}

static const struct note mistake = { .id = "bind-in-use", .severity = SEVERITY_MISTAKE };
static const struct note notice = { .id = "listen-unbound", .severity = SEVERITY_NOTICE };

static int status_of(const char *rules, const struct note *note)
{
	struct verdict verdict = { .rules = rules };
	struct record record = record_with(note);
	verdict_see(&verdict, &record);
	return verdict_status(&verdict, false);
}

START_TEST(a_mistake_counts_and_a_notice_does_not)
{
	ck_assert_int_eq(status_of(NULL, &mistake), 1);
	ck_assert_int_eq(status_of(NULL, &notice), 0);
}
END_TEST

START_TEST(only_the_rules_that_are_named_count)
{
	ck_assert_int_eq(status_of("bind-in-use", &mistake), 1);
	ck_assert_int_eq(status_of("sigpipe,bind-in-use", &mistake), 1);
	ck_assert_int_eq(status_of("bind-in-use-udp", &mistake), 0);
	ck_assert_int_eq(status_of("bind-in", &mistake), 0);
}
END_TEST

START_TEST(a_mistake_in_a_call_that_was_not_shown_stands_in_the_end)
{
	static const char *const ids[] = { "bind-in-use", NULL };
	struct verdict verdict = { 0 };
	struct record end = record_blank(RECORD_END, 0);
	end.end = (struct record_end){ .mistakes = ids };
	verdict_see(&verdict, &end);
	ck_assert_int_eq(verdict_status(&verdict, false), 1);
}
END_TEST

START_TEST(without_all_evidence_nobody_can_say)
{
	struct verdict verdict = { 0 };
	struct record end = record_blank(RECORD_END, 0);
	ck_assert_int_eq(verdict_status(&verdict, true), 125);
	end.end = (struct record_end){ .lost = 3 };
	verdict_see(&verdict, &end);
	ck_assert_int_eq(verdict_status(&verdict, false), 125);
	verdict.mistake = true;
	ck_assert_int_eq(verdict_status(&verdict, true), 1);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("verdict");
	TCase *test = tcase_create("verdict");
	tcase_add_test(test, a_mistake_counts_and_a_notice_does_not);
	tcase_add_test(test, only_the_rules_that_are_named_count);
	tcase_add_test(test, a_mistake_in_a_call_that_was_not_shown_stands_in_the_end);
	tcase_add_test(test, without_all_evidence_nobody_can_say);
	suite_add_tcase(suite, test);
	return suite;
}
