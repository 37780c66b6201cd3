/* From the registers and the memory of a stopped thread to an event. */
#pragma once

#include "types/event.h"
#include "types/memory.h"
#include "types/stop.h"

#include <stdbool.h>
#include <stddef.h>

struct call;

struct decode_limits {
	size_t capture; /* payload bytes to copy for each call (--capture) */
};

/* The table's row for a call number of that abi; NULL: not one of ours. */
const struct call *call_find(enum abi abi, int number);

/* i386's socketcall(2) hides the call and its arguments behind one number: replaces
 * both in stop. Returns the row, NULL if the number or the memory is bad. */
const struct call *call_unwrap(struct stop *stop, const struct memory *memory);

/* What a row says. `call_name`: as the kernel names it ("fcntl64", "_newselect"), which is how
 * a filter finds its number; several rows may share one id. `call_descriptor`: the descriptor
 * the call works on, read from the registers, -1 if it has none; `call_other_descriptor`: the
 * second one where there are two (sendfile's in_fd, splice's fd_out, dup2's newfd), else -1.
 * `call_only_sockets`: of interest only if one of them is a socket. `call_only_watched`: so
 * often made on files too that it shall stop only for descriptors that are watched.
 * `call_descriptor_argument`, `call_other_argument`: where these two descriptors stand, -1: there
 * is none. */
enum call_id call_id(const struct call *call);
enum call_class call_class(const struct call *call);
const char *call_name(const struct call *call);
int call_descriptor(const struct call *call, const struct stop *stop);
int call_other_descriptor(const struct call *call, const struct stop *stop);
bool call_only_sockets(const struct call *call);
bool call_only_watched(const struct call *call);
int call_descriptor_argument(const struct call *call);
int call_other_argument(const struct call *call);

/* Walks the table: *position starts at 0; NULL at the end. For the filter and for --list. */
const struct call *call_next(size_t *position);

/*
 * A new event, with the inputs decoded: what the program hands to the kernel. Outputs
 * are addresses until decode_return. NULL if there is no memory.
 */
struct event *decode_entry(const struct call *call, const struct stop *stop,
			   const struct memory *memory, const struct decode_limits *limits);

/* Completes it with the result and, if the call succeeded, the outputs. */
void decode_return(struct event *event, const struct stop *stop, const struct memory *memory,
		   const struct decode_limits *limits);

/* Names of the numbers that an identity carries; unknown ones as "AF_77" in the arena. */
const char *decode_domain_name(struct arena *arena, int domain);
const char *decode_type_name(struct arena *arena, int type);
const char *decode_protocol_name(struct arena *arena, int domain, int protocol);
