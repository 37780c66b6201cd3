#include "witnesses/addresses.h"

#include "support/auto.h"
#include "support/endpoint.h"
#include "witnesses/behind.h"
#include "witnesses/look.h"
#include "witnesses/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* --- one message -------------------------------------------------------------------------- */

struct inet_bytes {
	uint8_t bytes[sizeof(struct in6_addr)];
	size_t size;
};

static size_t size_of(int family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

/* IFA_LOCAL is this end's, and IFA_ADDRESS, where both are there, a point-to-point peer's. */
static struct inet_bytes find_address(const char *message, size_t size, int family)
{
	struct inet_bytes found = { .size = 0 };
	size_t offset = MNL_ALIGN(sizeof(struct ifaddrmsg));
	while (offset + sizeof(struct nlattr) <= size) {
		const struct nlattr *one = (const struct nlattr *)(const void *)(message + offset);
		if (!mnl_attr_ok(one, (int)(size - offset)))
			break;
		uint16_t type = mnl_attr_get_type(one);
		bool wanted = type == IFA_LOCAL || (type == IFA_ADDRESS && !found.size);
		if (wanted && mnl_attr_get_payload_len(one) >= size_of(family)) {
			found.size = size_of(family);
			memcpy(found.bytes, mnl_attr_get_payload(one), found.size);
		}
		offset += MNL_ALIGN(one->nla_len);
	}
	return found;
}

bool address_parse(const void *message, size_t size, struct own_address *ret_address)
{
	struct ifaddrmsg head;
	if (size < sizeof head)
		return false;
	memcpy(&head, message, sizeof head);
	/* While it is looked whether somebody else has an address, and when so, nobody binds to
	 * it (RFC 4862, 5.4). */
	bool usable = !(head.ifa_flags & IFA_F_DADFAILED) &&
		      (!(head.ifa_flags & IFA_F_TENTATIVE) || head.ifa_flags & IFA_F_OPTIMISTIC);
	if ((head.ifa_family != AF_INET && head.ifa_family != AF_INET6) || !usable)
		return false;
	struct inet_bytes found = find_address(message, size, head.ifa_family);
	struct own_address address = { .family = head.ifa_family, .interface = head.ifa_index };
	if (!found.size || !inet_ntop(address.family, found.bytes, address.text, INET_END_SIZE))
		return false;
	*ret_address = address;
	return true;
}

/* --- the questions -------------------------------------------------------------------------- */

static struct mnl_socket *open_route(struct witnesses *witnesses, uint64_t network)
{
	const struct opening opening = { .protocol = NETLINK_ROUTE };
	int fd = network_open(&witnesses->networks, network, &opening);
	struct mnl_socket *netlink = fd < 0 ? NULL : mnl_socket_fdopen(fd);
	if (!netlink)
		auto_close(&fd);
	else if (mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(netlink);
		netlink = NULL;
	}
	return netlink;
}

static void take(void *context, const void *message, size_t size)
{
	struct own_addresses *addresses = context;
	struct own_address address;
	if (!address_parse(message, size, &address))
		return;
	addresses->total++;
	if (addresses->count < ADDRESSES)
		addresses->rows[addresses->count++] = address;
}

int witness_addresses(struct witnesses *witnesses, uint64_t network,
		      struct own_addresses *ret_addresses)
{
	struct own_addresses addresses = { 0 };
	const struct ifaddrmsg all = { .ifa_family = AF_UNSPEC };
	const struct netlink_question question = {
		.type = RTM_GETADDR, .sequence = 1, .payload = &all, .size = sizeof all
	};
	const struct netlink_taker taker = { .take = take, .context = &addresses };
	struct mnl_socket *netlink = open_route(witnesses, network);
	if (!netlink)
		return -ENOTSUP;
	int result = netlink_dump(netlink, &question, &taker);
	mnl_socket_close(netlink);
	if (result == 0)
		*ret_addresses = addresses;
	return result;
}

/* A route's header, and behind it the address and, if one is named, the interface. */
struct route_question {
	struct rtmsg header;
	struct nlattr interface;
	uint32_t index;
	struct nlattr address;
	uint8_t bytes[sizeof(struct in6_addr)];
};

/* Its size in bytes; 0: that is no internet address. */
static size_t fill_question(const char *endpoint, struct route_question *ret_question)
{
	struct sockaddr_storage storage;
	struct sockaddr_in inet;
	struct sockaddr_in6 inet6;
	if (!endpoint_parse(endpoint, &storage))
		return 0;
	memcpy(&inet, &storage, sizeof inet);
	memcpy(&inet6, &storage, sizeof inet6);
	int family = storage.ss_family;
	const void *bytes = &inet.sin_addr;
	if (family == AF_INET6)
		bytes = &inet6.sin6_addr;
	/* connect() to no address at all is one to this host; of IPv4 the routes know that. */
	if (family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&inet6.sin6_addr))
		inet6.sin6_addr = in6addr_loopback;
	/* To an IPv4 address in IPv6's clothes lead the routes of IPv4. */
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&inet6.sin6_addr)) {
		family = AF_INET;
		bytes = inet6.sin6_addr.s6_addr + 12;
	}
	size_t size = size_of(family);
	*ret_question = (struct route_question){
		.header = { .rtm_family = (uint8_t)family, .rtm_dst_len = (uint8_t)(size * 8) },
		.interface = { .nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
			       .nla_type = RTA_OIF },
		.index = storage.ss_family == AF_INET6 ? inet6.sin6_scope_id : 0,
		.address = { .nla_len = (uint16_t)(sizeof(struct nlattr) + size),
			     .nla_type = RTA_DST },
	};
	memcpy(ret_question->bytes, bytes, size);
	return offsetof(struct route_question, bytes) + size;
}

/* What a connect() would get too: no route, one that forbids or swallows, no such family. */
static bool leads_nowhere(int error)
{
	static const int errors[] = { -ENETUNREACH, -EHOSTUNREACH, -EACCES,    -EINVAL,
				      -ENODEV,      -EAFNOSUPPORT, -EOPNOTSUPP };
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i] == error)
			return true;
	return false;
}

int witness_is_own_address(struct witnesses *witnesses, uint64_t network, const char *endpoint)
{
	struct route_question route;
	struct rtmsg answer = { 0 };
	size_t size = fill_question(endpoint, &route);
	if (!size)
		return -EINVAL;
	const struct netlink_question question = {
		.type = RTM_GETROUTE, .sequence = 1, .payload = &route, .size = size
	};
	struct mnl_socket *netlink = open_route(witnesses, network);
	if (!netlink)
		return -ENOTSUP;
	ssize_t got = netlink_ask(netlink, &question, &answer, sizeof answer);
	mnl_socket_close(netlink);
	if (got < 0)
		return leads_nowhere((int)got) ? 0 : (int)got;
	return got == sizeof answer ? answer.rtm_type == RTN_LOCAL : -EBADMSG;
}
