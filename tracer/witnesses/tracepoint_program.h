/*
 * The BPF program behind the tracepoint sock:inet_sock_set_state: forty instructions that
 * the kernel runs at each change of a state, and what they put into the ring.
 */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

/* One entry of the ring, as the program makes it. */
struct change {
	uint64_t time;   /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t cookie; /* SO_COOKIE */
	uint32_t tid, pid;
	uint32_t from, to; /* TCP_ESTABLISHED ... of net/tcp_states.h */
};

/* What differs from one kernel, and one run, to the next. */
struct program_parts {
	int ring, lost;  /* descriptors of the ring, and of the array of one counter */
	uint32_t device; /* the process namespace whose numbers are wanted: */
	uint64_t inode;  /* those of /proc/self/ns/pid, as the kernel writes them */
};

enum { PROGRAM_ROOM = 48 };

/* Returns how many instructions it has. */
size_t program_assemble(const struct program_parts *parts, struct bpf_insn program[PROGRAM_ROOM]);
