/* The sequence diagram of a run, for whatever draws Mermaid. */
#pragma once

#include "formatters/formatter.h"

struct formatter *mermaid_open(FILE *file, const struct format_options *options);
void mermaid_write(struct formatter *mermaid, const struct record *record);
void mermaid_close(struct formatter *mermaid);
