/* Which file a program's name means, as a shell would find it. */
#pragma once

#include <stdbool.h>

/*
 * With a slash the name is the path; else PATH is searched (the default path if it is
 * unset). *ret_path is the caller's to free. -ENOENT: not found; -EACCES: found, but none that
 * may be executed; -EISDIR: a directory; -ENOEXEC: a text without `#!`.
 */
int program_find(const char *name, char **ret_path);

/* Does the file begin with `#!`? False also for one that cannot be read. */
bool program_is_script(const char *path);
