/* From a number to a row of the call table, and what a row says. */
#include "decode/decode.h"
#include "decode/table.h"

#include <linux/net.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

enum {
	ABIS = ABI_ARM + 1,
	/* The kernel has some 470 calls; x32 has its own up to 547. */
	NUMBERS = 600,
};

static uint32_t seccomp_architecture(enum abi abi)
{
	static const uint32_t architectures[] = {
		[ABI_X86_64] = SCMP_ARCH_X86_64, [ABI_X32] = SCMP_ARCH_X32,
		[ABI_I386] = SCMP_ARCH_X86,      [ABI_AARCH64] = SCMP_ARCH_AARCH64,
		[ABI_ARM] = SCMP_ARCH_ARM,
	};
	return architectures[abi];
}

static const struct call *find_name(const char *name)
{
	for (const struct call *call = call_table; call->name; call++)
		if (strcmp(call->name, name) == 0)
			return call;
	return NULL;
}

/* The numbers are libseccomp's knowledge, not ours. */
static void fill_numbers(enum abi abi, const struct call **rows)
{
	int bit = abi == ABI_X32 ? X32_SYSCALL_BIT : 0;
	for (int number = 0; number < NUMBERS; number++) {
		char *name =
			seccomp_syscall_resolve_num_arch(seccomp_architecture(abi), number | bit);
		rows[number] = name ? find_name(name) : NULL;
		free(name);
	}
}

const struct call *call_find(enum abi abi, int number)
{
	/* The one thing in this room that outlives a call: derived from constants, the same
	 * whenever it is made; each abi's part at the first call of that abi (a tenth of a
	 * millisecond), afterwards a look-up is an index. */
	static struct {
		bool filled;
		const struct call *rows[NUMBERS];
	} tables[ABIS];

	if (abi == ABI_X32)
		number &= ~X32_SYSCALL_BIT;
	if (number < 0 || number >= NUMBERS)
		return NULL;
	if (!tables[abi].filled) {
		fill_numbers(abi, tables[abi].rows);
		tables[abi].filled = true;
	}
	return tables[abi].rows[number];
}

/* --- socketcall ----------------------------------------------------------------------------- */

/* socketcall(2); linux/net.h, and the numbers of arguments in net/socket.c. */
static const struct subcall {
	const char *name;
	unsigned args;
} subcalls[] = {
	[SYS_SOCKET] = { "socket", 3 },
	[SYS_BIND] = { "bind", 3 },
	[SYS_CONNECT] = { "connect", 3 },
	[SYS_LISTEN] = { "listen", 2 },
	[SYS_ACCEPT] = { "accept", 3 },
	[SYS_GETSOCKNAME] = { "getsockname", 3 },
	[SYS_GETPEERNAME] = { "getpeername", 3 },
	[SYS_SOCKETPAIR] = { "socketpair", 4 },
	[SYS_SEND] = { "send", 4 },
	[SYS_RECV] = { "recv", 4 },
	[SYS_SENDTO] = { "sendto", 6 },
	[SYS_RECVFROM] = { "recvfrom", 6 },
	[SYS_SHUTDOWN] = { "shutdown", 2 },
	[SYS_SETSOCKOPT] = { "setsockopt", 5 },
	[SYS_GETSOCKOPT] = { "getsockopt", 5 },
	[SYS_SENDMSG] = { "sendmsg", 3 },
	[SYS_RECVMSG] = { "recvmsg", 3 },
	[SYS_ACCEPT4] = { "accept4", 4 },
	[SYS_RECVMMSG] = { "recvmmsg", 5 },
	[SYS_SENDMMSG] = { "sendmmsg", 4 },
};

const struct call *call_unwrap(struct stop *stop, const struct memory *memory)
{
	uint32_t which = (uint32_t)stop->args[0];
	uint32_t words[6];
	if (which >= sizeof subcalls / sizeof *subcalls || !subcalls[which].name)
		return NULL;
	size_t size = subcalls[which].args * sizeof *words;
	if (memory->read(memory, (uint32_t)stop->args[1], words, size) != size)
		return NULL;

	memset(stop->args, 0, sizeof stop->args);
	for (size_t i = 0; i < subcalls[which].args; i++)
		stop->args[i] = words[i];
	/* Negative, libseccomp's own, for those that i386 has in this way only. */
	stop->number = seccomp_syscall_resolve_name_arch(seccomp_architecture(stop->abi),
							 subcalls[which].name);
	return find_name(subcalls[which].name);
}

/* --- what a row says ------------------------------------------------------------------------ */

enum call_id call_id(const struct call *call)
{
	return call->id;
}

enum call_class call_class(const struct call *call)
{
	return call->class;
}

const char *call_name(const struct call *call)
{
	return call->name;
}

static int first_of(const struct call *call, enum arg_kind kind)
{
	for (int i = 0; i < CALL_ARGS && call->args[i].name; i++)
		if (call->args[i].kind == kind)
			return i;
	return -1;
}

int call_descriptor_argument(const struct call *call)
{
	return first_of(call, ARG_SOCKET);
}

int call_other_argument(const struct call *call)
{
	return first_of(call, ARG_OTHER);
}

static int descriptor_in(const struct stop *stop, int argument)
{
	return argument < 0 ? -1 : (int32_t)(uint32_t)stop->args[argument];
}

int call_descriptor(const struct call *call, const struct stop *stop)
{
	return descriptor_in(stop, call_descriptor_argument(call));
}

int call_other_descriptor(const struct call *call, const struct stop *stop)
{
	return descriptor_in(stop, call_other_argument(call));
}

bool call_only_sockets(const struct call *call)
{
	return call->interest != ALWAYS;
}

bool call_only_watched(const struct call *call)
{
	return call->interest == AT_SOCKETS;
}

const struct call *call_next(size_t *position)
{
	const struct call *call = &call_table[*position];
	if (!call->name)
		return NULL;
	(*position)++;
	return call;
}
