#include "witnesses/witnesses.h"

#include "support/auto.h"
#include "support/endpoint.h"
#include "witnesses/look.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

/* A copy of the process's descriptor, close-on-exec: pidfd_getfd(2). The caller closes it
 * before the process runs on. Returns it or -errno. */
static int copy_descriptor(const struct process *process, int fd)
{
	if (process->pidfd < 0)
		return -ESRCH;
	int copy = (int)syscall(SYS_pidfd_getfd, process->pidfd, fd, 0);
	return copy < 0 ? -errno : copy;
}

/* -ENOTSOCK if it is none. */
static int read_cookie(int fd, uint64_t *ret_cookie)
{
	socklen_t size = sizeof *ret_cookie;
	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, ret_cookie, &size) < 0 ? -errno : 0;
}

static int option(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof value;
	getsockopt(fd, SOL_SOCKET, name, &value, &size);
	return value;
}

/* Whether the address names anybody: an unbound socket answers with port 0, an unnamed
 * one of AF_UNIX with its family alone. */
static bool is_set(const struct sockaddr_storage *address, socklen_t size)
{
	struct sockaddr_in6 inet6;
	if (size <= sizeof address->ss_family)
		return false;
	/* The port stands at the same place in struct sockaddr_in. */
	memcpy(&inet6, address, sizeof inet6);
	bool inet = address->ss_family == AF_INET || address->ss_family == AF_INET6;
	return !inet || inet6.sin6_port;
}

/* getsockname() or getpeername() as text, empty if there is none. */
static void read_end(int fd, int (*ask)(int, struct sockaddr *, socklen_t *),
		     char text[ENDPOINT_SIZE])
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof address;
	*text = '\0';
	if (ask(fd, (struct sockaddr *)&address, &size) == 0 && size <= sizeof address &&
	    is_set(&address, size))
		endpoint_text(text, ENDPOINT_SIZE, &address, size);
}

/* Wrapped: C libraries differ in how they declare the pointers. */
static int local_end(int fd, struct sockaddr *address, socklen_t *size)
{
	return getsockname(fd, address, size);
}

static int remote_end(int fd, struct sockaddr *address, socklen_t *size)
{
	return getpeername(fd, address, size);
}

int witness_identify(const struct process *process, int fd, struct identity *ret_identity)
{
	return witness_identify_again(process, fd, NULL, ret_identity);
}

int witness_identify_again(const struct process *process, int fd, const struct socket *known,
			   struct identity *ret_identity)
{
	struct identity identity = { 0 };
	autoclose int copy = copy_descriptor(process, fd);
	if (copy < 0)
		return copy;
	int result = read_cookie(copy, &identity.cookie);
	if (result < 0)
		return result;
	bool same = known && known->cookie == identity.cookie;
	identity.domain = same ? known->domain : option(copy, SO_DOMAIN);
	identity.type = same ? known->type : option(copy, SO_TYPE);
	identity.protocol = same ? known->protocol : option(copy, SO_PROTOCOL);
	identity.listening = option(copy, SO_ACCEPTCONN);
	read_end(copy, local_end, identity.local);
	read_end(copy, remote_end, identity.remote);
	*ret_identity = identity;
	return 0;
}

int witness_descriptor(const struct process *process, int fd, uint64_t cookie,
		       struct sight *ret_sight)
{
	uint64_t found;
	autoclose int copy = copy_descriptor(process, fd);
	if (copy < 0)
		return copy;
	int result = read_cookie(copy, &found);
	if (result < 0)
		return result;
	if (cookie && cookie != found)
		return -ESTALE;
	look_through(copy, ret_sight);
	ret_sight->cookie = found;
	return 0;
}

bool witness_unchanged(const struct process *process, int fd, enum tcp_state state)
{
	autoclose int copy = copy_descriptor(process, fd);
	return copy >= 0 && state_through(copy) == state;
}
