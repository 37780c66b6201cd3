/* The words of everything explained, in tables that are made of texts/NAME.txt (texts/texts.awk).
 */
#pragma once

#include "types/note.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct text_field {
	const char *key;   /* "text", "fix", "check" ... */
	const char *value; /* English */
};

struct text {
	const char *id;
	const struct text_field *fields; /* in the order of the file */
	size_t count;
};

struct texts {
	const struct text *rows; /* sorted by id */
	size_t count;
};

extern const struct texts texts_errno, texts_rules, texts_lessons;
/* What --explain explains: teach/explain.h. */
extern const struct texts texts_topics_calls;
extern const struct texts texts_topics_states;
extern const struct texts texts_topics_options;
extern const struct texts texts_topics_flags;
extern const struct texts texts_topics_concepts;
extern const struct texts texts_topics_exam;
extern const struct texts texts_topics_errno; /* of an errno by its name */

/* NULL: there is none of that name. */
const struct text *texts_find(const struct texts *texts, const char *id);

/* The n-th field of that name, from 0, in the language that is spoken; NULL: there are no more. */
const char *text_field(const struct text *text, const char *key, size_t n);

/* The same where there is nothing to fill its places with: each is its own name, {port} PORT. */
const char *text_pattern(struct arena *arena, const struct text *text, const char *key, size_t n);

/*
 * The first of the fields of that name whose places can all be filled in, filled in; NULL: there is
 * none. A place is a parameter's name in braces, {port}. {count:connection|connections} is the word
 * that goes with the number. With `quote` the result is a command for a shell: a value that a shell
 * would not take as a plain word fills no place.
 */
const char *text_fill(struct arena *arena, const struct text *text, const char *key,
		      const struct note_param *params, size_t param_count, bool quote);
