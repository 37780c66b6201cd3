/* Whether a process runs CPython, and where in its memory that is. */
#pragma once

#include "source/python_code.h"

#include "types/memory.h"

#include <stdbool.h>
#include <sys/types.h>

/* Looks in the files that the process has mapped: in libraries called so and, if `program`, in its
 * executable. False: no interpreter that we know; *ret_unknown is then the minor version of
 * another that was found, else 0. */
bool python_find(pid_t tid, bool program, const struct memory *memory, struct python_image *image,
		 unsigned *ret_unknown);
