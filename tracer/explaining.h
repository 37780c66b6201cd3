/* --explain: a topic, printed as a manual page is. */
#pragma once

#include "options.h"

#include <stdio.h>

/* Explains what `options` ask for. Returns 0, -ENOENT (there is no such topic), -ENOMEM. */
int explain_write(const struct options *options, FILE *file);

/* For somebody who asked in vain: the topics that have the nearest names. */
void explain_nearest(const char *name, char *ret_hint, size_t room);
