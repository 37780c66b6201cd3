#include "ptrace/watch.h"

#include "ptrace/inject.h"
#include "ptrace/memory.h"
#include "ptrace/status.h"
#include "support/auto.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int watcher_init(struct watcher *watcher, const struct filter_rule *calls, size_t count)
{
	struct status status;
	uint64_t filters = 0;
	*watcher = (struct watcher){ .calls = calloc(count, sizeof *calls), .call_count = count };
	if (!watcher->calls)
		return -ENOMEM;
	memcpy(watcher->calls, calls, count * sizeof *calls);
	if (status_read(getpid(), &status) &&
	    status_number(&status, "Seccomp_filters:", 10, &filters))
		watcher->own_filters = (int)filters;
	return 0;
}

void watcher_done(struct watcher *watcher)
{
	for (size_t i = 0; i < WATCH_FILTERS; i++)
		filter_done(&watcher->filters[i]);
	free(watcher->calls);
	watcher->calls = NULL;
}

/* --- which numbers ------------------------------------------------------------------------- */

/* The block a number is in: the k of 2^k to 2^(k+1)-1, where 0 and 1 share the first. */
static unsigned block_of(int fd)
{
	return 31U - (unsigned)__builtin_clz((unsigned)fd | 1U);
}

bool watch_covers(const struct watch *watch, int fd)
{
	for (unsigned i = 0; i < watch->exact_count; i++)
		if (watch->exact[i] == fd)
			return true;
	return watch->blocks & UINT32_C(1) << block_of(fd);
}

/* Notes the number as watched, and says which filter does it. */
static unsigned cover(struct watch *watch, int fd)
{
	if (fd < WATCH_SMALL && watch->exact_count < WATCH_EXACT) {
		watch->exact[watch->exact_count++] = fd;
		return (unsigned)fd;
	}
	watch->blocks |= UINT32_C(1) << block_of(fd);
	return WATCH_SMALL + block_of(fd);
}

/* --- the filters ---------------------------------------------------------------------------- */

static int make_filter(const struct watcher *watcher, unsigned index, struct filter *ret_filter)
{
	autofree struct filter_rule *rules = calloc(watcher->call_count, sizeof *rules);
	unsigned block = index - WATCH_SMALL;
	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < watcher->call_count; i++) {
		struct filter_rule *rule = &rules[i];
		*rule = watcher->calls[i];
		rule->mask = index < WATCH_SMALL ? UINT32_MAX
			     : block             ? UINT32_MAX << block
						 : ~UINT32_C(1);
		rule->value = index < WATCH_SMALL ? index : block ? UINT32_C(1) << block : 0;
	}
	return filter_build(rules, watcher->call_count, ret_filter);
}

int watch_plan(struct watcher *watcher, struct watch *watch, const int *fds, size_t count,
	       const struct filter *ret_filters[WATCH_FILTERS], size_t *ret_count)
{
	struct watch planned = *watch;
	size_t filters = 0;
	for (size_t i = 0; i < count; i++) {
		if (fds[i] < 0 || watch_covers(&planned, fds[i]))
			continue;
		unsigned index = cover(&planned, fds[i]);
		/* Made once for all processes: programs use the same small numbers. */
		struct filter *filter = &watcher->filters[index];
		int result = filter->program.filter ? 0 : make_filter(watcher, index, filter);
		if (result < 0)
			return result;
		ret_filters[filters++] = filter;
	}
	planned.filters += (int)filters;
	*watch = planned;
	*ret_count = filters;
	return 0;
}

int watch_expected_filters(const struct watcher *watcher, const struct watch *watch)
{
	/* Ours, the one a program is launched with, and those for its descriptors. */
	return watcher->own_filters + 1 + watch->filters;
}

/* --- from outside --------------------------------------------------------------------------- */

/* The filters as the tracee's seccomp() reads them: each one's struct sock_fprog, then its code. */
struct text {
	uint64_t address; /* in the tracee */
	uint64_t size;
};

static uint64_t place_of(const struct filter *const *filters, size_t index)
{
	uint64_t place = 0;
	for (size_t i = 0; i < index; i++)
		place += sizeof(struct sock_fprog) +
			 filters[i]->program.len * sizeof(struct sock_filter);
	return place;
}

static int write_text(pid_t tid, const struct text *text, const struct filter *const *filters,
		      size_t count)
{
	autofree char *copy = calloc(1, text->size);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		uint64_t place = place_of(filters, i), code = place + sizeof(struct sock_fprog);
		struct sock_fprog program = filters[i]->program;
		memcpy(copy + code, program.filter, program.len * sizeof *program.filter);
		/* An address of the tracee's. */
		program.filter = (struct sock_filter *)(uintptr_t)(text->address + code);
		memcpy(copy + place, &program, sizeof program);
	}
	return live_memory_write(tid, text->address, copy, text->size);
}

static int map_text(struct injection *injection, struct text *text)
{
	const uint64_t arguments[6] = {
		0, text->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1, 0
	};
	int64_t address;
	int result = injection_call(injection, SYS_mmap, arguments, &address);
	if (result == 0 && address < 0 && address > -4096)
		return (int)address;
	text->address = (uint64_t)address;
	return result;
}

/* The tracee's seccomp(): nothing but 0 is success, TSYNC answers with a thread's number. */
static int install(struct injection *injection, uint64_t address)
{
	const uint64_t arguments[6] = { SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
					address };
	int64_t answer;
	int result = injection_call(injection, SYS_seccomp, arguments, &answer);
	if (result == 0 && answer != 0)
		return answer < 0 ? (int)answer : -ESRCH;
	return result;
}

static int install_all(struct injection *injection, const struct filter *const *filters,
		       size_t count)
{
	struct text text = { .size = place_of(filters, count) };
	int64_t ignored;
	int result = map_text(injection, &text);
	if (result < 0)
		return result;
	result = write_text(injection->thread->tid, &text, filters, count);
	for (size_t i = 0; i < count && result == 0; i++)
		result = install(injection, text.address + place_of(filters, i));
	const uint64_t arguments[6] = { text.address, text.size };
	int unmapped = injection_call(injection, SYS_munmap, arguments, &ignored);
	return result < 0 ? result : unmapped;
}

/* TSYNC would copy the program's own filters from one thread to all. */
static bool has_own_filters(const struct watcher *watcher, const struct thread *thread)
{
	struct status status;
	uint64_t filters;
	/* Linux before 5.9 does not count them; the program's seccomp() was seen then. */
	return status_read(thread->tid, &status) &&
	       status_number(&status, "Seccomp_filters:", 10, &filters) &&
	       (int)filters != watch_expected_filters(watcher, &thread->process->watch);
}

int watch_install(struct watcher *watcher, struct tracees *tracees, const struct stop *stop,
		  const int *fds, size_t count)
{
	struct watch *watch = &stop->thread->process->watch, planned = *watch;
	const struct filter *filters[WATCH_FILTERS];
	size_t missing = 0;
	struct injection injection;
	int result = watch_plan(watcher, &planned, fds, count, filters, &missing);
	if (result < 0 || missing == 0)
		return result;
	if (has_own_filters(watcher, stop->thread))
		return -EBUSY;
	result = injection_begin(&injection, tracees, stop);
	if (result == 0)
		result = install_all(&injection, filters, missing);
	injection_end(&injection);
	if (result == 0)
		*watch = planned;
	return result;
}
