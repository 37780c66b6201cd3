#include "witnesses/network.h"

#include "support/auto.h"
#include "witnesses/behind.h"
#include "witnesses/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* asm-generic/socket.h, since Linux 5.14: not every C library has it. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* --- which one -------------------------------------------------------------------------- */

static uint64_t network_of_process(const char *process)
{
	char path[64];
	struct stat status;
	snprintf(path, sizeof path, "/proc/%s/ns/net", process);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

static bool has_cookie(int fd, uint64_t *ret_cookie)
{
	socklen_t size = sizeof *ret_cookie;
	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret_cookie, &size) == 0;
}

/* Before 5.14 a socket has no such number. Who has rights over its namespace may open that and look
 * which one it is; for others it is taken for one of its process's namespace. */
static uint64_t network_before_5_14(int fd, const char *process)
{
	struct stat status;
	autoclose int door = ioctl(fd, SIOCGSKNS);
	return door >= 0 && fstat(door, &status) == 0 ? status.st_ino : network_of_process(process);
}

static uint64_t own_network(void)
{
	uint64_t cookie;
	autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && has_cookie(fd, &cookie) ? cookie : network_of_process("self");
}

static struct network *find(struct networks *networks, uint64_t id)
{
	for (size_t i = 0; i < MOST_NETWORKS; i++)
		if (id && networks->known[i].id == id)
			return &networks->known[i];
	return NULL;
}

static void leave(struct network *network)
{
	if (network->door >= 0)
		close(network->door);
	if (network->netlink)
		mnl_socket_close(network->netlink);
	*network = (struct network){ .door = -1 };
}

static struct network *free_place(struct networks *networks)
{
	for (size_t i = 0; i < MOST_NETWORKS; i++)
		if (!networks->known[i].id)
			return &networks->known[i];
	struct network *network = &networks->known[networks->next];
	networks->next = (networks->next + 1) % MOST_NETWORKS;
	if (network->id == networks->home)
		return free_place(networks);
	leave(network);
	return network;
}

uint64_t network_of(struct networks *networks, int fd, pid_t pid)
{
	uint64_t id;
	if (!has_cookie(fd, &id)) {
		char process[16];
		snprintf(process, sizeof process, "%d", pid);
		id = network_before_5_14(fd, process);
	}
	if (!id || find(networks, id))
		return id;
	struct network *network = free_place(networks);
	network->id = id;
	network->door = ioctl(fd, SIOCGSKNS);
	network->error = network->door < 0 ? -ENOTSUP : 0;
	return id;
}

void network_forget(struct networks *networks, uint64_t id)
{
	struct network *network = id == networks->home ? NULL : find(networks, id);
	if (network)
		leave(network);
}

void networks_init(struct networks *networks)
{
	*networks = (struct networks){ .home = own_network() };
	for (size_t i = 0; i < MOST_NETWORKS; i++)
		networks->known[i].door = -1;
	networks->known[0].id = networks->home;
}

void networks_done(struct networks *networks)
{
	for (size_t i = 0; i < MOST_NETWORKS; i++)
		leave(&networks->known[i]);
}

/* --- the netlink socket ----------------------------------------------------------------- */

static ssize_t ask(struct networks *networks, const struct network *network, uint16_t flags,
		   const void *payload, size_t size, void *answer, size_t room)
{
	const struct netlink_question question = { .type = SOCK_DIAG_BY_FAMILY,
						   .flags = flags,
						   .sequence = ++networks->sequence,
						   .payload = payload,
						   .size = size };
	return netlink_ask(network->netlink, &question, answer, room);
}

static int dump(struct networks *networks, const struct network *network, const void *question,
		size_t size)
{
	char nothing[1];
	return (int)ask(networks, network, NLM_F_DUMP, question, size, nothing, sizeof nothing);
}

/* Without the module tcp_diag every question is answered with ENOENT, as if there were no such
 * socket. A dump of no state at all tells the two apart, and looks at no socket. */
static int try_out(struct networks *networks, const struct network *network)
{
	struct inet_diag_req_v2 question = { .sdiag_family = AF_INET,
					     .sdiag_protocol = IPPROTO_TCP };
	if (mnl_socket_bind(network->netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return dump(networks, network, &question, sizeof question);
}

static int open_in(const struct networks *networks, const struct network *network,
		   const struct opening *opening)
{
	if (network->id == networks->home)
		return open_here(opening);
	/* Behind an open one the door is the socket's namespace. */
	autoclose int again =
		network->netlink ? ioctl(mnl_socket_get_fd(network->netlink), SIOCGSKNS) : -1;
	int door = network->netlink ? again : network->door;
	return door < 0 ? -ENOTSUP : open_behind(door, opening);
}

bool network_is_short(int error)
{
	return error == -ENOMEM || error == -ENOBUFS || error == -EMFILE || error == -ENFILE;
}

static int open_netlink(struct networks *networks, struct network *network)
{
	const struct opening opening = { .protocol = NETLINK_SOCK_DIAG };
	if (network->netlink || network->error)
		return network->error;
	int fd = open_in(networks, network, &opening);
	network->netlink = fd < 0 ? NULL : mnl_socket_fdopen(fd);
	if (!network->netlink)
		auto_close(&fd);
	int result = network->netlink ? try_out(networks, network) : fd < 0 ? fd : -ENOMEM;
	if (result == 0) {
		auto_close(&network->door);
		network->door = -1;
		return 0;
	}
	/* It is asked again the next time. */
	if (network_is_short(result)) {
		if (network->netlink)
			mnl_socket_close(network->netlink);
		network->netlink = NULL;
		return result;
	}
	uint64_t id = network->id;
	leave(network);
	network->id = id;
	network->error = -ENOTSUP;
	return network->error;
}

ssize_t network_ask(struct networks *networks, uint64_t id, const void *question, size_t size,
		    void *answer, size_t room)
{
	struct network *network = find(networks, id);
	int result = network ? open_netlink(networks, network) : -ENOTSUP;
	if (result < 0)
		return result;
	return ask(networks, network, 0, question, size, answer, room);
}

int network_dump(struct networks *networks, uint64_t id, const void *question, size_t size)
{
	struct network *network = find(networks, id);
	int result = network ? open_netlink(networks, network) : -ENOTSUP;
	return result < 0 ? result : dump(networks, network, question, size);
}

int network_collect(struct networks *networks, uint64_t id, const void *question, size_t size,
		    const struct netlink_taker *taker)
{
	struct network *network = find(networks, id);
	int result = network ? open_netlink(networks, network) : -ENOTSUP;
	if (result < 0)
		return result;
	const struct netlink_question dump_question = { .type = SOCK_DIAG_BY_FAMILY,
							.sequence = ++networks->sequence,
							.payload = question,
							.size = size };
	return netlink_dump(network->netlink, &dump_question, taker);
}

int network_open(struct networks *networks, uint64_t id, const struct opening *opening)
{
	const struct network *network = find(networks, id);
	return network ? open_in(networks, network, opening) : -ENOTSUP;
}
