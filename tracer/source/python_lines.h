/* Line tables of Python code: from the address of an instruction to its place in the source. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct python_position {
	unsigned line;       /* from 1; 0: the instruction has none */
	unsigned column;     /* from 1, in bytes of UTF-8; 0: not known */
	unsigned end_column; /* behind the last byte; 0: not known, or on another line */
};

/* address: of the instruction, in bytes from the beginning of the code. False: the table does not
 * hold it, or is no such table. minor: of the version, which has its own format (3.8 and 3.9
 * co_lnotab; 3.10; from 3.11 on co_linetable with columns). */
bool python_line(unsigned minor, const uint8_t *table, size_t size, unsigned first_line,
		 uint64_t address, struct python_position *ret_position);
