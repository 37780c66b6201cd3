/*
 * Which processes have a socket open: /proc/PID/fd of all of them. That costs some 30 us for
 * each process of the machine and 5 us for each descriptor: 2 ms where there are 75 processes, 65
 * ms where one of them has 14,000 sockets.
 */
#pragma once

#include "types/evidence.h"

#include <stddef.h>
#include <stdint.h>

/* `proc`: "/proc". Looks for sockets of those inodes, count <= OWNED, 0 is passed over. 0, or
 * -errno if the folder may not be read at all. */
int owners_find(const char *proc, const uint64_t *inodes, size_t count, struct owners *ret_owners);

/* The user's name as /etc/passwd (`passwd`) has it, else the number. */
void user_name(const char *passwd, uid_t uid, char name[NAME_SIZE]);
