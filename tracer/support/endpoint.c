#include "support/endpoint.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "support/names.h"
#include "support/text.h"

/* include/linux/socket.h of the kernel; numbers where an older libc lacks the name. */
static const struct name families[] = {
	{ 0, "AF_UNSPEC" },
	{ 1, "AF_UNIX" },
	{ 2, "AF_INET" },
	{ 3, "AF_AX25" },
	{ 4, "AF_IPX" },
	{ 5, "AF_APPLETALK" },
	{ 6, "AF_NETROM" },
	{ 7, "AF_BRIDGE" },
	{ 8, "AF_ATMPVC" },
	{ 9, "AF_X25" },
	{ 10, "AF_INET6" },
	{ 11, "AF_ROSE" },
	{ 12, "AF_DECnet" },
	{ 13, "AF_NETBEUI" },
	{ 14, "AF_SECURITY" },
	{ 15, "AF_KEY" },
	{ 16, "AF_NETLINK" },
	{ 17, "AF_PACKET" },
	{ 18, "AF_ASH" },
	{ 19, "AF_ECONET" },
	{ 20, "AF_ATMSVC" },
	{ 21, "AF_RDS" },
	{ 22, "AF_SNA" },
	{ 23, "AF_IRDA" },
	{ 24, "AF_PPPOX" },
	{ 25, "AF_WANPIPE" },
	{ 26, "AF_LLC" },
	{ 27, "AF_IB" },
	{ 28, "AF_MPLS" },
	{ 29, "AF_CAN" },
	{ 30, "AF_TIPC" },
	{ 31, "AF_BLUETOOTH" },
	{ 32, "AF_IUCV" },
	{ 33, "AF_RXRPC" },
	{ 34, "AF_ISDN" },
	{ 35, "AF_PHONET" },
	{ 36, "AF_IEEE802154" },
	{ 37, "AF_CAIF" },
	{ 38, "AF_ALG" },
	{ 39, "AF_NFC" },
	{ 40, "AF_VSOCK" },
	{ 41, "AF_KCM" },
	{ 42, "AF_QIPCRTR" },
	{ 43, "AF_SMC" },
	{ 44, "AF_XDP" },
	{ 45, "AF_MCTP" },
	{ 0, NULL },
};

const char *family_name(int family)
{
	return name_of(families, family);
}

/* --- to text -------------------------------------------------------------------------- */

static void inet_text(char *out, size_t room, const void *address, size_t size)
{
	struct sockaddr_in inet;
	char host[INET_ADDRSTRLEN] = "";
	(void)size;
	memcpy(&inet, address, sizeof inet);
	inet_ntop(AF_INET, &inet.sin_addr, host, sizeof host);
	snprintf(out, room, "%s:%u", host, ntohs(inet.sin_port));
}

static void inet6_text(char *out, size_t room, const void *address, size_t size)
{
	struct sockaddr_in6 inet6 = { 0 };
	char host[INET6_ADDRSTRLEN] = "", scope[16] = "";
	memcpy(&inet6, address, size < sizeof inet6 ? size : sizeof inet6);
	inet_ntop(AF_INET6, &inet6.sin6_addr, host, sizeof host);
	if (inet6.sin6_scope_id)
		snprintf(scope, sizeof scope, "%%%u", inet6.sin6_scope_id);
	snprintf(out, room, "[%s%s]:%u", host, scope, ntohs(inet6.sin6_port));
}

/* unix(7): no path is an unnamed socket; one that begins with NUL is abstract, and then each
 * of its bytes counts, further NULs too. */
static void unix_text(char *out, size_t room, const void *address, size_t size)
{
	const char *path = (const char *)address + offsetof(struct sockaddr_un, sun_path);
	size_t length = size - offsetof(struct sockaddr_un, sun_path);
	const char *prefix = "unix:";
	if (length && !*path) {
		prefix = "unix:@";
		path++;
		length--;
	} else {
		length = strnlen(path, length);
		if (length && *path == '@') {
			prefix = "unix:\\100";
			path++;
			length--;
		}
	}
	snprintf(out, room, "%s", prefix);
	size_t used = strlen(out);
	text_escape(out + used, room - used, path, length);
}

static void netlink_text(char *out, size_t room, const void *address, size_t size)
{
	struct sockaddr_nl netlink;
	(void)size;
	memcpy(&netlink, address, sizeof netlink);
	snprintf(out, room, "netlink:pid=%u,groups=0x%x", netlink.nl_pid, netlink.nl_groups);
}

