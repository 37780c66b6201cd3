#include "source/python_pieces.h"

#include <string.h>

/* A thread in a loop comes by again: what it did not need just now it may need soon. */
enum { MAX_UNUSED = 4 };

/* Takes room for it; false if there is none left. */
static bool reserve(struct pieces *pieces, uint64_t address, uint64_t size)
{
	if (pieces->count == MAX_PIECES || size > POOL_SIZE - pieces->filled)
		return false;
	pieces->used[pieces->count] = false;
	pieces->rows[pieces->count++] = (struct memory_piece){
		.address = address, .buffer = pieces->pool + pieces->filled, .size = size
	};
	pieces->filled += (size + 7) & ~(uint64_t)7;
	if (pieces->filled > POOL_SIZE)
		pieces->filled = POOL_SIZE;
	return true;
}

void pieces_begin(struct pieces *pieces, const struct memory *memory,
		  const struct pieces_ahead *ahead)
{
	pieces->memory = memory;
	pieces->count = 0;
	pieces->filled = 0;
	if (!memory->read_pieces || !ahead->count)
		return;
	for (size_t i = 0; i < ahead->count; i++)
		reserve(pieces, ahead->rows[i].address, ahead->rows[i].size);
	/* Where one is gone, those behind it were not read: they are asked for if they are needed.
	 */
	pieces->count = memory->read_pieces(memory, pieces->rows, pieces->count);
}

const void *pieces_at(struct pieces *pieces, uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < pieces->count; i++) {
		if (pieces->rows[i].address != address || pieces->rows[i].size < size)
			continue;
		pieces->used[i] = true;
		return pieces->rows[i].buffer;
	}
	if (!address || !reserve(pieces, address, size))
		return NULL;
	struct memory_piece *piece = &pieces->rows[pieces->count - 1];
	if (pieces->memory->read(pieces->memory, address, piece->buffer, size) != size) {
		pieces->count--;
		return NULL;
	}
	pieces->used[pieces->count - 1] = true;
	return piece->buffer;
}

uint64_t pieces_word(struct pieces *pieces, uint64_t address)
{
	const uint64_t *word = pieces_at(pieces, address, sizeof *word);
	return word ? *word : 0;
}

/* How many look-ups in a row a piece was not needed for, this one included. */
static uint32_t unused_for(const struct pieces_ahead *before, const struct memory_piece *piece)
{
	for (size_t i = 0; i < before->count; i++)
		if (before->rows[i].address == piece->address)
			return before->rows[i].unused + 1;
	return 1;
}

void pieces_end(const struct pieces *pieces, struct pieces_ahead *ahead)
{
	bool all = pieces->count == ahead->count;
	for (size_t i = 0; all && i < pieces->count; i++)
		all = pieces->used[i];
	if (all) {
		for (size_t i = 0; i < ahead->count; i++)
			ahead->rows[i].unused = 0;
		return; /* the same way as the last time */
	}
	struct pieces_ahead next = { 0 };
	/* First what was used: one that is gone hides those behind it. */
	for (unsigned used = 2; used-- > 0;)
		for (size_t i = 0; i < pieces->count && next.count < PIECES_AHEAD; i++) {
			const struct memory_piece *piece = &pieces->rows[i];
			uint32_t unused = used ? 0 : unused_for(ahead, piece);
			if (pieces->used[i] != (used == 1) || unused > MAX_UNUSED)
				continue;
			next.rows[next.count].address = piece->address;
			next.rows[next.count].size = (uint32_t)piece->size;
			next.rows[next.count++].unused = unused;
		}
	*ahead = next;
}
