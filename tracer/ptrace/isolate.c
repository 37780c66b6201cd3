#include "ptrace/isolate.h"

#include "ptrace/localhost.h"
#include "support/auto.h"
#include "support/language.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int write_file(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t written = write(fd, text, strlen(text));
	if (written < 0)
		return -errno;
	/* A sysctl of one number leaves the rest of "5 6". */
	return (size_t)written == strlen(text) ? 0 : -EINVAL;
}

/* user_namespaces(7): an unprivileged process may map its own ids only, and the group
 * only once setgroups is denied. */
static int map_ids(uid_t uid, gid_t gid)
{
	char line[64];
	snprintf(line, sizeof line, "%u %u 1\n", uid, uid);
	int result = write_file("/proc/self/uid_map", line);
	if (result == 0)
		result = write_file("/proc/self/setgroups", "deny");
	snprintf(line, sizeof line, "%u %u 1\n", gid, gid);
	return result == 0 ? write_file("/proc/self/gid_map", line) : result;
}

int isolate_link(bool up)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = up ? IFF_UP | IFF_RUNNING : 0 };
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return -errno;
	return 0;
}

int isolate(const char **ret_what)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int result = 0;

	*ret_what = N_("network namespace");
	if (unshare(CLONE_NEWNET) < 0) {
		*ret_what = N_("user and network namespace");
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
			return -errno;
		*ret_what = N_("user namespace");
		result = map_ids(uid, gid);
	}
	if (result == 0) {
		*ret_what = N_("loopback interface");
		/* A machine without IPv6 may hand that down (net.core.devconf_inherit_init_net). */
		write_file("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "0");
		result = isolate_link(true);
	}
	if (result == 0)
		localhost_provide();
	return result;
}

int isolate_sysctl(const char *name, const char *value)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof path, "/proc/sys/%s", name);
	if (length < 0 || (size_t)length >= sizeof path)
		return -ENOENT;
	for (char *c = path; *c; c++)
		if (*c == '.')
			*c = '/';
	return write_file(path, value);
}
