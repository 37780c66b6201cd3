#include "source/mappings.h"

#include "support/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int mappings_open(struct mappings *mappings, pid_t tid)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/maps", (int)tid);
	*mappings = (struct mappings){ .file = fopen(path, "re") };
	return mappings->file ? 0 : -errno;
}

void mappings_done(struct mappings *mappings)
{
	auto_fclose(&mappings->file);
	free(mappings->line);
	*mappings = (struct mappings){ 0 };
}

/* "55d0c1a00000-55d0c1a02000 r--p 00000000 fe:01 1234   /usr/bin/python3.11" */
static bool parse(char *line, struct mapping *ret_mapping)
{
	struct mapping mapping = { .path = "" };
	int path = 0;
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n", &mapping.start,
		   &mapping.end, &mapping.offset, &path) != 3)
		return false;
	line[strcspn(line, "\n")] = '\0';
	/* Without a file the line ends before the %n. */
	if (path)
		mapping.path = line + path;
	*ret_mapping = mapping;
	return true;
}

bool mappings_next(struct mappings *mappings, struct mapping *ret_mapping)
{
	while (getline(&mappings->line, &mappings->room, mappings->file) > 0)
		if (parse(mappings->line, ret_mapping))
			return true;
	return false;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int mapping_open_file(pid_t tid, const struct mapping *mapping)
{
	/* Should it be a FIFO or a device by now, opening it must not wait. */
	const int how = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char path[PATH_MAX];
	if (*mapping->path != '/')
		return -ENOENT;
	snprintf(path, sizeof path, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)tid,
		 mapping->start, mapping->end);
	int fd = open(path, how);
	if (fd >= 0)
		return fd;
	if (snprintf(path, sizeof path, "/proc/%d/root%s", (int)tid, mapping->path) >=
	    (int)sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, how);
	return fd >= 0 ? fd : -errno;
}
