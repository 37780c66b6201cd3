/* What a process runs: its file, the name it was called by, its words. */
#pragma once

#include <sys/types.h>

enum { IMAGE_ARGUMENTS = 256 };

struct image {
	char program[4096]; /* the file, all links followed; "?" if nobody says */
	char name[4096];    /* what it was called by: links and `#!` scripts keep theirs */
	char *words;        /* the command line, its words ended by NUL */
	const char *argv[IMAGE_ARGUMENTS + 1];
};

/* proc_pid_exe(5), proc_pid_comm(5), proc_pid_cmdline(5); what cannot be read is empty. */
void image_read(struct image *image, pid_t pid);
void image_done(struct image *image);
