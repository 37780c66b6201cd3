/* -c: what the calls cost, each kind of call and each socket, in two tables at the end. */
#pragma once

#include "formatters/formatter.h"

struct formatter *counts_open(FILE *file, const struct format_options *options);
void counts_write(struct formatter *counts, const struct record *record);
void counts_close(struct formatter *counts);
