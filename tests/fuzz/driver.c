/*
 * Drives a fuzzer without libFuzzer: PROGRAM ROUNDS SECONDS FILE... runs the files of its corpus as
 * they are, then so many inputs mutated from them, always the same ones; or (ROUNDS is 0) as many
 * as fit into that time.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_INPUT = 4096, MAX_SEEDS = 256, MANY = 256 };

struct input {
	uint8_t bytes[MAX_INPUT];
	size_t size;
};

/* xorshift64: the same everywhere, unlike rand(). */
static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);

static size_t below(size_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return limit ? (size_t)(state % limit) : 0;
}

/* --- mutations ------------------------------------------------------------------------ */

static void change_byte(struct input *input)
{
	static const uint8_t special[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };
	size_t at = below(input->size);
	if (below(2))
		input->bytes[at] = special[below(sizeof special)];
	else
		input->bytes[at] ^= (uint8_t)(1U << below(8));
}

static void cut(struct input *input)
{
	size_t at = below(input->size), count = 1 + below(input->size - at);
	memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
	input->size -= count;
}

/* A piece of it once more, somewhere. */
static void repeat(struct input *input)
{
	size_t from = below(input->size), count = 1 + below(input->size - from);
	if (input->size + count > MAX_INPUT)
		return;
	uint8_t piece[MAX_INPUT];
	memcpy(piece, input->bytes + from, count);
	size_t at = below(input->size + 1);
	memmove(input->bytes + at + count, input->bytes + at, input->size - at);
	memcpy(input->bytes + at, piece, count);
	input->size += count;
}

static void fill(struct input *input)
{
	input->size = 1 + below(256);
	for (size_t i = 0; i < input->size; i++)
		input->bytes[i] = (uint8_t)below(256);
}

static void mutate(struct input *input)
{
	static void (*const ways[])(struct input *) = { change_byte, change_byte, change_byte, cut,
							repeat };
	for (size_t times = 1 + below(8); times > 0; times--) {
		if (!input->size)
			fill(input);
		ways[below(sizeof ways / sizeof *ways)](input);
	}
}

/* --- the corpus ----------------------------------------------------------------------- */

static bool read_seed(const char *path, struct input *ret_input)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return false;
	}
	ret_input->size = fread(ret_input->bytes, 1, MAX_INPUT, file);
	fclose(file);
	return true;
}

static void run_mutated(const struct input *seeds, size_t count)
{
	static struct input input;
	input.size = 0;
	if (count && below(16))
		input = seeds[below(count)];
	mutate(&input);
	LLVMFuzzerTestOneInput(input.bytes, input.size);
}

int main(int argc, char **argv)
{
	static struct input seeds[MAX_SEEDS];
	size_t count = 0;
	if (argc < 3) {
		fprintf(stderr, "usage: %s ROUNDS SECONDS FILE...\n", argv[0]);
		return EXIT_FAILURE;
	}
	unsigned long rounds = strtoul(argv[1], NULL, 10), done = 0;
	time_t end = time(NULL) + (time_t)strtoul(argv[2], NULL, 10);
	for (int i = 3; i < argc && count < MAX_SEEDS; i++)
		if (!read_seed(argv[i], &seeds[count++]))
			return EXIT_FAILURE;
	for (size_t i = 0; i < count; i++)
		LLVMFuzzerTestOneInput(seeds[i].bytes, seeds[i].size);
	for (; done < rounds || (!rounds && time(NULL) < end); done++)
		for (unsigned i = 0; i < (rounds ? 1 : MANY); i++)
			run_mutated(seeds, count);
	printf("%lu inputs and %zu of the corpus\n", rounds ? done : done * MANY, count);
	return EXIT_SUCCESS;
}
