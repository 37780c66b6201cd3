/* The topics of --explain: how they are found, and that each is complete. */
#include "unit.h"

#include "teach/explain.h"
#include "teach/texts.h"

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
