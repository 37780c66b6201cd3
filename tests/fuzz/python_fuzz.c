/*
 * A Python program in any memory: the first byte is the version, the second how the offsets are
 * known, the rest what is in memory, at every address again and again, but for a hole. All
 * objects that are asked for are code objects, so that they are looked into.
 */
#include "fuzz.h"

#include "source/python_command.h"
#include "source/python_stack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct fuzzed_memory {
	struct memory memory;
	const uint8_t *data;
	size_t size;
	const struct python_image *image;
};

enum { TYPE = 0x1000, HOLE = 0xff };

static size_t read_data(const struct memory *memory, uint64_t address, void *buffer, size_t size)
{
	const struct fuzzed_memory *fuzzed = (const struct fuzzed_memory *)memory;
	const struct python_layout *layout = &fuzzed->image->layout;
	if ((address >> 56) == HOLE)
		return 0;
	for (size_t i = 0; i < size; i++)
		((uint8_t *)buffer)[i] = fuzzed->data[(address + i) % fuzzed->size];
	if (size == layout->code_size)
		memcpy((uint8_t *)buffer + layout->of[OBJECT_TYPE], &fuzzed->image->code_type,
		       sizeof fuzzed->image->code_type);
	return size;
}

static size_t read_pieces(const struct memory *memory, const struct memory_piece *pieces,
			  size_t count)
{
	size_t whole = 0;
	while (whole < count && read_data(memory, pieces[whole].address, pieces[whole].buffer,
					  pieces[whole].size) == pieces[whole].size)
		whole++;
	return whole;
}

static bool set_layout(struct python_image *image, const struct memory *memory, unsigned minor)
{
	unsigned told;
	if (minor <= 12)
		return python_layout_known(&image->layout, minor);
	return python_layout_read(&image->layout, memory, 0, &told);
}

static void check(const struct source *source)
{
	assert(source->file && source->language == SOURCE_PYTHON);
	assert(source->line <= INT32_MAX);
	assert(!source->end_column || source->column);
	assert(!source->via || strlen(source->via) < 256);
}

/* Twice: the second time with what the first one remembered. */
static void look(struct python_image *image, const struct memory *memory, bool whole)
{
	static struct pieces pieces;
	static struct python_stack stack;
	struct pieces_ahead ahead = { 0 };
	struct python_caller caller = { .tid = 1 };
	uint64_t state = 16;
	/* A thread would be hard to hit: it is the one that is there. */
	memory->read(memory, state + image->layout.of[THREAD_ID], &caller.thread_pointer,
		     sizeof caller.thread_pointer);
	for (unsigned i = 0; i < 2; i++) {
		struct source source;
		char via[256];
		pieces_begin(&pieces, memory, &ahead);
		uint64_t frame = python_thread_frame(image, &pieces, &caller, &state);
		python_stack_walk(image, &pieces, frame ? frame : 16, whole, &stack);
		if (python_show(image, &stack, via, sizeof via, &source))
			check(&source);
		pieces_end(&pieces, &ahead);
		assert(ahead.count <= PIECES_AHEAD);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	struct python_image *image = python_image_new();
	assert(image);
	/* The list of interpreters is too often an endless one, which takes its time. */
	struct fuzzed_memory memory = {
		.memory = { .read = read_data, .read_pieces = data[1] & 2 ? read_pieces : NULL },
		.data = data + 2,
		.size = size - 2,
		.image = image,
	};
	image->code_type = TYPE;
	image->runtime = UINT64_C(0xff) << 56;
	if (set_layout(image, &memory.memory, 8 + data[0] % 8))
		look(image, &memory.memory, data[1] & 1);
	free(python_command_parse((const char *)memory.data, memory.size, 8 + data[0] % 8,
				  data[1]));
	python_image_release(image);
	return 0;
}
