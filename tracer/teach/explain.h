/*
 * What --explain explains: the texts of texts/topics_NAME.txt, the rules of texts/rules.txt, and
 * each errno of texts/errno.txt.
 *
 * A topic is found by its name, by those in its field `also`, and by those that a field of its own
 * explains (texts/texts.awk); an errno by its number, its description and `also` too. Letters'
 * case, dashes, underscores and blanks do not matter, unless that is all the difference:
 * listen is the call, LISTEN the state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct text;
struct text_field;

struct topic {
	const char *name;
	const struct text *text;       /* NULL: an errno of which nothing more is said */
	const struct text_field *item; /* the part that was asked for; NULL: all of it */
	int error;                     /* 0: no errno */
};

bool topic_find(const char *name, struct topic *ret_topic);

/* The topics with the nearest names, the nearest first. Returns how many, at most `room`. */
size_t topic_nearest(const char *name, struct topic *ret_topics, size_t room);

/* Walks all, those of one kind together: *position starts at 0; false at the end. */
bool topic_next(size_t *position, struct topic *ret_topic);

/* In the language that is spoken, but for an errno's: strerror(3) in English. */
const char *topic_title(const struct topic *topic);
/* As text_field() (teach/texts.h). What is true of every errno need not be said of each. */
const char *topic_field(const struct topic *topic, const char *key, size_t n);

/* Whether it is a rule: its texts have places (texts.h). */
bool topic_is_rule(const struct topic *topic);

/* Whether a field explains the name that it has. */
bool field_is_item(const struct text_field *field);

/* Of "one, two": goes to the next word, which *list starts at; 0: there are no more. Returns its
 * length. */
size_t topic_word(const char **list);
