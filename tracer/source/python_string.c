#include "source/python_string.h"

#include "support/auto.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CHARACTERS = 4096, MAX_BYTES = 1 << 20 };

static bool read_all(const struct memory *memory, uint64_t address, void *buffer, size_t size)
{
	return address && memory->read(memory, address, buffer, size) == size;
}

/* --- strings ------------------------------------------------------------------------------ */

/* How the characters of a string are kept: a word of bit fields (PyASCIIObject.state). */
struct state {
	unsigned kind; /* bytes for each character: 1, 2 or 4 */
	bool compact, ascii;
};

static struct state parse_state(const struct python_layout *layout, uint32_t word)
{
	/* There `interned` is a whole byte, to be changed by itself. */
	unsigned shift = layout->free_threaded && layout->minor >= 14 ? 6 : 0;
	word >>= shift;
	return (struct state){ .kind = word >> 2 & 7,
			       .compact = word >> 5 & 1,
			       .ascii = word >> 6 & 1 };
}

static size_t put_utf8(char *out, uint32_t character)
{
	/* A byte that was no UTF-8, smuggled through a string (os.fsdecode()). */
	if (character >= 0xdc80 && character <= 0xdcff) {
		out[0] = (char)(character & 0xff);
		return 1;
	}
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	if (character < 0x10000) {
		out[0] = (char)(0xe0 | character >> 12);
		out[1] = (char)(0x80 | (character >> 6 & 0x3f));
		out[2] = (char)(0x80 | (character & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (character >> 18 & 7));
	out[1] = (char)(0x80 | (character >> 12 & 0x3f));
	out[2] = (char)(0x80 | (character >> 6 & 0x3f));
	out[3] = (char)(0x80 | (character & 0x3f));
	return 4;
}

static uint32_t character_at(const unsigned char *data, unsigned kind, size_t index)
{
	uint32_t character = 0;
	memcpy(&character, data + index * kind, kind);
	return character;
}

char *python_read_string(const struct python_layout *layout, const struct memory *memory,
			 uint64_t address)
{
	uint64_t length;
	uint32_t word;
	if (!read_all(memory, address + layout->of[STRING_LENGTH], &length, sizeof length) ||
	    !read_all(memory, address + layout->of[STRING_STATE], &word, sizeof word))
		return NULL;
	struct state state = parse_state(layout, word);
	if (!state.compact || (state.kind != 1 && state.kind != 2 && state.kind != 4) ||
	    length > MAX_CHARACTERS)
		return NULL;
	uint64_t data = address + layout->of[state.ascii ? STRING_ASCII : STRING_OTHER];
	autofree unsigned char *raw = malloc(length * state.kind + 1);
	autofree char *text = malloc(length * 4 + 1);
	if (!raw || !text || !read_all(memory, data, raw, length * state.kind))
		return NULL;
	size_t size = 0;
	for (size_t i = 0; i < length; i++) {
		uint32_t character = character_at(raw, state.kind, i);
		/* Neither a file nor a function has one in its name. */
		if (!character || character > 0x10ffff)
			return NULL;
		size += put_utf8(text + size, character);
	}
	text[size] = '\0';
	return TAKE_POINTER(text);
}

/* --- bytes -------------------------------------------------------------------------------- */

uint8_t *python_read_bytes(const struct python_layout *layout, const struct memory *memory,
			   uint64_t address, size_t *ret_size)
{
	uint64_t size;
	if (!read_all(memory, address + layout->of[BYTES_SIZE], &size, sizeof size) ||
	    size > MAX_BYTES)
		return NULL;
	autofree uint8_t *bytes = malloc(size + 1);
	if (!bytes || !read_all(memory, address + layout->of[BYTES_DATA], bytes, size))
		return NULL;
	*ret_size = size;
	return TAKE_POINTER(bytes);
}
