#include "image.h"

#include "support/auto.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_COMMAND_LINE = 65536 };

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* proc_pid_comm(5): the base name of what execve() was given, cut after 15 bytes. */
static void read_name(struct image *image, pid_t pid)
{
	char path[64];
	const char *program = base_name(image->program);
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	autofclose FILE *file = fopen(path, "re");
	if (!file || !fgets(image->name, 17, file))
		snprintf(image->name, sizeof image->name, "%s", program);
	image->name[strcspn(image->name, "\n")] = '\0';
	if (strncmp(program, image->name, 15) == 0)
		snprintf(image->name, sizeof image->name, "%s", program);
}

/* proc_pid_cmdline(5), proc_pid_exe(5) */
void image_read(struct image *image, pid_t pid)
{
	char path[64];
	size_t count = 0;
	*image = (struct image){ .words = calloc(1, MAX_COMMAND_LINE + 1) };

	snprintf(path, sizeof path, "/proc/%d/exe", pid);
	ssize_t length = readlink(path, image->program, sizeof image->program - 1);
	if (length < 0)
		snprintf(image->program, sizeof image->program, "?");
	read_name(image, pid);
	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 || !image->words ? -1 : read(fd, image->words, MAX_COMMAND_LINE);
	for (ssize_t at = 0; at < size && count < IMAGE_ARGUMENTS;
	     at += (ssize_t)strlen(image->words + at) + 1)
		image->argv[count++] = image->words + at;
}

void image_done(struct image *image)
{
	free(image->words);
}
