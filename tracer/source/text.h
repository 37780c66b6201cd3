/*
 * Lines of source files, as the traced process would find them: below its own root. Only of
 * regular files that it may read itself, that are not too large, and that were not changed since
 * it became the program it is. What was read is kept, in bounds.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum {
	SOURCE_LARGEST_FILE = 4 << 20,
	SOURCE_LARGEST_LISTING = 256 << 10,
	SOURCE_LONGEST_LINE = 1000, /* bytes; of a longer one the rest is left out */
};

struct source_texts;

/* NULL without memory. */
struct source_texts *source_texts_new(void);
/* NULL is fine. */
void source_texts_free(struct source_texts *texts);

/*
 * The line, counted from 1, without its line break; NULL: it is not to be had. A relative path
 * begins at `folder`, if that is not NULL. Borrowed until the next call.
 */
const char *source_text_line(struct source_texts *texts, pid_t pid, const char *folder,
			     const char *path, unsigned line);

/*
 * All of the file, which ends with a NUL, the first time that it is asked for of a process; NULL
 * after that, and if it is not to be had, no UTF-8 text, or larger than SOURCE_LARGEST_LISTING.
 * Borrowed until the next call.
 */
const char *source_text_listing(struct source_texts *texts, pid_t pid, const char *folder,
				const char *path);

/* The process has just become another program. Of one that was there before us the kernel is
 * asked when it began. */
void source_texts_execed(struct source_texts *texts, pid_t pid);
/* A child runs the program of its maker. */
void source_texts_forked(struct source_texts *texts, pid_t maker, pid_t child);
/* It is gone: another one may get its number. */
void source_texts_forget(struct source_texts *texts, pid_t pid);
