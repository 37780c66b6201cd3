/* The tracee's memory as decoders see it: live in a trace, an array in a test. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct memory_piece {
	uint64_t address;
	void *buffer;
	size_t size;
};

struct memory {
	/* Copies up to size bytes; returns how many, 0 if nothing is readable. */
	size_t (*read)(const struct memory *memory, uint64_t address, void *buffer, size_t size);
	/* Copies pieces in their order with one system call; returns how many are whole, counted
	 * up to the first that is not. NULL: this memory has no such way. */
	size_t (*read_pieces)(const struct memory *memory, const struct memory_piece *pieces,
			      size_t count);
};
