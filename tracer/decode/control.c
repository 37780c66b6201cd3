/* Control messages ("ancillary data"): cmsg(3). */
#include "decode/constants.h"
#include "decode/message.h"
#include "decode/option.h"

#include "support/arena.h"

#include <string.h>

/* sendmsg() refuses more than net.core.optmem_max, which is 128 KiB at most by default. */
enum { MAX_CONTROL = 64 * 1024 };

/* struct cmsghdr: a size_t, two ints; the data is aligned to a word (compat: net/compat.h). */
struct control_header {
	uint64_t length; /* with the header */
	int32_t level, type;
};

static size_t header_size(const struct decoding *decoding)
{
	return abi_word(decoding->event->abi) + 2 * sizeof(int32_t);
}

static size_t align_word(const struct decoding *decoding, size_t size)
{
	size_t word = abi_word(decoding->event->abi);
	return (size + word - 1) & ~(word - 1);
}

/* False at the end, and where cmsg_len is less than its own header. */
static bool header_read(const struct decoding *decoding, const unsigned char *bytes, size_t left,
			struct control_header *ret_header)
{
	size_t word = abi_word(decoding->event->abi);
	if (left < header_size(decoding))
		return false;
	struct control_header header = {
		.length = load_unsigned(bytes, word),
		.level = (int32_t)load_signed(bytes + word, sizeof(int32_t)),
		.type = (int32_t)load_signed(bytes + word + sizeof(int32_t), sizeof(int32_t)),
	};
	if (header.length < header_size(decoding))
		return false;
	/* One that claims more than there is ends with the buffer. */
	if (header.length > left)
		header.length = left;
	*ret_header = header;
	return true;
}

/* How far the next header is; what is left may be less. */
static size_t header_stride(const struct decoding *decoding, const struct control_header *header,
			    size_t left)
{
	size_t stride = align_word(decoding, (size_t)header->length);
	return stride < left ? stride : left;
}

static size_t headers_count(const struct decoding *decoding, const unsigned char *bytes,
			    size_t size)
{
	struct control_header header;
	size_t count = 0;
	while (header_read(decoding, bytes, size, &header)) {
		size_t stride = header_stride(decoding, &header, size);
		bytes += stride;
		size -= stride;
		count++;
	}
	return count;
}

static void control_message(struct decoding *decoding, const struct control_header *header,
			    const unsigned char *bytes, struct value *value)
{
	const struct option *option = control_find(header->level, header->type);
	struct value *fields = value_items(decoding, value, VALUE_STRUCT, 3);
	size_t data = header_size(decoding);
	size_t size = (size_t)header->length - data;
	if (!fields)
		return;
	value->size = header->length;
	fields[0].name = "level";
	value_constant(&fields[0], header->level, name_of(level_names, header->level));
	fields[1].name = "type";
	value_constant(&fields[1], header->type, option ? option->name : NULL);
	fields[2] = value_address("data", 0);
	shape_decode(decoding, option ? option->shape : SHAPE_BYTES, bytes + data, size, size,
		     &fields[2]);
}

static void control_messages(struct decoding *decoding, const unsigned char *bytes, size_t size,
			     struct value *value)
{
	size_t count = headers_count(decoding, bytes, size);
	struct value *items = value_items(decoding, value, VALUE_ARRAY, count);
	for (size_t i = 0; items && i < count; i++) {
		struct control_header header;
		if (!header_read(decoding, bytes, size, &header))
			break;
		items[i] = value_address(NULL, 0);
		control_message(decoding, &header, bytes, &items[i]);
		size_t stride = header_stride(decoding, &header, size);
		bytes += stride;
		size -= stride;
	}
}

void control_decode(struct decoding *decoding, uint64_t address, uint64_t size, struct value *value)
{
	size_t wanted = size < MAX_CONTROL ? (size_t)size : MAX_CONTROL;
	unsigned char *copy = arena_alloc(decoding->event->arena, wanted + 1);
	if (!address || !copy)
		return;
	size_t got = wanted ? decoding->memory->read(decoding->memory, address, copy, wanted) : 0;
	if (got || !wanted)
		control_messages(decoding, copy, got, value);
}
