/* Lecture notes of a run: what happened as a story, with diagrams and tables, as GitHub shows them.
 */
#pragma once

#include "formatters/formatter.h"

struct formatter *markdown_open(FILE *file, const struct format_options *options);
void markdown_write(struct formatter *markdown, const struct record *record);
void markdown_close(struct formatter *markdown);
