/* Arguments as the C programmer would write them. */
#pragma once

#include "formatters/line.h"
#include "types/value.h"

/* At most show_bytes bytes of each payload. */
void put_argument(struct line *line, const struct value *value, size_t show_bytes);

/* Whether somewhere in it is a pointer that was not followed, and not NULL: in a call
 * that waits, an output the kernel has not written yet. */
bool holds_address(const struct value *value);

/* Bytes of the longest payload in the values, 0 if they have none. */
size_t longest_payload(const struct value *values, size_t count);
