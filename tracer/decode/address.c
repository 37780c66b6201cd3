/* Socket addresses and the lengths that come with them. */
#include "decode/decoding.h"

void remember_length(struct decoding *decoding, unsigned index)
{
	uint32_t offered;
	if (read_whole(decoding, argument_word(decoding, index), &offered, sizeof offered))
		decoding->memo->offered = offered;
}

/* At entry the room there is for the answer, at return how long the answer was. */
void decode_length(struct decoding *decoding, unsigned index, struct value *value)
{
	uint32_t length;
	if (read_whole(decoding, argument_word(decoding, index), &length, sizeof length))
		value_integer(value, (int32_t)length);
}

/* A length at return that is more than was offered means: cut to what was offered. */
static uint32_t answered_size(const struct decoding *decoding, unsigned length_index)
{
	uint32_t length;
	if (!read_whole(decoding, argument_word(decoding, length_index), &length, sizeof length))
		return 0;
	return length < decoding->memo->offered ? length : decoding->memo->offered;
}

uint32_t argument_size(const struct decoding *decoding, unsigned index)
{
	struct arg_size size = argument_row(decoding, index)->size;
	if (size.rule == SIZE_POINTER)
		return answered_size(decoding, size.arg);
	/* A negative length is an error to the kernel, and no length to us. */
	int32_t length = argument_int(decoding, size.arg);
	return length < 0 ? 0 : (uint32_t)length;
}

void decode_sockaddr(struct decoding *decoding, unsigned index, struct value *value)
{
	value_endpoint_at(decoding, value, argument_word(decoding, index),
			  argument_size(decoding, index));
}
