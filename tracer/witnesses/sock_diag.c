/*
 * The exact question to sock_diag(7): one socket by its two ends. It costs the same whatever
 * the number of sockets, needs no right, and no descriptor.
 */
#include "witnesses/witnesses.h"

#include "support/endpoint.h"
#include "witnesses/look.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int witnesses_new(struct witnesses **ret_witnesses)
{
	/* An impossible pidfd: EBADF where the call exists. */
	if (syscall(SYS_pidfd_getfd, -1, 0, 0) < 0 && errno == ENOSYS)
		return -ENOSYS;
	struct witnesses *witnesses = calloc(1, sizeof *witnesses);
	if (!witnesses)
		return -ENOMEM;
	witnesses->copy.fd = -1;
	networks_init(&witnesses->networks);
	*ret_witnesses = witnesses;
	return 0;
}

void witnesses_free(struct witnesses *witnesses)
{
	if (!witnesses)
		return;
	witnesses_end(witnesses);
	networks_done(&witnesses->networks);
	free(witnesses);
}

/* --- the two ends --------------------------------------------------------------------- */

/* IPv4 is kept as ::ffff:a.b.c.d, network order as in the messages. */
struct ends {
	struct in6_addr local, remote;
	in_port_t local_port, remote_port; /* remote_port 0: a listener's, nobody */
	uint32_t interface;                /* link-local addresses mean one */
};

static struct in6_addr mapped(const void *inet4)
{
	struct in6_addr address = { 0 };
	address.s6_addr[10] = 0xff;
	address.s6_addr[11] = 0xff;
	memcpy(address.s6_addr + 12, inet4, 4);
	return address;
}

static bool parse_end(const char *text, struct in6_addr *ret_address, in_port_t *ret_port,
		      uint32_t *ret_interface)
{
	struct sockaddr_storage storage;
	struct sockaddr_in6 inet6;
	struct sockaddr_in inet;
	if (!endpoint_parse(text, &storage))
		return false;
	if (storage.ss_family == AF_INET6) {
		memcpy(&inet6, &storage, sizeof inet6);
		*ret_address = inet6.sin6_addr;
		*ret_port = inet6.sin6_port;
		*ret_interface = inet6.sin6_scope_id;
		return true;
	}
	memcpy(&inet, &storage, sizeof inet);
	*ret_address = mapped(&inet.sin_addr);
	*ret_port = inet.sin_port;
	*ret_interface = 0;
	return true;
}

static bool parse_ends(const char *local, const char *remote, struct ends *ret_ends)
{
	struct ends ends;
	uint32_t remote_interface;
	if (!parse_end(local, &ends.local, &ends.local_port, &ends.interface) ||
	    !parse_end(remote, &ends.remote, &ends.remote_port, &remote_interface))
		return false;
	if (!ends.interface)
		ends.interface = remote_interface;
	if (!ends.remote_port)
		ends.remote = in6addr_any;
	*ret_ends = ends;
	return true;
}

static bool is_inet4(const struct ends *ends)
{
	return IN6_IS_ADDR_V4MAPPED(&ends->local) &&
	       (!ends->remote_port || IN6_IS_ADDR_V4MAPPED(&ends->remote));
}

static void fill_address(__be32 words[4], const struct in6_addr *address, int family)
{
	memset(words, 0, sizeof(__be32[4]));
	if (family == AF_INET)
		memcpy(words, address->s6_addr + 12, 4);
	else
		memcpy(words, address, sizeof *address);
}

static bool same_address(const struct in6_addr *address, const __be32 words[4], int family)
{
	struct in6_addr found = mapped(words);
	if (family == AF_INET6)
		memcpy(&found, words, sizeof found);
	return IN6_ARE_ADDR_EQUAL(address, &found);
}

