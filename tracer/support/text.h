/* Text that comes from strangers, on its way to a reader: escaped, and measured. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length in bytes of the UTF-8 character at bytes, 0 if it is not valid UTF-8. */
size_t utf8_length(const char *bytes, size_t size, uint32_t *ret_code_point);

/* Whether all of it is valid UTF-8. */
bool utf8_valid(const char *bytes, size_t size);

/* Whether a terminal shows the character and does nothing else with it: no control, no
 * change of direction, nothing invisible, no combining mark that overwrites. */
bool text_printable(uint32_t code_point);

/* Columns a printable character takes: 0, 1 or 2. */
int text_columns(uint32_t code_point);

/* Columns of a whole UTF-8 string, which must be printable. */
size_t text_width(const char *text);

/*
 * Appends size bytes to out as the inside of a C string literal: printable characters as
 * they are, " and \ with a backslash, \n \r \t, the rest as \xNN or \u202e. Returns the
 * number of bytes written; writes at most room - 1 and a NUL, and never half an escape.
 * A hex escape that a hex digit follows is closed as "\x1b""2" would be in C: as octal \033.
 */
size_t text_escape(char *out, size_t room, const char *bytes, size_t size);
