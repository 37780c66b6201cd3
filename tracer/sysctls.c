#include "sysctls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A dot becomes a slash of its path below /proc/sys: no other slash, and nothing unprintable. */
static bool is_name(const char *text, size_t length)
{
	static const char below[] = "net.";
	if (length < sizeof below || strncmp(text, below, sizeof below - 1) != 0)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~' || text[i] == '/')
			return false;
	return true;
}

static struct sysctl *find(const struct sysctls *sysctls, const char *name)
{
	for (size_t i = 0; i < sysctls->count; i++)
		if (strcmp(sysctls->rows[i].name, name) == 0)
			return &sysctls->rows[i];
	return NULL;
}

int sysctls_add(struct sysctls *sysctls, const char *setting, const char **ret_why)
{
	size_t length = strcspn(setting, "=");
	*ret_why = is_name(setting, length) ? "needs NAME=VALUE"
					    : "not the name of a setting below net.";
	if (!is_name(setting, length) || !setting[length] || !setting[length + 1])
		return -EINVAL;

	char *name = strndup(setting, length);
	struct sysctl *row = name ? find(sysctls, name) : NULL;
	if (row) {
		free(name);
		row->value = setting + length + 1;
		return 0;
	}
	struct sysctl *longer =
		name ? realloc(sysctls->rows, (sysctls->count + 1) * sizeof *longer) : NULL;
	if (!longer) {
		free(name);
		return -ENOMEM;
	}
	sysctls->rows = longer;
	longer[sysctls->count++] = (struct sysctl){ name, setting + length + 1 };
	return 0;
}

void sysctls_done(struct sysctls *sysctls)
{
	for (size_t i = 0; i < sysctls->count; i++)
		free((void *)(uintptr_t)sysctls->rows[i].name);
	free(sysctls->rows);
}
