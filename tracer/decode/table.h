/* The rows of the call table: what each argument is, which way it goes, what bounds it. */
#pragma once

#include "support/names.h"
#include "types/call.h"

#include <stdbool.h>

enum arg_kind {
	/* Numbers, as wide as C has them. */
	ARG_INTEGER,
	ARG_UNSIGNED,
	ARG_SIZE,
	/* Descriptors: the one the call works on, the second of that rank, any other. */
	ARG_SOCKET,
	ARG_OTHER,
	ARG_DESCRIPTOR,
	ARG_PAIR, /* int[2], socketpair's */
	/* Numbers with names; .names is their table. */
	ARG_CONSTANT,
	ARG_FLAGS,
	ARG_DOMAIN,
	ARG_TYPE,
	ARG_PROTOCOL, /* of the domain in argument 0 */
	/* Payload and who it is for. */
	ARG_BYTES,
	ARG_VECTOR, /* struct iovec[] */
	ARG_SOCKADDR,
	ARG_LENGTH,   /* socklen_t *: the room offered, then the size there was */
	ARG_MESSAGE,  /* struct msghdr */
	ARG_MESSAGES, /* struct mmsghdr[] */
	ARG_OFFSET,   /* off_t *, of the abi's width */
	ARG_OFFSET_64,
	/* Options: the level is argument 1, the name 2, the length 4. */
	ARG_OPTION_NAME,
	ARG_OPTION_VALUE,
	ARG_FCNTL, /* what argument 1 makes of it */
	ARG_IOCTL, /* the same */
	/* Waiting. */
	ARG_POLLFDS,
	ARG_FDSET,       /* as many bits as argument 0 says */
	ARG_EPOLL_EVENT, /* unless argument 1 is EPOLL_CTL_DEL */
	ARG_EPOLL_EVENTS,
	ARG_TIMEVAL,
	ARG_TIMESPEC,
	ARG_TIMESPEC_64, /* of 64 bits also where the abi has 32: the _time64 calls */
	ARG_SIGSET,
	ARG_SIGSET_PACK, /* pselect6's sixth: a pointer to { sigset_t *, size_t } */
	ARG_KINDS,
};

/* Which way the data flows, seen from the program: into the kernel or out of it. */
enum direction {
	IN,
	OUT,
	INOUT,
	/* The same, but it is shown as the program gave it; the answer stands beside. */
	ANSWERED,
};

enum size_rule {
	SIZE_FIXED,  /* the kind says it */
	SIZE_RESULT, /* what the call returns; the next argument is the room there is */
	SIZE_ARG,
	SIZE_POINTER, /* a number in memory, which the call changes: value-result */
};

struct arg_size {
	enum size_rule rule;
	unsigned arg;
};

#define SIZED_BY_RESULT        \
	{                      \
		SIZE_RESULT, 0 \
	}
#define SIZED_BY_ARG(index)       \
	{                         \
		SIZE_ARG, (index) \
	}
#define SIZED_BY_POINTER_IN_ARG(index) \
	{                              \
		SIZE_POINTER, (index)  \
	}

struct arg {
	const char *name; /* as the man page spells it */
	enum arg_kind kind;
	enum direction direction;
	struct arg_size size;
	const struct name *names;
};

enum interest {
	ALWAYS,
	IF_SOCKET,  /* only where one of its descriptors is a socket */
	AT_SOCKETS, /* the same, and only there it is stopped at */
};

enum { CALL_ARGS = 6 };

struct call {
	enum call_id id;
	const char *name;  /* the kernel's */
	const char *shown; /* the C library's, where that differs; else NULL */
	enum call_class class;
	enum interest interest;
	struct arg args[CALL_ARGS]; /* up to the first without a name */
};

/* The last row's name is NULL. */
extern const struct call call_table[];
