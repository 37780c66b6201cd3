#include "beside.h"

#include "support/auto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The running program's own; NULL where /proc does not tell. */
static char *program_folder(void)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
	if (length <= 0)
		return NULL;
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	return strdup(path);
}

char *beside_program(const char *const *folders, const char *file, const char *installed)
{
	autofree char *own = program_folder();
	for (; own && *folders; folders++) {
		autofree char *path = NULL;
		if (asprintf(&path, "%s/%s/%s", own, *folders, file) < 0)
			return NULL;
		if (access(path, R_OK) < 0)
			continue;
		path[strlen(path) - strlen(file) - 1] = '\0';
		return strdup(path);
	}
	return strdup(installed);
}
