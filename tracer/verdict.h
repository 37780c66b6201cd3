/* --check: what a run is to be told of its grader. */
#pragma once

#include "types/record.h"

#include <stdbool.h>

struct verdict {
	const char *rules; /* ids with commas between them that it is about; NULL: all. Borrowed. */
	bool mistake;      /* one of them found a mistake */
	bool incomplete;   /* evidence was lost */
};

/* All records of a run, live or replayed. */
void verdict_see(struct verdict *verdict, const struct record *record);
/* The exit status: 1, 125, or 0 (INTERFACE.md, Exit status). */
int verdict_status(const struct verdict *verdict, bool output_failed);
