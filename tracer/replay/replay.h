/* A recording read back: JSON Lines to the records that a live trace made. */
#pragma once

#include "types/record.h"

#include <stdio.h>

struct replay_error {
	unsigned long line; /* counts from 1 */
	char message[320];
};

/*
 * Calls emit with each record, in order, in memory for one line at a time. Returns 0; what
 * emit returned, if that was not 0; -EBADMSG if a line is no record, -EIO if the file cannot be
 * read, -ENOMEM, each with ret_error. A last line that was cut off ends the replay in peace:
 * whoever wrote it crashed.
 */
int replay_run(FILE *in, int (*emit)(void *context, const struct record *record), void *context,
	       struct replay_error *ret_error);
