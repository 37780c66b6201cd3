/* A network of one's own: a new user and network namespace with lo up and localhost known. */
#pragma once

#include <stdbool.h>

/*
 * Moves this process (and so every program it launches) there. Root makes only the network
 * namespace, so that other users exist; everyone else a user namespace too, in which uid
 * and gid stay what they were. Returns 0 or -errno; *ret_what: what was refused (static).
 */
int isolate(const char **ret_what);

/* Takes lo of the network that this process is in now down, or up again: what is sent meanwhile
 * is lost. 0 or -errno. */
int isolate_link(bool up);

/*
 * Sets "net.ipv4.tcp_fin_timeout" of the network that this process is in now. 0, or -errno:
 * ENOENT there is none, EACCES or EPERM it belongs to the machine, EINVAL no such value.
 */
int isolate_sysctl(const char *name, const char *value);
