/* Which constants of C have a name in Python's standard library, and where. */
#pragma once

#include <stddef.h>

struct python_name {
	const char *name;     /* as C and the kernel's headers have it: "SIOCOUTQ" */
	const char *module;   /* "termios" */
	const char *constant; /* as that module has it: "TIOCOUTQ" */
};

extern const struct python_name python_names[];
extern const size_t python_names_count;

/* NULL: Python has only the number. */
const struct python_name *python_name_find(const char *name);
