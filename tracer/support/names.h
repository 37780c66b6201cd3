/* Tables of number and name, and the loops that read them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct name {
	int64_t value;
	const char *name;
};

/* A table ends with a row whose name is NULL. */
struct name_table {
	const struct name *rows;
};

/* NULL if the number has no name. */
const char *name_of(const struct name *table, int64_t value);

/* "EADDRINUSE" for 98: strerrorname_np(), or "ERRNO_530" where that knows none (static). */
const char *errno_name(int error);
/* The other way: 0 if there is no such name. */
int errno_named(const char *name);

/* "SIGTERM", "SIGRT_3"; NULL for 0. */
const char *signal_name(int signal);
