/* Files as a traced process would find them. */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

/*
 * A descriptor to read the regular file of that absolute path from, below the process's own root;
 * -1 if there is none. Nothing else is opened: a device may not like it, a pipe would have us
 * wait. The descriptor is the caller's.
 */
int source_open(pid_t pid, const char *path, struct stat *ret_status);
