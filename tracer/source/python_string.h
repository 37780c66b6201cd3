/* Python's strings and bytes objects, read out of a tracee. */
#pragma once

#include "source/python_layout.h"

#include <stddef.h>
#include <stdint.h>

/* The string as UTF-8, a byte of a file name that was none as it was (PEP 383). NULL: it is no
 * compact string, unreadable or far too long for a name. The caller frees it. */
char *python_read_string(const struct python_layout *layout, const struct memory *memory,
			 uint64_t address);

/* The bytes of a bytes object, NULL if it is none of a line table's size. The caller frees it. */
uint8_t *python_read_bytes(const struct python_layout *layout, const struct memory *memory,
			   uint64_t address, size_t *ret_size);
