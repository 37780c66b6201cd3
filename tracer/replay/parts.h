/* What the parts of the replay share: a line's fields, and the first thing wrong with it. */
#pragma once

#include "replay/json.h"
#include "replay/replay.h"

#include <stdbool.h>

struct arena;

/* One line while it becomes a record. Strings stay in its JSON, the rest is in the arena. */
struct replay_line {
	struct arena *arena;
	const struct json *object;
	struct event *event;
	struct record record;
	struct python python;
	struct source source;
	struct socket socket;
	struct segment segment;
	struct record_header header;
	struct record_process process;
	struct signal_cause cause;
	struct record_connection connection;
	struct record_sockets sockets;
	bool bad;
	struct replay_error *error;
};

/* Keeps the first complaint; the line will not be emitted. */
void replay_complain(struct replay_line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Fields by name. Absent: NULL, or the fallback; of another type: a complaint. */
const char *field_text(struct replay_line *line, const struct json *object, const char *key);
int64_t field_number(struct replay_line *line, const struct json *object, const char *key,
		     int64_t fallback);
const struct json *field_object(struct replay_line *line, const struct json *object,
				const char *key);
const struct json *field_array(struct replay_line *line, const struct json *object,
			       const char *key);
/* The same, but absent is a complaint; then "" and 0. */
const char *need_text(struct replay_line *line, const struct json *object, const char *key);
int64_t need_number(struct replay_line *line, const struct json *object, const char *key);

/* Zeroed room for count members, or a complaint and NULL. Nothing for none. */
void *replay_room(struct replay_line *line, size_t count, size_t size);
/* An array of strings as a NULL-terminated list; NULL if it is absent. */
const char **replay_list(struct replay_line *line, const struct json *array);

/* An array of INTERFACE's `args`; without names if they are an array's items. */
struct value *replay_args(struct replay_line *line, const struct json *array, bool named);
void replay_bytes(struct replay_line *line, const struct json *object, struct value_bytes *bytes);

/* Of a call: its `source` and `stack`. */
void replay_source(struct replay_line *line);
/* `enter` and `call`; `segment`; the socket of those and of `state`. */
void replay_call(struct replay_line *line);
void replay_segment(struct replay_line *line);
void replay_socket(struct replay_line *line);
/* What is said of a record of any kind. */
void replay_notes(struct replay_line *line);
/* `sockets` */
void replay_sockets(struct replay_line *line);
