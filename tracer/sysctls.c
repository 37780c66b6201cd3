#include "sysctls.h"

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

const char *sysctls_add(struct sysctls *sysctls, const char *setting)
{
	static const char no_memory[] = "there is no memory left";
	size_t length = strcspn(setting, "=");
	if (!is_name(setting, length))
		return "not the name of a setting below net.";
	if (!setting[length] || !setting[length + 1])
		return "needs NAME=VALUE, as in net.ipv4.tcp_fin_timeout=5";

	char *name = strndup(setting, length);
	struct sysctl *row = name ? find(sysctls, name) : NULL;
	if (row) {
		free(name);
		row->value = setting + length + 1;
		return NULL;
	}
	struct sysctl *longer =
		name ? realloc(sysctls->rows, (sysctls->count + 1) * sizeof *longer) : NULL;
	if (!longer) {
		free(name);
		return no_memory;
	}
	sysctls->rows = longer;
	longer[sysctls->count++] = (struct sysctl){ name, setting + length + 1 };
	return NULL;
}

void sysctls_done(struct sysctls *sysctls)
{
	for (size_t i = 0; i < sysctls->count; i++)
		free((void *)(uintptr_t)sysctls->rows[i].name);
	free(sysctls->rows);
}
