/* The memory of a live tracee (process_vm_readv), behind `struct memory`. */
#pragma once

#include "types/memory.h"

#include <sys/types.h>

struct live_memory {
	struct memory memory; /* first: decoders get a pointer to it */
	pid_t pid;
};

void live_memory_init(struct live_memory *memory, pid_t pid);