static void packet_text(char *out, size_t room, const void *address, size_t size)
{
	struct sockaddr_ll packet = { 0 };
	memcpy(&packet, address, size < sizeof packet ? size : sizeof packet);
	snprintf(out, room, "packet:ifindex=%d,protocol=0x%04x", packet.sll_ifindex,
		 ntohs(packet.sll_protocol));
}

static void hex_text(char *out, size_t room, const unsigned char *bytes, size_t size)
{
	size_t used = (size_t)snprintf(out, room, "0x");
	for (size_t i = 0; i < size && used + 3 <= room; i++)
		used += (size_t)snprintf(out + used, room - used, "%02x", bytes[i]);
}

static void other_text(char *out, size_t room, sa_family_t family, const unsigned char *address,
		       size_t size)
{
	const char *name = family_name(family);
	int length = name ? snprintf(out, room, "%s", name) : snprintf(out, room, "AF_%u", family);
	size_t used = (size_t)length;
	/* A space, 0x and one byte at least, or nothing. */
	if (size == sizeof family || used + sizeof " 0x00" > room)
		return;
	out[used++] = ' ';
	hex_text(out + used, room - used, address + sizeof family, size - sizeof family);
}

/* The kernel's own least sizes: net/ipv4/af_inet.c, SIN6_LEN_RFC2133 (no scope) in
 * net/ipv6/af_inet6.c, packet_snd() in net/packet/af_packet.c (halen may be 0). */
static const struct form {
	sa_family_t family;
	size_t least;
	void (*text)(char *out, size_t room, const void *address, size_t size);
} forms[] = {
	{ AF_UNIX, offsetof(struct sockaddr_un, sun_path), unix_text },
	{ AF_INET, sizeof(struct sockaddr_in), inet_text },
	{ AF_INET6, offsetof(struct sockaddr_in6, sin6_scope_id), inet6_text },
	{ AF_NETLINK, sizeof(struct sockaddr_nl), netlink_text },
	{ AF_PACKET, offsetof(struct sockaddr_ll, sll_addr), packet_text },
};

void endpoint_text(char *out, size_t room, const void *address, size_t size)
{
	sa_family_t family;
	if (!room)
		return;
	*out = '\0';
	if (size < sizeof family) {
		if (size)
			hex_text(out, room, address, size);
		return;
	}
	memcpy(&family, address, sizeof family);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (forms[i].family == family && size >= forms[i].least) {
			forms[i].text(out, room, address, size);
			return;
		}
	other_text(out, room, family, address, size);
}

/* --- from text ------------------------------------------------------------------------ */

/* Digits and nothing else; strtoul() would take blanks and signs. */
static bool parse_number(const char *text, unsigned long most, unsigned long *ret_number)
{
	size_t digits = strspn(text, "0123456789");
	if (!digits || digits > 10 || text[digits])
		return false;
	unsigned long long number = strtoull(text, NULL, 10);
	if (number > most)
		return false;
	*ret_number = (unsigned long)number;
	return true;
}

static bool parse_inet(const char *host, unsigned long port, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	if (inet_pton(AF_INET, host, &inet.sin_addr) != 1)
		return false;
	*ret_address = (struct sockaddr_storage){ 0 };
	memcpy(ret_address, &inet, sizeof inet);
	return true;
}

/* host has lost its brackets, and loses its scope here. */
static bool parse_inet6(char *host, unsigned long port, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	char *percent = strchr(host, '%');
	if (percent) {
		unsigned long scope;
		if (!parse_number(percent + 1, UINT32_MAX, &scope))
			return false;
		inet6.sin6_scope_id = (uint32_t)scope;
		*percent = '\0';
	}
	if (inet_pton(AF_INET6, host, &inet6.sin6_addr) != 1)
		return false;
	*ret_address = (struct sockaddr_storage){ 0 };
	memcpy(ret_address, &inet6, sizeof inet6);
	return true;
}

bool endpoint_parse(const char *text, struct sockaddr_storage *ret_address)
{
	char host[INET6_ADDRSTRLEN + sizeof "[%4294967295]"];
	const char *colon = strrchr(text, ':');
	unsigned long port;
	if (!colon || (size_t)(colon - text) >= sizeof host ||
	    !parse_number(colon + 1, UINT16_MAX, &port))
		return false;
	size_t length = (size_t)(colon - text);
	memcpy(host, text, length);
	host[length] = '\0';
	if (*host != '[')
		return parse_inet(host, port, ret_address);
	if (host[length - 1] != ']')
		return false;
	host[length - 1] = '\0';
	return parse_inet6(host + 1, port, ret_address);
}
