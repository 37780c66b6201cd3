#include "explaining.h"

#include "formatters/line.h"
#include "outputs.h"
#include "support/arena.h"
#include "support/auto.h"
#include "support/language.h"
#include "teach/explain.h"
#include "teach/teach.h"
#include "teach/texts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDTH = 80, /* where nobody looks at it through a terminal */
	INDENT = 4,
	DEEPER = 8,
	NEAREST = 5,
};

/* A page on its way. */
struct page {
	const struct topic *topic;
	struct line line;
	size_t width;
	struct arena *arena;
	const char *heading; /* the last one */
};

/* --- parts of a page ----------------------------------------------------------------------------
 */

static const char no_memory[] = "(no memory)";

/* Once for all that stands below it; returns whether it was there already. */
static bool put_heading(struct page *page, const char *heading)
{
	if (page->heading && strcmp(page->heading, heading) == 0)
		return true;
	page->heading = heading;
	line_break(&page->line);
	line_style(&page->line, STYLE_BOLD);
	line_put(&page->line, _(heading));
	line_style(&page->line, STYLE_PLAIN);
	line_break(&page->line);
	return false;
}

static void put_paragraph(struct page *page, const char *text, size_t indent)
{
	line_blanks(&page->line, indent);
	line_wrap(&page->line, text ? text : no_memory, page->width);
	line_break(&page->line);
}

/* Code and drawings: line by line, as they are. */
static void put_lines(struct page *page, const char *text)
{
	text = text ? text : no_memory;
	line_style(&page->line, STYLE_CODE);
	while (*text) {
		size_t length = strcspn(text, "\n");
		if (length)
			line_blanks(&page->line, INDENT);
		line_name_part(&page->line, text, length);
		line_break(&page->line);
		text += length + (text[length] == '\n');
	}
	line_style(&page->line, STYLE_PLAIN);
}

/* What the next lines, which stand deeper, are about. */
static void put_name(struct page *page, const char *name)
{
	line_break(&page->line);
	line_blanks(&page->line, INDENT);
	line_style(&page->line, STYLE_BOLD);
	line_put(&page->line, name);
	line_style(&page->line, STYLE_PLAIN);
	line_break(&page->line);
}

static void put_item(struct page *page, const struct text_field *item)
{
	put_name(page, item->key);
	put_paragraph(page, language_text(item->value), DEEPER);
}

/* --- sections, by what stands in the field
 * ------------------------------------------------------------ */

static void put_prose(struct page *page, const char *heading, const char *text)
{
	if (put_heading(page, heading))
		line_break(&page->line);
	put_paragraph(page, text, INDENT);
}

static void put_list(struct page *page, const char *heading, const char *list)
{
	put_heading(page, heading);
	put_paragraph(page, list, INDENT);
}

static void put_drawing(struct page *page, const char *heading, const char *lines)
{
	put_heading(page, heading);
	put_lines(page, lines);
}

static void put_demos(struct page *page, const char *heading, const char *demos)
{
	put_heading(page, heading);
	for (size_t length; (length = topic_word(&demos)); demos += length)
		put_lines(page,
			  arena_printf(page->arena, "socktrace --demo %.*s", (int)length, demos));
}

/* Only those that there are: each of them is a topic too. */
static void put_rules(struct page *page, const char *heading, const char *rules)
{
	for (size_t length; (length = topic_word(&rules)); rules += length) {
		struct topic rule;
		const char *name = arena_copy_bytes(page->arena, rules, length);
		if (!name || !topic_find(name, &rule) || strcmp(rule.name, name) != 0)
			continue;
		put_heading(page, heading);
		put_paragraph(page, name, INDENT);
	}
}

