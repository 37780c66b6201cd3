#include "support/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where the splitting is: what is still to be read, and where the next byte is written. */
struct splitter {
	const char *in;
	char *out;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* '...': everything up to the next quote is meant as it is. */
static int copy_single_quoted(struct splitter *splitter)
{
	for (splitter->in++; *splitter->in != '\''; splitter->in++) {
		if (!*splitter->in)
			return -EINVAL;
		*splitter->out++ = *splitter->in;
	}
	splitter->in++;
	return 0;
}

/* Outside quotes a backslash makes the next character ordinary, and joins two lines. */
static int copy_escaped(struct splitter *splitter)
{
	char next = splitter->in[1];
	if (!next)
		return -EINVAL;
	if (next != '\n')
		*splitter->out++ = next;
	splitter->in += 2;
	return 0;
}

/* "...": a backslash is one only before the characters POSIX names (Shell, 2.2.3). */
static int copy_double_quoted(struct splitter *splitter)
{
	splitter->in++;
	while (*splitter->in != '"') {
		if (!*splitter->in)
			return -EINVAL;
		if (*splitter->in == '\\' && splitter->in[1] && strchr("$`\"\\\n", splitter->in[1]))
			copy_escaped(splitter);
		else
			*splitter->out++ = *splitter->in++;
	}
	splitter->in++;
	return 0;
}

static int copy_part(struct splitter *splitter)
{
	switch (*splitter->in) {
	case '\'':
		return copy_single_quoted(splitter);
	case '"':
		return copy_double_quoted(splitter);
	case '\\':
		return copy_escaped(splitter);
	default:
		*splitter->out++ = *splitter->in++;
		return 0;
	}
}

/* A backslash at a line's end joins the lines: between words it is no word of its own. */
static void skip_blanks(struct splitter *splitter)
{
	while (is_blank(*splitter->in) || strncmp(splitter->in, "\\\n", 2) == 0)
		splitter->in += is_blank(*splitter->in) ? 1 : 2;
}

static int copy_word(struct splitter *splitter)
{
	while (*splitter->in && !is_blank(*splitter->in)) {
		int error = copy_part(splitter);
		if (error)
			return error;
	}
	*splitter->out++ = '\0';
	return 0;
}

int words_split(const char *text, char ***ret_argv)
{
	/* Words have a blank between them, so half the length is the most there can be; and
	 * what is copied, with a NUL for each blank or for the end, is never longer than text. */
	size_t length = strlen(text);
	if (length > SIZE_MAX / 16)
		return -ENOMEM;
	size_t slots = length / 2 + 2;
	char **argv = malloc(slots * sizeof *argv + length + 1);
	if (!argv)
		return -ENOMEM;

	struct splitter splitter = { .in = text, .out = (char *)(argv + slots) };
	size_t count = 0;
	for (skip_blanks(&splitter); *splitter.in; skip_blanks(&splitter)) {
		argv[count++] = splitter.out;
		if (copy_word(&splitter)) {
			free(argv);
			return -EINVAL;
		}
	}
	argv[count] = NULL;
	*ret_argv = argv;
	return 0;
}
