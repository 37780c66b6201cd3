/* The topics of --explain: one for every name that is decoded, and each complete. */
#include "unit.h"

#include "decode/constants.h"
#include "decode/decode.h"
#include "decode/option.h"
#include "support/endpoint.h"
#include "support/names.h"
#include "teach/explain.h"
#include "teach/teach.h"
#include "teach/texts.h"
#include "types/segment.h"
#include "types/tcp_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* --- finding ------------------------------------------------------------------------------------
 */

static const char *found(const char *name)
{
	struct topic topic;
	return topic_find(name, &topic) ? topic.name : "nothing";
}

START_TEST(spelling_does_not_matter)
{
	static const char *const spellings[][2] = {
		{ "FIN-WAIT-2", "FIN_WAIT_2" },
		{ "FIN_WAIT2", "FIN_WAIT_2" },
		{ "fin wait 2", "FIN_WAIT_2" },
		{ "ESTAB", "ESTABLISHED" },
		{ "SYN-RECV", "SYN_RCVD" },
		{ "syn_received", "SYN_RCVD" },
		{ "bind()", "bind" },
		{ "bind(2)", "bind" },
		{ "eaddrinuse", "EADDRINUSE" },
		{ "98", "EADDRINUSE" },
		{ "Connection refused", "ECONNREFUSED" },
		{ "ConnectionRefusedError", "ECONNREFUSED" },
	};
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		ck_assert_str_eq(found(spellings[i][0]), spellings[i][1]);
}
END_TEST

START_TEST(capitals_matter_where_they_are_all_the_difference)
{
	ck_assert_str_eq(found("listen"), "listen");
	ck_assert_str_eq(found("LISTEN"), "LISTEN");
	ck_assert_str_eq(found("close"), "close");
	ck_assert_str_eq(found("CLOSE"), "CLOSED");
}
END_TEST

START_TEST(no_name_is_no_topic)
{
	static const char *const names[] = {
		"", " ", "()", "E", "EADDRINUS", "1000", "bind listen"
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ck_assert_str_eq(found(names[i]), "nothing");
}
END_TEST

START_TEST(a_wrong_name_has_neighbours)
{
	struct topic topics[3];
	ck_assert_uint_eq(topic_nearest("EADRINUSE", topics, 3), 1);
	ck_assert_str_eq(topics[0].name, "EADDRINUSE");
	ck_assert_uint_eq(topic_nearest("acept", topics, 3), 2);
	ck_assert_str_eq(topics[0].name, "accept");
	ck_assert_str_eq(topics[1].name, "accept4");
	/* However many names it has, a topic is named once. */
	ck_assert_uint_eq(topic_nearest("FINWAIT", topics, 3), 2);
	ck_assert_str_ne(topics[0].name, topics[1].name);
	ck_assert_uint_gt(topic_nearest("", topics, 3), 0);
}
END_TEST

/* --- what is decoded ----------------------------------------------------------------------------
 */

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

/* --- what a topic has ---------------------------------------------------------------------------
 */

START_TEST(each_topic_is_complete)
{
	struct topic topic;
	for (size_t position = 0; topic_next(&position, &topic);) {
		/* A rule belongs to topics that have the rest: see below. */
		if (topic_is_rule(&topic))
			continue;
		ck_assert_msg(topic_title(&topic) && *topic_title(&topic), "%s: title", topic.name);
		ck_assert_msg(topic.error || topic_field(&topic, "text", 0), "%s: text",
			      topic.name);
		ck_assert_msg(topic.error || topic_field(&topic, "prototype", 0) ||
				      topic_field(&topic, "picture", 0),
			      "%s: prototype or picture", topic.name);
		ck_assert_msg(topic_field(&topic, "demo", 0) || topic_field(&topic, "rule", 0),
			      "%s: demo or rule", topic.name);
		ck_assert_msg(topic_field(&topic, "man", 0) || topic_field(&topic, "rfc", 0),
			      "%s: man or rfc", topic.name);
	}
}
END_TEST

/* For each word of a list in that field of each topic. */
static size_t each_word(const char *key, void (*check)(const char *topic, const char *word))
{
	size_t count = 0;
	struct topic topic;
	for (size_t position = 0; topic_next(&position, &topic);) {
		const char *list;
		for (size_t n = 0; (list = topic_field(&topic, key, n)); n++)
			for (size_t length; (length = topic_word(&list)); list += length, count++) {
				char word[64];
				snprintf(word, sizeof word, "%.*s", (int)length, list);
				check(topic.name, word);
			}
	}
	return count;
}

static void check_demo(const char *topic, const char *demo)
{
	char path[128];
	struct stat status;
	snprintf(path, sizeof path, "demos/%s/scenario", demo);
	ck_assert_msg(stat(path, &status) == 0, "%s: no demo %s", topic, demo);
}

START_TEST(a_topic_names_demos_that_there_are)
{
	ck_assert_uint_gt(each_word("demo", check_demo), 50);
}
END_TEST

static void check_other(const char *topic, const char *other)
{
	ck_assert_msg(strcmp(found(other), "nothing") != 0, "%s: see %s", topic, other);
	ck_assert_msg(strcmp(found(other), topic) != 0, "%s: sees itself", topic);
}

START_TEST(a_topic_names_topics_that_there_are)
{
	ck_assert_uint_gt(each_word("see", check_other), 100);
}
END_TEST

/* The rules that socktrace is to have, whether it has them already or not. */
static const char *const rules[] = {
	"bind-time-wait",
	"bind-time-wait-old-socket",
	"bind-in-use",
	"bind-held-by-bound",
	"bind-in-use-udp",
	"bind-held-by-connection",
	"reuseaddr-late",
	"listen-in-use",
	"bind-privileged",
	"bind-not-local",
	"port-byte-order",
	"address-byte-order",
	"address-length",
	"accept-length",
	"family-wrong",
	"result-ignored",
	"listen-unbound",
	"not-listening",
	"wrong-descriptor",
	"double-close",
	"refused-nobody",
	"refused-other-address",
	"localhost-v6-first",
	"backlog-full",
	"accept-queue-waits",
	"connect-in-progress",
	"connect-timeo",
	"self-connect",
	"ports-exhausted",
	"both-receive",
	"both-send",
	"no-eof",
	"empty-send",
	"message-split",
	"utf8-cut",
	"short-send",
	"eof-ignored",
	"zero-length-recv",
	"close-wait-leak",
	"close-wait-queue",
	"descriptor-leak",
	"fork-parent-holds",
	"fork-child-holds-listener",
	"zombie",
	"sigpipe",
	"send-after-peer-closed",
	"reset-unread",
	"reset-linger",
	"reset-queue",
	"reset-read",
	"close-does-not-wake",
	"close-still-open",
	"busy-loop",
	"nonblock-not-inherited",
	"eintr",
	"udp-nobody",
	"udp-truncated",
	"time-wait-here",
	"delayed-ack",
	"listen-ports-exhausted",
	"fd-set-overflow",
	"waits-for-input",
	"spin-on-eof",
};

static void check_rule(const char *topic, const char *rule)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i], rule) == 0)
			return;
	ck_abort_msg("%s: no rule %s", topic, rule);
}

