/* The recording: one JSON object a line, from which every other format can be made. */
#pragma once

#include "formatters/formatter.h"

struct formatter *jsonl_open(FILE *file, const struct format_options *options);
void jsonl_write(struct formatter *formatter, const struct record *record);
void jsonl_close(struct formatter *formatter);
/* A record's line, without its end. */
struct json_line;
void jsonl_line(struct json_line *line, const struct record *record);
