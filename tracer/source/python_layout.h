/*
 * Where CPython keeps what is needed of its structures, version by version: offsets in bytes, of
 * 64-bit little endian. Up to 3.12 they are a table; from 3.13 on the interpreter itself tells
 * them (_Py_DebugOffsets, at the beginning of _PyRuntime).
 */
#pragma once

#include "types/memory.h"

#include <stdbool.h>
#include <stdint.h>

enum python_field {
	RUNTIME_INTERPRETERS, /* _PyRuntime.interpreters.head */
	INTERPRETER_NEXT,
	INTERPRETER_THREADS,
	THREAD_NEXT,
	THREAD_FRAME,  /* the frame; with CFRAME_FRAME: a _PyCFrame, which has it */
	CFRAME_FRAME,  /* 3.11 and 3.12 */
	THREAD_ID,     /* pthread_self() */
	THREAD_NATIVE, /* gettid(), from 3.11 on */
	FRAME_CODE,
	FRAME_BACK,        /* the caller's frame */
	FRAME_INSTRUCTION, /* f_lasti, an int; from 3.11 on a pointer */
	FRAME_OWNER,       /* from 3.11 on; a byte */
	FRAME_COPY,        /* which thread's copy of the bytecode it runs (3.14 without the GIL) */
	CODE_FILE,
	CODE_NAME,
	CODE_QUALIFIED_NAME, /* from 3.11 on */
	CODE_TABLE,          /* co_lnotab, co_linetable */
	CODE_FIRST_LINE,
	CODE_BYTES,  /* co_code_adaptive, from 3.11 on; the code itself, no pointer */
	CODE_COPIES, /* co_tlbc */
	OBJECT_TYPE,
	TYPE_NAME,
	BYTES_SIZE,
	BYTES_DATA,
	STRING_STATE,
	STRING_LENGTH,
	STRING_ASCII, /* the characters of a string that is ASCII */
	STRING_OTHER, /* and of any other */
	PYTHON_FIELDS,
};

/* This version has no such field. */
enum { PYTHON_ABSENT = 0xffff };

struct python_layout {
	unsigned minor; /* of 3.minor */
	bool free_threaded;
	uint64_t of[PYTHON_FIELDS];
	/* What to read of one, so that all fields are in it. */
	uint64_t thread_size, frame_size, code_size;
};

enum { PYTHON_OLDEST = 8, PYTHON_NEWEST = 15 };

/* PY_VERSION_HEX of 3.minor, whatever its micro version. */
bool python_version_minor(uint64_t version, unsigned *ret_minor);

/* Fills in the offsets of 3.8 to 3.12; false for others. */
bool python_layout_known(struct python_layout *layout, unsigned minor);

/* Asks the interpreter whose _PyRuntime is at that address. False: it tells nothing, or nothing
 * that can be. *ret_minor is its version where it tells one, even if that is too new; else 0. */
bool python_layout_read(struct python_layout *layout, const struct memory *memory, uint64_t runtime,
			unsigned *ret_minor);
