/*
 * The rules: mistakes and things worth knowing, proved from the record of one moment, from what the
 * sockets' histories remember, and from the evidence that is asked for when one is suspected.
 */
#pragma once

#include "types/evidence.h"
#include "types/record.h"

#include <stdbool.h>
#include <stddef.h>

struct rules;
struct arena;

/* Lessons are notes too, of what happened in a call and is no mistake. */
enum lessons {
	LESSONS_ONCE, /* the first time in a run */
	LESSONS_ALWAYS,
	LESSONS_NEVER,
};

/* `evidence` is borrowed. NULL: no memory. */
struct rules *rules_new(const struct evidence *evidence, enum lessons lessons);
void rules_free(struct rules *rules);

/*
 * Shows them a record, in the order of the records: what it proves becomes its notes, mistakes
 * first and lessons last, behind those it has. They live in `arena`. A call is shown when it begins
 * to wait (RECORD_ENTER) and when it has returned, whether a reader will see it or not. `socket` is
 * the record's, to be remembered more of; NULL: it has none. True: a rule has fired, not only a
 * lesson.
 */
bool rules_look(struct rules *rules, struct record *record, struct socket *socket,
		struct arena *arena);

/* The ids of the mistakes found so far, in the order in which they were found first; ends in NULL.
 */
const char *const *rules_mistakes(const struct rules *rules);

/* --- for --list rules and --check ------------------------------------------------------------- */

/* The n-th rule's id, from 0; NULL: there are no more. */
const char *rule_id(size_t n);
/* "mistake", "notice". */
const char *rule_severity(size_t n);
/* One line that says when it fires, in the language that is spoken. */
const char *rule_title(size_t n);
/* Whether there is a rule of that name. */
bool rule_exists(const char *id);
