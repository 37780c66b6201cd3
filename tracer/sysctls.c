#include "sysctls.h"

#include "support/language.h"

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

/* The row's name is taken, whatever comes of it. */
static int append(struct sysctls *sysctls, struct sysctl row)
{
	struct sysctl *longer = realloc(sysctls->rows, (sysctls->count + 1) * sizeof *longer);
	if (!longer) {
		free((void *)(uintptr_t)row.name);
		return -ENOMEM;
	}
	sysctls->rows = longer;
	longer[sysctls->count++] = row;
	return 0;
}

const char *sysctls_add(struct sysctls *sysctls, const char *setting)
{
	size_t length = strcspn(setting, "=");
	if (!is_name(setting, length))
		return _("not the name of a setting below net.");
	if (!setting[length] || !setting[length + 1])
		return _("needs NAME=VALUE, as in net.ipv4.tcp_fin_timeout=5");

	char *name = strndup(setting, length);
	struct sysctl *row = name ? find(sysctls, name) : NULL;
	if (row) {
		free(name);
		row->value = setting + length + 1;
		return NULL;
	}
	struct sysctl added = { .name = name, .value = setting + length + 1 };
	return name && append(sysctls, added) == 0 ? NULL : _("there is no memory left");
}

int sysctls_add_missing(struct sysctls *sysctls, const struct sysctls *more)
{
	for (size_t i = 0; i < more->count; i++) {
		struct sysctl row = more->rows[i];
		if (find(sysctls, row.name))
			continue;
		row.name = strdup(row.name);
		if (!row.name || append(sysctls, row) < 0)
			return -ENOMEM;
	}
	return 0;
}

void sysctls_done(struct sysctls *sysctls)
{
	for (size_t i = 0; i < sysctls->count; i++)
		free((void *)(uintptr_t)sysctls->rows[i].name);
	free(sysctls->rows);
}
