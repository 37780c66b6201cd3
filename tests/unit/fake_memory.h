/* A tracee's memory made of regions; what lies between them is unreadable. */
#pragma once

#include "types/memory.h"

#include <assert.h>
#include <string.h>

enum { FAKE_REGIONS = 32 };

struct fake_memory {
	struct memory memory;
	struct {
		uint64_t address;
		const void *bytes; /* borrowed: a test may change them meanwhile */
		size_t size;
	} regions[FAKE_REGIONS];
	size_t count;
	size_t most; /* the largest single read that was asked for */
};

/* How much of `size` one region holds at `address`. */
static inline size_t fake_part(const struct fake_memory *fake, uint64_t address, void *buffer,
			       size_t size)
{
	for (size_t i = 0; i < fake->count; i++) {
		uint64_t offset = address - fake->regions[i].address;
		if (address < fake->regions[i].address || offset >= fake->regions[i].size)
			continue;
		size_t part = fake->regions[i].size - (size_t)offset;
		part = part < size ? part : size;
		memcpy(buffer, (const char *)fake->regions[i].bytes + offset, part);
		return part;
	}
	return 0;
}

/* Stops at the first byte that no region has, as the live one stops at a bad page. */
static inline size_t fake_read(const struct memory *memory, uint64_t address, void *buffer,
			       size_t size)
{
	const struct fake_memory *fake = (const struct fake_memory *)(const void *)memory;
	size_t done = 0;
	if (size > fake->most)
		((struct fake_memory *)(uintptr_t)fake)->most = size;
	while (done < size) {
		size_t part = fake_part(fake, address + done, (char *)buffer + done, size - done);
		if (!part)
			break;
		done += part;
	}
	return done;
}

static inline void fake_init(struct fake_memory *fake)
{
	*fake = (struct fake_memory){ .memory = { .read = fake_read } };
}

static inline void fake_put(struct fake_memory *fake, uint64_t address, const void *bytes,
			    size_t size)
{
	assert(fake->count < FAKE_REGIONS);
	fake->regions[fake->count].address = address;
	fake->regions[fake->count].bytes = bytes;
	fake->regions[fake->count].size = size;
	fake->count++;
}
