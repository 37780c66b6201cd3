/* Bytes as text and back: RFC 4648, section 4, with padding. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Characters that size bytes become, without the NUL. */
size_t base64_length(size_t size);

/* Writes base64_length(size) characters and a NUL. */
void base64_encode(char *out, const void *bytes, size_t size);

/* The other way; out has room for length / 4 * 3 bytes. False if text is not base64. */
bool base64_decode(void *out, size_t *ret_size, const char *text, size_t length);
