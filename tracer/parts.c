#include "parts.h"

#include "output_file.h"

#include "support/auto.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_NAME = 100 };

static void failed(struct parts *parts, const char *path)
{
	int error = errno ? errno : EIO;
	if (!parts->error)
		fprintf(stderr, "socktrace: %s: %s\n", path, strerror(error));
	parts->error = parts->error ? parts->error : -error;
}

/* How much of the output's path stands before its extension. */
static size_t stem_length(const struct parts *parts)
{
	size_t length = strlen(parts->path);
	size_t tail = strlen(parts->extension);
	bool has = length > tail + 1 && parts->path[length - tail - 1] == '.' &&
		   strcmp(parts->path + length - tail, parts->extension) == 0;
	return has ? length - tail - 1 : length;
}

/* A program chooses what it is called, and a recording may claim anything. */
static void make_harmless(char *name)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789.-_+";
	if (strlen(name) > LONGEST_NAME)
		name[LONGEST_NAME] = '\0';
	for (; *name; name++)
		if (!strchr(harmless, *name))
			*name = '_';
}

static char *part_path(const struct parts *parts, const char *name)
{
	autofree char *harmless = strdup(name);
	char *path = NULL;
	if (!harmless)
		return NULL;
	make_harmless(harmless);
	if (asprintf(&path, "%.*s.%s.%s", (int)stem_length(parts), parts->path, harmless,
		     parts->extension) < 0)
		return NULL;
	return path;
}

/* Whether another transcript of this run goes there. */
static bool is_taken(const struct parts *parts, const char *path)
{
	const struct options *options = parts->options;
	for (size_t i = 0; i < options->output_count; i++)
		if (options->outputs[i].path && strcmp(options->outputs[i].path, path) == 0)
			return true;
	return false;
}

/* NULL: errno says why. */
static FILE *file_open(const char *path)
{
	int fd = output_file_open(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	if (fd < 0)
		errno = -fd;
	else if (!file)
		close(fd);
	return file;
}

static FILE *part_open(struct format_parts *face, const char *name)
{
	struct parts *parts = (struct parts *)face;
	autofree char *path = part_path(parts, name);
	errno = ENOMEM;
	FILE *file = NULL;
	if (path && is_taken(parts, path))
		errno = EEXIST;
	else if (path)
		file = file_open(path);
	if (!file)
		failed(parts, path ? path : parts->path);
	return file;
}

static void part_close(struct format_parts *face, FILE *file)
{
	struct parts *parts = (struct parts *)face;
	errno = 0;
	bool bad = ferror(file);
	if (fclose(file) != 0 || bad)
		failed(parts, parts->path);
}

static char *part_name(struct format_parts *face, const char *name)
{
	autofree char *path = part_path((struct parts *)face, name);
	const char *slash = path ? strrchr(path, '/') : NULL;
	return path ? strdup(slash ? slash + 1 : path) : NULL;
}

void parts_init(struct parts *parts, const char *path, const char *extension,
		const struct options *options)
{
	*parts = (struct parts){
		.face = { .open = part_open, .close = part_close, .name = part_name },
		.path = path,
		.extension = extension,
		.options = options,
	};
}
