/* What the rules ask of addresses: "127.0.0.1:8000", "[::1]:80". Inside teach/rules/ alone. */
#pragma once

#include "types/evidence.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* 0.0.0.0 and [::]. */
bool address_is_any(const struct sockaddr_storage *address);
/* The IPv4 address, also of one that IPv6 has mapped; false: it has none. */
bool address_ipv4(const struct sockaddr_storage *address, struct in_addr *ret_ipv4);
/* The address alone, whatever the ports; mapped IPv4 is IPv4. */
bool address_same(const struct sockaddr_storage *one, const struct sockaddr_storage *other);

/* Whether a listening socket takes what comes to that address of its namespace: 1, 0; -1: of [::]
 * it is not known whether it takes IPv4 too, or a device limits it. */
int listener_takes(const struct port_holder *listener, const char *target);

/* "AF_INET", of any address as support/endpoint.h writes it; "" if it has none. */
const char *address_family(const char *endpoint, char *room, size_t size);

/* The port with its two bytes swapped. */
int port_swapped(int port);
/* The IPv4 address with its bytes the other way round, the port as it was: "1.0.0.127:80" of
 * "127.0.0.1:80". False: it is none of IPv4, or reads the same both ways. */
bool address_swapped(const char *endpoint, char *ret_endpoint, size_t size);
