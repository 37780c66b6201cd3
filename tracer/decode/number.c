/* Arguments that are numbers: plain ones, descriptors, and those with names. */
#include "decode/constants.h"
#include "decode/decode.h"
#include "decode/decoding.h"

#include "support/arena.h"
#include "support/endpoint.h"

#include <sys/socket.h>

void decode_integer(struct decoding *decoding, unsigned index, struct value *value)
{
	value_integer(value, argument_int(decoding, index));
}

void decode_unsigned(struct decoding *decoding, unsigned index, struct value *value)
{
	value_integer(value, (uint32_t)decoding->event->raw[index]);
}

void decode_size(struct decoding *decoding, unsigned index, struct value *value)
{
	value_integer(value, (int64_t)argument_word(decoding, index));
}

void decode_descriptor(struct decoding *decoding, unsigned index, struct value *value)
{
	value_descriptor(value, argument_int(decoding, index));
}

void decode_pair(struct decoding *decoding, unsigned index, struct value *value)
{
	int32_t pair[2];
	if (!read_whole(decoding, argument_word(decoding, index), pair, sizeof pair))
		return;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, 2);
	for (unsigned i = 0; items && i < 2; i++)
		value_descriptor(&items[i], pair[i]);
}

void decode_offset(struct decoding *decoding, unsigned index, struct value *value)
{
	unsigned char bytes[8];
	size_t width = long_width(decoding);
	if (read_whole(decoding, argument_word(decoding, index), bytes, width))
		value_integer(value, load_signed(bytes, width));
}

void decode_offset_64(struct decoding *decoding, unsigned index, struct value *value)
{
	int64_t offset;
	if (read_whole(decoding, argument_word(decoding, index), &offset, sizeof offset))
		value_integer(value, offset);
}

/* --- with names ----------------------------------------------------------------------------- */

void decode_constant(struct decoding *decoding, unsigned index, struct value *value)
{
	int32_t number = argument_int(decoding, index);
	value_constant(value, number, name_of(argument_row(decoding, index)->names, number));
}

void decode_flags(struct decoding *decoding, unsigned index, struct value *value)
{
	value_flags(decoding, value, (uint32_t)decoding->event->raw[index],
		    argument_row(decoding, index)->names);
}

void decode_domain(struct decoding *decoding, unsigned index, struct value *value)
{
	int32_t domain = argument_int(decoding, index);
	value_constant(value, domain, family_name(domain));
}

/* net.h: the lowest four bits are the type, what stands above them are flags. */
enum { TYPE_MASK = 0xf };

void decode_type(struct decoding *decoding, unsigned index, struct value *value)
{
	uint32_t bits = (uint32_t)decoding->event->raw[index];
	value_flags_of(decoding, value, bits, name_of(socket_type_names, bits & TYPE_MASK),
		       TYPE_MASK, socket_flag_names);
}

void decode_protocol(struct decoding *decoding, unsigned index, struct value *value)
{
	int32_t protocol = argument_int(decoding, index);
	int32_t domain = argument_int(decoding, 0);
	/* 0 asks for the domain's usual protocol, whatever protocol has that number. */
	if (protocol == 0 && domain != AF_NETLINK)
		value_integer(value, 0);
	else
		value_constant(value, protocol, name_of(protocol_names(domain), protocol));
}

/* --- the names of an identity --------------------------------------------------------------- */

const char *decode_domain_name(struct arena *arena, int domain)
{
	const char *name = family_name(domain);
	return name ? name : arena_printf(arena, "AF_%d", domain);
}

const char *decode_type_name(struct arena *arena, int type)
{
	const char *name = name_of(socket_type_names, type);
	return name ? name : arena_printf(arena, "SOCK_%d", type);
}

const char *decode_protocol_name(struct arena *arena, int domain, int protocol)
{
	const char *name = name_of(protocol_names(domain), protocol);
	if (name)
		return name;
	return arena_printf(arena, protocol ? "PROTOCOL_%d" : "%d", protocol);
}
