/* Packets made by hand, byte by byte, for tests of what reads them. */
#pragma once

#include "witnesses/segment_parse.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct made {
	uint8_t bytes[512];
	size_t size;
	size_t more; /* passed, and not captured */
};

static inline void put(struct made *made, const void *bytes, size_t size)
{
	if (size)
		memcpy(made->bytes + made->size, bytes, size);
	made->size += size;
}

static inline void put16(struct made *made, unsigned value)
{
	put(made, (const uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

static inline void put32(struct made *made, uint32_t value)
{
	put16(made, value >> 16);
	put16(made, value & 0xffff);
}

static inline void set16(struct made *made, size_t at, unsigned value)
{
	made->bytes[at] = (uint8_t)(value >> 8);
	made->bytes[at + 1] = (uint8_t)value;
}

/* From 10.0.0.1 to 10.0.0.2; the length is put right by made_end(). */
static inline struct made ipv4(int protocol, const void *options, size_t size)
{
	struct made made = { 0 };
	const uint8_t version_and_words = (uint8_t)(0x40 + (20 + size) / 4);
	put(&made, &version_and_words, 1);
	put(&made, (const uint8_t[7]){ 0 }, 7);
	put(&made, (const uint8_t[]){ 64, (uint8_t)protocol, 0, 0 }, 4);
	put(&made, (const uint8_t[]){ 10, 0, 0, 1, 10, 0, 0, 2 }, 8);
	put(&made, options, size);
	return made;
}

/* From fe80::1 to 2001:db8::2. */
static inline struct made ipv6(int next)
{
	struct made made = { 0 };
	const uint8_t from[16] = { 0xfe, 0x80, [15] = 1 };
	const uint8_t to[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };
	put(&made, (const uint8_t[]){ 0x60, 0, 0, 0, 0, 0, (uint8_t)next, 64 }, 8);
	put(&made, from, sizeof from);
	put(&made, to, sizeof to);
	return made;
}

/* Ports 1000 and 80, window 512, checksum 0xfe30, urgent pointer 7. */
static inline void tcp(struct made *made, unsigned flags, uint32_t seq, uint32_t ack,
		       const void *options, size_t size)
{
	put16(made, 1000);
	put16(made, 80);
	put32(made, seq);
	put32(made, ack);
	put16(made, (unsigned)((20 + size) / 4) << 12 | flags);
	put16(made, 512);
	put16(made, 0xfe30);
	put16(made, 7);
	put(made, options, size);
}

static inline void udp(struct made *made, unsigned length)
{
	put16(made, 1000);
	put16(made, 53);
	put16(made, length);
	put16(made, 0x1234);
}

/* Payload: the first bytes of so many are captured, all pass. */
static inline void made_end(struct made *made, size_t payload)
{
	size_t captured = payload < 32 ? payload : 32;
	memset(made->bytes + made->size, 'p', captured);
	made->size += captured;
	made->more = payload - captured;
	size_t total = made->size + made->more;
	if (made->bytes[0] >> 4 == 4)
		set16(made, 2, total > UINT16_MAX ? 0 : (unsigned)total);
	else
		set16(made, 4, total - 40 > UINT16_MAX ? 0 : (unsigned)total - 40);
}

/* In memory of exactly that size, so that a sanitizer sees a byte read too many. */
static inline bool parse_made(const struct made *made, struct segment *ret_segment)
{
	uint8_t *copy = malloc(made->size ? made->size : 1);
	memcpy(copy, made->bytes, made->size);
	const struct packet packet = { .bytes = copy,
				       .captured = made->size,
				       .length = made->size + made->more,
				       .interface = 3 };
	bool parsed = segment_parse(&packet, ret_segment, NULL);
	free(copy);
	return parsed;
}
