/* Words of anybody in a Mermaid diagram, where they mean nothing but themselves. */
#pragma once

#include "formatters/line.h"

/* On one line; punctuation that Mermaid or HTML could take amiss becomes its number: #59; */
void mermaid_put(struct line *line, const char *words);
/* The same between double quotes. */
void mermaid_quoted(struct line *line, const char *words);
