/*
 * One worker of mixed.c: its descriptors, what it does with them by chance, and its log. A
 * descriptor is one worker's alone, but its number may have been another's a moment ago.
 */
#pragma once

#include "torture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { LINES_OF_AN_OPERATION = 16, LINES_AROUND = 256 };

struct line {
	int tid;
	const char *call;
	int fd, result, error;
};

struct log {
	struct line *lines;
	size_t count, capacity;
	uint64_t digest; /* of all calls and their descriptors: equal in two runs of one worker */
};

enum { MAX_SLOTS = 24, HIGH = 300, HIGHS_OF_A_WORKER = 64, PASSED_AT_ONCE = 4 };

/* A descriptor of this worker's. */
struct slot {
	int fd;
	bool socket;
};

struct worker {
	struct log *log;
	uint64_t random;
	int tid, pidfd;
	int high; /* the first of the high numbers that only this worker uses */
	int mail[2], pipe[2], source;
	struct slot slots[MAX_SLOTS];
	int count;
};

/* --- the log ------------------------------------------------------------------------------- */

static inline long logged(struct worker *worker, const char *call, int fd, long result)
{
	int error = result < 0 ? errno : 0;
	struct log *log = worker->log;
	if (log->count == log->capacity)
		errx(1, "the log is full");
	log->lines[log->count++] = (struct line){ worker->tid, call, fd, (int)result, error };
	/* FNV-1a. Without results: whether data has arrived is the network's business. */
	for (const char *letter = call; *letter; letter++)
		log->digest = (log->digest ^ (unsigned char)*letter) * 1099511628211U;
	log->digest = (log->digest ^ (unsigned)fd) * 1099511628211U;
	errno = error;
	return result;
}

/* A call that is about sockets by its name. */
#define SOCKET_CALL(worker, name, fd, ...) \
	logged((worker), #name, (fd), syscall(SYS_##name, __VA_ARGS__))

/* One that is about sockets only if one of its descriptors is. */
#define ANY_CALL(worker, is_socket, name, fd, ...)                                     \
	((is_socket) ? logged((worker), #name, (fd), syscall(SYS_##name, __VA_ARGS__)) \
		     : syscall(SYS_##name, __VA_ARGS__))

/* --- the descriptors ------------------------------------------------------------------------ */

static inline void slot_close(struct worker *worker, int index)
{
	struct slot slot = worker->slots[index];
	worker->slots[index] = worker->slots[--worker->count];
	ANY_CALL(worker, slot.socket, close, slot.fd, slot.fd);
}

static inline void slot_add(struct worker *worker, long fd, bool socket)
{
	if (fd < 0)
		return;
	if (worker->count == MAX_SLOTS)
		slot_close(worker, (int)chance(&worker->random, MAX_SLOTS));
	worker->slots[worker->count++] = (struct slot){ (int)fd, socket };
}

static inline struct slot *slot_any(struct worker *worker)
{
	return &worker->slots[chance(&worker->random, (unsigned)worker->count)];
}

static inline bool slot_is_socket(const struct worker *worker, int fd)
{
	for (int i = 0; i < worker->count; i++)
		if (worker->slots[i].fd == fd)
			return worker->slots[i].socket;
	return false;
}

/* Its number is not ours any more, or means something else. */
static inline void slot_forget(struct worker *worker, int fd)
{
	for (int i = 0; i < worker->count; i++)
		if (worker->slots[i].fd == fd) {
			worker->slots[i] = worker->slots[--worker->count];
			return;
		}
}
