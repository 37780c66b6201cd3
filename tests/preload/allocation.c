/*
 * Preloaded into socktrace, lets allocations fail: FAIL_FROM is the first that does, counted from
 * 1, FAIL_COUNT how many do (default 1). FAIL_TELL names a file that says at the end how many there
 * were. Who socktrace starts, or forks, has nothing of it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*next_malloc)(size_t size);
static void *(*next_calloc)(size_t count, size_t size);
static void *(*next_realloc)(void *memory, size_t size);

static unsigned long first, last, count;
static pid_t victim;
static int tell = -1;

static unsigned long number_in(const char *variable, unsigned long otherwise)
{
	const char *text = getenv(variable);
	return text ? strtoul(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("FAIL_TELL");
	unsigned long from = number_in("FAIL_FROM", 0);
	if (path) {
		FILE *file = fopen(path, "we");
		tell = file ? dup(fileno(file)) : -1;
		if (file)
			fclose(file);
	}
	last = from + number_in("FAIL_COUNT", 1);
	unsetenv("LD_PRELOAD");
	unsetenv("FAIL_FROM");
	unsetenv("FAIL_COUNT");
	unsetenv("FAIL_TELL");
	victim = getpid();
	count = 0;
	first = from;
}

__attribute__((destructor)) static void end(void)
{
	if (tell >= 0 && getpid() == victim)
		dprintf(tell, "%lu\n", count);
}

/* Neither survives it. libseccomp 2.5 frees twice, or never comes back: what socktrace does about
 * that is in tracer/ptrace/filter.c. libdw 0.188 ends the program by itself, or uses what it did
 * not get; docs/limits.md says so. */
static bool is_spared(const void *caller)
{
	static const char *const libraries[] = { "libseccomp", "libdw", "libelf", "liblzma" };
	Dl_info library;
	if (!dladdr(caller, &library) || !library.dli_fname)
		return false;
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
		if (strstr(library.dli_fname, libraries[i]))
			return true;
	return false;
}

/* A child of socktrace's own, until it becomes another program, is not the one that is tested. */
static bool fails(const void *caller)
{
	if (!victim || is_spared(caller))
		return false;
	unsigned long number = __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
	if (!first || number < first || number >= last || getpid() != victim)
		return false;
	errno = ENOMEM;
	return true;
}

static void *find(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

void *malloc(size_t size)
{
	if (!next_malloc)
		next_malloc = (void *(*)(size_t))find("malloc");
	return fails(__builtin_return_address(0)) ? NULL : next_malloc(size);
}

void *calloc(size_t nmemb, size_t size)
{
	if (!next_calloc)
		next_calloc = (void *(*)(size_t, size_t))find("calloc");
	return fails(__builtin_return_address(0)) ? NULL : next_calloc(nmemb, size);
}

void *realloc(void *ptr, size_t size)
{
	if (!next_realloc)
		next_realloc = (void *(*)(void *, size_t))find("realloc");
	return fails(__builtin_return_address(0)) ? NULL : next_realloc(ptr, size);
}

void *reallocarray(void *ptr, size_t nmemb, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(nmemb, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	if (!next_realloc)
		next_realloc = (void *(*)(void *, size_t))find("realloc");
	return fails(__builtin_return_address(0)) ? NULL : next_realloc(ptr, total);
}
