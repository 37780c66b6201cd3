/* A file that is written for the user, and whose it is. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Opens it for writing, empty, as any program would; not for the programs that are traced. One that
 * root makes for somebody who called by sudo(8) belongs to that user; one that is there already
 * keeps its owner. The descriptor, or -errno.
 */
int output_file_open(const char *path);

/* The user and group in the texts of SUDO_UID and SUDO_GID; false: they are none. */
bool output_file_owner(const char *uid, const char *gid, uid_t *ret_uid, gid_t *ret_gid);
