#include "support/arena.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An event with its arguments fits into the first block; big payloads get their own. */
enum { BLOCK_SIZE = 8192 - 64 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* the one in use first */
};

static struct block *block_new(size_t size)
{
	struct block *block = malloc(sizeof *block + size);
	if (block)
		*block = (struct block){ .size = size };
	return block;
}

struct arena *arena_new(void)
{
	struct block *block = block_new(BLOCK_SIZE);
	if (!block)
		return NULL;
	struct arena *arena = (struct arena *)(void *)block->bytes;
	block->used = sizeof *arena + alignof(max_align_t) - sizeof *arena % alignof(max_align_t);
	arena->blocks = block;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	/* The arena itself lives in the oldest block, the last of the list. */
	for (struct block *block = arena->blocks; block;) {
		struct block *next = block->next;
		free(block);
		block = next;
	}
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	size_t padded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (padded < size)
		return NULL;
	if (block->size - block->used < padded) {
		struct block *fresh = block_new(padded > BLOCK_SIZE ? padded : BLOCK_SIZE);
		if (!fresh)
			return NULL;
		fresh->next = block;
		arena->blocks = block = fresh;
	}
	void *memory = block->bytes + block->used;
	block->used += padded;
	return memory;
}

void *arena_zero(struct arena *arena, size_t size)
{
	void *memory = arena_alloc(arena, size);
	return memory ? memset(memory, 0, size) : NULL;
}

char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t size)
{
	char *copy = arena_alloc(arena, size + 1);
	if (!copy)
		return NULL;
	if (size)
		memcpy(copy, bytes, size);
	copy[size] = '\0';
	return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
	return arena_copy_bytes(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
	if (text)
		vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}
