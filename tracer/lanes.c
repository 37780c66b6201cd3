#include "lanes.h"

#include "support/arena.h"
#include "support/hash.h"
#include "support/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* "python3.11" counts as "python". */
static bool is_interpreter(const char *name)
{
	static const char *const interpreters[] = { "python", "pypy", "perl", "ruby", "node",
						    "nodejs", "bash", "dash", "sh",   "zsh",
						    "php",    "lua",  "tclsh" };
	size_t length = strlen(name);
	while (length && (isdigit((unsigned char)name[length - 1]) || name[length - 1] == '.'))
		length--;
	for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++)
		if (strlen(interpreters[i]) == length &&
		    strncmp(interpreters[i], name, length) == 0)
			return true;
	return false;
}

/* The first word that is no option; of `python -m http.server` the module. */
static const char *script_of(const char *const *argv)
{
	if (!argv[0])
		return NULL;
	for (argv++; *argv; argv++) {
		if (strcmp(*argv, "-m") == 0 && argv[1])
			return argv[1];
		if (strcmp(*argv, "-c") == 0 || strcmp(*argv, "-e") == 0)
			return NULL;
		if ((strcmp(*argv, "-W") == 0 || strcmp(*argv, "-X") == 0) && argv[1])
			argv++;
		else if (**argv != '-')
			return *argv;
	}
	return NULL;
}

/* A name on disk is any bytes, one in a record is UTF-8: two lanes must not become one there. */
static void make_text(char *name)
{
	for (size_t left = strlen(name); left;) {
		size_t length = utf8_length(name, left, NULL);
		if (!length)
			*name = '?';
		name += length ? length : 1;
		left -= length ? length : 1;
	}
}

char *lane_base(const char *program, const char *const *argv)
{
	const char *name = base_name(program);
	const char *script = is_interpreter(name) ? script_of(argv) : NULL;
	char *base = strdup(script ? base_name(script) : name);
	if (base)
		make_text(base);
	return base;
}

int lanes_init(struct lanes *lanes)
{
	*lanes = (struct lanes){ .arena = arena_new() };
	return lanes->arena ? 0 : -ENOMEM;
}

void lanes_done(struct lanes *lanes)
{
	arena_free(lanes->arena);
	free(lanes->names);
	map_done(&lanes->taken);
	*lanes = (struct lanes){ 0 };
}

static struct lane_name *lane_name(struct lanes *lanes, const char *base)
{
	for (size_t i = 0; i < lanes->count; i++)
		if (strcmp(lanes->names[i].base, base) == 0)
			return &lanes->names[i];
	struct lane_name *longer = realloc(lanes->names, (lanes->count + 1) * sizeof *lanes->names);
	const char *copy = arena_copy(lanes->arena, base);
	if (longer)
		lanes->names = longer;
	if (!longer || !copy)
		return NULL;
	longer[lanes->count] = (struct lane_name){ .base = copy };
	return &longer[lanes->count++];
}

const char *lane_new(struct lanes *lanes, const char *base)
{
	struct lane_name *name = lane_name(lanes, base);
	if (!name)
		return "?";
	const char *lane = NULL;
	do {
		name->given++;
		lane = name->given == 1 ? name->base
					: arena_printf(lanes->arena, "%s-%u", base, name->given);
		/* The second "server" is not called like a program "server-2". */
	} while (lane && map_get(&lanes->taken, hash_text(lane)));
	if (!lane || map_put(&lanes->taken, hash_text(lane), (void *)(uintptr_t)lane) < 0)
		return "?";
	return lane;
}

const char *lane_of_thread(struct lanes *lanes, const char *lane, unsigned number)
{
	const char *name = arena_printf(lanes->arena, "%s/t%u", lane, number);
	return name ? name : "?";
}
