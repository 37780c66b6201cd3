/* Payload: one buffer, or several that share the call's capture budget. */
#include "decode/decoding.h"
#include "decode/message.h"

#include "support/arena.h"

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t moved(const struct decoding *decoding)
{
	return decoding->event->result > 0 ? (uint64_t)decoding->event->result : 0;
}

void decode_bytes(struct decoding *decoding, unsigned index, struct value *value)
{
	struct arg_size size = argument_row(decoding, index)->size;
	uint64_t address = argument_word(decoding, index);
	if (size.rule == SIZE_ARG) {
		uint64_t length = argument_word(decoding, size.arg);
		value_payload(decoding, value, address, length, length);
		return;
	}
	/* MSG_TRUNC makes recv() return how long the datagram was, more than it copied. */
	uint64_t room = argument_word(decoding, index + 1);
	value_payload(decoding, value, address, moved(decoding), least(moved(decoding), room));
}

/* --- struct iovec[] ------------------------------------------------------------------------- */

bool parts_read(struct decoding *decoding, uint64_t address, uint64_t count,
		struct message *ret_message)
{
	size_t size = 2 * (size_t)abi_word(decoding->event->abi);
	size_t wanted = (size_t)least(count, MAX_ITEMS);
	unsigned char raw[2 * sizeof(uint64_t) * MAX_ITEMS];
	struct part *parts = arena_alloc(decoding->event->arena, (wanted + 1) * sizeof *parts);

	if (!parts || (wanted && !address))
		return false;
	size_t bytes =
		wanted ? decoding->memory->read(decoding->memory, address, raw, wanted * size) : 0;
	size_t got = bytes / size;
	for (size_t i = 0; i < got; i++) {
		parts[i].address = load_word(decoding, raw, 2 * i);
		parts[i].length = load_word(decoding, raw, 2 * i + 1);
	}
	if (wanted && !got)
		return false;
	ret_message->parts = parts;
	ret_message->part_count = got;
	return true;
}

/* How much of a part the call moved: all that was asked for on the way in, on the way out
 * its share of the result, which fills the parts in their order. */
static uint64_t part_share(const struct part *part, bool returned, uint64_t *left)
{
	if (!returned)
		return part->length;
	uint64_t share = least(part->length, *left);
	*left -= share;
	return share;
}

void parts_decode(struct decoding *decoding, const struct message *message, uint64_t moved_bytes,
		  struct value *value)
{
	struct value *items = value_items(decoding, value, VALUE_ARRAY, message->part_count);
	uint64_t left = moved_bytes;
	for (size_t i = 0; items && i < message->part_count; i++) {
		const struct part *part = &message->parts[i];
		uint64_t share = part_share(part, decoding->returned, &left);
		items[i] = value_address(NULL, part->address);
		value_payload(decoding, &items[i], part->address, share, share);
		if (decoding->returned || items[i].kind == VALUE_ADDRESS)
			items[i].room = part->length;
	}
}

void remember_vector(struct decoding *decoding, unsigned index)
{
	struct message *message = messages_new(decoding, 1);
	int32_t count = argument_int(decoding, index + 1);
	if (message && count >= 0 &&
	    parts_read(decoding, argument_word(decoding, index), (uint64_t)count, message))
		decoding->memo->message_count = 1;
}

void decode_vector(struct decoding *decoding, unsigned index, struct value *value)
{
	(void)index;
	if (decoding->memo->message_count)
		parts_decode(decoding, decoding->memo->messages, moved(decoding), value);
}

void vector_refused(struct decoding *decoding, struct value *value)
{
	const struct message *message = decoding->memo->messages;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, message->part_count);
	for (size_t i = 0; items && i < message->part_count; i++) {
		items[i] = value_address(NULL, message->parts[i].address);
		items[i].room = message->parts[i].length;
	}
}
