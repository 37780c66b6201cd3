/* Arguments as the C programmer would write them. */
#pragma once

#include "formatters/line.h"
#include "types/record.h"

/* At most show_bytes bytes of each payload. */
void put_argument(struct line *line, const struct value *value, size_t show_bytes);

/* Whether somewhere in it is a pointer that was not followed, and not NULL: in a call
 * that waits, an output the kernel has not written yet. */
bool holds_address(const struct value *value);

/* Bytes of the longest payload in the values, 0 if they have none. */
size_t longest_payload(const struct value *values, size_t count);

/* The first so many arguments, with commas. Left out is a length that says nothing its address or
 * option does not: unless that was not read, or it may be what is wrong. */
void put_arguments(struct line *line, const struct event *event, size_t count, size_t show_bytes);

/* The first argument that the kernel has still to write; all of them if there is none. */
size_t first_output(const struct event *event);

/* `listen(3, 5)`, or of one that waits what is known of it: `accept(3, ...`; then false, for it has
 * no result yet. */
bool put_call_without_result(struct line *line, const struct record *record, size_t show_bytes);

/* The whole call in one line, without words about it: `listen(3, 5) = 0`, of one that waits as
 * far as it is known: `accept(3, ...`. */
void put_c_call(struct line *line, const struct record *record, size_t show_bytes);
