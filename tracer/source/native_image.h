/* Inside native.c's house: the files of machine code that a process has mapped, each opened when
 * somebody first asks for an address in it. Processes that were forked share one image. */
#pragma once

#include "support/map.h"
#include "types/memory.h"

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;

/* One mapped file: what libdwfl calls a module. */
struct native_file {
	struct image *image;
	char *path;          /* as in /proc/PID/maps; "[vdso]" */
	uint64_t start, end; /* of its first mapping */
	uint64_t last;       /* behind its last */
	uint64_t inode;      /* 0: it is no file */
	bool runtime;        /* the C library or another run-time library */
	bool program;        /* what was executed */
	bool lines;          /* it has debug information, as far as anybody has looked */
	bool libc;           /* the C library is a part of it: it was linked statically */
	struct native_file *next;
};

struct image {
	Dwfl *dwfl;
	unsigned users;   /* processes */
	unsigned word;    /* bytes of a return address */
	uint16_t machine; /* EM_X86_64 ... */
	struct native_file *files;
	struct map sites;    /* native_site.h */
	struct arena *arena; /* of what the sites point to */
	/* Of the thread that is looked at now. */
	pid_t pid;
	const struct memory *memory;
};

/* What the process has mapped now; NULL: nobody says. */
struct image *image_new(pid_t pid, const struct memory *memory);
/* Looks again at what it has mapped. All that was known of addresses is forgotten. */
void image_refresh(struct image *image);
/* One user less. NULL is fine. */
void image_leave(struct image *image);

/* NULL: there is no such file. */
Dwfl_Module *image_module(const struct image *image, uint64_t address,
			  struct native_file **ret_file);

/* native_debug.c: libdwfl's question for the debug information that stands apart. A descriptor,
 * or -1. */
int image_find_debug(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		     const char *file, const char *link, GElf_Word crc, char **ret_path);
