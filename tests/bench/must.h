/* What the benchmarks' programs have in common: a call that fails ends them. */
#pragma once

#include <err.h>
#include <sys/types.h>

static inline void must(ssize_t result, ssize_t wanted, const char *what)
{
	if (result != wanted)
		err(1, "%s", what);
}

static inline int descriptor(int fd, const char *what)
{
	if (fd < 0)
		err(1, "%s", what);
	return fd;
}
