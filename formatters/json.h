/* Parts of a JSON record: each put_... leaves out what does not apply. */
#pragma once

#include "types/record.h"

#include <jansson.h>
#include <stdio.h>

/* A string; bytes that are no UTF-8 become U+FFFD. NULL or empty: nothing is put. */
void put_text(json_t *object, const char *key, const char *text);
void put_number(json_t *object, const char *key, int64_t number);
/* Takes the value over; nothing is put if it is an empty array or object. */
void put_value(json_t *object, const char *key, json_t *value);
/* A NULL-terminated list; NULL: nothing is put. */
void put_list(json_t *object, const char *key, const char *const *list);
/* "text" or "base64", "length", "captured"; the first two stay away from an empty payload. */
void put_bytes(json_t *object, const struct value_bytes *bytes);

/* As one line without its end, which a terminal may show as it is. Takes the object over. */
void json_write(json_t *object, FILE *file);

/* What INTERFACE calls `args`, `fields` and `items`. */
json_t *json_args(const struct value *values, size_t count);

/* The fields of `enter` and `call` that tell of the call. */
/* The line of Python with its comment, as it is replayed. */
void put_code(json_t *object, const char *key, const struct python *python);
void put_call(json_t *object, const struct record *record);
void put_notes(json_t *object, const struct record *record);
void put_socket(json_t *object, const struct record *record);
/* The fields of `segment`. */
void put_segment(json_t *object, const struct record *record);
/* fd -1: nobody holds it. */
void put_socket_of(json_t *object, const struct socket *socket, int fd);
void put_queues(json_t *object, const struct record_queues *queues);
