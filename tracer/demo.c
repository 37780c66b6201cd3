#include "demo.h"

#include "beside.h"

#include "support/auto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *demos_folder(void)
{
	static const char *const folders[] = { "build/demos", "demos", "../lib/socktrace/demos",
					       NULL };
	return beside_program(folders, ".", SOCKTRACE_LIBDIR "/demos");
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
