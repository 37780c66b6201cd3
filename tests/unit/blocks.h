/* A pcapng file read back, block by block, for tests of what writes it. */
#pragma once

#include "formatters/pcapng/comments.h"

#include <check.h>
#include <stdint.h>
#include <string.h>

enum {
	SECTION = 0x0A0D0D0A,
	INTERFACE = 1,
	STATISTICS = 5,
	PACKET = 6,
	COMMENT = 1,
	MOST_BLOCKS = 2000,
};

/* One block: its body without type and lengths. */
struct read_block {
	uint32_t type;
	const uint8_t *body;
	size_t size;
};

struct read_file {
	char *bytes;
	struct read_block blocks[MOST_BLOCKS];
	size_t count;
	char told[200]; /* to the user; empty: nothing */
};

static inline uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static inline size_t get16(const uint8_t *bytes)
{
	return (size_t)bytes[0] | (size_t)bytes[1] << 8;
}

static inline void read_blocks(struct read_file *file, size_t size)
{
	const uint8_t *at = (const uint8_t *)file->bytes;
	const uint8_t *end = at + size;
	while (at < end) {
		ck_assert_int_ge(end - at, 12);
		size_t length = get32(at + 4);
		ck_assert_uint_eq(length % 4, 0);
		ck_assert_uint_le(length, (size_t)(end - at));
		ck_assert_uint_eq(get32(at + length - 4), length);
		ck_assert_uint_lt(file->count, MOST_BLOCKS);
		file->blocks[file->count++] = (struct read_block){ get32(at), at + 8, length - 12 };
		at += length;
	}
	ck_assert_uint_ge(file->count, 2);
	ck_assert_uint_eq(file->blocks[0].type, SECTION);
	ck_assert_uint_eq(file->blocks[1].type, INTERFACE);
}

/* The options of a block that begin there: the value of the nth of that code; NULL: none. */
static inline const char *option_at(const struct read_block *block, size_t at, unsigned code,
				    unsigned nth, char text[COMMENT_SIZE + 1])
{
	while (at < block->size) {
		size_t found = get16(block->body + at), length = get16(block->body + at + 2);
		ck_assert_uint_le(at + 4 + (length + 3) / 4 * 4, block->size);
		if (!found)
			break;
		if (found == code && nth-- == 0) {
			ck_assert_uint_le(length, COMMENT_SIZE);
			memcpy(text, block->body + at + 4, length);
			text[length] = '\0';
			return text;
		}
		at += 4 + (length + 3) / 4 * 4;
	}
	ck_assert(at == block->size || at + 4 == block->size);
	return NULL;
}

static inline size_t options_of(const struct read_block *block)
{
	switch (block->type) {
	case SECTION:
		return 16;
	case INTERFACE:
		return 8;
	case STATISTICS:
		return 12;
	default:
		ck_assert_uint_eq(block->type, PACKET);
		return 20 + (get32(block->body + 12) + 3) / 4 * 4;
	}
}

/* Valid until the next one. */
static inline const char *text_of(const struct read_file *file, size_t block, unsigned code,
				  unsigned nth)
{
	static char text[COMMENT_SIZE + 1];
	ck_assert_uint_lt(block, file->count);
	return option_at(&file->blocks[block], options_of(&file->blocks[block]), code, nth, text);
}

static inline void expect_comment(const struct read_file *file, size_t block, const char *expected)
{
	const char *comment = text_of(file, block, COMMENT, 0);
	if (expected)
		ck_assert_str_eq(comment ? comment : "", expected);
	else
		ck_assert_ptr_null(comment);
}
