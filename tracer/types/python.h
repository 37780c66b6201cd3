/* The Python equivalent of a call. Strings live in the event's arena. */
#pragma once

#include <stddef.h>

struct python_variable {
	const char *name;   /* "conn" */
	const char *socket; /* the id of the socket it names */
};

struct python {
	const char *code;    /* "conn, addr = sock.accept()"; NULL: there is no equivalent */
	const char *comment; /* what the line gives: "b'hello'", "6 bytes"; NULL if nothing */
	const char *raises;  /* "ConnectionRefusedError: [Errno 111] ..."; NULL if it does not */
	struct python_variable variables[3];
	size_t variable_count;
};

/*
 * A record keeps code and comment as one line of Python: code, "  # ", comment. Returns how
 * many bytes of such a line are the code: all of them if no comment follows. A '#' inside
 * a string literal is no comment.
 */
size_t python_code_length(const char *line);

enum { PYTHON_COMMENT_GAP = 4 }; /* "  # " */
