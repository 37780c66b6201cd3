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

/* "EADDRINUSE" for 98; NULL where the kernel's headers have no name for the number. */
const char *errno_symbol(int error);
/* The same, but "ERRNO_530" where there is none (static). */
const char *errno_name(int error);
/* The other way: 0 if there is no such name. */
int errno_named(const char *name);
/* "Address already in use": in English whatever the locale is. NULL for a number without name. */
const char *errno_words(int error);

/* "SIGTERM", "SIGRT_3"; NULL for 0. */
const char *signal_name(int signal);
