/* Waiting for several descriptors: poll, select, epoll, and their times and signal masks. */
#include "decode/constants.h"
#include "decode/shape.h"

#include "support/arena.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

static size_t least(uint64_t wanted, size_t most)
{
	return wanted < most ? (size_t)wanted : most;
}

/* --- poll ----------------------------------------------------------------------------------- */

static void poll_events(struct decoding *decoding, struct value *value, const char *name,
			short bits)
{
	value->name = name;
	value_flags(decoding, value, (unsigned short)bits, poll_flag_names);
}

/* revents is not the program's to set: it is shown once the kernel has. */
static void pollfd_decode(struct decoding *decoding, const struct pollfd *pollfd,
			  struct value *value)
{
	struct value *fields = value_items(decoding, value, VALUE_STRUCT, 3);
	if (!fields)
		return;
	value->list.count = decoding->returned ? 3 : 2;
	fields[0].name = "fd";
	value_descriptor(&fields[0], pollfd->fd);
	poll_events(decoding, &fields[1], "events", pollfd->events);
	poll_events(decoding, &fields[2], "revents", pollfd->revents);
}

void decode_pollfds(struct decoding *decoding, unsigned index, struct value *value)
{
	struct pollfd set[MAX_ITEMS];
	uint64_t count = argument_word(decoding, argument_row(decoding, index)->size.arg);
	uint64_t address = argument_word(decoding, index);
	size_t wanted = least((uint32_t)count, MAX_ITEMS) * sizeof *set;
	if (!address)
		return;
	size_t got = wanted ? decoding->memory->read(decoding->memory, address, set, wanted) : 0;
	if (wanted && got < sizeof *set)
		return;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, got / sizeof *set);
	for (size_t i = 0; items && i < got / sizeof *set; i++)
		pollfd_decode(decoding, &set[i], &items[i]);
}

/* --- select --------------------------------------------------------------------------------- */

/* An fd_set is an array of longs; on little-endian machines that is one of bytes. */
static bool is_set(const unsigned char *set, size_t fd)
{
	return set[fd / 8] >> (fd % 8) & 1;
}

/* A program may give getdtablesize() for nfds, and then what lies behind its sets is none of them:
 * beyond FD_SETSIZE only an nfds is believed that is the highest descriptor's plus one. */
static bool believes(const struct decoding *decoding, uint64_t address, int32_t nfds,
		     unsigned char *set, size_t room)
{
	return nfds > MAX_ITEMS && (size_t)nfds <= room * 8 &&
	       read_whole(decoding, address, set, ((size_t)nfds + 7) / 8) &&
	       is_set(set, (size_t)nfds - 1);
}

void decode_fdset(struct decoding *decoding, unsigned index, struct value *value)
{
	unsigned char set[8192];
	int32_t nfds = argument_int(decoding, 0);
	size_t bits = nfds > 0 ? least((uint64_t)nfds, MAX_ITEMS) : 0;
	uint64_t address = argument_word(decoding, index);
	if (!address)
		return;
	if (believes(decoding, address, nfds, set, sizeof set))
		bits = (size_t)nfds;
	else if (bits && !read_whole(decoding, address, set, (bits + 7) / 8))
		return;

	size_t count = 0;
	for (size_t fd = 0; fd < bits; fd++)
		count += is_set(set, fd);
	count = least(count, MAX_ITEMS);
	struct value *items = value_items(decoding, value, VALUE_ARRAY, count);
	for (size_t fd = 0, i = 0; items && i < count; fd++)
		if (is_set(set, fd))
			value_descriptor(&items[i++], (int)fd);
}

/* --- epoll ---------------------------------------------------------------------------------- */

/* struct epoll_event is packed on x86 alone (eventpoll.h, EPOLL_PACKED); i386 has no gap either,
 * because it aligns 64 bits to four bytes. */
static size_t epoll_data_offset(const struct decoding *decoding)
{
	switch (decoding->event->abi) {
	case ABI_X86_64:
	case ABI_X32:
	case ABI_I386:
		return 4;
	case ABI_AARCH64:
	case ABI_ARM:
		return 8;
	}
	return 8;
}

