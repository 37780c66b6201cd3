/* A network of one's own: a new user and network namespace with lo up. */
#pragma once

/*
 * Moves this process (and so every program it launches) there. Root makes only the network
 * namespace, so that other users exist; everyone else a user namespace too, in which uid
 * and gid stay what they were. Returns 0 or -errno; *ret_what: what was refused (static).
 */
int isolate(const char **ret_what);
