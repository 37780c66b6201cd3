#include "ptrace/find.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

bool program_is_script(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	char head[2];
	return fd >= 0 && read(fd, head, sizeof head) == sizeof head && memcmp(head, "#!", 2) == 0;
}

/* 0 if execve() has a chance with it. */
static int judge(const char *path)
{
	struct stat status;
	if (stat(path, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (!S_ISREG(status.st_mode) || access(path, X_OK) < 0)
		return -EACCES;

	/* A script without `#!` would be run by a shell, but execve() refuses it. */
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char head[4] = { 0 };
	if (fd < 0 || read(fd, head, sizeof head) < 2)
		return 0; /* may not be read, yet may be executed */
	if (memcmp(head, "#!", 2) == 0)
		return 0;
	for (size_t i = 0; i < sizeof head; i++)
		if (head[i] < ' ' && head[i] != '\n' && head[i] != '\t')
			return 0; /* binary; binfmt_misc may know it */
	return head[0] == 0x7F ? 0 : -ENOEXEC;
}

static int found(const char *path, char **ret_path)
{
	int result = judge(path);
	if (result < 0)
		return result;
	char *copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	*ret_path = copy;
	return 0;
}

int program_find(const char *name, char **ret_path)
{
	if (!*name)
		return -ENOENT;
	if (strchr(name, '/'))
		return found(name, ret_path);

	const char *path = getenv("PATH");
	int worst = -ENOENT;
	for (const char *entry = path ? path : "/bin:/usr/bin";;) {
		size_t length = strcspn(entry, ":");
		autofree char *candidate = NULL;
		/* An empty entry means the current directory. */
		if (asprintf(&candidate, "%.*s/%s", length ? (int)length : 1, length ? entry : ".",
			     name) < 0)
			return -ENOMEM;
		int result = found(candidate, ret_path);
		if (result == 0 || result == -ENOMEM || result == -ENOEXEC)
			return result;
		/* Like a shell: what may not be run is passed over, and told if nothing may; but
		 * a folder that may not be searched tells nothing of what is in it. */
		if (result == -EACCES && access(candidate, F_OK) == 0)
			worst = result;
		if (!entry[length])
			return worst;
		entry += length + 1;
	}
}
