/* The memory of a live tracee (process_vm_readv), behind `struct memory`. */
#pragma once

#include "types/memory.h"

#include <sys/types.h>

struct live_memory {
	struct memory memory; /* first: decoders get a pointer to it */
	pid_t tid;
};

/* tid: of a thread that is stopped. That of the process will not do: a leader that has ended
 * before its threads has no memory any more. */
void live_memory_init(struct live_memory *memory, pid_t tid);

/* Into the tracee's memory: 0 or -errno, -EFAULT also if only a part could be written. */
int live_memory_write(pid_t tid, uint64_t address, const void *data, size_t size);
