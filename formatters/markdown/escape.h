/* Words of anybody in Markdown (GitHub's: CommonMark, tables, math), where they stay words. */
#pragma once

#include "formatters/line.h"

/* In a sentence, a heading or a table's cell; all on one line. */
void prose_put(struct line *line, const char *words);
/* `words`, not in a table; empty ones leave nothing. */
void code_put(struct line *line, const char *words);
/* A block between fences that nothing in it can close. `text` has line breaks and is inert. */
void fence_put(struct line *line, const char *language, const char *text);
