/* The settings of --sysctl, and of a scenario. */
#pragma once

#include "types/sysctl.h"

#include <stddef.h>

struct sysctls {
	struct sysctl *rows; /* in order; the names are ours, the values borrowed */
	size_t count;
};

/* NAME=VALUE: the last VALUE of a name counts. NULL, or why it cannot be (static). */
const char *sysctls_add(struct sysctls *sysctls, const char *setting);
/* Those that are not there yet; their values stay borrowed. 0 or -ENOMEM. */
int sysctls_add_missing(struct sysctls *sysctls, const struct sysctls *more);
void sysctls_done(struct sysctls *sysctls);
