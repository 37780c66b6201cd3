#include "witnesses/owners.h"

#include "support/auto.h"
#include "witnesses/proc_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* include/linux/proc_ns.h: the inode of the PID namespace in which all processes are. */
enum { FIRST_PID_NAMESPACE = 0xEFFFFFFC };

struct search {
	const uint64_t *inodes;
	size_t count;
	struct owners *owners;
};

static bool is_wanted(const struct search *search, uint64_t inode)
{
	for (size_t i = 0; inode && i < search->count; i++)
		if (search->inodes[i] == inode)
			return true;
	return false;
}

/* --- who it is ---------------------------------------------------------------------------- */

void user_name(const char *passwd, uid_t uid, char name[NAME_SIZE])
{
	/* Not getpwuid(): it may ask a daemon, which may be the process that we hold. */
	autofclose FILE *file = fopen(passwd, "re");
	const struct passwd *entry;
	snprintf(name, NAME_SIZE, "%u", uid);
	while (file && (entry = fgetpwent(file)))
		if (entry->pw_uid == uid) {
			snprintf(name, NAME_SIZE, "%s", entry->pw_name);
			return;
		}
}

static void describe(int process, struct owner *owner)
{
	char text[4096];
	uint64_t uid = (uid_t)-1;
	proc_comm(process, owner->comm);
	ssize_t size = proc_read(process, "cmdline", text, sizeof text);
	proc_program(text, size > 0 ? (size_t)size : 0, owner->program, sizeof owner->program);
	/* "Uid:" real, effective, saved, of the file system. */
	if (proc_read(process, "status", text, sizeof text) > 0)
		proc_number(text, "Uid:", 10, 1, &uid);
	owner->uid = (uid_t)uid;
	user_name("/etc/passwd", owner->uid, owner->user);
}

/* --- what it has open ----------------------------------------------------------------------- */

/* The process's row of that socket, or a new one; NULL: there is no more room. */
static struct owner *row_of(struct owners *owners, pid_t pid, int fd, uint64_t inode, int process)
{
	for (size_t i = owners->count; i > 0; i--) {
		struct owner *owner = &owners->rows[i - 1];
		if (owner->pid == pid && owner->inode == inode)
			return owner;
	}
	owners->total++;
	if (owners->count == OWNERS)
		return NULL;
	struct owner *owner = &owners->rows[owners->count++];
	*owner = (struct owner){ .inode = inode, .pid = pid, .fd = fd };
	describe(process, owner);
	return owner;
}

/* Looks at each descriptor in one folder "fd". Returns how many there are or -errno. */
static int look_at_descriptors(const struct search *search, int process, const char *path,
			       pid_t pid)
{
	autoclosedir DIR *fds = proc_folder(process, path);
	if (!fds)
		return -errno;
	int count = 0;
	errno = 0;
	for (const struct dirent *entry; (entry = readdir(fds)); errno = 0) {
		char target[64];
		if (*entry->d_name == '.')
			continue;
		count++;
		ssize_t size = readlinkat(dirfd(fds), entry->d_name, target, sizeof target - 1);
		target[size < 0 ? 0 : size] = '\0';
		uint64_t inode = proc_socket_inode(target);
		if (!is_wanted(search, inode))
			continue;
		int fd = (int)strtol(entry->d_name, NULL, 10);
		struct owner *owner = row_of(search->owners, pid, fd, inode, process);
		if (owner && ++owner->descriptors && fd < owner->fd)
			owner->fd = fd;
	}
	return errno ? -errno : count;
}

/* Where the main thread has ended before the others it shows no descriptors: another one does. */
static void look_at_threads(const struct search *search, int process, pid_t pid)
{
	autoclosedir DIR *tasks = proc_folder(process, "task");
	for (const struct dirent *entry; tasks && (entry = readdir(tasks));) {
		char path[300];
		pid_t tid = proc_pid(entry->d_name);
		snprintf(path, sizeof path, "task/%d/fd", tid);
		if (tid && tid != pid && look_at_descriptors(search, process, path, pid) > 0)
			return;
	}
}

static void look_at_process(const struct search *search, int proc, const char *name, pid_t pid)
{
	autoclose int process = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int count = process < 0 ? -errno : look_at_descriptors(search, process, "fd", pid);
	if (count == -EACCES || count == -EPERM)
		search->owners->unreadable++;
	if (count == 0)
		look_at_threads(search, process, pid);
}

/* --- all of them ---------------------------------------------------------------------------- */

/* Whether there may be processes that are not in this /proc. */
static bool hides(int proc, bool first_seen)
{
	struct stat status;
	bool all = fstatat(proc, "self/ns/pid", &status, 0) == 0 &&
		   status.st_ino == FIRST_PID_NAMESPACE;
	/* Process 1 is always there, and somebody else's: hidepid does not show it. */
	return !all || !first_seen;
}

int owners_find(const char *proc, const uint64_t *inodes, size_t count, struct owners *ret_owners)
{
	struct owners owners = { 0 };
	const struct search search = { .inodes = inodes, .count = count, .owners = &owners };
	autoclosedir DIR *processes = proc_folder(AT_FDCWD, proc);
	if (!processes)
		return -errno;
	bool first_seen = false;
	for (const struct dirent *entry; (entry = readdir(processes));) {
		pid_t pid = proc_pid(entry->d_name);
		first_seen = first_seen || pid == 1;
		if (pid)
			look_at_process(&search, dirfd(processes), entry->d_name, pid);
	}
	owners.unlisted = hides(dirfd(processes), first_seen);
	*ret_owners = owners;
	return 0;
}
