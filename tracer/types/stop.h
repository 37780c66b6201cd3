/* Why a thread of a tracee stopped. Each kind says how it is to be resumed. */
#pragma once

#include "types/abi.h"
#include "types/signal.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct thread;

enum stop_kind {
	/* At a call's entry: resume with RESUME_TO_EXIT to see its return, else RESUME. */
	STOP_ENTRY,
	/* At a call's return: RESUME. */
	STOP_EXIT,
	/* A signal is about to be delivered: RESUME hands it over unchanged. */
	STOP_SIGNAL,
	/* Stopped by SIGSTOP and its like, as without us: RESUME_LISTEN leaves it so. */
	STOP_GROUP,
	/* `child` was just made by this thread (fork, vfork, clone): RESUME. */
	STOP_FORK,
	/* A new thread's first stop: RESUME lets it run its first instruction. */
	STOP_BORN,
	/* The program was replaced; threads other than this one are gone: RESUME. */
	STOP_EXEC,
	/* About to exit, memory and descriptors still there: RESUME. */
	STOP_EXITING,
	/* Gone: `status` as waitpid() gave it. Nothing to resume. */
	STOP_GONE,
	/* Nothing of interest, for example SIGCONT after a group stop: RESUME. */
	STOP_OTHER,
};

enum resume {
	RESUME,
	RESUME_TO_EXIT,
	RESUME_LISTEN,
};

struct stop {
	enum stop_kind kind;
	struct thread *thread; /* NULL: none we know */
	pid_t tid;
	/* STOP_ENTRY, STOP_EXIT */
	enum abi abi;
	int number;       /* of the call, in its abi's table; only at entry */
	uint64_t args[6]; /* only at entry */
	/* At entry: where the thread goes on behind the call, and its stack pointer. */
	uint64_t instruction, stack;
	int64_t result; /* at exit: as the kernel returned it, -errno or a value */
	bool refused;   /* at exit: a filter of the program's own has trapped it */
	/* STOP_SIGNAL, STOP_GROUP: the signal */
	int signal;
	pid_t sender;              /* STOP_SIGNAL: who sent it, 0 if the kernel did */
	struct signal_cause cause; /* STOP_SIGNAL */
	/* STOP_FORK: the new thread; STOP_EXEC: the tid that called execve */
	pid_t child;
	bool child_is_thread;    /* STOP_FORK: of the same process */
	bool child_shares_files; /* STOP_FORK: a process with its maker's descriptors */
	int child_filters;       /* STOP_FORK: its seccomp filters, -1 if nobody says */
	/* STOP_GONE, STOP_EXITING: as waitpid() gives it */
	int status;
};
