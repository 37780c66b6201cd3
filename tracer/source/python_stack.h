/* From a thread of the kernel to the Python frames it runs. */
#pragma once

#include "source/python_code.h"
#include "source/python_pieces.h"

#include "types/source.h"

#include <stdbool.h>
#include <sys/types.h>

/* Who is looked for. */
struct python_caller {
	pid_t tid;
	uint64_t thread_pointer; /* fs_base; tpidr_el0 on aarch64 */
};

struct python_frame {
	struct python_code *code;
	uint64_t address; /* of the instruction, in bytes from the beginning of the code */
};

/* No stack is followed further. */
enum { PYTHON_FRAMES = 64 };

struct python_stack {
	struct python_frame frames[PYTHON_FRAMES]; /* the innermost first */
	size_t count;
	bool whole; /* the last one is the outermost of its thread */
};

/* python_thread.c: the innermost frame of the thread; 0: it runs no Python code. *state is the
 * address of its PyThreadState as it was found the last time, 0 at first. */
uint64_t python_thread_frame(const struct python_image *image, struct pieces *pieces,
			     const struct python_caller *caller, uint64_t *state);

/* Follows the frames from that one on until one is the program's own and, with `whole`, to the
 * end. */
void python_stack_walk(struct python_image *image, struct pieces *pieces, uint64_t frame,
		       bool whole, struct python_stack *stack);

/* python_show.c: of the frames walked, what to tell of the call. via has room for `room` bytes.
 * False: there is nothing to tell. Strings are the frames' and via's. */
bool python_show(const struct python_image *image, const struct python_stack *stack, char *via,
		 size_t room, struct source *ret_source);
