/* What the parts of the markdown format share. */
#pragma once

#include "formatters/formatter.h"
#include "formatters/line.h"
#include "formatters/markdown/roles.h"
#include "formatters/mermaid/sequence.h"
#include "formatters/spool.h"
#include "support/map.h"

/* The document's parts, which grow all at the same time. */
enum part {
	PART_SEQUENCE,
	PART_STATES,
	PART_STORY,
	PART_CONNECTIONS,
	PART_MISTAKES,
	PART_SOURCES,
	PARTS
};

/* The story's sections. */
enum chapter { CHAPTER_NONE, CHAPTER_SETUP, CHAPTER_HANDSHAKE, CHAPTER_DATA, CHAPTER_CLOSING };

struct formatter {
	FILE *file;
	struct format_options options;
	struct spool *spool; /* NULL: there was no room for it */
	struct chain parts[PARTS];
	struct line head; /* title, lesson, what ran */
	struct line line; /* what is being written */
	struct sequence sequence;
	size_t drawn; /* bytes of the sequence diagram */
	bool cut;     /* it became too long to be drawn */
	enum chapter chapter;
	struct roles roles;
	struct map causes;    /* cookie -> uint64_t[STATE_COUNT]: the call that led to a state */
	size_t diagrams;      /* of states */
	size_t more_diagrams; /* that are not drawn */
	struct map waiting;   /* n -> not NULL: shown as waiting, and not returned yet */
	struct map explained; /* hash -> what was explained once */
};

/* Adds the line to a part, and empties it. */
void part_add(struct formatter *markdown, enum part part, struct line *line);

void story_process(struct formatter *markdown, const struct record *record);
void story_call(struct formatter *markdown, const struct record *record);
void story_output(struct formatter *markdown, const struct record *record);

/* What a record tells of states, for the diagram of the connection. */
void states_learn(struct formatter *markdown, const struct record *record);
void states_connection(struct formatter *markdown, const struct record *record);
void states_done(struct formatter *markdown);

/* The line that made the call, and the files that such lines are in. */
void sources_put(struct line *line, const struct source *source);
void sources_add(struct formatter *markdown, const struct record_listing *listing);

void notes_put(struct formatter *markdown, const struct record *record, struct line *line);
