/* strace's own lines, so that every tool that reads strace reads them (strace(1), 6.1). */
#pragma once

#include "formatters/formatter.h"

struct formatter *strace_open(FILE *file, const struct format_options *options);
void strace_write(struct formatter *strace, const struct record *record);
void strace_close(struct formatter *strace);
