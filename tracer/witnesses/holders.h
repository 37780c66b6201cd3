/*
 * All sockets that hold a port: a dump of sock_diag(7), which the kernel filters by the port. It
 * passes all its sockets by to do so: 0.6 ms, and 1.3 us for each socket on that port. Ask where no
 * exact question is to be had.
 */
#pragma once

#include "types/evidence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct witnesses;

/* `protocol`: IPPROTO_TCP or IPPROTO_UDP. 0 or -errno; -ENOTSUP: nobody can be asked there (without
 * the kernel's module udp_diag for one). */
int witness_holders(struct witnesses *witnesses, uint64_t network, int protocol, uint16_t port,
		    struct port_holders *ret_holders);

/* The same of those whose other end has that port. */
int witness_clients(struct witnesses *witnesses, uint64_t network, int protocol, uint16_t port,
		    struct port_holders *ret_clients);

/* The inode of a socket, by its cookie: exactly where that is possible. 0, -ENOENT or -ENOTSUP. */
int witness_inode(struct witnesses *witnesses, const struct socket *socket, uint64_t *ret_inode);

/* --- without the kernel ---------------------------------------------------------------------- */

/* Nobody yet. */
struct port_holders holders_none(void);

/* One message of the dump (struct inet_diag_msg and attributes), aligned by four. False: it is
 * none. */
bool holder_parse(const void *message, size_t size, int protocol, struct port_holder *ret_holder);

/* Counts it, and gives it a row as long as there is one, or one of less interest. */
void holders_add(struct port_holders *holders, const struct port_holder *holder);
