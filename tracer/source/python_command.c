#include "source/python_command.h"

#include "support/auto.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COMMAND_LINE = 256 << 10 };

/* --- the options -------------------------------------------------------------------------- */

struct arguments {
	const char *next, *end;
};

static const char *take(struct arguments *arguments)
{
	const char *one = arguments->next;
	if (one == arguments->end)
		return NULL;
	arguments->next += strlen(one) + 1;
	return one;
}

/* A word of letters behind one dash: *ret_code is set if it holds the -c. False: the options end
 * with it. */
static bool read_letters(const char *letters, struct arguments *arguments, const char **ret_code)
{
	for (; *letters; letters++) {
		/* These take the rest of the word, or the next one. */
		if (!strchr("cmWX", *letters))
			continue;
		const char *value = letters[1] ? letters + 1 : take(arguments);
		if (*letters == 'c')
			*ret_code = value;
		return *letters == 'W' || *letters == 'X';
	}
	return true;
}

static const char *find_code(struct arguments arguments)
{
	const char *code = NULL;
	take(&arguments);
	for (const char *one; (one = take(&arguments));) {
		if (*one != '-' || !one[1])
			break;
		if (!strcmp(one, "--check-hash-based-pycs"))
			take(&arguments);
		else if (one[1] != '-' && !read_letters(one + 1, &arguments, &code))
			break;
	}
	return code;
}

/* --- the line ----------------------------------------------------------------------------- */

/* What all lines that are not blank begin with: so many blanks or tabs. */
static size_t common_indentation(const char *code)
{
	const char *first = NULL;
	size_t common = 0;
	for (const char *line = code; *line;) {
		size_t length = strcspn(line, "\n"), indentation = strspn(line, " \t");
		if (indentation < length && !first) {
			first = line;
			common = indentation;
		} else if (indentation < length) {
			size_t same = 0;
			while (same < common && line[same] == first[same])
				same++;
			common = same;
		}
		line += length + (line[length] == '\n');
	}
	return common;
}

char *python_command_parse(const char *arguments, size_t size, unsigned minor, unsigned line)
{
	/* Every argument has its NUL, unless the program has written over them. */
	if (!size || arguments[size - 1] || !line)
		return NULL;
	const char *code =
		find_code((struct arguments){ .next = arguments, .end = arguments + size });
	if (!code)
		return NULL;
	size_t skip = minor >= 14 ? common_indentation(code) : 0;
	for (; line > 1; line--) {
		code = strchr(code, '\n');
		if (!code)
			return NULL;
		code++;
	}
	size_t length = strcspn(code, "\n");
	if (skip > length)
		skip = length;
	return length == skip ? NULL : strndup(code + skip, length - skip);
}

char *python_command_read(pid_t tid, size_t *ret_size)
{
	char path[32];
	snprintf(path, sizeof path, "/proc/%d/cmdline", (int)tid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	autofree char *arguments = malloc(MAX_COMMAND_LINE);
	size_t size = 0;
	if (fd < 0 || !arguments)
		return NULL;
	while (size < MAX_COMMAND_LINE) {
		ssize_t got = read(fd, arguments + size, MAX_COMMAND_LINE - size);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	*ret_size = size;
	return realloc(TAKE_POINTER(arguments), size + 1);
}
