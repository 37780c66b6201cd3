#include "source/python_pieces.h"

#include <string.h>

/* A thread in a loop comes by again: what it did not need just now it may need soon. */
enum { MAX_UNUSED = 4 };

enum { PAGE = 4096, MAX_GAP = 1024 };

/* --- reading ahead ------------------------------------------------------------------------ */

/* Room in the pool, aligned; NULL if there is none left. */
static unsigned char *reserve(struct pieces *pieces, uint64_t size)
{
	size_t start = (pieces->filled + 7) & ~(size_t)7;
	if (start > POOL_SIZE || size > POOL_SIZE - start)
		return NULL;
	pieces->filled = start + size;
	return pieces->pool + start;
}

static void add(struct pieces *pieces, uint64_t address, uint64_t size, unsigned char *buffer)
{
	pieces->used[pieces->count] = false;
	pieces->rows[pieces->count++] =
		(struct memory_piece){ .address = address, .buffer = buffer, .size = size };
}

/* Whether the piece is so near behind the run that one page has both. */
static bool joins(const struct memory_piece *run, const struct piece_ahead *piece)
{
	return piece->address / PAGE == run->address / PAGE &&
	       piece->address - run->address <= run->size + MAX_GAP;
}

/* Makes the run longer, if need be: it is the last one in the pool. */
static bool extend(struct pieces *pieces, struct memory_piece *run, const struct piece_ahead *piece)
{
	uint64_t size = piece->address - run->address + piece->size;
	size_t start = (size_t)((unsigned char *)run->buffer - pieces->pool);
	if (size > POOL_SIZE - start)
		return false;
	if (size > run->size) {
		run->size = size;
		pieces->filled = start + size;
	}
	return true;
}

/* Fills in the runs, and the pieces in them; returns how many runs there are. *ret_last is for each
 * run how many pieces are in it and those before it. */
static size_t plan(struct pieces *pieces, const struct pieces_ahead *ahead,
		   struct memory_piece *runs, size_t *ret_last)
{
	size_t count = 0;
	for (size_t i = 0; i < ahead->count; i++) {
		const struct piece_ahead *piece = &ahead->rows[i];
		struct memory_piece *run = count ? &runs[count - 1] : NULL;
		if (!run || !joins(run, piece) || !extend(pieces, run, piece)) {
			unsigned char *buffer = reserve(pieces, piece->size);
			if (!buffer)
				break;
			run = &runs[count++];
			*run = (struct memory_piece){ .address = piece->address,
						      .buffer = buffer,
						      .size = piece->size };
		}
		add(pieces, piece->address, piece->size,
		    (unsigned char *)run->buffer + (piece->address - run->address));
		ret_last[count - 1] = pieces->count;
	}
	return count;
}

void pieces_begin(struct pieces *pieces, const struct memory *memory,
		  const struct pieces_ahead *ahead)
{
	struct memory_piece runs[PIECES_AHEAD];
	size_t last[PIECES_AHEAD];
	pieces->memory = memory;
	pieces->count = 0;
	pieces->filled = 0;
	if (!memory->read_pieces || !ahead->count)
		return;
	size_t count = plan(pieces, ahead, runs, last);
	/* Where one is gone, those behind it were not read: they are asked for if they are needed.
	 */
	size_t whole = memory->read_pieces(memory, runs, count);
	pieces->count = whole ? last[whole - 1] : 0;
}

const void *pieces_at(struct pieces *pieces, uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < pieces->count; i++) {
		if (pieces->rows[i].address != address || pieces->rows[i].size < size)
			continue;
		pieces->used[i] = true;
		return pieces->rows[i].buffer;
	}
	unsigned char *buffer =
		address && pieces->count < MAX_PIECES ? reserve(pieces, size) : NULL;
	if (!buffer || pieces->memory->read(pieces->memory, address, buffer, size) != size)
		return NULL;
	add(pieces, address, size, buffer);
	pieces->used[pieces->count - 1] = true;
	return buffer;
}

uint64_t pieces_word(struct pieces *pieces, uint64_t address)
{
	uint64_t word = 0;
	const void *bytes = pieces_at(pieces, address, sizeof word);
	if (bytes)
		memcpy(&word, bytes, sizeof word);
	return word;
}

/* --- for the next time -------------------------------------------------------------------- */

/* How many look-ups in a row a piece was not needed for, this one included. */
static uint32_t unused_for(const struct pieces_ahead *before, const struct memory_piece *piece)
{
	for (size_t i = 0; i < before->count; i++)
		if (before->rows[i].address == piece->address)
			return before->rows[i].unused + 1;
	return 1;
}

static void insert(struct pieces_ahead *ahead, struct piece_ahead piece)
{
	size_t place = ahead->count;
	if (ahead->count == PIECES_AHEAD)
		return;
	for (; place > 0 && ahead->rows[place - 1].address > piece.address; place--)
		ahead->rows[place] = ahead->rows[place - 1];
	ahead->rows[place] = piece;
	ahead->count++;
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
	/* Where there are too many, those that were used stay. */
	for (unsigned used = 2; used-- > 0;)
		for (size_t i = 0; i < pieces->count; i++) {
			const struct memory_piece *piece = &pieces->rows[i];
			uint32_t unused = used ? 0 : unused_for(ahead, piece);
			if (pieces->used[i] == (used == 1) && unused <= MAX_UNUSED)
				insert(&next, (struct piece_ahead){ .address = piece->address,
								    .size = (uint32_t)piece->size,
								    .unused = unused });
		}
	*ahead = next;
}
