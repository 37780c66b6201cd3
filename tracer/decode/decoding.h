/* What decoders of arguments have in common: their view of the call, and how values are made. */
#pragma once

#include "decode/table.h"
#include "types/event.h"
#include "types/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UIO_MAXIOV, linux/uio.h: no call takes more; also the most poll and select show. */
enum { MAX_ITEMS = 1024 };

/* One struct iovec. */
struct part {
	uint64_t address, length;
};

/* One struct msghdr as it was at entry; for readv and writev only its parts. */
struct message {
	uint64_t name, vector, control, control_size;
	uint32_t name_size;
	const char *header; /* all of it, if msg_flags is set, which means nothing; else NULL */
	struct part *parts; /* NULL: unreadable */
	size_t part_count;
};

/* What the kernel overwrites or what outputs are bounded by: taken down at entry. */
struct decode_memo {
	const struct call *call;
	uint32_t offered; /* what addrlen or optlen pointed to */
	struct message *messages;
	size_t message_count;
	char *room; /* for payload that may be short (value_payload); NULL: none was */
	size_t room_size;
};

/* One call at its entry, or at its successful return. */
struct decoding {
	struct event *event;
	struct decode_memo *memo;
	const struct memory *memory;
	size_t capture; /* payload bytes that may still be copied */
	bool returned;
};

/*
 * A decoder gets a value that already is the argument's address (or a field's), with its
 * name, and makes more of it where it can. What it cannot read stays an address.
 */
typedef void decoder(struct decoding *decoding, unsigned index, struct value *value);

decoder decode_integer, decode_unsigned, decode_size, decode_descriptor, decode_pair;
decoder decode_constant, decode_flags, decode_domain, decode_type, decode_protocol;
decoder decode_bytes, decode_vector, decode_sockaddr, decode_length;
decoder decode_message, decode_messages, decode_offset, decode_offset_64;
decoder decode_option_name, decode_option_value, decode_fcntl, decode_ioctl;
decoder decode_pollfds, decode_fdset, decode_epoll_event, decode_epoll_events;
decoder decode_timeval, decode_timespec, decode_timespec_64, decode_sigset, decode_sigset_pack;

/* The buffers of a readv() that failed: their addresses and their rooms. */
void vector_refused(struct decoding *decoding, struct value *value);

/* What the result of F_GETFL and F_GETFD means. */
void fcntl_result(struct decoding *decoding);

/* Called at entry, before the decoder: takes down what that and the return need. */
typedef void rememberer(struct decoding *decoding, unsigned index);

rememberer remember_length, remember_vector, remember_message, remember_messages;

/* --- the call ------------------------------------------------------------------------- */

/* The row of an argument. */
const struct arg *argument_row(const struct decoding *decoding, unsigned index);
/* A register as a size_t or a pointer of the abi. */
uint64_t argument_word(const struct decoding *decoding, unsigned index);
/* How wide a long is to the kernel in this call: x32's times and offsets are x86_64's. */
size_t long_width(const struct decoding *decoding);
/* A register as an int. */
int32_t argument_int(const struct decoding *decoding, unsigned index);

/* How long an address or an option is: by the argument its row names, never more than was
 * offered for it. */
uint32_t argument_size(const struct decoding *decoding, unsigned index);

/* --- memory --------------------------------------------------------------------------- */

/* All of it or false. */
bool read_whole(const struct decoding *decoding, uint64_t address, void *buffer, size_t size);
/* The first bytes of a copy as a number of 1, 2, 4 or 8 bytes; all our machines are
 * little-endian. */
uint64_t load_unsigned(const void *bytes, size_t size);
int64_t load_signed(const void *bytes, size_t size);
/* A size_t or pointer of the abi in a copied structure, at a multiple of that size. */
uint64_t load_word(const struct decoding *decoding, const unsigned char *bytes, size_t index);

/* --- values --------------------------------------------------------------------------- */

void value_integer(struct value *value, int64_t integer);
void value_descriptor(struct value *value, int fd);
/* The name may be NULL. */
void value_constant(struct value *value, int64_t number, const char *name);
/* The bits by their names; rows of combinations come before those of their parts. */
void value_flags(struct decoding *decoding, struct value *value, uint64_t bits,
		 const struct name *names);
/* The same with a name of its own for the lowest value: a type, an access mode. */
void value_flags_of(struct decoding *decoding, struct value *value, uint64_t bits,
		    const char *first, uint64_t first_bits, const struct name *names);
/* A copy of bytes already read, of which there were `length`. */
void value_bytes(struct decoding *decoding, struct value *value, const void *bytes, size_t captured,
		 size_t length);
/* Bytes in the tracee: length as it is shown, room how many of them are really there. */
void value_payload(struct decoding *decoding, struct value *value, uint64_t address,
		   uint64_t length, uint64_t room);
/* An endpoint from a copied socket address; one too short for a family stays an address. */
void value_endpoint(struct decoding *decoding, struct value *value, const void *address,
		    size_t size);
/* The same in the tracee; sizes beyond any address are cut. */
void value_endpoint_at(struct decoding *decoding, struct value *value, uint64_t address,
		       uint64_t size);
/* Beside a value that does not tell them all: bytes already read, of which there were `length`. */
void value_raw(struct decoding *decoding, struct value *value, const void *bytes, size_t captured,
	       size_t length);
void value_text(struct decoding *decoding, struct value *value, const char *text);
/* A list of that kind with `count` zeroed items, NULL if there is no memory. */
struct value *value_items(struct decoding *decoding, struct value *value, enum value_kind kind,
			  size_t count);
/* An item that is an address until more is known. */
struct value value_address(const char *name, uint64_t address);
