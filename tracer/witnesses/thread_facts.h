/* What /proc says of one thread: whether it sleeps, and in what. */
#pragma once

#include "types/evidence.h"

#include <sys/types.h>

/* `proc`: "/proc". 0, -ESRCH: there is no such thread, -EACCES: nothing of it may be seen. */
int thread_facts_read(const char *proc, pid_t pid, pid_t tid, struct thread_facts *ret_facts);
