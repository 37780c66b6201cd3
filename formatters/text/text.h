/* The format a person reads while the program runs: INTERFACE, section 2. */
#pragma once

#include "formatters/formatter.h"

struct formatter *text_open(FILE *file, const struct format_options *options);
void text_write(struct formatter *text, const struct record *record);
void text_close(struct formatter *text);
