/* Where the demos are, and what their scenarios say. */
#pragma once

#include "scenario.h"

/* The folder of all demos: beside the program where it was built, else where it was
 * installed. The caller's to free; NULL without memory. */
char *demos_folder(void);

/* Reads and parses FOLDER/scenario. Returns 0, -ENOENT or -ENOTDIR (no such demo), -EINVAL with
 * *ret_error filled in, or another -errno. */
int demo_read(const char *folder, struct scenario *ret_scenario, struct scenario_error *ret_error);
