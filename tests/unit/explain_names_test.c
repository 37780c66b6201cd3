/* Every name that is decoded is explained: the topics of --explain against the decoders' tables. */
#include "unit.h"

#include "decode/constants.h"
#include "decode/decode.h"
#include "decode/option.h"
#include "support/endpoint.h"
#include "teach/explain.h"
#include "teach/texts.h"
#include "types/segment.h"
#include "types/tcp_state.h"

#include <stdio.h>
#include <string.h>

static const char *found(const char *name)
{
	struct topic topic;
	return topic_find(name, &topic) ? topic.name : "nothing";
}

static void check_explained(const char *name)
{
	struct topic topic;
	ck_assert_msg(topic_find(name, &topic), "%s is no topic", name);
	bool is_own = strcmp(topic.name, name) == 0;
	for (size_t n = 0; !is_own && n < topic.text->count; n++)
		is_own = strcmp(topic.text->fields[n].key, "also") == 0 &&
			 strstr(topic.text->fields[n].value, name);
	ck_assert_msg(is_own, "%s is no name of %s", name, topic.name);
}

START_TEST(every_call_of_the_table_has_its_topic)
{
	size_t position = 0, count = 0;
	for (const struct call *call; (call = call_next(&position)); count++)
		check_explained(call_name(call));
	ck_assert_uint_gt(count, 50);
}
END_TEST

START_TEST(every_errno_that_has_a_meaning_has_its_topic)
{
	for (size_t i = 0; i < texts_errno.count; i++) {
		char symbol[32];
		ck_assert_int_eq(sscanf(texts_errno.rows[i].id, "%*s %31s", symbol), 1);
		ck_assert_str_eq(found(symbol), symbol);
	}
}
END_TEST

START_TEST(every_state_has_its_topic_in_three_spellings)
{
	for (enum tcp_state state = STATE_ESTABLISHED; state < STATE_COUNT; state++) {
		char name[32];
		const char *own = tcp_state_name(state);
		ck_assert_str_eq(found(own), own);
		/* RFC 9293: FIN-WAIT-1, SYN-RECEIVED. ss(8): FIN-WAIT-1, SYN-RECV, ESTAB. */
		snprintf(name, sizeof name, "%s", state == STATE_SYN_RCVD ? "SYN_RECEIVED" : own);
		for (char *dash = name; (dash = strchr(dash, '_'));)
			*dash = '-';
		ck_assert_str_eq(found(name), own);
	}
	/* netstat(8) */
	static const char *const others[][2] = {
		{ "FIN_WAIT1", "FIN_WAIT_1" }, { "FIN_WAIT2", "FIN_WAIT_2" },
		{ "SYN_RECV", "SYN_RCVD" },    { "CLOSE", "CLOSED" },
		{ "UNCONN", "CLOSED" },        { "ESTAB", "ESTABLISHED" },
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert_str_eq(found(others[i][0]), others[i][1]);
}
END_TEST

/* The tables of constants.h: everything a decoder can name. */
static size_t check_names(const struct name *names)
{
	size_t count = 0;
	for (; names->name; names++, count++)
		check_explained(names->name);
	return count;
}

START_TEST(every_flag_and_constant_that_is_decoded_has_its_topic)
{
	const struct name_table tables[] = {
		{ socket_type_names },     { socket_flag_names },
		{ message_flag_names },    { shutdown_names },
		{ level_names },           { close_range_flag_names },
		{ dup_flag_names },        { splice_flag_names },
		{ fcntl_names },           { fd_flag_names },
		{ file_flag_names },       { clone_flag_names },
		{ ioctl_names },           { poll_flag_names },
		{ epoll_flag_names },      { epoll_create_flag_names },
		{ epoll_operation_names },
	};
	size_t count = 0;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		count += check_names(tables[i].rows);
	for (unsigned flag = 1; flag <= 0x80; flag <<= 1, count++)
		check_explained(segment_flag_name(flag));
	ck_assert_uint_gt(count, 200);
}
END_TEST

enum { FAMILIES = 64 };

START_TEST(every_family_and_protocol_that_is_decoded_has_its_topic)
{
	size_t families = 0, protocols = 0;
	for (int family = 0; family < FAMILIES; family++) {
		if (family_name(family)) {
			check_explained(family_name(family));
			families++;
		}
		protocols += check_names(protocol_names(family));
	}
	ck_assert_uint_gt(families, 40);
	ck_assert_uint_gt(protocols, 100);
}
END_TEST

/* Levels, and numbers of options, are below these. */
enum { LEVELS = 300, OPTIONS = 200 };

START_TEST(every_option_and_control_message_that_is_decoded_has_its_topic)
{
	size_t count = 0;
	for (int level = 0; level < LEVELS; level++)
		for (int number = 0; number < OPTIONS; number++) {
			const struct option *option = option_find(level, number);
			const struct option *control = control_find(level, number);
			if (option)
				check_explained(option->name);
			if (control)
				check_explained(control->name);
			count += (option != NULL) + (control != NULL);
		}
	ck_assert_uint_gt(count, 250);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("explain_names");
	TCase *test = tcase_create("explain_names");
	tcase_set_timeout(test, 60);
	tcase_add_test(test, every_call_of_the_table_has_its_topic);
	tcase_add_test(test, every_errno_that_has_a_meaning_has_its_topic);
	tcase_add_test(test, every_state_has_its_topic_in_three_spellings);
	tcase_add_test(test, every_flag_and_constant_that_is_decoded_has_its_topic);
	tcase_add_test(test, every_family_and_protocol_that_is_decoded_has_its_topic);
	tcase_add_test(test, every_option_and_control_message_that_is_decoded_has_its_topic);
	suite_add_tcase(suite, test);
	return suite;
}
