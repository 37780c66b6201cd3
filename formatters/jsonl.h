/* The recording: one JSON object a line, from which every other format can be made. */
#pragma once

#include "formatters/formatter.h"

struct formatter *jsonl_open(FILE *file, const struct format_options *options);
void jsonl_write(struct formatter *formatter, const struct record *record);
void jsonl_close(struct formatter *formatter);
/* A record as one line, without its end; the caller's to free, NULL if there is no memory. */
char *jsonl_line(const struct record *record);
