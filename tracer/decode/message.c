/* struct msghdr, alone (sendmsg, recvmsg) and in arrays (sendmmsg, recvmmsg). */
#include "decode/message.h"

#include "decode/constants.h"

#include "support/arena.h"

/* More messages than this in one call are counted, but not shown. */
enum { MAX_MESSAGES = 64 };

/* A copy of one struct mmsghdr of any abi, the msghdr being its first member. */
enum { MMSGHDR_64 = 64, MMSGHDR_32 = 32 };

struct raw_message {
	_Alignas(8) unsigned char bytes[MMSGHDR_64];
};

/*
 * Offsets in struct msghdr and mmsghdr (socket.h) and in their compat twins (net/compat.h of
 * the kernel): msg_namelen and msg_flags are ints, the rest words.
 */
static const struct message_layout {
	size_t header, stride; /* sizes of msghdr and mmsghdr */
	size_t name_size, iov, iov_count, control, control_size, flags, length;
} layouts[] = {
	{ 56, MMSGHDR_64, 8, 16, 24, 32, 40, 48, 56 },
	{ 28, MMSGHDR_32, 4, 8, 12, 16, 20, 24, 28 },
};

static const struct message_layout *layout_of(const struct decoding *decoding)
{
	return &layouts[abi_word(decoding->event->abi) == 4];
}

struct message *messages_new(struct decoding *decoding, size_t count)
{
	struct message *messages =
		arena_zero(decoding->event->arena, (count + 1) * sizeof *messages);
	decoding->memo->messages = messages;
	decoding->memo->message_count = 0;
	return messages;
}

static bool message_read(struct decoding *decoding, uint64_t address, struct message *ret_message)
{
	struct raw_message raw;
	const struct message_layout *layout = layout_of(decoding);
	size_t word = abi_word(decoding->event->abi);
	if (!read_whole(decoding, address, raw.bytes, layout->header))
		return false;
	*ret_message = (struct message){
		.name = load_unsigned(raw.bytes, word),
		.name_size = (uint32_t)load_unsigned(raw.bytes + layout->name_size, 4),
		.vector = load_unsigned(raw.bytes + layout->iov, word),
		.control = load_unsigned(raw.bytes + layout->control, word),
		.control_size = load_unsigned(raw.bytes + layout->control_size, word),
	};
	if (load_unsigned(raw.bytes + layout->flags, 4))
		ret_message->header =
			arena_copy_bytes(decoding->event->arena, raw.bytes, layout->header);
	uint64_t count = load_unsigned(raw.bytes + layout->iov_count, word);
	/* Without its parts it is still worth showing. */
	parts_read(decoding, ret_message->vector, count, ret_message);
	return true;
}

/* --- fields --------------------------------------------------------------------------------- */

enum message_field {
	FIELD_NAME,
	FIELD_PARTS,
	FIELD_CONTROL,
	FIELD_FLAGS, /* an output only: sendmsg(2) ignores msg_flags */
	MESSAGE_FIELDS,
	FIELD_LENGTH = MESSAGE_FIELDS, /* of an mmsghdr, at return */
};

/* What the kernel wrote into the header, sizes never beyond what was offered. */
struct answer {
	uint32_t name_size, flags, length;
	uint64_t control_size;
};

static bool answer_read(const struct decoding *decoding, uint64_t address,
			const struct message *offered, bool with_length, struct answer *ret_answer)
{
	struct raw_message raw = { { 0 } };
	const struct message_layout *layout = layout_of(decoding);
	size_t size = with_length ? layout->length + 4 : layout->header;
	if (!read_whole(decoding, address, raw.bytes, size))
		return false;
	struct answer answer = {
		.name_size = (uint32_t)load_unsigned(raw.bytes + layout->name_size, 4),
		.flags = (uint32_t)load_unsigned(raw.bytes + layout->flags, 4),
		.length = (uint32_t)load_unsigned(raw.bytes + layout->length, 4),
		.control_size = load_unsigned(raw.bytes + layout->control_size,
					      abi_word(decoding->event->abi)),
	};
	if (answer.control_size > offered->control_size)
		answer.control_size = offered->control_size;
	*ret_answer = answer;
	return true;
}

/* The fields that both directions have. */
static void message_fields(struct decoding *decoding, const struct message *message,
			   const struct answer *answer, uint64_t moved, struct value *fields)
{
	uint32_t name_size =
		answer->name_size < message->name_size ? answer->name_size : message->name_size;
	fields[FIELD_NAME] = value_address("name", message->name);
	value_endpoint_at(decoding, &fields[FIELD_NAME], message->name, name_size);
	fields[FIELD_NAME].size = answer->name_size;
	fields[FIELD_NAME].room = decoding->returned ? message->name_size : 0;
	fields[FIELD_PARTS] = value_address("iov", message->vector);
	if (message->parts && (message->vector || message->part_count))
		parts_decode(decoding, message, moved, &fields[FIELD_PARTS]);
	fields[FIELD_CONTROL] = value_address("control", message->control);
	control_decode(decoding, message->control, answer->control_size, &fields[FIELD_CONTROL]);
	fields[FIELD_CONTROL].size = answer->control_size;
}

