/* The options of getsockopt() and setsockopt(), and what fcntl() and ioctl() take. */
#include "decode/option.h"

#include "decode/constants.h"

#include "support/arena.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

enum {
	LEVEL = 1, /* where the arguments are */
	NAME = 2,
	COMMAND = 1,
	/* No option that is decoded is longer; of others this much is read. */
	MAX_OPTION = 4096,
};

static const struct option *option_of(const struct decoding *decoding)
{
	return option_find(argument_int(decoding, LEVEL), argument_int(decoding, NAME));
}

void decode_option_name(struct decoding *decoding, unsigned index, struct value *value)
{
	const struct option *option = option_of(decoding);
	value_constant(value, argument_int(decoding, index), option ? option->name : NULL);
}

/* Whether these are all the bytes there were: most options are an int. */
static bool tells_all(const struct value *value, size_t size)
{
	if (value->kind == VALUE_BYTES)
		return value->bytes.captured == size;
	bool number = value->kind == VALUE_INTEGER || value->kind == VALUE_CONSTANT ||
		      value->kind == VALUE_DESCRIPTOR;
	return number && size == sizeof(int32_t);
}

void decode_option_value(struct decoding *decoding, unsigned index, struct value *value)
{
	unsigned char copy[MAX_OPTION];
	const struct option *option = option_of(decoding);
	size_t length = argument_size(decoding, index);
	size_t wanted = length < sizeof copy ? length : sizeof copy;
	uint64_t address = argument_word(decoding, index);
	if (!address || !wanted)
		return;
	size_t got = decoding->memory->read(decoding->memory, address, copy, wanted);
	if (!got)
		return;
	shape_decode(decoding, option ? option->shape : SHAPE_BYTES, copy, got, length, value);
	if (!tells_all(value, got))
		value_raw(decoding, value, copy, got, length);
}

/* --- fcntl ---------------------------------------------------------------------------------- */

/* fcntl(2): what the third argument is; other commands take a pointer. */
enum fcntl_argument {
	FCNTL_NONE,
	FCNTL_INTEGER,
	FCNTL_FILE_FLAGS,
	FCNTL_FD_FLAGS,
};

static const struct {
	int command;
	enum fcntl_argument argument;
} fcntl_arguments[] = {
	{ F_DUPFD, FCNTL_INTEGER },   { F_DUPFD_CLOEXEC, FCNTL_INTEGER },
	{ F_GETFD, FCNTL_NONE },      { F_SETFD, FCNTL_FD_FLAGS },
	{ F_GETFL, FCNTL_NONE },      { F_SETFL, FCNTL_FILE_FLAGS },
	{ F_GETOWN, FCNTL_NONE },     { F_SETOWN, FCNTL_INTEGER },
	{ F_GETSIG, FCNTL_NONE },     { F_SETSIG, FCNTL_INTEGER },
	{ F_GETPIPE_SZ, FCNTL_NONE }, { F_SETPIPE_SZ, FCNTL_INTEGER },
	{ F_GETLEASE, FCNTL_NONE },   { F_SETLEASE, FCNTL_INTEGER },
	{ F_GET_SEALS, FCNTL_NONE },  { F_ADD_SEALS, FCNTL_INTEGER },
};

static void fcntl_argument_decode(struct decoding *decoding, enum fcntl_argument argument,
				  unsigned index, struct value *value)
{
	switch (argument) {
	case FCNTL_NONE:
		decoding->event->arg_count = index;
		break;
	case FCNTL_INTEGER:
		decode_integer(decoding, index, value);
		break;
	case FCNTL_FILE_FLAGS:
		value_flags(decoding, value, (uint32_t)decoding->event->raw[index],
			    file_flag_names);
		break;
	case FCNTL_FD_FLAGS:
		value_flags(decoding, value, (uint32_t)decoding->event->raw[index], fd_flag_names);
		break;
	}
}

void decode_fcntl(struct decoding *decoding, unsigned index, struct value *value)
{
	int command = argument_int(decoding, COMMAND);
	for (size_t i = 0; i < sizeof fcntl_arguments / sizeof *fcntl_arguments; i++)
		if (fcntl_arguments[i].command == command)
			fcntl_argument_decode(decoding, fcntl_arguments[i].argument, index, value);
}

void fcntl_result(struct decoding *decoding)
{
	int command = argument_int(decoding, COMMAND);
	uint64_t bits = (uint64_t)decoding->event->result;
	struct value *value;
	if (command != F_GETFL && command != F_GETFD)
		return;
	value = arena_zero(decoding->event->arena, sizeof *value);
	if (!value)
		return;
	/* O_RDONLY is the absence of the other two. */
	if (command == F_GETFL && (bits & O_ACCMODE) == O_RDONLY)
		value_flags_of(decoding, value, bits, "O_RDONLY", O_ACCMODE, file_flag_names);
	else
		value_flags(decoding, value, bits,
			    command == F_GETFL ? file_flag_names : fd_flag_names);
	decoding->event->result_flags = value;
}

/* --- ioctl ---------------------------------------------------------------------------------- */

/* ioctl(2) has no rule for its third argument: those of sockets that point to an int, and
 * those that take nothing. */
static const struct {
	uint32_t request;
	enum { IOCTL_NONE, IOCTL_GIVES_INT, IOCTL_TAKES_INT } argument;
} ioctl_arguments[] = {
	{ FIONBIO, IOCTL_TAKES_INT },    { FIOASYNC, IOCTL_TAKES_INT },
	{ FIOSETOWN, IOCTL_TAKES_INT },  { SIOCSPGRP, IOCTL_TAKES_INT },
	{ FIONREAD, IOCTL_GIVES_INT },   { TIOCOUTQ, IOCTL_GIVES_INT },
	{ SIOCATMARK, IOCTL_GIVES_INT }, { FIOGETOWN, IOCTL_GIVES_INT },
	{ SIOCGPGRP, IOCTL_GIVES_INT },  { 0x894b /* SIOCOUTQNSD */, IOCTL_GIVES_INT },
	{ FIOCLEX, IOCTL_NONE },         { FIONCLEX, IOCTL_NONE },
};

void decode_ioctl(struct decoding *decoding, unsigned index, struct value *value)
{
	uint32_t request = (uint32_t)argument_int(decoding, COMMAND);
	int32_t number;
	for (size_t i = 0; i < sizeof ioctl_arguments / sizeof *ioctl_arguments; i++) {
		if (ioctl_arguments[i].request != request)
			continue;
		if (ioctl_arguments[i].argument == IOCTL_NONE)
			decoding->event->arg_count = index;
		else if ((ioctl_arguments[i].argument == IOCTL_GIVES_INT) == decoding->returned &&
			 read_whole(decoding, argument_word(decoding, index), &number,
				    sizeof number))
			value_integer(value, number);
	}
}
