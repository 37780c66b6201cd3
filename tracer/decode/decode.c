#include "decode/decode.h"

#include "decode/decoding.h"

#include "support/arena.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* How each kind of argument is decoded, and what is to be taken down of it at entry, before. */
static const struct {
	decoder *decode;
	rememberer *remember;
} kinds[ARG_KINDS] = {
	[ARG_INTEGER] = { decode_integer, NULL },
	[ARG_UNSIGNED] = { decode_unsigned, NULL },
	[ARG_SIZE] = { decode_size, NULL },
	[ARG_SOCKET] = { decode_descriptor, NULL },
	[ARG_OTHER] = { decode_descriptor, NULL },
	[ARG_DESCRIPTOR] = { decode_descriptor, NULL },
	[ARG_PAIR] = { decode_pair, NULL },
	[ARG_CONSTANT] = { decode_constant, NULL },
	[ARG_FLAGS] = { decode_flags, NULL },
	[ARG_DOMAIN] = { decode_domain, NULL },
	[ARG_TYPE] = { decode_type, NULL },
	[ARG_PROTOCOL] = { decode_protocol, NULL },
	[ARG_BYTES] = { decode_bytes, NULL },
	[ARG_VECTOR] = { decode_vector, remember_vector },
	[ARG_SOCKADDR] = { decode_sockaddr, NULL },
	[ARG_LENGTH] = { decode_length, remember_length },
	[ARG_MESSAGE] = { decode_message, remember_message },
	[ARG_MESSAGES] = { decode_messages, remember_messages },
	[ARG_OFFSET] = { decode_offset, NULL },
	[ARG_OFFSET_64] = { decode_offset_64, NULL },
	[ARG_OPTION_NAME] = { decode_option_name, NULL },
	[ARG_OPTION_VALUE] = { decode_option_value, NULL },
	[ARG_FCNTL] = { decode_fcntl, NULL },
	[ARG_IOCTL] = { decode_ioctl, NULL },
	[ARG_POLLFDS] = { decode_pollfds, NULL },
	[ARG_FDSET] = { decode_fdset, NULL },
	[ARG_EPOLL_EVENT] = { decode_epoll_event, NULL },
	[ARG_EPOLL_EVENTS] = { decode_epoll_events, NULL },
	[ARG_TIMEVAL] = { decode_timeval, NULL },
	[ARG_TIMESPEC] = { decode_timespec, NULL },
	[ARG_TIMESPEC_64] = { decode_timespec_64, NULL },
	[ARG_SIGSET] = { decode_sigset, NULL },
	[ARG_SIGSET_PACK] = { decode_sigset_pack, NULL },
};

/* --- entry ---------------------------------------------------------------------------------- */

static size_t count_arguments(const struct call *call)
{
	size_t count = 0;
	while (count < CALL_ARGS && call->args[count].name)
		count++;
	return count;
}

/* i386's first select(2) has one argument, a pointer to what are the five arguments of
 * all others (sys_old_select(), fs/select.c). */
static void unfold_select(struct event *event, const struct call *call, const struct memory *memory)
{
	uint32_t words[5];
	if (event->abi != ABI_I386 || call->id != CALL_SELECT || call->shown)
		return;
	uint64_t address = (uint32_t)event->raw[0];
	memset(event->raw, 0, sizeof event->raw);
	if (memory->read(memory, address, words, sizeof words) == sizeof words)
		for (size_t i = 0; i < 5; i++)
			event->raw[i] = words[i];
}

/*
 * As the program's author wrote it: send() and recv() are sendto() and recvfrom() without
 * an address, and a C library on an architecture without epoll_wait() uses epoll_pwait().
 */
static void name_event(struct event *event, const struct call *call)
{
	static const struct {
		enum call_id call;
		const char *name;
		unsigned absent; /* the argument that has to be NULL */
	} simpler[] = {
		{ CALL_SENDTO, "send", 4 },
		{ CALL_RECVFROM, "recv", 4 },
		{ CALL_EPOLL_PWAIT, "epoll_wait", 4 },
	};
	event->name = call->shown ? call->shown : call->name;
	event->arg_count = count_arguments(call);
	for (size_t i = 0; i < sizeof simpler / sizeof *simpler; i++) {
		if (simpler[i].call != call->id || event->arg_count <= simpler[i].absent ||
		    event->raw[simpler[i].absent])
			continue;
		event->name = simpler[i].name;
		event->arg_count = simpler[i].absent;
		event->left_out = event->raw[EVENT_ARGS - 1];
	}
	if (strcmp(event->name, call->name) != 0)
		event->syscall = call->name;
}

static void decode_inputs(struct decoding *decoding)
{
	struct event *event = decoding->event;
	for (unsigned i = 0; i < event->arg_count; i++) {
		const struct arg *arg = argument_row(decoding, i);
		event->args[i] = value_address(arg->name, argument_word(decoding, i));
		if (kinds[arg->kind].remember)
			kinds[arg->kind].remember(decoding, i);
		if (arg->direction != OUT)
			kinds[arg->kind].decode(decoding, i, &event->args[i]);
	}
}

