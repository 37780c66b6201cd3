#include "source/open.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>

static bool is_our_root(int root)
{
	struct stat theirs, ours;
	return fstat(root, &theirs) == 0 && stat("/", &ours) == 0 && theirs.st_ino == ours.st_ino &&
	       theirs.st_dev == ours.st_dev;
}

/* Looked up as the process would: its own root is the end of every "..", and where the links
 * begin that are absolute. The file itself stays unopened. */
static int find_file(pid_t pid, const char *path)
{
	char name[64];
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	snprintf(name, sizeof name, "/proc/%d/root", pid);
	autoclose int root = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -1;
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	/* Before Linux 5.6 a lookup ends where ours do: right if that is the same root. */
	if (fd < 0 && errno == ENOSYS && is_our_root(root))
		fd = open(path, O_PATH | O_CLOEXEC);
	return fd;
}

int source_open(pid_t pid, const char *path, struct stat *ret_status)
{
	char name[64];
	autoclose int found = find_file(pid, path);
	if (found < 0 || fstat(found, ret_status) < 0 || !S_ISREG(ret_status->st_mode))
		return -1;
	snprintf(name, sizeof name, "/proc/self/fd/%d", found);
	return open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}