/* The value of a setting of the kernel, "" if this one does not have it. */
static const char *sysctl_value(struct page *page, const char *name, size_t length)
{
	char path[128], value[256] = "";
	snprintf(path, sizeof path, "/proc/sys/%.*s", (int)length, name);
	for (char *dot = path; (dot = strchr(dot, '.'));)
		*dot = '/';
	autofclose FILE *file = fopen(path, "re");
	if (!file || !fgets(value, sizeof value, file))
		return "";
	value[strcspn(value, "\n")] = '\0';
	for (char *tab = value; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	const char *copy = arena_copy(page->arena, value);
	return copy ? copy : "";
}

/* What the kernel that runs here is set to: a number in a book may be another one. */
static void put_sysctls(struct page *page, const char *heading, const char *names)
{
	for (size_t length; (length = topic_word(&names)); names += length) {
		const char *value = sysctl_value(page, names, length);
		if (!*value)
			continue;
		put_heading(page, heading);
		put_paragraph(page,
			      arena_printf(page->arena, "%.*s = %s", (int)length, names, value),
			      INDENT);
	}
}

/* --- errnos
 * ----------------------------------------------------------------------------------- */

/* "bind EADDRINUSE udp" */
static const struct {
	const char *word;
	const char *says;
} callers[] = {
	{ "any", N_("any call") },
	{ "send", N_("send() and every other call that sends") },
	{ "receive", N_("recv() and every other call that receives") },
};

static const char *caller_of(struct page *page, const char *id)
{
	size_t length = strcspn(id, " ");
	const char *kind = strchr(id + length + 1, ' ');
	const char *caller = arena_printf(page->arena, "%.*s()", (int)length, id);
	for (size_t i = 0; i < sizeof callers / sizeof *callers; i++)
		if (strlen(callers[i].word) == length && strncmp(id, callers[i].word, length) == 0)
			caller = _(callers[i].says);
	if (!kind || !caller)
		return caller ? caller : "";
	static const char *const kinds[][2] = { { "tcp", "TCP" },
						{ "udp", "UDP" },
						{ "unix", "AF_UNIX" } };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kind + 1, kinds[i][0]) == 0)
			return arena_printf(page->arena, "%s, %s", caller, kinds[i][1]);
	return caller;
}

static void put_meaning(struct page *page, const struct text *meaning)
{
	static const char *const keys[] = { "text", "fix" };
	put_name(page, caller_of(page, meaning->id));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (text_field(meaning, keys[i], 0))
			put_paragraph(page, text_pattern(page->arena, meaning, keys[i], 0), DEEPER);
	const char *check = text_pattern(page->arena, meaning, "check", 0);
	if (check)
		put_lines(page, arena_printf(page->arena, "    $ %s", check));
}

/* What the errno says of each call. */
static void put_meanings(struct page *page)
{
	const char *symbol = page->topic->name;
	size_t length = strlen(symbol);
	for (size_t i = 0; i < texts_errno.count; i++) {
		const char *blank = strchr(texts_errno.rows[i].id, ' ');
		if (strncmp(blank + 1, symbol, length) == 0 &&
		    !isalnum((unsigned char)blank[1 + length]))
			put_meaning(page, &texts_errno.rows[i]);
	}
}

static void put_error_code(struct page *page)
{
	const char *symbol = page->topic->name;
	put_heading(page, N_("In C"));
	put_lines(page, arena_printf(page->arena, "if (result < 0 && errno == %s)    /* %d */",
				     symbol, page->topic->error));
	const char *class = python_exception(page->topic->error);
	bool of_many = strcmp(class, "OSError") == 0;
	put_heading(page, N_("In Python"));
	put_lines(page, arena_printf(page->arena,
				     of_many ? "except %s as error:    # error.errno == errno.%s"
					     : "except %s:    # errno.%s",
				     class, symbol));
}

/* --- rules
 * ----------------------------------------------------------------------------------- */

static bool has_word(const char *list, const char *word)
{
	for (size_t length; (length = topic_word(&list)); list += length)
		if (strlen(word) == length && strncmp(list, word, length) == 0)
			return true;
	return false;
}

/* The topics that name the rule. */
static void put_namers(struct page *page, const char *heading)
{
	struct line list = { 0 };
	struct topic other;
	for (size_t position = 0; topic_next(&position, &other);) {
		const char *rules = other.text ? text_field(other.text, "rule", 0) : NULL;
		if (rules && has_word(rules, page->topic->name))
			line_format(&list, "%s%s", list.size ? ", " : "", other.name);
	}
	if (list.size)
		put_list(page, heading, line_string(&list));
	line_done(&list);
}