struct event *decode_entry(const struct call *call, const struct stop *stop,
			   const struct memory *memory, const struct decode_limits *limits)
{
	struct event *event = event_new();
	struct decode_memo *memo = event ? arena_zero(event->arena, sizeof *memo) : NULL;
	if (!memo) {
		event_free(event);
		return NULL;
	}
	memo->call = call;
	event->memo = memo;
	event->call = call->id;
	event->class = call->class;
	event->abi = stop->abi;
	event->fd = call_descriptor(call, stop);
	memcpy(event->raw, stop->args, sizeof event->raw);
	unfold_select(event, call, memory);
	name_event(event, call);

	struct decoding decoding = {
		.event = event, .memo = memo, .memory = memory, .capture = limits->capture
	};
	decode_inputs(&decoding);
	return event;
}

/* --- return --------------------------------------------------------------------------------- */

/* include/linux/errno.h: only the kernel and a tracer ever see these. */
static const struct name restarts[] = {
	{ 512, "ERESTARTSYS" },
	{ 513, "ERESTARTNOINTR" },
	{ 514, "ERESTARTNOHAND" },
	{ 516, "ERESTART_RESTARTBLOCK" },
	{ 0, NULL },
};

enum { MAX_ERRNO = 4095 /* include/linux/err.h */ };

static int64_t result_of(const struct stop *stop, enum abi abi)
{
	bool narrow = abi_word(abi) == 4 && stop->result >= 0 && stop->result <= UINT32_MAX;
	return narrow ? (int32_t)stop->result : stop->result;
}

static void decode_result(struct event *event, const struct stop *stop)
{
	int64_t result = result_of(stop, event->abi);
	event->result = result;
	if (result >= 0 || result < -MAX_ERRNO)
		return;
	event->result = -1;
	event->error_name = name_of(restarts, -result);
	event->restarted = event->error_name != NULL;
	if (event->restarted)
		return;
	event->error = (int)-result;
	event->error_name = arena_copy(event->arena, errno_name(event->error));
}

/*
 * The result of a data call is the bytes it moved. Not so with MSG_PEEK, after which they are
 * still there, and with MSG_ERRQUEUE, which returns what this side once sent.
 */
static uint64_t count_bytes(const struct event *event)
{
	bool plain = event->call == CALL_RECVFROM;
	bool message = event->call == CALL_RECVMSG;
	bool several = event->call == CALL_RECVMMSG || event->call == CALL_SENDMMSG;
	uint64_t flags = event->raw[message ? 2 : 3];

	if (event->class != CLASS_DATA)
		return 0;
	if ((plain || message || several) && flags & (MSG_PEEK | MSG_ERRQUEUE))
		return 0;
	/* Their result counts messages; the decoder has added up the bytes. */
	return several ? event->bytes_moved : (uint64_t)event->result;
}

/* Nothing came into the buffers; where they are is all there is to say. */
static void decode_refused(struct decoding *decoding)
{
	struct event *event = decoding->event;
	for (unsigned i = 0; i < event->arg_count; i++) {
		const struct arg *arg = argument_row(decoding, i);
		bool several = arg->kind == ARG_VECTOR || arg->kind == ARG_MESSAGE;
		if (arg->direction != OUT || !several || !decoding->memo->message_count)
			continue;
		struct value *value = &event->beside[event->beside_count++];
		*value = value_address(arg->name, argument_word(decoding, i));
		if (arg->kind == ARG_VECTOR)
			vector_refused(decoding, value);
		else
			value->room = decoding->memo->messages->name_size;
	}
}

static void decode_output(struct decoding *decoding, unsigned i)
{
	struct event *event = decoding->event;
	const struct arg *arg = argument_row(decoding, i);
	struct value *value = &event->args[i];
	switch (arg->direction) {
	case IN:
		return;
	case OUT:
	case INOUT:
		break;
	case ANSWERED:
		if (!argument_word(decoding, i))
			return;
		value = &event->beside[event->beside_count++];
		*value = value_address(arg->name, argument_word(decoding, i));
		break;
	}
	kinds[arg->kind].decode(decoding, i, value);
}

void decode_return(struct event *event, const struct stop *stop, const struct memory *memory,
		   const struct decode_limits *limits)
{
	struct decoding decoding = {
		.event = event,
		.memo = event->memo,
		.memory = memory,
		.capture = limits->capture,
		.returned = true,
	};
	decode_result(event, stop);
	if (event->result < 0) {
		decode_refused(&decoding);
		return;
	}
	/* What the program asked for, before the kernel's answer takes its place. */
	event->given =
		(const void *)arena_copy_bytes(event->arena, event->args, sizeof event->args);
	for (unsigned i = 0; i < event->arg_count; i++)
		decode_output(&decoding, i);
	event->bytes_moved = count_bytes(event);
	if (event->call == CALL_FCNTL)
		fcntl_result(&decoding);
}
