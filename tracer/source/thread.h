/* A thread at a call's entry, as those see it who look for its place in the program. */
#pragma once

#include "types/abi.h"
#include "types/memory.h"

#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct source_thread {
	pid_t pid, tid;
	enum abi abi;         /* of the call */
	uint64_t instruction; /* where the thread goes on behind the call */
	uint64_t stack;       /* its stack pointer */
	const struct memory *memory;
	/* All registers: 0 or -errno. It takes a system call, so whoever can do without does. */
	int (*registers)(const struct source_thread *thread,
			 struct user_regs_struct *ret_registers);
	/* Where the C library has what belongs to the thread (fs_base, tpidr_el0): the same from
	 * the thread's beginning to its end. 0 or -errno. */
	int (*pointer)(const struct source_thread *thread, uint64_t *ret_pointer);
};
