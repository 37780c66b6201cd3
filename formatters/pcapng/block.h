/*
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng): a type, a length, a body, options, and the
 * length again, all in units of four bytes. Here always little-endian.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum block_type {
	BLOCK_SECTION = 0x0A0D0D0A,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5, /* of an interface */
	BLOCK_PACKET = 6,     /* an enhanced one */
};

enum block_option {
	OPTION_END = 0,
	OPTION_COMMENT = 1, /* in each type of block, as often as one likes */
	OPTION_SECTION_OS = 3,
	OPTION_SECTION_APPLICATION = 4,
	OPTION_INTERFACE_DESCRIPTION = 3,
	OPTION_INTERFACE_RESOLUTION = 9, /* of times: a negative power of ten */
};

/* A block being made. All zero is one to begin with; it may be used again. If memory runs out the
 * block is not written. */
struct block {
	uint8_t *bytes;
	size_t size, room;
	bool failed, has_options;
};

void block_begin(struct block *block, enum block_type type);
void block_put16(struct block *block, uint16_t number);
void block_put32(struct block *block, uint32_t number);
void block_put_bytes(struct block *block, const void *bytes, size_t size);
/* Behind everything else; of a longer value than 65535 bytes the rest is left out. */
void block_put_option(struct block *block, enum block_option option, const void *value,
		      size_t size);
void block_put_text(struct block *block, enum block_option option, const char *text);
void block_end(struct block *block, FILE *file);
void block_done(struct block *block);
