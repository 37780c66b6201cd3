#include "teach/rules/address.h"

#include "support/endpoint.h"

#include <arpa/inet.h>
#include <byteswap.h>
#include <stdio.h>
#include <string.h>

bool address_is_any(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ((const struct sockaddr_in *)address)->sin_addr.s_addr == INADDR_ANY;
	return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

bool address_ipv4(const struct sockaddr_storage *address, struct in_addr *ret_ipv4)
{
	if (address->ss_family == AF_INET) {
		*ret_ipv4 = ((const struct sockaddr_in *)address)->sin_addr;
		return true;
	}
	const struct in6_addr *ipv6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
	if (!IN6_IS_ADDR_V4MAPPED(ipv6))
		return false;
	memcpy(ret_ipv4, &ipv6->s6_addr[12], sizeof *ret_ipv4);
	return true;
}

bool address_same(const struct sockaddr_storage *one, const struct sockaddr_storage *other)
{
	struct in_addr one_ipv4, other_ipv4;
	if (address_ipv4(one, &one_ipv4) && address_ipv4(other, &other_ipv4))
		return one_ipv4.s_addr == other_ipv4.s_addr;
	return one->ss_family == other->ss_family &&
	       memcmp(&((const struct sockaddr_in6 *)one)->sin6_addr,
		      &((const struct sockaddr_in6 *)other)->sin6_addr,
		      sizeof(struct in6_addr)) == 0;
}

/* connect() to 0.0.0.0 or [::] goes to this host (connect(2) does not say so, the kernel does:
 * ip_route_output_key(), tcp_v6_connect()). */
static void make_loopback(struct sockaddr_storage *address)
{
	if (!address_is_any(address))
		return;
	if (address->ss_family == AF_INET)
		((struct sockaddr_in *)address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)address)->sin6_addr = in6addr_loopback;
}

int listener_takes(const struct port_holder *listener, const char *target)
{
	struct sockaddr_storage wanted, listens;
	struct in_addr ipv4;
	if (!endpoint_parse(target, &wanted) || !endpoint_parse(listener->local, &listens))
		return 0;
	make_loopback(&wanted);
	bool takes = address_same(&wanted, &listens);
	if (!takes && address_is_any(&listens)) {
		bool is_ipv4 = address_ipv4(&wanted, &ipv4);
		if (listens.ss_family == AF_INET6 && is_ipv4 && listener->v6only != 0)
			return listener->v6only == 1 ? 0 : -1;
		takes = is_ipv4 || listens.ss_family == AF_INET6;
	}
	return takes && listener->interface ? -1 : takes;
}

const char *address_family(const char *endpoint, char *room, size_t size)
{
	struct sockaddr_storage address;
	if (endpoint_parse(endpoint, &address))
		return address.ss_family == AF_INET ? "AF_INET" : "AF_INET6";
	if (strncmp(endpoint, "unix:", 5) == 0)
		return "AF_UNIX";
	if (strncmp(endpoint, "AF_", 3) != 0)
		return "";
	snprintf(room, size, "%.*s", (int)strcspn(endpoint, " "), endpoint);
	return room;
}

int port_swapped(int port)
{
	return bswap_16((uint16_t)port);
}

bool address_swapped(const char *endpoint, char *ret_endpoint, size_t size)
{
	struct sockaddr_storage address;
	if (!endpoint_parse(endpoint, &address) || address.ss_family != AF_INET)
		return false;
	struct sockaddr_in *inet = (struct sockaddr_in *)&address;
	uint32_t there = inet->sin_addr.s_addr, back = bswap_32(there);
	if (there == back)
		return false;
	inet->sin_addr.s_addr = back;
	endpoint_text(ret_endpoint, size, inet, sizeof *inet);
	return true;
}
