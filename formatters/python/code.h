/*
 * The Python equivalent of a call, on its way into a program that somebody will run. What a
 * recording says is not trusted: a line is taken only if it is one that a call of ours can be told
 * in, word by word. Whatever else it says, it cannot do anything but make socket calls.
 */
#pragma once

#include "formatters/line.h"
#include "formatters/python/names.h"

enum code_verdict {
	CODE_FINE,
	CODE_STRANGE, /* no form that is known */
	CODE_UNKNOWN, /* it works on something that the program does not have */
};

enum { CODE_NAME_SIZE = 32 };

struct code {
	/* Given. */
	struct names *names;
	bool *epoll;    /* whether the program has `epoll` */
	bool succeeded; /* else no socket gets a name by it */
	bool function;  /* it stands in one: what gets a name there is the program's all the same */

	/* Made: its lines, with a mark instead of each socket's name. Of a verdict that is not fine
	 * they are without meaning. */
	struct line text;
	unsigned modules;             /* bits: the n-th of code_module() */
	unsigned made;                /* sockets that got a name */
	bool needs_epoll;             /* it works on `epoll` */
	bool data;                    /* it needs `data`, the payload ... */
	bool parts;                   /* ... as a list of its buffers */
	char unknown[CODE_NAME_SIZE]; /* of CODE_UNKNOWN: what it works on */
};

/* The caller does line_done(&code->text). */
enum code_verdict code_read(struct code *code, const char *python, size_t size);

/* "array", "fcntl" ... in the order of the alphabet; NULL: there are no more. */
const char *code_module(unsigned n);
/* The bit of one of them. */
unsigned code_module_bit(const char *name);

/* A socket's name in a text: this byte, 's' or 'c', the number, a semicolon. */
enum { CODE_MARK = 1 };
