#include "formatters/pcapng/block.h"

#include <stdlib.h>
#include <string.h>

enum {
	UNIT = 4,
	FIRST_ROOM = 512,
	LENGTH_AT = 4, /* behind the type */
};

static void append(struct block *block, const void *bytes, size_t size)
{
	size_t room = block->room ? block->room : FIRST_ROOM;
	while (room < block->size + size)
		room *= 2;
	if (room > block->room) {
		uint8_t *larger = realloc(block->bytes, room);
		block->failed |= !larger;
		if (!larger)
			return;
		block->bytes = larger;
		block->room = room;
	}
	if (size)
		memcpy(block->bytes + block->size, bytes, size);
	block->size += size;
}

static void number_bytes(uint8_t bytes[UNIT], uint32_t number)
{
	for (int i = 0; i < UNIT; i++)
		bytes[i] = (uint8_t)(number >> (8 * i));
}

void block_begin(struct block *block, enum block_type type)
{
	block->size = 0;
	block->failed = block->has_options = false;
	block_put32(block, (uint32_t)type);
	block_put32(block, 0); /* its length, when that is known */
}

void block_put16(struct block *block, uint16_t number)
{
	uint8_t bytes[UNIT];
	number_bytes(bytes, number);
	append(block, bytes, sizeof number);
}

void block_put32(struct block *block, uint32_t number)
{
	uint8_t bytes[UNIT];
	number_bytes(bytes, number);
	append(block, bytes, sizeof number);
}

void block_put_bytes(struct block *block, const void *bytes, size_t size)
{
	static const uint8_t padding[UNIT] = { 0 };
	append(block, bytes, size);
	append(block, padding, (UNIT - size % UNIT) % UNIT);
}

void block_put_option(struct block *block, enum block_option option, const void *value, size_t size)
{
	size = size < UINT16_MAX ? size : UINT16_MAX;
	block->has_options = true;
	block_put16(block, (uint16_t)option);
	block_put16(block, (uint16_t)size);
	block_put_bytes(block, value, size);
}

void block_put_text(struct block *block, enum block_option option, const char *text)
{
	if (text && *text)
		block_put_option(block, option, text, strlen(text));
}

void block_end(struct block *block, FILE *file)
{
	if (block->has_options)
		block_put_option(block, OPTION_END, "", 0);
	uint32_t length = (uint32_t)block->size + UNIT;
	block_put32(block, length);
	if (block->failed)
		return;
	number_bytes(block->bytes + LENGTH_AT, length);
	fwrite(block->bytes, 1, block->size, file);
}

void block_done(struct block *block)
{
	free(block->bytes);
	*block = (struct block){ 0 };
}
