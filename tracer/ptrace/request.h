/* ptrace() with the types that its callers in this room have. */
#pragma once

#include <sys/ptrace.h>
#include <sys/types.h>

static inline long request(int what, pid_t tid, unsigned long address, void *data)
{
	return ptrace(what, tid, address, data);
}
