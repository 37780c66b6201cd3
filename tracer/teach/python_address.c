/* Socket addresses: Python has tuples where the transcript has text. */
#include "teach/teach.h"

#include "support/arena.h"
#include "support/endpoint.h"
#include "teach/line.h"
#include "teach/python_literal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const char *inet_address(struct arena *arena, const struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN];
	if (!inet_ntop(AF_INET, &address->sin_addr, host, sizeof host))
		return NULL;
	return arena_printf(arena, "('%s', %u)", host, ntohs(address->sin_port));
}

/* Two numbers, or four where the scope counts: (host, port, flowinfo, scope_id). */
static const char *inet6_address(struct arena *arena, const struct sockaddr_in6 *address)
{
	char host[INET6_ADDRSTRLEN];
	unsigned port = ntohs(address->sin6_port);
	if (!inet_ntop(AF_INET6, &address->sin6_addr, host, sizeof host))
		return NULL;
	if (!address->sin6_scope_id)
		return arena_printf(arena, "('%s', %u)", host, port);
	return arena_printf(arena, "('%s', %u, 0, %u)", host, port, address->sin6_scope_id);
}

/* An abstract name begins with NUL: '\0name', unless an octal digit would join the zero. */
static void add_abstract(struct line *line, const char *name, size_t size)
{
	struct line literal = line_new(line->arena);
	literal_string(&literal, name, size);
	if (!literal.length)
		return;
	line_add_bytes(line, literal.text, 1);
	line_add(line, size && *name >= '0' && *name <= '7' ? "\\x00" : "\\0");
	line_add(line, literal.text + 1);
}

static const char *unix_address(struct arena *arena, const char *escaped)
{
	struct line line = line_new(arena);
	char *name = arena_alloc(arena, strlen(escaped) + 1);
	if (!name)
		return NULL;
	if (*escaped == '@')
		add_abstract(&line, name, literal_unescape(name, escaped + 1));
	else
		literal_string(&line, name, literal_unescape(name, escaped));
	return line_text(&line);
}

const char *python_address(struct arena *arena, const char *endpoint)
{
	static const char prefix[] = "unix:";
	union {
		struct sockaddr_storage any;
		struct sockaddr_in inet;
		struct sockaddr_in6 inet6;
	} address;
	unsigned pid, groups, protocol;
	int interface;

	if (strncmp(endpoint, prefix, sizeof prefix - 1) == 0)
		return unix_address(arena, endpoint + sizeof prefix - 1);
	if (endpoint_parse(endpoint, &address.any))
		return address.any.ss_family == AF_INET ? inet_address(arena, &address.inet)
							: inet6_address(arena, &address.inet6);
	if (sscanf(endpoint, "netlink:pid=%u,groups=%x", &pid, &groups) == 2)
		return arena_printf(arena, "(%u, %u)", pid, groups);
	if (sscanf(endpoint, "packet:ifindex=%d,protocol=%x", &interface, &protocol) == 2)
		return arena_printf(arena, "(socket.if_indextoname(%d), %u)", interface, protocol);
	return NULL;
}
