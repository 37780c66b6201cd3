#include "teach/rules/rule.h"

#include "support/arena.h"
#include "teach/teach.h"
#include "teach/texts.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Lessons are said once, or as --notes wants it, and are no rules to be listed. */
static const struct {
	const struct rule_table *rules;
	bool lessons;
} tables[] = {
	{ &binding_rules, false },    { &misuse_rules, false },    { &argument_rules, false },
	{ &connecting_rules, false }, { &queueing_rules, false },  { &resets_rules, false },
	{ &closing_rules, false },    { &processes_rules, false }, { &waiting_rules, false },
	{ &stream_rules, false },     { &text_rules, false },      { &datagram_rules, false },
	{ &lesson_rules, true }, /* the last: they stand below all others */
};

enum { MOST_NOTES = 8 };

struct rules {
	const struct evidence *evidence;
	enum lessons lessons;
	bool said[MOST_RULES]; /* the lessons that were, by their place in all the tables */
	struct histories histories;
	const char *mistakes[MOST_RULES + 1];
	size_t mistake_count;
};

struct rules *rules_new(const struct evidence *evidence, enum lessons lessons)
{
	struct rules *rules = calloc(1, sizeof *rules);
	if (!rules)
		return NULL;
	rules->evidence = evidence;
	rules->lessons = lessons;
	return rules;
}

void rules_free(struct rules *rules)
{
	if (rules)
		histories_done(&rules->histories);
	free(rules);
}

/* --- looking ---------------------------------------------------------------------------------- */

static bool concerns(const struct rule *rule, const struct record *record)
{
	if (!(rule->records & (1u << record->type)))
		return false;
	return !record->event || rule->calls & CALL_BIT(record->event->call);
}

static void add_mistake(struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->mistake_count; i++)
		if (strcmp(rules->mistakes[i], id) == 0)
			return;
	if (rules->mistake_count < MOST_RULES)
		rules->mistakes[rules->mistake_count++] = id;
}

static bool is_wanted(const struct rules *rules, size_t lesson)
{
	return rules->lessons == LESSONS_ALWAYS ||
	       (rules->lessons == LESSONS_ONCE && !rules->said[lesson]);
}

static void remember(struct socket *socket, size_t number)
{
	struct history *history = history_own(socket);
	if (history)
		history->told[number / 64] |= UINT64_C(1) << number % 64;
}

/* The lessons come last: their table does. */
static size_t find(struct rules *rules, const struct record *record, struct socket *socket,
		   struct arena *arena, struct note *ret_notes, size_t *ret_lessons)
{
	size_t count = 0, first = 0;
	struct finding finding = {
		.rules = rules,
		.evidence = rules->evidence,
		.record = record,
		.event = record->event,
		.socket = record->socket,
		.history = history_of(record->socket),
		.peer = history_of(record->socket ? record->socket->peer : NULL),
		.life = life_of(&rules->histories, record->pid),
		.datagrams = &rules->histories.datagrams,
		.arena = arena,
		.histories = &rules->histories,
	};
	for (size_t table = 0; table < COUNT(tables); first += tables[table++].rules->count)
		for (size_t i = 0; i < tables[table].rules->count && count < MOST_NOTES; i++) {
			const struct rule *rule = &tables[table].rules->rows[i];
			bool lesson = tables[table].lessons;
			if (!concerns(rule, record) || (lesson && !is_wanted(rules, first + i)))
				continue;
			ret_notes[count] =
				(struct note){ .id = rule->id, .severity = rule->severity };
			finding.rule = rule;
			finding.note = &ret_notes[count];
			finding.number = first + i;
			if (!rule->fires(&finding))
				continue;
			count++;
			*ret_lessons += lesson;
			if (lesson)
				rules->said[first + i] = true;
			else
				remember(socket, finding.number);
		}
	return count;
}

/* Mistakes first, lessons as they came: last. */
static void put_notes(struct record *record, struct arena *arena, const struct note *found,
		      size_t count, size_t lessons)
{
	struct note *notes = arena_alloc(arena, (count + record->note_count) * sizeof *notes);
	size_t put = 0;
	if (!notes)
		return;
	for (size_t i = 0; i < record->note_count; i++)
		notes[put++] = record->notes[i];
	for (int severity = SEVERITY_MISTAKE; severity >= SEVERITY_NOTICE; severity--)
		for (size_t i = 0; i < count - lessons; i++)
			if ((int)found[i].severity == severity)
				notes[put++] = found[i];
	for (size_t i = count - lessons; i < count; i++)
		notes[put++] = found[i];
	record->notes = notes;
	record->note_count = put;
}

bool rules_look(struct rules *rules, struct record *record, struct socket *socket,
		struct arena *arena)
{
	struct note found[MOST_NOTES];
	size_t lessons = 0;
	size_t count = find(rules, record, socket, arena, found, &lessons);

	for (size_t table = 0; table < COUNT(tables); table++)
		if (tables[table].rules->note)
			tables[table].rules->note(&rules->histories, record, socket);
	if (record->type == RECORD_PROCESS && record->process->what == PROCESS_EXIT &&
	    record->pid == record->tid)
		life_end(&rules->histories, record->pid);
	for (size_t i = 0; i < count; i++) {
		note_speak(arena, &found[i]);
		if (found[i].severity == SEVERITY_MISTAKE)
			add_mistake(rules, found[i].id);
	}
	if (count)
		put_notes(record, arena, found, count, lessons);
	return count > lessons;
}

const char *const *rules_mistakes(const struct rules *rules)
{
	return rules->mistakes;
}

/* --- their names ------------------------------------------------------------------------------ */

static const struct rule *rule_nth(size_t n)
{
	for (size_t table = 0; table < COUNT(tables); table++) {
		if (tables[table].lessons)
			continue;
		if (n < tables[table].rules->count)
			return &tables[table].rules->rows[n];
		n -= tables[table].rules->count;
	}
	return NULL;
}

const char *rule_id(size_t n)
{
	const struct rule *rule = rule_nth(n);
	return rule ? rule->id : NULL;
}

const char *rule_severity(size_t n)
{
	return rule_nth(n)->severity == SEVERITY_MISTAKE ? "mistake" : "notice";
}

const char *rule_title(size_t n)
{
	const struct text *text = texts_find(&texts_rules, rule_id(n));
	return text ? text_field(text, "title", 0) : NULL;
}

bool rule_exists(const char *id)
{
	const char *name;
	for (size_t n = 0; (name = rule_id(n)); n++)
		if (strcmp(name, id) == 0)
			return true;
	return false;
}
