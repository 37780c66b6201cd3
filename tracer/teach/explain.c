#include "teach/explain.h"

#include "support/names.h"
#include "teach/texts.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	LAST_ERROR = EHWPOISON, /* asm-generic/errno.h */
	LONGEST_NAME = 64,
};

/* Where topics come from, in the order of --list topics. */
static const struct source {
	const struct texts *texts;
} sources[] = {
	{ &texts_topics_calls }, { &texts_topics_states },   { &texts_topics_options },
	{ &texts_topics_flags }, { &texts_topics_concepts }, { &texts_topics_exam },
	{ &texts_rules },
};

enum { SOURCES = sizeof sources / sizeof *sources };

/* --- walking ------------------------------------------------------------------------------------
 */

/* Whether texts/errno.txt has a row for it: "bind EADDRINUSE", "bind EADDRINUSE udp". */
static bool is_explained(const char *symbol)
{
	size_t length = strlen(symbol);
	for (size_t i = 0; i < texts_errno.count; i++) {
		const char *blank = strchr(texts_errno.rows[i].id, ' ');
		if (blank && strncmp(blank + 1, symbol, length) == 0 &&
		    (blank[1 + length] == '\0' || blank[1 + length] == ' '))
			return true;
	}
	return false;
}

bool topic_next(size_t *position, struct topic *ret_topic)
{
	size_t left = (*position)++;
	for (size_t i = 0; i < SOURCES; i++) {
		const struct texts *texts = sources[i].texts;
		if (left < texts->count) {
			const struct text *text = &texts->rows[left];
			*ret_topic = (struct topic){ .name = text->id, .text = text };
			return true;
		}
		left -= texts->count;
	}
	for (int error = (int)left + 1; error <= LAST_ERROR; error++, (*position)++) {
		const char *symbol = errno_symbol(error);
		if (!symbol || !is_explained(symbol))
			continue;
		*ret_topic = (struct topic){
			.name = symbol,
			.text = texts_find(&texts_topics_errno, symbol),
			.error = error,
		};
		return true;
	}
	return false;
}

size_t topic_word(const char **list)
{
	*list += strspn(*list, ", ");
	size_t length = strcspn(*list, ",");
	while (length && (*list)[length - 1] == ' ')
		length--;
	return length;
}

/* Fields explain themselves with a name in capitals: "SO_DEBUG", but not "text". */
bool field_is_item(const struct text_field *field)
{
	return isupper((unsigned char)*field->key);
}

/* --- distances
 * ----------------------------------------------------------------------------------- */

/* A name without what may be left out and put in: letters, digits, and bytes beyond ASCII. */
struct letters {
	size_t count;
	unsigned char of[LONGEST_NAME];
};

static struct letters letters_of(const char *name, size_t length)
{
	struct letters letters = { 0 };
	for (size_t i = 0; i < length && letters.count < LONGEST_NAME; i++) {
		unsigned char c = (unsigned char)name[i];
		if (c == '(') /* bind(), bind(2) */
			break;
		if (isalnum(c) || c >= 0x80)
			letters.of[letters.count++] = (unsigned char)tolower(c);
	}
	return letters;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned less = a < b ? a : b;
	return less < c ? less : c;
}

/* How many letters are to be put in, left out or changed (Levenshtein). */
static unsigned edits(const struct letters *from, const struct letters *to)
{
	unsigned row[LONGEST_NAME + 1];
	for (unsigned j = 0; j <= to->count; j++)
		row[j] = j;
	for (unsigned i = 1; i <= from->count; i++) {
		unsigned diagonal = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= to->count; j++) {
			unsigned changed = diagonal + (from->of[i - 1] != to->of[j - 1]);
			diagonal = row[j];
			row[j] = least(row[j] + 1, row[j - 1] + 1, changed);
		}
	}
	return row[to->count];
}

/* Where the name goes on behind its first part: "NODELAY" of "TCP_NODELAY"; at its end if nowhere.
 */
static size_t behind_prefix(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (strchr("_- ", name[i]))
			return i + 1;
	return length;
}

enum { EXACT, SPELLED_OTHERWISE, ANOTHER };

/* A walk through all names, and what it has found so far. */
struct search {
	const char *asked;
	struct letters letters; /* those of `asked` */
	struct topic *found;    /* the nearest first */
	unsigned *distances;
	size_t count, room;
};

/* EXACT, SPELLED_OTHERWISE, or from ANOTHER on how far away they are. */
static unsigned distance(const struct search *search, const char *name, size_t length)
{
	const struct letters from = search->letters;
	if (strlen(search->asked) == length && strncmp(search->asked, name, length) == 0)
		return EXACT;
	struct letters to = letters_of(name, length);
	unsigned changes = edits(&from, &to);
	if (changes == 0 && to.count)
		return SPELLED_OTHERWISE;
	size_t prefix = behind_prefix(name, length);
	struct letters rest = letters_of(name + prefix, length - prefix);
	unsigned without_prefix = 1 + edits(&from, &rest);
	if (rest.count && without_prefix < changes)
		changes = without_prefix;
	/* Somebody who wrote a part of a name left out the rest at one go. */
	if (from.count > 2 && memmem(to.of, to.count, from.of, from.count))
		changes = 1;
	return ANOTHER + changes;
}

