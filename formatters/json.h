/*
 * Lines of JSON, written as they go: what does not apply is left out, and so is an object or array
 * that nothing was put into. Only printable characters stand in a line as they are, the rest is
 * escaped, so that a terminal may show it.
 */
#pragma once

#include "types/record.h"

#include <stdio.h>

/* All zero is an empty line; used again it costs no allocation. */
struct json_line {
	char *bytes; /* no string: size bytes */
	size_t size, room;
	bool failed; /* there was no memory: the line is not whole, and not written */
};

void json_line_done(struct json_line *line);
/* The line and its end, or nothing if it failed; then the line is empty again. */
void json_line_write(struct json_line *line, FILE *file);

/* An object '{' or array '[' that is being written. */
struct json_place {
	size_t before, inside; /* where it began, and where its inside does */
	char bracket;
	bool member; /* it has a key */
};

/* key NULL, here and below: in an array, or the whole line. */
struct json_place json_open(struct json_line *line, const char *key, char bracket);
/* Takes an empty member back; an empty item stays. */
void json_close(struct json_line *line, struct json_place place);

/* Bytes that are no UTF-8 become U+FFFD. */
void put_string(struct json_line *line, const char *key, const char *bytes, size_t size);
/* The same; NULL or empty: nothing is put. */
void put_text(struct json_line *line, const char *key, const char *text);
void put_number(struct json_line *line, const char *key, int64_t number);
/* number / 10^digits, with so many decimals: 1 to 19. */
void put_fixed(struct json_line *line, const char *key, uint64_t number, unsigned digits);
void put_boolean(struct json_line *line, const char *key, bool value);
/* Only if it holds. */
void put_true(struct json_line *line, const char *key, bool holds);
/* A NULL-terminated list; NULL: nothing is put. */
void put_list(struct json_line *line, const char *key, const char *const *list);
/* "text" or "base64", "length", "captured"; the first two stay away from an empty payload. */
void put_bytes(struct json_line *line, const struct value_bytes *bytes);
/* The same where it is no text, whatever it looks like; nothing is put if none is captured. */
void put_packet(struct json_line *line, const char *key, const struct value_bytes *bytes);

/* What INTERFACE calls `args`, `fields` and `items`. */
void put_arg(struct json_line *line, const struct value *value);
void put_args(struct json_line *line, const char *key, const struct value *values, size_t count);

/* The fields of `enter` and `call` that tell of the call. */
void put_call(struct json_line *line, const struct record *record);
/* The line of Python with its comment, as it is replayed. */
void put_code(struct json_line *line, const char *key, const struct python *python);
void put_notes(struct json_line *line, const struct record *record);
void put_socket(struct json_line *line, const struct record *record);
/* Which line made the call, and the stack. */
void put_source(struct json_line *line, const struct record *record);
/* The fields of `segment`. */
void put_segment(struct json_line *line, const struct record *record);
/* fd -1: nobody holds it. */
void put_socket_of(struct json_line *line, const struct socket *socket, int fd);
void put_queues(struct json_line *line, const struct record_queues *queues);
