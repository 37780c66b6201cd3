/* Bytes and text as Python source, and back from the escapes of an endpoint. */
#pragma once

#include "teach/line.h"

/* Writes bytes as a literal that evaluates to exactly them: b'...' or '...'.encode(). */
void literal_bytes(struct line *line, const char *bytes, size_t size, size_t show);

/* Writes bytes as a str; those that are no UTF-8 as Python's surrogateescape has them. */
void literal_string(struct line *line, const char *bytes, size_t size);

/* Undoes text_escape (support/text.h). Writes at most strlen(text) bytes; returns how many. */
size_t literal_unescape(char *out, const char *text);
