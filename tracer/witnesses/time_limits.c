#include "witnesses/time_limits.h"

#include "support/auto.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static int read_limit(int fd, int option, int64_t *ret_limit)
{
	enum { MICROSECONDS = 1000000 };
	struct timeval limit;
	socklen_t size = sizeof limit;
	if (getsockopt(fd, SOL_SOCKET, option, &limit, &size) < 0)
		return -errno;
	*ret_limit = (int64_t)limit.tv_sec * MICROSECONDS + limit.tv_usec;
	return 0;
}

int time_limits_read(const struct socket *socket, struct time_limits *ret_limits)
{
	struct time_limits limits;
	uint64_t cookie;
	socklen_t size = sizeof cookie;
	if (!socket->holders)
		return -ENOENT;
	autoclose int holder = (int)syscall(SYS_pidfd_open, socket->holder_pid, 0);
	if (holder < 0)
		return -errno;
	autoclose int copy = (int)syscall(SYS_pidfd_getfd, holder, socket->holder_fd, 0);
	if (copy < 0 || getsockopt(copy, SOL_SOCKET, SO_COOKIE, &cookie, &size) < 0)
		return -errno;
	if (cookie != socket->cookie)
		return -ESTALE;
	int result = read_limit(copy, SO_RCVTIMEO, &limits.receive);
	if (result == 0)
		result = read_limit(copy, SO_SNDTIMEO, &limits.send);
	if (result == 0)
		*ret_limits = limits;
	return result;
}
