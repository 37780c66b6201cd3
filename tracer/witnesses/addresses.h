/* The addresses of a network namespace: rtnetlink(7). */
#pragma once

#include "types/evidence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct witnesses;

/*
 * Whether what is sent to the endpoint ("127.0.0.1:80") stays in the namespace: 1 or 0, -EINVAL: it
 * is no internet address, -ENOTSUP: nobody can be asked there. So say its routes, which know all
 * of 127.0.0.0/8, a network that was made local as a whole, and an interface that is down.
 */
int witness_is_own_address(struct witnesses *witnesses, uint64_t network, const char *endpoint);

/* Those of its interfaces: a dump. 0 or -errno. */
int witness_addresses(struct witnesses *witnesses, uint64_t network,
		      struct own_addresses *ret_addresses);

/* One message of that dump (struct ifaddrmsg and attributes), aligned by four. False: it is none,
 * or not of an address that one can bind to. */
bool address_parse(const void *message, size_t size, struct own_address *ret_address);
