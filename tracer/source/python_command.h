/* The code of `python -c`, which stands on its command line. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The arguments of a process as /proc/PID/cmdline has them, each with its NUL. NULL: they cannot be
 * read. The caller frees them. */
char *python_command_read(pid_t tid, size_t *ret_size);

/* That line of the code, from 1 on: as Python counts it and, from 3.14 on, without the indentation
 * that all lines have. NULL: there is none. The caller frees it. */
char *python_command_parse(const char *arguments, size_t size, unsigned minor, unsigned line);
