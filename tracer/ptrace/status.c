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

static const char *find(const struct status *status, const char *label)
{
	size_t length = strlen(label);
	for (const char *line = status->text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, label, length) == 0)
			return line + length;
	}
	return NULL;
}

bool status_number(const struct status *status, const char *label, int base, uint64_t *ret_number)
{
	const char *value = find(status, label);
	if (value)
		*ret_number = strtoull(value, NULL, base);
	return value != NULL;
}

bool status_effective_user(const struct status *status, uint64_t *ret_user)
{
	const char *value = find(status, "Uid:");
	char *rest = NULL;
	if (!value)
		return false;
	strtoull(value, &rest, 10);
	*ret_user = strtoull(rest, NULL, 10);
	return true;
}
