/* The transcripts of one run: each a format and the file it goes to. */
#pragma once

#include "options.h"
#include "types/record.h"

#include <stdbool.h>

struct outputs;

/* How a descriptor is to be written to: whether in colour; and the columns of the terminal that it
 * is, 0: it is none, or does not tell. */
bool output_color(const struct options *options, int fd);
unsigned output_width(int fd);

/* Opens all of them. Returns 0 or -errno with the path that failed (borrowed); -EEXIST: two would
 * be one file, or it is the recording; -EMEDIUMTYPE: a terminal, and the format is no text. */
int outputs_open(struct outputs **ret_outputs, const struct options *options,
		 const char **ret_path);

void outputs_write(struct outputs *outputs, const struct record *record);

/* Whether something is written and not yet handed to the kernel. */
bool outputs_dirty(const struct outputs *outputs);
void outputs_flush(struct outputs *outputs);
/* Whether nothing can be written any more, to none of them. */
bool outputs_failed(const struct outputs *outputs);

/* Whether a transcript goes to a terminal; what a |COMMAND writes may go there, too. */
bool outputs_on_terminal(const struct outputs *outputs);

/* Completes and frees all. Returns 0, or the first -errno that a write met. Each failure
 * was told on standard error once, when it came. */
int outputs_close(struct outputs *outputs);
