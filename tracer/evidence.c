#include "evidence.h"

#include "sockets/sockets.h"
#include "witnesses/addresses.h"
#include "witnesses/holders.h"
#include "witnesses/owners.h"
#include "witnesses/process_facts.h"
#include "witnesses/settings.h"
#include "witnesses/thread_facts.h"
#include "witnesses/time_limits.h"
#include "witnesses/witnesses.h"

static struct witnesses *witnesses_of(const struct evidence *evidence)
{
	return ((const struct live_evidence *)evidence)->witnesses;
}

static int ask_holders(const struct evidence *evidence, uint64_t network, int protocol,
		       uint16_t port, struct port_holders *ret_holders)
{
	return witness_holders(witnesses_of(evidence), network, protocol, port, ret_holders);
}

static int ask_clients(const struct evidence *evidence, uint64_t network, int protocol,
		       uint16_t port, struct port_holders *ret_clients)
{
	return witness_clients(witnesses_of(evidence), network, protocol, port, ret_clients);
}

static int ask_inode(const struct evidence *evidence, const struct socket *socket,
		     uint64_t *ret_inode)
{
	return witness_inode(witnesses_of(evidence), socket, ret_inode);
}

/* An inode of a socket is one of the whole machine: no namespace matters. */
static int ask_owners(const struct evidence *evidence, const uint64_t *inodes, size_t count,
		      struct owners *ret_owners)
{
	(void)evidence;
	return owners_find("/proc", inodes, count, ret_owners);
}

static int ask_sysctl(const struct evidence *evidence, uint64_t network, const char *name,
		      int64_t *ret_values, size_t room)
{
	return witness_sysctl(witnesses_of(evidence), network, name, ret_values, room);
}

static int ask_own(const struct evidence *evidence, uint64_t network, const char *endpoint)
{
	return witness_is_own_address(witnesses_of(evidence), network, endpoint);
}

static int ask_addresses(const struct evidence *evidence, uint64_t network,
			 struct own_addresses *ret_addresses)
{
	return witness_addresses(witnesses_of(evidence), network, ret_addresses);
}

static int ask_counters(const struct evidence *evidence, uint64_t network,
			struct listen_counters *ret_counters)
{
	return witness_listen_counters(witnesses_of(evidence), network, ret_counters);
}

static int ask_process(const struct evidence *evidence, pid_t pid, struct process_facts *ret_facts)
{
	(void)evidence;
	return process_facts_read("/proc", pid, ret_facts);
}

static int ask_thread(const struct evidence *evidence, pid_t pid, pid_t tid,
		      struct thread_facts *ret_facts)
{
	(void)evidence;
	return thread_facts_read("/proc", pid, tid, ret_facts);
}

static int ask_sight(const struct evidence *evidence, const struct socket *socket,
		     struct sight *ret_sight)
{
	return witness_exact(witnesses_of(evidence), socket->network, socket->domain, socket->local,
			     socket->remote, socket->cookie, ret_sight);
}

static const struct socket *find_socket(const struct evidence *evidence, uint64_t cookie)
{
	const struct sockets *sockets = ((const struct live_evidence *)evidence)->sockets;
	return sockets ? sockets_by_cookie(sockets, cookie) : NULL;
}

static int ask_time_limits(const struct evidence *evidence, const struct socket *socket,
			   struct time_limits *ret_limits)
{
	(void)evidence;
	return time_limits_read(socket, ret_limits);
}

void live_evidence_init(struct live_evidence *evidence, struct witnesses *witnesses)
{
	*evidence = (struct live_evidence){
		.evidence = { .holders = ask_holders,
			      .clients = ask_clients,
			      .inode = ask_inode,
			      .owners = ask_owners,
			      .sysctl = ask_sysctl,
			      .is_own_address = ask_own,
			      .addresses = ask_addresses,
			      .listen_counters = ask_counters,
			      .process = ask_process,
			      .thread = ask_thread,
			      .sight = ask_sight,
			      .socket = find_socket,
			      .time_limits = ask_time_limits },
		.witnesses = witnesses,
	};
}
