/* One system call, from entry to return. Everything it points to lives in its arena. */
#pragma once

#include "types/abi.h"
#include "types/call.h"
#include "types/value.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { EVENT_ARGS = 6, EVENT_MAX_PASSED = 253 /* SCM_MAX_FD, net/scm.h */ };

struct arena;
struct decode_memo;

struct event {
	struct arena *arena;
	enum call_id call;
	enum call_class class;
	/* As the C programmer knows it: a recvfrom without an address is a recv. */
	const char *name;
	/* The kernel's name of it, where that is another one; NULL: it is the same. */
	const char *syscall;
	/* What the simpler name leaves out: the last argument of sendto, recvfrom, epoll_pwait. */
	uint64_t left_out;
	enum abi abi;
	uint64_t raw[EVENT_ARGS]; /* the registers at entry */
	struct value args[EVENT_ARGS];
	size_t arg_count;
	/* The same EVENT_ARGS as they were at entry, where the kernel overwrote some of them
	 * (select's sets); NULL: it did not. */
	const struct value *given;
	/*
	 * What `args` does not show. Of arguments that stand there as the program gave them, what
	 * the kernel made of them: the time that is left, the offset reached. Of the buffers that a
	 * failed call was to fill, where they are and what room they have.
	 */
	struct value beside[EVENT_ARGS];
	size_t beside_count;

	uint64_t entered;  /* nanoseconds on the trace's clock */
	uint64_t returned; /* the same; 0 while the thread is in the kernel */
	int64_t result;    /* -1 if the call failed */
	int error;         /* errno, 0 if it did not fail */
	const char *error_name;
	/* What the result's bits mean (fcntl's F_GETFL and F_GETFD); NULL: it is a plain number. */
	const struct value *result_flags;
	/* ERESTARTSYS (that is error_name then) and its like, never seen by the program: a signal
	 * made the kernel start the call anew. The event is complete, and the same call will be
	 * entered again. */
	bool restarted;

	/* The descriptor the call works on, -1 if it has none. */
	int fd;
	/* Filled in by sockets/ at entry: the cookie of the socket it works on, 0 if of none. At
	 * return the descriptor's number may already mean another one (threads). */
	uint64_t cookie;
	/* Descriptors that SCM_RIGHTS carried: sent by sendmsg, born in recvmsg. */
	int passed[EVENT_MAX_PASSED];
	size_t passed_count;
	/* recvmsg: msg_controllen as the program offered it; 0: none, or not known. */
	uint64_t control_room;
	/* Payload bytes the call moved, in whichever direction; 0 if none. */
	uint64_t bytes_moved;

	/* Filled in by sockets/: the Python variables of descriptors the call made. */
	const char *new_variables[2];
	const char *new_sockets[2]; /* and the ids of their sockets */

	/* What decode/ keeps from the entry for the return; nobody else's business. */
	struct decode_memo *memo;
};

/* A fresh event with an arena of its own, NULL if there is no memory. */
struct event *event_new(void);
void event_free(struct event *event);

/* The argument of that name, NULL if the call has none. */
const struct value *event_arg(const struct event *event, const char *name);

/* Argument i as the program gave it, where the call changed it and that is recorded: a number, a
 * set of descriptors. Else NULL. */
const struct value *event_given(const struct event *event, size_t i);

/* Of that name among event->beside, NULL if it is not there. */
const struct value *event_beside(const struct event *event, const char *name);

/* Which way a call moves bytes between the program and its socket. */
enum flow {
	FLOW_NONE,
	FLOW_SENDS,
	FLOW_RECEIVES,
};

/* FLOW_NONE for sendfile and splice too, which have two descriptors: which of them is the socket
 * tells the way. */
enum flow call_flow(enum call_id call);

/* MSG_PEEK and its like, of a call that moves bytes; 0 where it has none. */
uint64_t event_message_flags(const struct event *event);
