#include "demo.h"

#include "support/auto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* FOLDER of the running program, and NAME: the caller's to free, NULL if it is not there. */
static char *beside_program(const char *name)
{
	char path[4096];
	char *folder = NULL;
	ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

	if (length <= 0)
		return NULL;
	path[length] = '\0';
	*strrchr(path, '/') = '\0';
	if (asprintf(&folder, "%s/%s", path, name) < 0)
		return NULL;
	if (access(folder, X_OK) == 0)
		return folder;
	free(folder);
	return NULL;
}

char *demos_folder(void)
{
	static const char *const names[] = { "build/demos", "demos", "../lib/socktrace/demos" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *folder = beside_program(names[i]);
		if (folder)
			return folder;
	}
	return strdup(SOCKTRACE_LIBDIR "/demos");
}

int demo_find(const char *name, char **ret_path)
{
	autofree char *demos = demos_folder();

	if (!*name || *name == '.' || strchr(name, '/'))
		return -ENOENT;
	return demos && asprintf(ret_path, "%s/%s/scenario", demos, name) >= 0 ? 0 : -ENOMEM;
}

int scenario_find(const char *file, char **ret_path)
{
	*ret_path = realpath(file, NULL);
	return *ret_path ? 0 : -errno;
}

int scenario_read(const char *path, struct scenario *ret_scenario, struct scenario_error *ret_error)
{
	autofree char *text = malloc(SCENARIO_MAX_SIZE + 1);
	autofclose FILE *file = fopen(path, "re");

	if (!text)
		return -ENOMEM;
	if (!file)
		return -errno;
	size_t size = fread(text, 1, SCENARIO_MAX_SIZE + 1, file);
	if (ferror(file))
		return -errno;
	return scenario_parse(ret_scenario, text, size, ret_error);
}
