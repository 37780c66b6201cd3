/* The settings of --sysctl. */
#pragma once

#include "types/sysctl.h"

#include <stddef.h>

struct sysctls {
	struct sysctl *rows; /* in order; the names are ours, the values borrowed */
	size_t count;
};

/* NAME=VALUE: the last VALUE of a name counts. NULL, or why it cannot be (static). */
const char *sysctls_add(struct sysctls *sysctls, const char *setting);
void sysctls_done(struct sysctls *sysctls);
