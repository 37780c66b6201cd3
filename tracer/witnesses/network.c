#include "witnesses/network.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_SIZE = 8192 };

/* --- which one -------------------------------------------------------------------------- */

/* Before 5.14 a socket does not tell: then it is taken for one of its process's namespace. */
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
		id = network_of_process(process);
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

/* --- messages --------------------------------------------------------------------------- */

static int send_question(struct networks *networks, const struct network *network, unsigned flags,
			 const void *question, size_t size)
{
	char buffer[MNL_NLMSG_HDRLEN + 128] = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = ++networks->sequence;
	memcpy(mnl_nlmsg_put_extra_header(message, size), question, size);
	return mnl_socket_sendto(network->netlink, message, message->nlmsg_len) < 0 ? -errno : 0;
}

/* What a message says if it is no socket: 0 for NLMSG_DONE without complaint. */
static int read_error(const struct nlmsghdr *message)
{
	int error = 0; /* both struct nlmsgerr and NLMSG_DONE begin with it */
	if (mnl_nlmsg_get_payload_len(message) < sizeof error)
		return -EBADMSG;
	memcpy(&error, mnl_nlmsg_get_payload(message), sizeof error);
	return error;
}

static ssize_t read_message(const struct nlmsghdr *message, void *answer, size_t room)
{
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return read_error(message);
	size_t size = mnl_nlmsg_get_payload_len(message);
	if (size > room)
		size = room;
	memcpy(answer, mnl_nlmsg_get_payload(message), size);
	return (ssize_t)size;
}

/* The kernel has answered before send_question() returned: nothing to wait for. */
static ssize_t read_answer(const struct networks *networks, const struct network *network,
			   void *answer, size_t room)
{
	_Alignas(struct nlmsghdr) char buffer[ANSWER_SIZE];
	for (;;) {
		ssize_t size = mnl_socket_recvfrom(network->netlink, buffer, sizeof buffer);
		if (size < 0)
			return -errno;
		const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)buffer;
		if (!mnl_nlmsg_ok(message, (int)size))
			return -EBADMSG;
		/* An older one that nobody took is of no interest. */
		if (message->nlmsg_seq == networks->sequence)
			return read_message(message, answer, room);
	}
}

/* --- the netlink socket ----------------------------------------------------------------- */

static int dump(struct networks *networks, const struct network *network, const void *question,
		size_t size)
{
	char nothing[1];
	int result = send_question(networks, network, NLM_F_DUMP, question, size);
	return result < 0 ? result : (int)read_answer(networks, network, nothing, sizeof nothing);
}

/* Without the module tcp_diag every question is answered with ENOENT, as if there were no such
 * socket. A dump of no state at all tells the two apart, and looks at no socket. */
static bool answers(struct networks *networks, const struct network *network)
{
	struct inet_diag_req_v2 question = { .sdiag_family = AF_INET,
					     .sdiag_protocol = IPPROTO_TCP };
	return mnl_socket_bind(network->netlink, 0, MNL_SOCKET_AUTOPID) == 0 &&
	       dump(networks, network, &question, sizeof question) == 0;
}

/* Into the namespace: who has no right to that may have it in the user namespace that owns it. */
static bool enter(int door)
{
	if (setns(door, CLONE_NEWNET) == 0)
		return true;
	int owner = ioctl(door, NS_GET_USERNS);
	bool inside =
		owner >= 0 && setns(owner, CLONE_NEWUSER) == 0 && setns(door, CLONE_NEWNET) == 0;
	auto_close(&owner);
	return inside;
}

/* The door's number becomes a netlink socket of the namespace behind it. */
static bool replace_door(int door)
{
	int netlink = -1;
	bool done = enter(door) &&
		    (netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				      NETLINK_SOCK_DIAG)) >= 0 &&
		    dup3(netlink, door, O_CLOEXEC) == door;
	auto_close(&netlink);
	return done;
}

/*
 * A process that has entered a namespace of another user does not come back. So a process of its
 * own goes there, which shares our descriptors and nothing else, and leaves the socket with us.
 * Its end raises no signal.
 */
static struct mnl_socket *open_behind(int door)
{
	struct clone_args args = { .flags = CLONE_FILES };
	pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	int status = -1;
	if (child == 0)
		_exit(replace_door(door) ? 0 : 1);
	while (child > 0 && waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
	return status == 0 ? mnl_socket_fdopen(door) : NULL;
}

static int open_netlink(struct networks *networks, struct network *network)
{
	if (network->netlink || network->error)
		return network->error;
	bool home = network->id == networks->home;
	network->netlink = home ? mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK)
				: open_behind(network->door);
	if (network->netlink)
		network->door = -1; /* it is the socket's number now, or never was one */
	if (network->netlink && answers(networks, network))
		return 0;
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
	if (!network || open_netlink(networks, network) < 0)
		return -ENOTSUP;
	int result = send_question(networks, network, 0, question, size);
	return result < 0 ? result : read_answer(networks, network, answer, room);
}

int network_dump(struct networks *networks, uint64_t id, const void *question, size_t size)
{
	struct network *network = find(networks, id);
	int result = network ? open_netlink(networks, network) : -ENOTSUP;
	return result < 0 ? result : dump(networks, network, question, size);
}