/* --- looking for a name -------------------------------------------------------------------------
 */

static bool same_topic(const struct topic *one, const struct topic *other)
{
	return one->text == other->text && one->item == other->item && one->error == other->error;
}

static void consider(struct search *search, const struct topic *topic, const char *name,
		     size_t length)
{
	/* Nothing is nearer than the name itself. */
	if (search->count == search->room && search->distances[search->room - 1] == EXACT)
		return;
	unsigned away = distance(search, name, length);
	size_t at = 0;
	while (at < search->count && search->distances[at] <= away &&
	       !same_topic(&search->found[at], topic))
		at++;
	if (at == search->room || (at < search->count && search->distances[at] <= away))
		return;
	/* Those behind move back by one, onto the same topic further away, if it is there. */
	size_t last = at;
	while (last < search->count && !same_topic(&search->found[last], topic))
		last++;
	if (last == search->count && search->count < search->room)
		search->count++;
	else if (last == search->count)
		last--;
	for (; last > at; last--) {
		search->found[last] = search->found[last - 1];
		search->distances[last] = search->distances[last - 1];
	}
	search->found[at] = *topic;
	search->distances[at] = away;
}

static void consider_text(struct search *search, const struct topic *topic)
{
	for (size_t i = 0; i < topic->text->count; i++) {
		const struct text_field *field = &topic->text->fields[i];
		if (field_is_item(field)) {
			struct topic part = *topic;
			part.name = field->key;
			part.item = field;
			consider(search, &part, part.name, strlen(part.name));
		}
		if (strcmp(field->key, "also") != 0)
			continue;
		const char *word = field->value;
		for (size_t length; (length = topic_word(&word)); word += length)
			consider(search, topic, word, length);
	}
}

static void consider_error(struct search *search, const struct topic *topic)
{
	char number[16];
	int length = snprintf(number, sizeof number, "%d", topic->error);
	const char *description = errno_words(topic->error);
	/* A number a digit away is another error: only the very one is meant. */
	if (strcmp(number, search->asked) == 0)
		consider(search, topic, number, (size_t)length);
	consider(search, topic, description, strlen(description));
}

static void search_all(struct search *search)
{
	struct topic topic;
	size_t position = 0;
	while (topic_next(&position, &topic)) {
		consider(search, &topic, topic.name, strlen(topic.name));
		if (topic.text)
			consider_text(search, &topic);
		if (topic.error)
			consider_error(search, &topic);
	}
}

static struct search search_new(const char *name, struct topic *found, unsigned *distances,
				size_t room)
{
	return (struct search){
		.asked = name,
		.letters = letters_of(name, strlen(name)),
		.found = found,
		.distances = distances,
		.room = room,
	};
}

bool topic_find(const char *name, struct topic *ret_topic)
{
	struct topic topic;
	unsigned away;
	struct search search = search_new(name, &topic, &away, 1);
	search_all(&search);
	if (!search.count || away >= ANOTHER)
		return false;
	*ret_topic = topic;
	return true;
}

enum { MOST_NEAREST = 16 };

size_t topic_nearest(const char *name, struct topic *ret_topics, size_t room)
{
	unsigned distances[MOST_NEAREST];
	struct search search =
		search_new(name, ret_topics, distances, room < MOST_NEAREST ? room : MOST_NEAREST);
	search_all(&search);
	/* Where one is near, what is far away would only distract. */
	while (search.count && distances[search.count - 1] > distances[0] + 1)
		search.count--;
	return search.count;
}

/* --- what it says -------------------------------------------------------------------------------
 */

const char *topic_title(const struct topic *topic)
{
	return topic->error ? errno_words(topic->error) : text_field(topic->text, "title", 0);
}

const char *topic_field(const struct topic *topic, const char *key, size_t n)
{
	static const struct text_field of_errnos[] = {
		{ "rule", "result-ignored" },
		{ "man", "errno(3)" },
	};
	const char *value = topic->text ? text_field(topic->text, key, n) : NULL;
	if (value || !topic->error || n)
		return value;
	for (size_t i = 0; i < sizeof of_errnos / sizeof *of_errnos; i++)
		if (strcmp(of_errnos[i].key, key) == 0)
			return of_errnos[i].value;
	return NULL;
}

bool topic_is_rule(const struct topic *topic)
{
	return topic->text && topic->text == texts_find(&texts_rules, topic->name);
}