/* Its own words, and where it belongs. */
static void put_rule(struct page *page)
{
	const struct text *text = page->topic->text;
	line_break(&page->line);
	put_paragraph(page, text_pattern(page->arena, text, "text", 0), INDENT);
	if (text_field(text, "fix", 0))
		put_list(page, N_("What to do"), text_pattern(page->arena, text, "fix", 0));
	if (text_field(text, "check", 0))
		put_drawing(page, N_("How to see it"), text_pattern(page->arena, text, "check", 0));
	put_namers(page, N_("See also"));
}

/* --- the page
 * ----------------------------------------------------------------------------------- */

/* In this order, whatever the file's. Two with one heading stand under it together. */
static const struct section {
	const char *key;
	const char *heading;
	void (*put)(struct page *page, const char *heading, const char *value);
} sections[] = {
	{ "picture", N_("Picture"), put_drawing },
	{ "linux", N_("On Linux"), put_prose },
	{ "sysctl", N_("On this system"), put_sysctls },
	{ "comparison", N_("A comparison, and where it ends"), put_prose },
	{ "prototype", N_("In C"), put_drawing },
	{ "python", N_("In Python"), put_drawing },
	{ "demo", N_("Demos"), put_demos },
	{ "rule", N_("What socktrace notices"), put_rules },
	{ "man", N_("Read"), put_list },
	{ "rfc", N_("Read"), put_list },
	{ "see", N_("See also"), put_list },
	{ "also", N_("Other names"), put_list },
};

static void put_section(struct page *page, const struct section *section)
{
	const char *value;
	/* Of a part, the whole is the first to see. */
	if (page->topic->item && strcmp(section->key, "see") == 0)
		section->put(page, section->heading, page->topic->text->id);
	for (size_t n = 0; (value = topic_field(page->topic, section->key, n)); n++)
		section->put(page, section->heading, value);
}

static void put_title(struct page *page)
{
	const struct topic *topic = page->topic;
	line_style(&page->line, STYLE_BOLD);
	line_put(&page->line, topic->name);
	line_style(&page->line, STYLE_PLAIN);
	line_put(&page->line, " - ");
	line_wrap(&page->line, topic_title(topic), page->width);
	line_break(&page->line);
	if (topic->item) {
		line_break(&page->line);
		put_paragraph(page, language_text(topic->item->value), INDENT);
	}
}

static void put_page(struct page *page)
{
	const struct topic *topic = page->topic;
	const char *paragraph;
	put_title(page);
	if (topic_is_rule(topic)) {
		put_rule(page);
		return;
	}
	for (size_t n = 0; (paragraph = topic_field(topic, "text", n)); n++) {
		line_break(&page->line);
		put_paragraph(page, paragraph, INDENT);
	}
	for (size_t i = 0; topic->text && !topic->item && i < topic->text->count; i++)
		if (field_is_item(&topic->text->fields[i]))
			put_item(page, &topic->text->fields[i]);
	if (topic->error)
		put_meanings(page);
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		if (topic->error && strcmp(sections[i].key, "prototype") == 0)
			put_error_code(page);
		put_section(page, &sections[i]);
	}
}

int explain_write(const struct options *options, FILE *file)
{
	struct topic topic;
	if (!topic_find(options->explain, &topic))
		return -ENOENT;
	int fd = fileno(file);
	unsigned width = output_width(fd);
	struct page page = {
		.topic = &topic,
		.line = { .color = output_color(options, fd) },
		.width = width ? width : WIDTH,
		.arena = arena_new(),
	};
	if (!page.arena)
		return -ENOMEM;
	put_page(&page);
	line_write(&page.line, file);
	line_done(&page.line);
	arena_free(page.arena);
	return 0;
}

void explain_nearest(const char *name, char *ret_hint, size_t room)
{
	struct topic topics[NEAREST];
	size_t count = topic_nearest(name, topics, NEAREST);
	int length = snprintf(ret_hint, room, "%s", _("the nearest are"));
	for (size_t i = 0; i < count && length >= 0 && (size_t)length < room; i++)
		length += snprintf(ret_hint + length, room - (size_t)length, "%s %s", i ? "," : "",
				   topics[i].name);
}
