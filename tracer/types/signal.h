/* What the kernel says of a signal it delivers: sigaction(2), "The siginfo_t argument". */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct signal_cause {
	int code; /* si_code: SI_USER, CLD_EXITED ... */
	/* Who sent it, or which child it is about. */
	bool from_process;
	pid_t pid;
	uid_t uid;
	/* Of SIGCHLD: an exit status or a signal, and the child's times in clock ticks. */
	bool of_child;
	int status;
	int64_t user_ticks, system_ticks;
	/* Of SIGSEGV and its like. */
	bool at_address;
	uint64_t address;
};