START_TEST(a_topic_names_rules_that_there_are)
{
	ck_assert_uint_gt(each_word("rule", check_rule), 100);
}
END_TEST

static bool is_named(const char *rule)
{
	struct topic topic;
	for (size_t position = 0; topic_next(&position, &topic);) {
		const char *list = topic_field(&topic, "rule", 0);
		for (size_t length; list && (length = topic_word(&list)); list += length)
			if (strlen(rule) == length && strncmp(list, rule, length) == 0)
				return true;
	}
	return false;
}

START_TEST(each_rule_is_a_topic_and_belongs_to_others)
{
	ck_assert_uint_gt(texts_rules.count, 0);
	for (size_t i = 0; i < texts_rules.count; i++) {
		ck_assert_str_eq(found(texts_rules.rows[i].id), texts_rules.rows[i].id);
		ck_assert_msg(is_named(texts_rules.rows[i].id), "%s", texts_rules.rows[i].id);
	}
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		ck_assert_msg(is_named(rules[i]), "%s", rules[i]);
}
END_TEST

static const char *const known_fields[] = {
	"title",  "text", "linux", "picture", "comparison", "prototype", "python",
	"sysctl", "demo", "rule",  "man",     "rfc",        "see",       "also",
};

static bool is_known(const char *key)
{
	for (size_t i = 0; i < sizeof known_fields / sizeof *known_fields; i++)
		if (strcmp(known_fields[i], key) == 0)
			return true;
	return false;
}

START_TEST(a_topic_has_no_field_that_nobody_prints)
{
	struct topic topic;
	for (size_t position = 0; topic_next(&position, &topic);)
		for (size_t i = 0; topic.text && !topic_is_rule(&topic) && i < topic.text->count;
		     i++)
			ck_assert_msg(field_is_item(&topic.text->fields[i]) ||
					      is_known(topic.text->fields[i].key),
				      "%s: %s", topic.name, topic.text->fields[i].key);
}
END_TEST

static void check_finds(const struct topic *topic, const char *name)
{
	struct topic other;
	ck_assert_msg(topic_find(name, &other) && other.text == topic->text,
		      "%s of %s is also a name of %s", name, topic->name, other.name);
}

START_TEST(no_two_topics_have_the_same_name)
{
	struct topic topic;
	for (size_t position = 0; topic_next(&position, &topic);) {
		check_finds(&topic, topic.name);
		for (size_t i = 0; topic.text && i < topic.text->count; i++) {
			const struct text_field *field = &topic.text->fields[i];
			if (field_is_item(field))
				check_finds(&topic, field->key);
			if (strcmp(field->key, "also") != 0)
				continue;
			char word[64];
			const char *list = field->value;
			for (size_t length; (length = topic_word(&list)); list += length) {
				snprintf(word, sizeof word, "%.*s", (int)length, list);
				check_finds(&topic, word);
			}
		}
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("explain");
	TCase *test = tcase_create("explain");
	tcase_set_timeout(test, 60);
	tcase_add_test(test, spelling_does_not_matter);
	tcase_add_test(test, capitals_matter_where_they_are_all_the_difference);
	tcase_add_test(test, no_name_is_no_topic);
	tcase_add_test(test, a_wrong_name_has_neighbours);
	tcase_add_test(test, every_call_of_the_table_has_its_topic);
	tcase_add_test(test, every_errno_that_has_a_meaning_has_its_topic);
	tcase_add_test(test, every_state_has_its_topic_in_three_spellings);
	tcase_add_test(test, every_flag_and_constant_that_is_decoded_has_its_topic);
	tcase_add_test(test, every_family_and_protocol_that_is_decoded_has_its_topic);
	tcase_add_test(test, every_option_and_control_message_that_is_decoded_has_its_topic);
	tcase_add_test(test, each_topic_is_complete);
	tcase_add_test(test, a_topic_names_demos_that_there_are);
	tcase_add_test(test, a_topic_names_topics_that_there_are);
	tcase_add_test(test, a_topic_names_rules_that_there_are);
	tcase_add_test(test, each_rule_is_a_topic_and_belongs_to_others);
	tcase_add_test(test, a_topic_has_no_field_that_nobody_prints);
	tcase_add_test(test, no_two_topics_have_the_same_name);
	suite_add_tcase(suite, test);
	return suite;
}
