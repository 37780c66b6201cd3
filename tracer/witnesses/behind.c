#include "witnesses/behind.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int open_here(const struct opening *opening)
{
	int fd = opening->path ? open(opening->path, O_RDONLY | O_CLOEXEC)
			       : socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
					opening->protocol);
	return fd < 0 ? -errno : fd;
}

/* Into the namespace: who has no right to that may have it in the user namespace that owns it. */
static int enter(int door)
{
	if (setns(door, CLONE_NEWNET) == 0)
		return 0;
	int owner = ioctl(door, NS_GET_USERNS);
	int result =
		owner >= 0 && setns(owner, CLONE_NEWUSER) == 0 && setns(door, CLONE_NEWNET) == 0
			? 0
			: -errno;
	auto_close(&owner);
	return result;
}

/* What is opened gets the number of `place`. 0 or -errno. */
static int open_at(int door, const struct opening *opening, int place)
{
	int result = enter(door);
	if (result < 0)
		return result;
	int fd = open_here(opening);
	if (fd < 0)
		return fd;
	result = dup3(fd, place, O_CLOEXEC) < 0 ? -errno : 0;
	close(fd);
	return result;
}

/*
 * A process that has entered a namespace of another user does not come back. So a process of its
 * own goes there, which shares our descriptors and nothing else, and leaves what it opened with us;
 * its status says why it could not. Its end raises no signal.
 */
int open_behind(int door, const struct opening *opening)
{
	struct clone_args args = { .flags = CLONE_FILES };
	int place = fcntl(door, F_DUPFD_CLOEXEC, 0);
	if (place < 0)
		return -errno;
	pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	int status = 0, result = child < 0 ? -errno : 0;
	if (child == 0)
		_exit(-open_at(door, opening, place));
	while (child > 0 && waitpid(child, &status, __WALL) < 0 && errno == EINTR)
		;
	if (status)
		result = WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
	if (result == 0)
		return place;
	close(place);
	return result;
}