/* Room for all fields is made at once: sendmmsg gets its last one at return. */
static void sent_decode(struct decoding *decoding, const struct message *message,
			struct value *value)
{
	struct answer as_given = { .name_size = message->name_size,
				   .control_size = message->control_size };
	struct value *fields = value_items(decoding, value, VALUE_STRUCT, MESSAGE_FIELDS + 1);
	if (!fields)
		return;
	value->list.count = FIELD_FLAGS;
	message_fields(decoding, message, &as_given, 0, fields);
	if (message->header)
		value_raw(decoding, value, message->header, layout_of(decoding)->header,
			  layout_of(decoding)->header);
}

static void received_decode(struct decoding *decoding, const struct message *message,
			    const struct answer *answer, uint64_t moved, struct value *value)
{
	struct value *fields = value_items(decoding, value, VALUE_STRUCT, MESSAGE_FIELDS + 1);
	if (!fields)
		return;
	value->list.count = MESSAGE_FIELDS;
	decoding->event->control_room = message->control_size;
	message_fields(decoding, message, answer, moved, fields);
	fields[FIELD_FLAGS].name = "flags";
	value_flags(decoding, &fields[FIELD_FLAGS], answer->flags, message_flag_names);
}

static void append_length(struct value *value, uint32_t length)
{
	struct value *field = &value->list.items[value->list.count++];
	*field = (struct value){ .name = "len" };
	value_integer(field, length);
}

/* --- one message ---------------------------------------------------------------------------- */

void remember_message(struct decoding *decoding, unsigned index)
{
	struct message *message = messages_new(decoding, 1);
	if (message && message_read(decoding, argument_word(decoding, index), message))
		decoding->memo->message_count = 1;
}

void decode_message(struct decoding *decoding, unsigned index, struct value *value)
{
	struct answer answer;
	const struct message *message = decoding->memo->messages;
	if (!decoding->memo->message_count)
		return;
	if (!decoding->returned)
		sent_decode(decoding, message, value);
	else if (answer_read(decoding, argument_word(decoding, index), message, false, &answer))
		received_decode(decoding, message, &answer, (uint64_t)decoding->event->result,
				value);
}

/* --- several -------------------------------------------------------------------------------- */

void remember_messages(struct decoding *decoding, unsigned index)
{
	struct decode_memo *memo = decoding->memo;
	uint32_t count = (uint32_t)decoding->event->raw[argument_row(decoding, index)->size.arg];
	uint64_t address = argument_word(decoding, index);
	size_t wanted = count < MAX_MESSAGES ? count : MAX_MESSAGES;
	struct message *messages = messages_new(decoding, wanted);
	while (messages && memo->message_count < wanted &&
	       message_read(decoding, address, &messages[memo->message_count])) {
		memo->message_count++;
		address += layout_of(decoding)->stride;
	}
}

static void messages_sent(struct decoding *decoding, struct value *value)
{
	const struct decode_memo *memo = decoding->memo;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, memo->message_count);
	for (size_t i = 0; items && i < memo->message_count; i++) {
		items[i] = value_address(NULL, 0);
		sent_decode(decoding, &memo->messages[i], &items[i]);
	}
}

static void messages_received(struct decoding *decoding, uint64_t address, size_t count,
			      struct value *value)
{
	size_t stride = layout_of(decoding)->stride;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, count);
	for (size_t i = 0; items && i < count; i++) {
		const struct message *message = &decoding->memo->messages[i];
		struct answer answer;
		items[i] = value_address(NULL, address + i * stride);
		if (!answer_read(decoding, address + i * stride, message, true, &answer))
			continue;
		received_decode(decoding, message, &answer, answer.length, &items[i]);
		if (items[i].kind == VALUE_STRUCT)
			append_length(&items[i], answer.length);
	}
}

/* The bytes of all messages; the result says only how many messages there were. */
static uint64_t total_length(const struct decoding *decoding, uint64_t address)
{
	const struct message_layout *layout = layout_of(decoding);
	uint64_t total = 0;
	for (int64_t i = 0; i < decoding->event->result && i < MAX_ITEMS; i++) {
		uint32_t length;
		uint64_t at = address + (uint64_t)i * layout->stride + layout->length;
		if (!read_whole(decoding, at, &length, sizeof length))
			break;
		total += length;
	}
	return total;
}

/* At entry the messages were decoded; each that was sent now has a length. */
static void append_lengths(struct decoding *decoding, uint64_t address, struct value *value)
{
	const struct message_layout *layout = layout_of(decoding);
	for (size_t i = 0; i < value->list.count; i++) {
		struct value *message = &value->list.items[i];
		uint32_t length;
		uint64_t at = address + i * layout->stride + layout->length;
		if ((int64_t)i < decoding->event->result && message->kind == VALUE_STRUCT &&
		    read_whole(decoding, at, &length, sizeof length))
			append_length(message, length);
	}
}

void decode_messages(struct decoding *decoding, unsigned index, struct value *value)
{
	const struct decode_memo *memo = decoding->memo;
	uint64_t address = argument_word(decoding, index);
	if (!decoding->returned) {
		if (memo->message_count)
			messages_sent(decoding, value);
		return;
	}
	decoding->event->bytes_moved = total_length(decoding, address);
	if (value->kind == VALUE_ARRAY) {
		append_lengths(decoding, address, value);
		return;
	}
	size_t count = memo->message_count;
	if ((uint64_t)decoding->event->result < count)
		count = (size_t)decoding->event->result;
	messages_received(decoding, address, count, value);
}
