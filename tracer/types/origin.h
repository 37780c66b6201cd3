/* Which call of the other end sent some of the bytes that a call received: one part of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { MOST_ORIGINS = 8 };

struct origin {
	uint64_t number; /* n of the call that sent them; 0: it is not shown */
	/* Several calls whose bytes are not told apart: at the same time in the kernel, or too
	 * many. Then these are the last one's n, and how many they are; else `number` again, and 1.
	 */
	uint64_t last, calls;
	const char *call; /* "send"; NULL: several with different names */
	uint64_t offset;  /* of the first of these bytes in what was sent, from 0 */
	uint64_t length;  /* bytes */
	bool returned;    /* what was sent is known: */
	uint64_t of;      /* so many bytes */
};
