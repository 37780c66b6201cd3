/* What the parts of the text format share: its memory, and how a line begins. */
#pragma once

#include "formatters/formatter.h"
#include "formatters/line.h"
#include "formatters/text/memory.h"
#include "formatters/text/path.h"
#include "formatters/text/resolver.h"
#include "formatters/text/table.h"
#include "formatters/text/wire.h"
#include "formatters/time.h"

enum { SEQUENCE_SIZE = 16 }; /* "x+4294967295" */

/* Only what a recording carries is read from a record, so that a replay gives the same. */
struct formatter {
	FILE *file;
	struct format_options options;
	struct line line; /* the lines of the record that is being written */
	struct line scratch;
	size_t lane_width; /* the widest lane so far */
	size_t indent;     /* the column of the call, under which its details stand */
	struct format_clock clock;
	struct memory_of_run memory;
	struct resolver resolver;
	struct wire_memory wire;
	struct passed_memory passed;
	struct connection_table table; /* of the connections, for the end */
	struct line sockets;           /* their table, for the end */
	struct line footnotes;         /* what was found about no call, for the end */
	struct map explained;          /* hash -> what was explained once */
	bool ended;
};

/* `     7 client` with the time between them if asked for; number 0: blanks. The column
 * two blanks further on becomes the indent. */
void text_begin(struct formatter *text, uint64_t number, uint64_t time, const char *lane);
/* A new line under the call: `python  `. An empty label continues the detail above. */
void text_detail(struct formatter *text, const char *label);
/* The same on a line that has begun. */
void text_label(struct formatter *text, const char *label);
void text_styled(struct formatter *text, enum style style, const char *words);

/* Of the ASCII characters alone: others are repaired in a recording, and what follows from
 * the hash is in a replay what it was in the trace. 32 bits. */
uint64_t text_hash(const char *words);

/* header: remembers when the trace started, shows a demo's title. */
void text_header(struct formatter *text, const struct record *record);

/* enter, call, unfinished: call.c */
void text_call(struct formatter *text, const struct record *record);
void text_unfinished(struct formatter *text, const struct record *record);

/* source.c: at the right of the call, which began at that mark, or in a line below it; there a call
 * that is resumed has shown it. */
void text_source(struct formatter *text, const struct record *record, struct line_mark begun,
		 bool resumed);
/* The lines below a call: source.c, python.c, bytes.c, state.c, notes.c */
void text_stack(struct formatter *text, const struct record *record, bool resumed);
void text_python(struct formatter *text, const struct record *record, bool resumed);
void text_origins(struct formatter *text, const struct record *record);
void text_states(struct formatter *text, const struct record *record);
void text_notes(struct formatter *text, const struct record *record);
/* The notes of a record that has no line of its own: they are kept for the end. */
void text_footnotes(struct formatter *text, const struct record *record);

/* The other records: process.c, state.c */
void text_process(struct formatter *text, const struct record *record);
void text_output(struct formatter *text, const struct record *record);
void text_transition(struct formatter *text, const struct record *record);
/* state.c: a socket's path of states in a line of its own. cause 0: none is known. */
void text_path(struct formatter *text, uint64_t time, const char *id, const struct state_path *path,
	       uint64_t cause);

/* Segments: wire.c; their rows: segment.c, where `alone` says that they stand below no call, so
 * that one has to name it; a header field by field, in lines below this one: header.c */
void text_segment(struct formatter *text, const struct record *record);
void text_wire_rows(struct formatter *text, const struct wire_block *block, bool alone);
void text_wire_header(struct formatter *text, const struct segment *segment);
/* "x+1", or the number itself where the initial one is not known. */
void text_sequence(char number[SEQUENCE_SIZE], const struct segment *segment, bool acknowledged);
/* sockets.c: at once if it was asked for, else with the end. */
void text_sockets(struct formatter *text, const struct record *record);
