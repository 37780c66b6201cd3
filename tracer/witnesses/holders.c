#include "witnesses/holders.h"

#include "support/endpoint.h"
#include "witnesses/look.h"
#include "witnesses/netlink.h"
#include "witnesses/witnesses.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

/* --- the question --------------------------------------------------------------------------- */

/* The header of the dump, and the filter behind it: a program of one comparison, which says how far
 * to go on if it holds (to the end: taken), and if not (beyond: refused). */
struct port_question {
	struct inet_diag_req_v2 header;
	struct nlattr attribute;
	struct inet_diag_bc_op equal, port;
};

static struct port_question question_of(int family, int protocol, uint8_t compared, uint16_t port)
{
	enum { PROGRAM = 2 * sizeof(struct inet_diag_bc_op) };
	return (struct port_question){
		.header = { .sdiag_family = (uint8_t)family,
			    .sdiag_protocol = (uint8_t)protocol,
			    .idiag_states = UINT32_MAX },
		.attribute = { .nla_len = sizeof(struct nlattr) + PROGRAM,
			       .nla_type = INET_DIAG_REQ_BYTECODE },
		.equal = { .code = compared, .yes = PROGRAM, .no = PROGRAM + 4 },
		.port = { .no = port },
	};
}

struct taking {
	int protocol;
	struct port_holders *holders;
	/* Of one that is looked for. */
	uint64_t cookie, inode;
};

static void take(void *context, const void *message, size_t size)
{
	struct taking *taking = context;
	struct port_holder holder;
	if (!holder_parse(message, size, taking->protocol, &holder))
		return;
	if (taking->holders)
		holders_add(taking->holders, &holder);
	if (taking->cookie && taking->cookie == holder.cookie)
		taking->inode = holder.inode;
}

/* `compared`: INET_DIAG_BC_S_EQ its own port, INET_DIAG_BC_D_EQ that of its other end. */
static int dump(struct witnesses *witnesses, uint64_t network, uint8_t compared, uint16_t port,
		struct taking *taking)
{
	static const int families[] = { AF_INET, AF_INET6 };
	const struct netlink_taker taker = { .take = take, .context = taking };
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		struct port_question question =
			question_of(families[i], taking->protocol, compared, port);
		int result = network_collect(&witnesses->networks, network, &question,
					     sizeof question, &taker);
		/* A kernel without IPv6 has no sockets of it. */
		if (result == -ENOENT && families[i] == AF_INET6)
			continue;
		if (result < 0)
			return result == -ENOENT ? -ENOTSUP : result;
	}
	return 0;
}

/* Linux 6.8 shows those that are bound and do not listen. The distributors' older kernels may have
 * learnt it: that shows when one is seen. */
static bool shows_bound(void)
{
	struct utsname name;
	unsigned major, minor;
	return uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 8));
}

int witness_holders(struct witnesses *witnesses, uint64_t network, int protocol, uint16_t port,
		    struct port_holders *ret_holders)
{
	struct port_holders holders = holders_none();
	struct taking taking = { .protocol = protocol, .holders = &holders };
	int result = dump(witnesses, network, INET_DIAG_BC_S_EQ, port, &taking);
	if (result < 0)
		return result;
	bool bound = holders.counts[STATE_CLOSED] > 0;
	holders.bound_unseen = protocol == IPPROTO_TCP && !bound && !shows_bound();
	*ret_holders = holders;
	return 0;
}

int witness_clients(struct witnesses *witnesses, uint64_t network, int protocol, uint16_t port,
		    struct port_holders *ret_clients)
{
	struct port_holders clients = holders_none();
	struct taking taking = { .protocol = protocol, .holders = &clients };
	int result = dump(witnesses, network, INET_DIAG_BC_D_EQ, port, &taking);
	if (result == 0)
		*ret_clients = clients;
	return result;
}

/* --- the inode of one ------------------------------------------------------------------------- */

static bool read_port(const char *endpoint, uint16_t *ret_port)
{
	struct sockaddr_storage address;
	struct sockaddr_in6 inet6;
	if (!endpoint_parse(endpoint, &address))
		return false;
	/* The port stands at the same place in struct sockaddr_in. */
	memcpy(&inet6, &address, sizeof inet6);
	*ret_port = ntohs(inet6.sin6_port);
	return *ret_port != 0;
}

static int ask_exactly(struct witnesses *witnesses, const struct socket *socket,
		       uint64_t *ret_inode)
{
	const char *remote = *socket->remote ? socket->remote : "0.0.0.0:0";
	struct sight sight;
	int result = witness_exact(witnesses, socket->network, socket->domain, socket->local,
				   remote, socket->cookie, &sight);
	if (result == 0)
		*ret_inode = sight.inode;
	return result;
}

/* 0 and an inode of 0: there is no such socket, or none that has one. */
static int find_inode(struct witnesses *witnesses, const struct socket *socket, uint64_t *ret_inode)
{
	struct taking taking = { .protocol = socket->protocol, .cookie = socket->cookie };
	uint16_t port;
	bool internet = taking.protocol == IPPROTO_TCP || taking.protocol == IPPROTO_UDP;
	if (!internet || !read_port(socket->local, &port))
		return -ENOENT;
	if (taking.protocol == IPPROTO_TCP && ask_exactly(witnesses, socket, ret_inode) == 0)
		return 0;
	/* Bound and no more, or of UDP: there is no exact question. */
	int result = dump(witnesses, socket->network, INET_DIAG_BC_S_EQ, port, &taking);
	if (result == 0)
		*ret_inode = taking.inode;
	return result;
}

int witness_inode(struct witnesses *witnesses, const struct socket *socket, uint64_t *ret_inode)
{
	uint64_t inode = socket->inode;
	int result = inode ? 0 : find_inode(witnesses, socket, &inode);
	if (result < 0 || !inode)
		return result < 0 ? result : -ENOENT;
	*ret_inode = inode;
	return 0;
}
