/*
 * System calls made of an input's bytes: which calls with which registers, and a memory of which a
 * program changes the bytes as it likes. The input begins with
 *
 *	byte 0	the abi; bit 7: the memory changes between two looks at it
 *	byte 1	how many calls follow, less one
 *
 * and each call has CALL_SIZE bytes: the row of the table, six registers, the result, each register
 * in three bytes: a way to make one, and a number for it. The rest is the memory, at MEMORY_AT.
 */
#pragma once

#include "decode/decode.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	MEMORY_AT = 0x10000,
	MOST_CALLS = 8,
	REGISTER_SIZE = 3,
	CALL_SIZE = 1 + 7 * REGISTER_SIZE,
};

struct call_input {
	struct memory memory; /* the first member: what decoders see */
	enum abi abi;
	bool changing;
	unsigned looks;
	const uint8_t *calls;
	size_t count;
	uint8_t *bytes; /* of the memory, of exactly that size: a byte too many is seen */
	size_t size;
	size_t most; /* the largest read that was asked for */
};

/* As the live one: up to the first byte that is not there. */
static inline size_t input_read(const struct memory *memory, uint64_t address, void *buffer,
				size_t size)
{
	struct call_input *input = (struct call_input *)(uintptr_t)memory;
	if (size > input->most)
		input->most = size;
	if (address < MEMORY_AT || address - MEMORY_AT >= input->size)
		return 0;
	size_t left = input->size - (size_t)(address - MEMORY_AT);
	size_t count = size < left ? size : left;
	memcpy(buffer, input->bytes + (address - MEMORY_AT), count);
	if (input->changing)
		input->bytes[input->looks++ % input->size] ^= 0xff;
	return count;
}

static inline uint64_t input_register(const struct call_input *input, const uint8_t *bytes)
{
	uint64_t number = bytes[1] | (uint64_t)bytes[2] << 8;
	switch (bytes[0] & 7) {
	case 0:
		return number;
	case 1:
		return MEMORY_AT + number;
	case 2:
		return ~number;
	case 3:
		return UINT64_C(1) << number % 64;
	case 4:
		return MEMORY_AT + input->size - number;
	case 5:
		return (uint64_t)INT_MAX + number;
	case 6:
		return number << (bytes[0] >> 3);
	default:
		return number | number << 48;
	}
}

/* False: there is no call in it. */
static inline bool input_init(struct call_input *input, const uint8_t *data, size_t size)
{
	if (size < 2 + CALL_SIZE)
		return false;
	*input = (struct call_input){
		.memory = { .read = input_read },
		.abi = (enum abi)((data[0] & 0x7f) % (ABI_ARM + 1)),
		.changing = data[0] & 0x80,
		.calls = data + 2,
		.count = 1 + data[1] % MOST_CALLS,
	};
	if (input->count > (size - 2) / CALL_SIZE)
		input->count = (size - 2) / CALL_SIZE;
	input->size = size - 2 - input->count * CALL_SIZE;
	input->bytes = malloc(input->size ? input->size : 1);
	assert(input->bytes);
	memcpy(input->bytes, input->calls + input->count * CALL_SIZE, input->size);
	return true;
}

static inline void input_done(struct call_input *input)
{
	free(input->bytes);
}

/* The n-th call as it is entered, and what it returns. The row, counted as call_next() walks. */
static inline const struct call *input_call(const struct call_input *input, size_t n,
					    struct stop *ret_stop, int64_t *ret_result)
{
	const uint8_t *bytes = input->calls + n * CALL_SIZE;
	const struct call *row = NULL;
	size_t position = 0;
	*ret_stop = (struct stop){ .kind = STOP_ENTRY, .abi = input->abi };
	const uint8_t *registers = bytes + 1;
	for (unsigned i = 0; i < 6; i++, registers += REGISTER_SIZE)
		ret_stop->args[i] = input_register(input, registers);
	*ret_result = (int64_t)input_register(input, registers);
	for (unsigned rows = 0; rows <= bytes[0]; rows++) {
		row = call_next(&position);
		if (!row) {
			position = 0;
			row = call_next(&position);
		}
	}
	if (call_id(row) == CALL_SOCKETCALL)
		row = call_unwrap(ret_stop, &input->memory);
	return row;
}
