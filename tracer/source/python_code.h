/*
 * Python's code objects: which file and function a frame runs, and where in it. What a code object
 * says never changes, but its address can be another's later: each look-up compares its bytes.
 */
#pragma once

#include "source/python_layout.h"
#include "source/python_lines.h"
#include "source/python_pieces.h"

#include "support/map.h"

/* Whose code it is. */
enum python_origin {
	ORIGIN_PROGRAM,
	ORIGIN_INSTALLED, /* site-packages */
	ORIGIN_LIBRARY,   /* the standard library */
};

enum { CODE_IDENTITY = 160 };

struct python_code {
	/* The object's bytes from its first line's number to its table's address. */
	unsigned char identity[CODE_IDENTITY];
	char *file;     /* as Python names it; bytes that are no UTF-8 as they are */
	char *function; /* qualified from 3.11 on; NULL: unreadable */
	enum python_origin origin;
	bool event_loop; /* the function in which asyncio's loop goes round, or calls back */
	uint8_t *table;
	size_t table_size;
	unsigned first_line;
	/* The last answer. */
	bool answered;
	uint64_t address;
	struct python_position position;
};

/* One interpreter, as one address space has it. A fork has the same. */
struct python_image {
	unsigned holders;
	struct python_layout layout;
	uint64_t runtime;   /* the address of _PyRuntime */
	uint64_t code_type; /* of PyCode_Type; 0: not known yet */
	struct map codes;   /* address -> struct python_code */
};

struct python_image *python_image_new(void);
/* One holder less; with the last one it goes. */
void python_image_release(struct python_image *image);

/* The code object at that address, NULL if there is none. Lives until python_image_trim(). */
struct python_code *python_code_at(struct python_image *image, struct pieces *pieces,
				   uint64_t address);

/* Between look-ups: forgets all code objects when there are very many. */
void python_image_trim(struct python_image *image);

/* Where in its file the instruction is; line 0 if the table does not tell. */
struct python_position python_code_position(const struct python_image *image,
					    struct python_code *code, uint64_t address);
