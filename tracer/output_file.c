#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static bool number_of(const char *text, unsigned *ret_number)
{
	char *end = NULL;
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	/* (uid_t)-1 would mean to fchown(2) that nothing is to change. */
	if (errno || *end || number >= (uid_t)-1)
		return false;
	*ret_number = (unsigned)number;
	return true;
}

bool output_file_owner(const char *uid, const char *gid, uid_t *ret_uid, gid_t *ret_gid)
{
	unsigned user = 0, group = 0;
	if (!number_of(uid, &user) || !number_of(gid, &group))
		return false;
	*ret_uid = user;
	*ret_gid = group;
	return true;
}

/* Where files have no owners (vfat) it stays as it is, and is written all the same. */
static void hand_over(int fd)
{
	uid_t uid = 0;
	gid_t gid = 0;
	if (geteuid() == 0 &&
	    output_file_owner(getenv("SUDO_UID"), getenv("SUDO_GID"), &uid, &gid) &&
	    fchown(fd, uid, gid) < 0)
		errno = 0;
}

int output_file_open(const char *path)
{
	/* With O_EXCL it is new, and no link to a file of somebody else. */
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0)
		hand_over(fd);
	else if (errno == EEXIST)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}
