/* Short keys as 64-bit numbers, for tables: FNV-1a (RFC 9923). Not against those who choose keys.
 */
#pragma once

#include <stdint.h>

#define HASH_START UINT64_C(0xCBF29CE484222325)

static inline uint64_t hash_byte(uint64_t so_far, unsigned char byte)
{
	return (so_far ^ byte) * UINT64_C(0x100000001B3);
}

static inline uint64_t hash_text(const char *text)
{
	uint64_t hash = HASH_START;
	for (; *text; text++)
		hash = hash_byte(hash, (unsigned char)*text);
	return hash;
}

/* Of its ASCII alone: what is no UTF-8 reads otherwise when it comes out of a recording. */
static inline uint64_t hash_ascii(const char *text)
{
	uint64_t hash = HASH_START;
	for (; *text; text++)
		if ((unsigned char)*text < 0x80)
			hash = hash_byte(hash, (unsigned char)*text);
	return hash;
}
