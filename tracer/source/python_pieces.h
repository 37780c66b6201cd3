/*
 * What one look-up reads of a tracee, in as few system calls as can be: what the thread's last
 * look-ups followed is read ahead, all at once, and only where the way now differs is there more
 * to read. Nothing is kept but addresses: every byte a look-up sees was read in that look-up.
 */
#pragma once

#include "types/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many are read ahead. What costs is to pin a page: neighbours in one are read together. */
enum { PIECES_AHEAD = 48 };

struct piece_ahead {
	uint64_t address;
	uint32_t size;
	uint32_t unused; /* look-ups that did not need it, in a row */
};

/* A thread's: zeroed at first. */
struct pieces_ahead {
	struct piece_ahead rows[PIECES_AHEAD]; /* sorted by their addresses */
	size_t count;
};

enum { MAX_PIECES = 320, POOL_SIZE = 48 << 10 };

struct pieces {
	const struct memory *memory; /* borrowed */
	struct memory_piece rows[MAX_PIECES];
	bool used[MAX_PIECES];
	size_t count;
	size_t filled; /* of the pool */
	_Alignas(8) unsigned char pool[POOL_SIZE];
};

void pieces_begin(struct pieces *pieces, const struct memory *memory,
		  const struct pieces_ahead *ahead);

/* NULL: not readable, or this look-up has read too much. Aligned to nothing; lives until the next
 * pieces_begin(). */
const void *pieces_at(struct pieces *pieces, uint64_t address, uint64_t size);

/* A word at that address; 0 if it cannot be read. */
uint64_t pieces_word(struct pieces *pieces, uint64_t address);

/* Remembers what this look-up used, for the thread's next one. */
void pieces_end(const struct pieces *pieces, struct pieces_ahead *ahead);
