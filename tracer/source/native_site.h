/*
 * Inside native.c's house: what is known of one address of code. How to find the caller of the
 * function it stands in, and where in the sources it is. Both are found out once.
 */
#pragma once

#include "source/native_image.h"
#include "source/text.h"
#include "types/source.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a register's value of the caller is. */
enum native_where {
	WHERE_UNKNOWN,
	WHERE_REGISTER, /* it is still there */
	WHERE_FRAME,    /* in memory, at the frame's address + offset */
	WHERE_STACK,    /* in memory, at the stack pointer + offset: of a signal's frame */
};

struct native_value {
	enum native_where where;
	int64_t offset;
};

/*
 * How to leave a function at one of its addresses, as its call frame information has it. The
 * frame's address (DWARF: the CFA) is what the stack pointer is in the caller: this function's
 * stack or frame pointer + offset, or what memory holds there.
 */
struct native_rule {
	bool known;
	bool written; /* whether known or not, call frame information tells of the address */
	bool by_frame_pointer; /* not by the stack pointer */
	bool indirect;         /* memory there holds it */
	int64_t offset;
	struct native_value caller, frame_pointer;
	bool signal; /* the caller was interrupted: its address is no return address */
};

enum native_kind {
	SITE_LIBRARY, /* of the C library or the compiler's, a header's inline function too */
	SITE_OWN,  /* of the program or another library; only its function is known, or nothing */
	SITE_LINE, /* the same, and the line */
	SITE_NOWHERE, /* in no file: made at run time, or not known of yet */
};

struct native_site {
	enum native_kind kind;
	struct native_rule rule;
	struct source source;
	struct native_file *file; /* NULL: none */
	bool described;           /* `frame` is: it is for stacks only */
	struct source_frame frame;
	uint32_t depth;    /* bytes of stack that were needed from here to the line */
	uint32_t searches; /* for its rule, where nothing is written of it */
	uint32_t misses;   /* SITE_NOWHERE: how often it was met */
};

/* Of the instruction at that address, or of the call before it, to which it returns. NULL
 * without memory. */
struct native_site *site_get(struct image *image, struct source_texts *texts, uint64_t address,
			     bool returns);
/* Fills in its `frame`. */
void site_describe(struct image *image, struct native_site *site, uint64_t address, bool returns);
void sites_forget(struct image *image);

/* native_rule.c */
struct native_rule rule_find(const struct image *image, Dwfl_Module *module, uint64_t address,
			     bool returns);
/* native_search.c: of a function of which nothing is written, by its code and its callers'. */
struct native_rule rule_search(const struct image *image, uint64_t address, uint64_t stack);

enum line_found {
	LINE_UNKNOWN,
	LINE_SYSTEM, /* all of it is from the compiler's or the system's headers and libraries */
	LINE_FOUND,
};

/* native_line.c: the innermost line outside of system headers, strings in the image's arena.
 * `ret_folder`: what a relative file begins at; NULL: not known. */
enum line_found line_find(const struct image *image, Dwfl_Module *module, uint64_t address,
			  struct source *ret_source, const char **ret_folder);
/* The line itself, whosever it is. */
bool line_find_own(const struct image *image, Dwfl_Module *module, uint64_t address,
		   const char **ret_file, unsigned *ret_line);
