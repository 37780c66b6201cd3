/*
 * Preloaded into socktrace, drops what comes through netlink sockets: FAIL_FROM is the first
 * message that nobody gets, counted from 1. So it is where the kernel has no room for an answer
 * (netlink(7), ENOBUFS). Who socktrace starts has nothing of it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static ssize_t (*next_recvmsg)(int fd, struct msghdr *message, int flags);
static unsigned long first, count;

__attribute__((constructor)) static void begin(void)
{
	const char *from = getenv("FAIL_FROM");
	next_recvmsg = (ssize_t(*)(int, struct msghdr *, int))dlsym(RTLD_NEXT, "recvmsg");
	first = from ? strtoul(from, NULL, 10) : 0;
	unsetenv("LD_PRELOAD");
	unsetenv("FAIL_FROM");
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	int domain = 0;
	socklen_t size = sizeof domain;
	ssize_t result = next_recvmsg(fd, message, flags);
	if (result < 0 || getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ||
	    domain != AF_NETLINK || ++count < first || !first)
		return result;
	errno = ENOBUFS;
	return -1;
}
