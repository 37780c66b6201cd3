#include "decode/decoding.h"

#include "support/arena.h"
#include "support/endpoint.h"
#include "types/socket.h"

#include <assert.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>

/* --- the call ------------------------------------------------------------------------------- */

const struct arg *argument_row(const struct decoding *decoding, unsigned index)
{
	return &decoding->memo->call->args[index];
}

uint64_t argument_word(const struct decoding *decoding, unsigned index)
{
	uint64_t raw = decoding->event->raw[index];
	return abi_word(decoding->event->abi) == 4 ? (uint32_t)raw : raw;
}

size_t long_width(const struct decoding *decoding)
{
	return decoding->event->abi == ABI_X32 ? 8 : abi_word(decoding->event->abi);
}

int32_t argument_int(const struct decoding *decoding, unsigned index)
{
	return (int32_t)(uint32_t)decoding->event->raw[index];
}

/* --- memory --------------------------------------------------------------------------------- */

bool read_whole(const struct decoding *decoding, uint64_t address, void *buffer, size_t size)
{
	const struct memory *memory = decoding->memory;
	return address && memory->read(memory, address, buffer, size) == size;
}

uint64_t load_unsigned(const void *bytes, size_t size)
{
	uint64_t number = 0;
	assert(size <= sizeof number);
	memcpy(&number, bytes, size);
	return number;
}

int64_t load_signed(const void *bytes, size_t size)
{
	uint64_t sign = 1ULL << (8 * size - 1);
	return (int64_t)((load_unsigned(bytes, size) ^ sign) - sign);
}

uint64_t load_word(const struct decoding *decoding, const unsigned char *bytes, size_t index)
{
	size_t word = abi_word(decoding->event->abi);
	return load_unsigned(bytes + index * word, word);
}

/* --- values --------------------------------------------------------------------------------- */

void value_integer(struct value *value, int64_t integer)
{
	value->kind = VALUE_INTEGER;
	value->integer = integer;
}

void value_descriptor(struct value *value, int fd)
{
	value->kind = VALUE_DESCRIPTOR;
	value->descriptor = (struct value_descriptor){ .fd = fd };
}

void value_constant(struct value *value, int64_t number, const char *name)
{
	value->kind = VALUE_CONSTANT;
	value->constant = (struct value_constant){ .value = number, .name = name };
}

void value_flags_of(struct decoding *decoding, struct value *value, uint64_t bits,
		    const char *first, uint64_t first_bits, const struct name *names)
{
	enum { MOST = 1 + 64 };
	const char *found[MOST];
	size_t count = 0;
	uint64_t left = first ? bits & ~first_bits : bits;

	if (first)
		found[count++] = first;
	for (; names->name && left; names++) {
		uint64_t flag = (uint64_t)names->value;
		if (!flag || (left & flag) != flag)
			continue;
		found[count++] = names->name;
		left &= ~flag;
	}
	const char **copy = arena_alloc(decoding->event->arena, (count + 1) * sizeof *copy);
	if (!copy) {
		value_integer(value, (int64_t)bits);
		return;
	}
	if (count)
		memcpy(copy, found, count * sizeof *copy);
	value->kind = VALUE_FLAGS;
	value->flags = (struct value_flags){
		.value = bits, .names = copy, .count = count, .unknown = left
	};
}

void value_flags(struct decoding *decoding, struct value *value, uint64_t bits,
		 const struct name *names)
{
	value_flags_of(decoding, value, bits, NULL, 0, names);
}

void value_bytes(struct decoding *decoding, struct value *value, const void *bytes, size_t captured,
		 size_t length)
{
	const char *copy = arena_copy_bytes(decoding->event->arena, bytes, captured);
	if (!copy)
		return;
	value->kind = VALUE_BYTES;
	value->bytes = (struct value_bytes){ .data = copy, .captured = captured, .length = length };
}

void value_raw(struct decoding *decoding, struct value *value, const void *bytes, size_t captured,
	       size_t length)
{
	struct value_bytes *raw = arena_alloc(decoding->event->arena, sizeof *raw);
	const char *copy = arena_copy_bytes(decoding->event->arena, bytes, captured);
	if (!raw || !copy)
		return;
	*raw = (struct value_bytes){ .data = copy, .captured = captured, .length = length };
	value->raw = raw;
}

