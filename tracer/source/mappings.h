/* The files that a process has mapped, as /proc/PID/maps lists them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct mapping {
	uint64_t start, end;
	uint64_t offset;  /* of its first byte in the file */
	const char *path; /* as the process names it; empty: no file. Borrowed until the next one */
};

struct mappings {
	FILE *file;
	char *line;
	size_t room;
};

/* tid: of any thread; a leader that has ended has no mappings any more. 0 or -errno. */
int mappings_open(struct mappings *mappings, pid_t tid);
void mappings_done(struct mappings *mappings);

/* False at the end. */
bool mappings_next(struct mappings *mappings, struct mapping *ret_mapping);

/* What follows the last slash of a path. */
const char *path_base(const char *path);

/* Opens the file behind a mapping, for reading: even if it is deleted or in another mount namespace
 * where we may (/proc/TID/map_files wants a privilege). A descriptor, or -errno. */
int mapping_open_file(pid_t tid, const struct mapping *mapping);
