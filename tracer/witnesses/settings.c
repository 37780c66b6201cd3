#include "witnesses/settings.h"

#include "witnesses/behind.h"
#include "witnesses/look.h"
#include "witnesses/proc_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static ssize_t read_there(struct witnesses *witnesses, uint64_t network, const char *path,
			  char *text, size_t room)
{
	const struct opening opening = { .path = path };
	int fd = network_open(&witnesses->networks, network, &opening);
	return fd < 0 ? fd : proc_read_fd(fd, text, room);
}

/* A dot becomes a slash of its path, and a slash a dot, as sysctl(8) has it: an interface's name
 * may have a dot in it. False: it is no name below net. */
static bool write_path(const char *name, char *path, size_t room)
{
	static const char folder[] = "/proc/sys/";
	int length = snprintf(path, room, "%s%s", folder, name);
	if (strncmp(name, "net.", 4) != 0 || strstr(name, "//") || length < 0 ||
	    (size_t)length >= room)
		return false;
	for (char *c = path + sizeof folder - 1; *c; c++)
		if (*c == '.' || *c == '/')
			*c = *c == '.' ? '/' : '.';
	return true;
}

int witness_sysctl(struct witnesses *witnesses, uint64_t network, const char *name,
		   int64_t *ret_values, size_t room)
{
	char path[256], text[4096];
	if (!write_path(name, path, sizeof path))
		return -EINVAL;
	ssize_t size = read_there(witnesses, network, path, text, sizeof text);
	return size < 0 ? (int)size : proc_integers(text, ret_values, room);
}

int witness_listen_counters(struct witnesses *witnesses, uint64_t network,
			    struct listen_counters *ret_counters)
{
	/* Two lines of some 2,000 characters each, and the numbers grow. */
	char text[16384];
	struct listen_counters counters;
	ssize_t size = read_there(witnesses, network, "/proc/self/net/netstat", text, sizeof text);
	if (size < 0)
		return (int)size;
	if (!proc_netstat(text, "TcpExt:", "ListenOverflows", &counters.overflows) ||
	    !proc_netstat(text, "TcpExt:", "ListenDrops", &counters.drops))
		return -EBADMSG;
	*ret_counters = counters;
	return 0;
}
