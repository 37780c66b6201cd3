/* Our own descriptors where few are left (RLIMIT_NOFILE). */
#pragma once

#include <stdbool.h>

/* Whether it is one of the last that we may have. The kernel gives the lowest number that is free,
 * so what is to be kept for long is closed again then: the rest is for what is opened for a moment,
 * as are the files in /proc without which a thread could not be told from a process. */
bool descriptor_is_scarce(int fd);