static void epoll_event_decode(struct decoding *decoding, const unsigned char *bytes,
			       struct value *value)
{
	struct value *fields = value_items(decoding, value, VALUE_STRUCT, 2);
	if (!fields)
		return;
	fields[0].name = "events";
	value_flags(decoding, &fields[0], load_unsigned(bytes, 4), epoll_flag_names);
	fields[1].name = "data";
	value_integer(&fields[1], load_signed(bytes + epoll_data_offset(decoding), 8));
}

void decode_epoll_event(struct decoding *decoding, unsigned index, struct value *value)
{
	unsigned char bytes[16];
	/* epoll_ctl(2): EPOLL_CTL_DEL does not look at it. */
	if (argument_int(decoding, 1) != EPOLL_CTL_DEL &&
	    read_whole(decoding, argument_word(decoding, index), bytes,
		       epoll_data_offset(decoding) + 8))
		epoll_event_decode(decoding, bytes, value);
}

void decode_epoll_events(struct decoding *decoding, unsigned index, struct value *value)
{
	unsigned char bytes[MAX_ITEMS * 16];
	size_t stride = epoll_data_offset(decoding) + 8;
	size_t wanted = least((uint64_t)decoding->event->result, MAX_ITEMS) * stride;
	uint64_t address = argument_word(decoding, index);
	if (!address)
		return;
	size_t got = wanted ? decoding->memory->read(decoding->memory, address, bytes, wanted) : 0;
	if (wanted && got < stride)
		return;
	struct value *items = value_items(decoding, value, VALUE_ARRAY, got / stride);
	for (size_t i = 0; items && i < got / stride; i++)
		epoll_event_decode(decoding, bytes + i * stride, &items[i]);
}

/* --- times ---------------------------------------------------------------------------------- */

static void time_at(struct decoding *decoding, unsigned index, size_t width, const char *fraction,
		    struct value *value)
{
	unsigned char bytes[16];
	if (read_whole(decoding, argument_word(decoding, index), bytes, 2 * width))
		time_decode(decoding, bytes, width, fraction, value);
}

void decode_timeval(struct decoding *decoding, unsigned index, struct value *value)
{
	time_at(decoding, index, long_width(decoding), "usec", value);
}

void decode_timespec(struct decoding *decoding, unsigned index, struct value *value)
{
	time_at(decoding, index, long_width(decoding), "nsec", value);
}

void decode_timespec_64(struct decoding *decoding, unsigned index, struct value *value)
{
	time_at(decoding, index, 8, "nsec", value);
}

/* --- signal masks --------------------------------------------------------------------------- */

/* The kernel's set has 64 signals, one bit each, the lowest for signal 1; names are the
 * rows of a table made here, because a real-time signal's is made on the spot. */
static void sigset_at(struct decoding *decoding, uint64_t address, uint64_t size,
		      struct value *value)
{
	uint64_t set;
	value->size = size;
	if (size != sizeof set || !read_whole(decoding, address, &set, sizeof set))
		return;
	struct value *items =
		value_items(decoding, value, VALUE_ARRAY, (size_t)__builtin_popcountll(set));
	for (int signal = 1, i = 0; items && signal <= 64; signal++)
		if (set >> (signal - 1) & 1)
			value_constant(&items[i++], signal,
				       arena_copy(decoding->event->arena, signal_name(signal)));
}

void decode_sigset(struct decoding *decoding, unsigned index, struct value *value)
{
	uint64_t size = argument_word(decoding, argument_row(decoding, index)->size.arg);
	sigset_at(decoding, argument_word(decoding, index), size, value);
}

/* pselect(2), "C library/kernel differences": six registers were not enough for seven. */
void decode_sigset_pack(struct decoding *decoding, unsigned index, struct value *value)
{
	unsigned char pack[16];
	size_t size = 2 * (size_t)abi_word(decoding->event->abi);
	uint64_t address = argument_word(decoding, index);
	if (!address || !read_whole(decoding, address, pack, size))
		return;
	*value = value_address(value->name, load_word(decoding, pack, 0));
	sigset_at(decoding, value->address, load_word(decoding, pack, 1), value);
}
