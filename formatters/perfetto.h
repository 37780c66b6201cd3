/*
 * A timeline for ui.perfetto.dev and chrome://tracing, in Chrome's Trace Event Format: an array of
 * events, one a line, that is valid wherever it ends, because the bracket at its end is optional.
 */
#pragma once

#include "formatters/formatter.h"

struct formatter *perfetto_open(FILE *file, const struct format_options *options);
void perfetto_write(struct formatter *perfetto, const struct record *record);
void perfetto_close(struct formatter *perfetto);
