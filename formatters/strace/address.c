/* Socket addresses: {sa_family=AF_INET, sin_port=htons(8000), sin_addr=inet_addr("127.0.0.1")} */
#include "formatters/strace/parts.h"
#include "support/endpoint.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

struct address {
	union {
		struct sockaddr plain;
		struct sockaddr_in inet;
		struct sockaddr_in6 inet6;
		struct sockaddr_un path;
		struct sockaddr_nl netlink;
		struct sockaddr_storage room;
	};
	size_t size;
};

/* --- what the record has, as the bytes they were -------------------------------------------- */

static bool unix_address(const char *text, struct address *ret_address)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	if (strncmp(text, "unix:", 5) != 0)
		return false;
	text += 5;
	size_t length = strlen(text);
	size_t size = offsetof(struct sockaddr_un, sun_path);
	if (length > sizeof path.sun_path)
		return false;
	memcpy(path.sun_path, text, length);
	if (*text == '@')
		path.sun_path[0] = '\0';
	*ret_address = (struct address){ .path = path, .size = size + length };
	return true;
}

static bool netlink_address(const char *text, struct address *ret_address)
{
	struct sockaddr_nl netlink = { .nl_family = AF_NETLINK };
	if (sscanf(text, "netlink:pid=%" SCNu32 ",groups=%" SCNx32, &netlink.nl_pid,
		   &netlink.nl_groups) != 2)
		return false;
	*ret_address = (struct address){ .netlink = netlink, .size = sizeof netlink };
	return true;
}

static bool address_of(const struct value *value, struct address *ret_address)
{
	if (value->raw) {
		size_t size = value->raw->captured;
		*ret_address = (struct address){ .size = size };
		if (size < sizeof(sa_family_t) || size > sizeof ret_address->room)
			return false;
		memcpy(&ret_address->room, value->raw->data, size);
		return true;
	}
	if (endpoint_parse(value->endpoint, &ret_address->room)) {
		bool inet = ret_address->plain.sa_family == AF_INET;
		ret_address->size = inet ? sizeof ret_address->inet : sizeof ret_address->inet6;
		return true;
	}
	return unix_address(value->endpoint, ret_address) ||
	       netlink_address(value->endpoint, ret_address);
}

/* --- each family ---------------------------------------------------------------------------- */

static void put_inet(struct line *line, const struct address *address)
{
	char host[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, &address->inet.sin_addr, host, sizeof host);
	line_format(line, "AF_INET, sin_port=htons(%u), sin_addr=inet_addr(\"%s\")",
		    ntohs(address->inet.sin_port), host);
}

static void put_inet6(struct line *line, const struct address *address)
{
	char host[INET6_ADDRSTRLEN] = "";
	inet_ntop(AF_INET6, &address->inet6.sin6_addr, host, sizeof host);
	line_format(line,
		    "AF_INET6, sin6_port=htons(%u), sin6_flowinfo=htonl(%" PRIu32
		    "), inet_pton(AF_INET6, \"%s\", &sin6_addr)",
		    ntohs(address->inet6.sin6_port), ntohl(address->inet6.sin6_flowinfo), host);
	if (address->size >= sizeof address->inet6)
		line_format(line, ", sin6_scope_id=%" PRIu32, address->inet6.sin6_scope_id);
}

static void put_unix(struct line *line, const struct address *address)
{
	const char *path = address->path.sun_path;
	size_t length = address->size - offsetof(struct sockaddr_un, sun_path);
	line_put(line, "AF_UNIX");
	if (!length)
		return;
	bool abstract = !*path;
	line_put(line, abstract ? ", sun_path=@" : ", sun_path=");
	path += abstract;
	length = abstract ? length - 1 : strnlen(path, length);
	spell_quoted(line, path, length, length, length);
}

static void put_netlink(struct line *line, const struct address *address)
{
	line_format(line, "AF_NETLINK, nl_pid=%" PRIu32 ", nl_groups=%08" PRIx32,
		    address->netlink.nl_pid, address->netlink.nl_groups);
}

static void put_other(struct line *line, const struct address *address)
{
	const char *name = family_name(address->plain.sa_family);
	size_t length = address->size - sizeof(sa_family_t);
	if (name)
		line_put(line, name);
	else
		line_format(line, "%#x /* AF_??? */", address->plain.sa_family);
	if (!length)
		return;
	line_put(line, ", sa_data=");
	spell_quoted(line, (const char *)&address->room + sizeof(sa_family_t), length, length,
		     length);
}

static const struct family {
	sa_family_t family;
	size_t least;
	void (*put)(struct line *line, const struct address *address);
} families[] = {
	{ AF_INET, sizeof(struct sockaddr_in), put_inet },
	{ AF_INET6, offsetof(struct sockaddr_in6, sin6_scope_id), put_inet6 },
	{ AF_UNIX, offsetof(struct sockaddr_un, sun_path), put_unix },
	{ AF_NETLINK, sizeof(struct sockaddr_nl), put_netlink },
};

static void put_address(struct line *line, const struct address *address)
{
	line_put(line, "{sa_family=");
	size_t i = 0;
	while (i < sizeof families / sizeof *families &&
	       (families[i].family != address->plain.sa_family ||
		address->size < families[i].least))
		i++;
	(i < sizeof families / sizeof *families ? families[i].put : put_other)(line, address);
	line_put(line, "}");
}

/* A host without a port. What somebody wrote into a recording is left out whole: a recording
 * repairs what is no UTF-8, and a replay must write what the trace wrote. */
static void put_stranger(struct line *line, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.:[]/_-%@";
	line_put(line, "\"");
	line_put(line, text[strspn(text, plain)] ? "?" : text);
	line_put(line, "\"");
}

void spell_sockaddr(const struct spelling *spelling, const struct value *value)
{
	struct address address = { .size = 0 };
	if (!value)
		line_put(spelling->line, "NULL");
	else if (value->kind != VALUE_ENDPOINT)
		spell_any(spelling, value);
	else if (address_of(value, &address))
		put_address(spelling->line, &address);
	else
		put_stranger(spelling->line, value->endpoint);
}

/* --- their lengths -------------------------------------------------------------------------- */

/* [16], or [128 => 16] where the kernel wrote another one over it. */
void spell_length(const struct spelling *spelling, const struct value *value)
{
	const struct event *event = spelling->event;
	if (!value || value->kind != VALUE_INTEGER) {
		spell_pointer(spelling, value);
		return;
	}
	const struct value *given = NULL;
	for (size_t i = 0; i < event->arg_count; i++)
		if (value == &event->args[i])
			given = event_given(event, i);
	line_put(spelling->line, "[");
	if (given)
		line_format(spelling->line, "%" PRId64 " => ", given->integer);
	line_format(spelling->line, "%" PRId64 "]", value->integer);
}