/* When the 4-tuple is gone the kernel answers with the port's listener. */
static bool is_answer_to(const struct inet_diag_msg *answer, const struct ends *ends)
{
	const struct inet_diag_sockid *id = &answer->id;
	return id->idiag_sport == ends->local_port && id->idiag_dport == ends->remote_port &&
	       same_address(&ends->local, id->idiag_src, answer->idiag_family) &&
	       (!ends->remote_port ||
		same_address(&ends->remote, id->idiag_dst, answer->idiag_family));
}

/* --- the question --------------------------------------------------------------------- */

static int ask(struct witnesses *witnesses, uint64_t network, const struct ends *ends, int family,
	       uint64_t cookie, struct inet_diag_msg *ret_answer)
{
	struct inet_diag_req_v2 request = { .sdiag_family = (uint8_t)family,
					    .sdiag_protocol = IPPROTO_TCP,
					    .idiag_states = UINT32_MAX };
	struct inet_diag_sockid *id = &request.id;
	id->idiag_sport = ends->local_port;
	id->idiag_dport = ends->remote_port;
	fill_address(id->idiag_src, &ends->local, family);
	fill_address(id->idiag_dst, &ends->remote, family);
	id->idiag_if = ends->interface;
	id->idiag_cookie[0] = cookie ? (uint32_t)cookie : INET_DIAG_NOCOOKIE;
	id->idiag_cookie[1] = cookie ? (uint32_t)(cookie >> 32) : INET_DIAG_NOCOOKIE;

	ssize_t size = network_ask(&witnesses->networks, network, &request, sizeof request,
				   ret_answer, sizeof *ret_answer);
	if (size < 0)
		return (int)size;
	if ((size_t)size < sizeof *ret_answer)
		return -EBADMSG;
	return is_answer_to(ret_answer, ends) ? 0 : -ENOENT;
}

static void fill_sight(const struct inet_diag_msg *answer, struct sight *ret_sight)
{
	struct sight sight = sight_blank(WITNESS_SOCK_DIAG);
	sight.state = state_of_kernel(answer->idiag_state);
	sight.inode = answer->idiag_inode;
	sight.cookie = answer->id.idiag_cookie[0] | (uint64_t)answer->id.idiag_cookie[1] << 32;
	if (sight.state == STATE_LISTEN) {
		sight.accept = answer->idiag_rqueue;
		sight.backlog = answer->idiag_wqueue;
	} else {
		sight.receive = without_fin_received(sight.state, answer->idiag_rqueue);
		sight.send = without_flag_sent(sight.state, answer->idiag_wqueue);
	}
	if (sight.state == STATE_TIME_WAIT && answer->idiag_timer == DIAG_TIMER_TIME_WAIT)
		sight.expires = answer->idiag_expires;
	*ret_sight = sight;
}

int witness_exact(struct witnesses *witnesses, uint64_t network, int domain, const char *local,
		  const char *remote, uint64_t cookie, struct sight *ret_sight)
{
	struct ends ends;
	struct inet_diag_msg answer = { 0 };
	if (!parse_ends(local, remote, &ends) || !ends.local_port)
		return -EINVAL;
	int result = -ENOENT;
	if (is_inet4(&ends) && domain != AF_INET6)
		result = ask(witnesses, network, &ends, AF_INET, cookie, &answer);
	/* A dual-stack listener's end of an IPv4 connection is one of AF_INET6. */
	if (result == -ENOENT && domain != AF_INET)
		result = ask(witnesses, network, &ends, AF_INET6, cookie, &answer);
	if (result == 0)
		fill_sight(&answer, ret_sight);
	return result;
}

uint64_t witnesses_home(const struct witnesses *witnesses)
{
	return witnesses->networks.home;
}

uint64_t witnesses_next_network(const struct witnesses *witnesses, size_t *position)
{
	const struct networks *networks = &witnesses->networks;
	while (*position < MOST_NETWORKS) {
		uint64_t id = networks->known[(*position)++].id;
		if (id && id != networks->home)
			return id;
	}
	return 0;
}

void witnesses_forget_network(struct witnesses *witnesses, uint64_t network)
{
	network_forget(&witnesses->networks, network);
}
