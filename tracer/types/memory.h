/* The tracee's memory as decoders see it: live in a trace, an array in a test. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct memory {
	/* Copies up to size bytes; returns how many, 0 if nothing is readable. */
	size_t (*read)(const struct memory *memory, uint64_t address, void *buffer, size_t size);
};
