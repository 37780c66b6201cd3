/* The reader's language: where its texts are found, and a recording's words said again in it. */
#pragma once

#include "support/language.h"

struct arena;
struct record;

/* Speaks it from now on. 0; -ENOENT: its texts are not there, and English is spoken; -ENOMEM. */
int speaking_use(const struct language *language);

/*
 * A copy of a replayed record as it would have been written in the language that is spoken: a
 * demo's title and lesson, the sentences of the notes. What the recording does not have in this
 * language, and notes that nobody knows any more, keep their words.
 */
const struct record *speaking_again(struct arena *arena, const struct record *record);

/* A copy of a record whose notes have their sentences in each language whose texts are there; the
 * record itself where it has no notes. */
const struct record *speaking_all(struct arena *arena, const struct record *record);
