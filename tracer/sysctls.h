/* The settings of --sysctl. */
#pragma once

#include "types/sysctl.h"

#include <stddef.h>

struct sysctls {
	struct sysctl *rows; /* in order; the names are ours, the values borrowed */
	size_t count;
};

/* NAME=VALUE: the last VALUE of a name counts. 0, -ENOMEM, or -EINVAL and why (static). */
int sysctls_add(struct sysctls *sysctls, const char *setting, const char **ret_why);
void sysctls_done(struct sysctls *sysctls);
