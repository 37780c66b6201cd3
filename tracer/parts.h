/* The files that a format writes beside its output: run.py, and run.server.py for a part of it. */
#pragma once

#include "formatters/formatter.h"
#include "options.h"

struct parts {
	struct format_parts face; /* the first member: what the format sees */
	const char *path;         /* of the output they belong to, borrowed */
	const char *extension;    /* the format's */
	const struct options *options;
	int error; /* the first -errno; it was told on standard error */
};

/* For an output that is a file. Nothing is to be freed. */
void parts_init(struct parts *parts, const char *path, const char *extension,
		const struct options *options);
