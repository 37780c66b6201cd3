/* What /proc says of a thread: proc_pid_status(5). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct status {
	char text[4096];
};

/* False: there is no such thread. */
bool status_read(pid_t tid, struct status *ret_status);
/* The number behind "Label:", in that base. False: an older kernel has no such line. */
bool status_number(const struct status *status, const char *label, int base, uint64_t *ret_number);
/* The second of the four behind "Uid:". */
bool status_effective_user(const struct status *status, uint64_t *ret_user);
