/*
 * The line of C, or of whatever else machine code was made of, that made a call: from the stack
 * of the stopped thread, the symbols and the debug information of the files it has mapped. What
 * was once found out of an address is kept, so that a call from a known place costs one read of
 * the thread's stack.
 *
 * A library that is mapped where another one was before (dlclose, then dlopen) is taken for that
 * one until the process uses an address that was not known.
 */
#pragma once

#include "source/text.h"
#include "source/thread.h"
#include "types/source.h"

#include <stdbool.h>
#include <stddef.h>

struct natives;

/* Whether there is anything behind this header: a build without libdw finds nothing. */
bool natives_exist(void);
/* Texts are borrowed. NULL without memory. */
struct natives *natives_new(struct source_texts *texts);
/* NULL is fine. */
void natives_free(struct natives *natives);

/* The innermost line outside of the C library and the run-time libraries, else the innermost such
 * function's name. False: neither is known. Strings are borrowed until the next call. */
bool natives_line(struct natives *natives, const struct source_thread *thread,
		  struct source *ret_source);
/* The whole stack; returns how many frames it has. Strings as above. */
size_t natives_stack(struct natives *natives, const struct source_thread *thread,
		     struct source_frame ret_frames[SOURCE_MOST_FRAMES]);

/* A child has its maker's memory, as it is now. */
void natives_forked(struct natives *natives, pid_t maker, pid_t child);
/* The process is gone, or runs another program. */
void natives_forget(struct natives *natives, pid_t pid);
