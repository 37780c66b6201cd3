#include "ptrace/status.h"

#include "support/auto.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool status_read(pid_t tid, struct status *ret_status)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/status", tid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, ret_status->text, sizeof ret_status->text - 1);
	if (size <= 0)
		return false;
	ret_status->text[size] = '\0';
	return true;
}

bool status_number(const struct status *status, const char *label, int base, uint64_t *ret_number)
{
	size_t length = strlen(label);
	for (const char *line = status->text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, label, length) != 0)
			continue;
		*ret_number = strtoull(line + length, NULL, base);
		return true;
	}
	return false;
}
