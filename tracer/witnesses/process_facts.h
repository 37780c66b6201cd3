/* What /proc says of one process: whose it is, what it may do, how far it is from its limits. */
#pragma once

#include "types/evidence.h"

#include <sys/types.h>

/*
 * `proc`: "/proc". 0, -ESRCH: there is no such process, -EACCES: nothing of it may be seen. How
 * many zombies it has left says a look at every process: 10 us for each.
 */
int process_facts_read(const char *proc, pid_t pid, struct process_facts *ret_facts);