/*
 * Where payload is read to that may turn out shorter than it claims to be. A program may name
 * thousands of buffers of which little or nothing is there: once one of a call's has been such a
 * one, all others have this place in common.
 */
static void share_room(struct decoding *decoding)
{
	struct decode_memo *memo = decoding->memo;
	memo->room = arena_alloc(decoding->event->arena, decoding->capture + 1);
	memo->room_size = memo->room ? decoding->capture : 0;
}

void value_payload(struct decoding *decoding, struct value *value, uint64_t address,
		   uint64_t length, uint64_t room)
{
	struct arena *arena = decoding->event->arena;
	size_t wanted = decoding->capture;
	if (length < wanted)
		wanted = (size_t)length;
	if (room < wanted)
		wanted = (size_t)room;
	bool shared = decoding->memo->room && wanted <= decoding->memo->room_size;
	char *copy = !address ? NULL
		     : shared ? decoding->memo->room
			      : arena_alloc(arena, wanted + 1);
	if (!copy)
		return;
	size_t got = wanted ? decoding->memory->read(decoding->memory, address, copy, wanted) : 0;
	if (!shared && got < wanted)
		share_room(decoding);
	/* Nothing readable: an address says more than no bytes would. */
	if (wanted && !got)
		return;
	copy[got] = '\0';
	if (shared)
		copy = arena_copy_bytes(arena, copy, got);
	if (!copy)
		return;
	decoding->capture -= got;
	value->kind = VALUE_BYTES;
	value->bytes = (struct value_bytes){ .data = copy, .captured = got, .length = length };
}

void value_text(struct decoding *decoding, struct value *value, const char *text)
{
	const char *copy = arena_copy(decoding->event->arena, text);
	if (!copy)
		return;
	value->kind = VALUE_ENDPOINT;
	value->endpoint = copy;
}

/* Whether the address can be made again from its text. */
static bool tells_all(const char *text, const void *address, size_t size)
{
	struct sockaddr_in6 inet6 = { 0 };
	memcpy(&inet6, address, size < sizeof inet6 ? size : sizeof inet6);
	switch (inet6.sin6_family) {
	case AF_INET:
		return size >= sizeof(struct sockaddr_in);
	case AF_INET6:
		return size >= sizeof inet6 && !inet6.sin6_flowinfo;
	case AF_UNIX: /* what is escaped in it could be two things */
		return !strchr(text, '\\');
	case AF_NETLINK:
		return size >= sizeof(struct sockaddr_nl);
	default:
		return false;
	}
}

void value_endpoint(struct decoding *decoding, struct value *value, const void *address,
		    size_t size)
{
	char text[ENDPOINT_SIZE];
	if (size < sizeof(sa_family_t))
		return;
	endpoint_text(text, sizeof text, address, size);
	value_text(decoding, value, text);
	if (!tells_all(text, address, size))
		value_raw(decoding, value, address, size, size);
}

void value_endpoint_at(struct decoding *decoding, struct value *value, uint64_t address,
		       uint64_t size)
{
	/* The kernel takes no more (move_addr_to_kernel(), net/socket.c). */
	struct sockaddr_storage copy;
	size_t wanted = size < sizeof copy ? (size_t)size : sizeof copy;
	if (address && wanted)
		value_endpoint(decoding, value, &copy,
			       decoding->memory->read(decoding->memory, address, &copy, wanted));
}

struct value *value_items(struct decoding *decoding, struct value *value, enum value_kind kind,
			  size_t count)
{
	struct value *items = arena_zero(decoding->event->arena, (count + 1) * sizeof *items);
	if (!items)
		return NULL;
	value->kind = kind;
	value->list = (struct value_list){ .items = items, .count = count };
	return items;
}

struct value value_address(const char *name, uint64_t address)
{
	return (struct value){ .kind = VALUE_ADDRESS, .name = name, .address = address };
}
