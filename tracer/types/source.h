/* The line of the program that made a call, as far as it could be found from outside. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum source_language {
	SOURCE_C,
	SOURCE_PYTHON,
	/* The other languages that machine code is made of, where its debug information names
	 * them; SOURCE_NATIVE: it does not. */
	SOURCE_CXX,
	SOURCE_RUST,
	SOURCE_GO,
	SOURCE_ASSEMBLER,
	SOURCE_NATIVE,
};

/* "c", "python", "c++" ...; the other way SOURCE_NATIVE if there is no such name. */
const char *source_language_name(enum source_language language);
enum source_language source_language_named(const char *name);

struct source {
	enum source_language language;
	const char
		*file; /* as the program's debug information or Python names it; NULL: not known */
	unsigned line; /* from 1; 0: not known */
	unsigned column; /* from 1, in bytes; 0: not known. Of Python: the call's own first byte */
	unsigned end_column;  /* behind its last byte; 0: not known */
	const char *function; /* NULL: not known */
	const char *text; /* the line as it stands in the file, so that columns fit; NULL: not to be
			     had */
	const char *via; /* "socket.py:930 create_server", "asyncio event loop (...)"; NULL: none */
	/* Where a relative `file` begins; NULL: not known. It is of this machine, and in no record.
	 */
	const char *folder;
};

/* One frame of the stack of machine code (-k). */
struct source_frame {
	const char *module;   /* the file whose code it is; NULL: not known */
	uint64_t address;     /* as that file numbers its code; of no module: in memory */
	const char *function; /* NULL: not known */
	uint64_t offset;      /* bytes behind the function's beginning */
	const char *file;     /* NULL: not known */
	unsigned line;        /* from 1; 0: not known */
};

/* No stack is shown deeper. */
enum { SOURCE_MOST_FRAMES = 64 };
