#include "witnesses/witnesses.h"

#include "support/endpoint.h"
#include "witnesses/look.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- the copy of a descriptor --------------------------------------------------------- */

static void drop_copy(struct witnesses *witnesses)
{
	if (witnesses->copy.fd >= 0)
		close(witnesses->copy.fd);
	witnesses->copy.fd = -1;
}

void witnesses_begin(struct witnesses *witnesses, const struct process *process)
{
	drop_copy(witnesses);
	witnesses->stopped = process;
}

void witnesses_end(struct witnesses *witnesses)
{
	drop_copy(witnesses);
	witnesses->stopped = NULL;
}

/* A copy of the process's descriptor, close-on-exec: pidfd_getfd(2). The one there is, if it is
 * of the same. Returns it or -errno. */
static int take_copy(struct witnesses *witnesses, const struct process *process, int number)
{
	struct copy *copy = &witnesses->copy;
	if (copy->fd >= 0 && copy->process == process && copy->number == number)
		return copy->fd;
	drop_copy(witnesses);
	if (process->pidfd < 0)
		return -ESRCH;
	int fd = (int)syscall(SYS_pidfd_getfd, process->pidfd, number, 0);
	if (fd < 0)
		return -errno;
	*copy = (struct copy){ .fd = fd, .process = process, .number = number };
	return fd;
}

/* The question is answered: another process's descriptor is not kept, it may be running. */
static void leave_copy(struct witnesses *witnesses)
{
	if (!witnesses->stopped || witnesses->copy.process != witnesses->stopped)
		drop_copy(witnesses);
}

/* Of the copy there is. -ENOTSOCK if it is none. */
static int read_cookie(struct witnesses *witnesses, uint64_t *ret_cookie)
{
	struct copy *copy = &witnesses->copy;
	socklen_t size = sizeof copy->cookie;
	if (!copy->cookie && getsockopt(copy->fd, SOL_SOCKET, SO_COOKIE, &copy->cookie, &size) < 0)
		return -errno;
	*ret_cookie = copy->cookie;
	return 0;
}

/* --- who it is ------------------------------------------------------------------------ */

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

static bool is_lingering(int fd)
{
	struct linger linger = { 0 };
	socklen_t size = sizeof linger;
	return getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) == 0 && linger.l_onoff;
}

static uint64_t inode_of(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static void read_identity(struct witnesses *witnesses, int fd, unsigned asked,
			  struct identity *identity)
{
	if (asked & ASK_KIND) {
		identity->domain = option(fd, SO_DOMAIN);
		identity->type = option(fd, SO_TYPE);
	}
	if (asked & ASK_PROTOCOL)
		identity->protocol = option(fd, SO_PROTOCOL);
	if (asked & ASK_LISTENING)
		identity->listening = option(fd, SO_ACCEPTCONN);
	if (asked & ASK_LINGERING)
		identity->lingering = is_lingering(fd);
	if (asked & ASK_NETWORK)
		identity->network =
			network_of(&witnesses->networks, fd, witnesses->copy.process->pid);
	if (asked & ASK_INODE && identity->domain == AF_UNIX)
		identity->inode = inode_of(fd);
	if (asked & ASK_LOCAL)
		read_end(fd, local_end, identity->local);
	if (asked & ASK_REMOTE)
		read_end(fd, remote_end, identity->remote);
}

int witness_identify(struct witnesses *witnesses, const struct process *process, int fd,
		     unsigned asked, struct identity *identity)
{
	int copy = asked ? take_copy(witnesses, process, fd) : 0;
	if (copy < 0 || !asked)
		return copy;
	int result = asked & ASK_COOKIE ? read_cookie(witnesses, &identity->cookie) : 0;
	if (result == 0)
		read_identity(witnesses, copy, asked, identity);
	leave_copy(witnesses);
	return result;
}

/* --- how it is ------------------------------------------------------------------------ */

/* Whether the copy there is may be of another socket than that: 0, -ESTALE or -errno. */
static int check_cookie(struct witnesses *witnesses, const struct question *question,
			uint64_t *ret_found)
{
	uint64_t wanted = question->cookie;
	*ret_found = wanted;
	if (wanted && question->certain)
		return 0;
	int result = read_cookie(witnesses, ret_found);
	return result == 0 && wanted && wanted != *ret_found ? -ESTALE : result;
}

int witness_descriptor(struct witnesses *witnesses, const struct process *process, int fd,
		       const struct question *question, struct sight *ret_sight)
{
	uint64_t found;
	int copy = take_copy(witnesses, process, fd);
	if (copy < 0)
		return copy;
	int result = check_cookie(witnesses, question, &found);
	if (result == 0) {
		look_through(copy, question, ret_sight);
		ret_sight->cookie = found;
	}
	leave_copy(witnesses);
	return result;
}

bool witness_unchanged(struct witnesses *witnesses, const struct process *process, int fd,
		       enum tcp_state state)
{
	int copy = take_copy(witnesses, process, fd);
	bool unchanged = copy >= 0 && state_through(copy) == state;
	leave_copy(witnesses);
	return unchanged;
}

pid_t witness_peer_process(struct witnesses *witnesses, const struct process *process, int fd,
			   uint64_t cookie)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof peer;
	uint64_t found = 0;
	int copy = take_copy(witnesses, process, fd);
	if (copy < 0)
		return 0;
	bool known = read_cookie(witnesses, &found) == 0 && found == cookie &&
		     getsockopt(copy, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
	leave_copy(witnesses);
	return known ? peer.pid : 0;
}
