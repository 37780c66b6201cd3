/* Where scenarios are, and what they say. */
#pragma once

#include "scenario.h"

/* The folder of all demos: beside the program where it was built, else where it was
 * installed. The caller's to free; NULL without memory. */
char *demos_folder(void);

/* The absolute path of a demo's scenario, the caller's to free. A name, not a path: whatever is
 * no folder among the demos is -ENOENT. */
int demo_find(const char *name, char **ret_path);
/* The same of a file that the user names: 0 or -errno. */
int scenario_find(const char *file, char **ret_path);

/* Reads and parses it. Returns 0, -EINVAL with *ret_error filled in, or another -errno. */
int scenario_read(const char *path, struct scenario *ret_scenario,
		  struct scenario_error *ret_error);
