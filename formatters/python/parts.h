/* What the parts of the python format share: the lanes of a run as parts of programs. */
#pragma once

#include "formatters/formatter.h"
#include "formatters/line.h"
#include "formatters/python/code.h"
#include "formatters/python/names.h"
#include "formatters/spool.h"
#include "support/map.h"

/*
 * A process that was started or attached is a program. Its children and their threads are
 * functions in it, since the sockets on which they work are those that it made.
 */
enum section_kind { SECTION_PROGRAM, SECTION_CHILD, SECTION_THREAD };

/* A call that may still turn out to be none: it waits, or a signal made the kernel start it anew.
 */
struct pending {
	char *text; /* owned; NULL: there is none */
	uint64_t number;
	/* The same call on the same socket, if it comes next, is this one. */
	char *again;             /* its name, owned; NULL: it is known by its number */
	char id[SOCKET_ID_SIZE]; /* empty: it works on none */
};

/* One lane. */
struct section {
	struct section *next;    /* in the order in which they begin */
	struct section *program; /* itself, if it is one */
	enum section_kind kind;
	unsigned number; /* of a function: child1, thread1 */
	char *lane;      /* owned */
	char *command;   /* of a program: what was run; owned, NULL: not known */
	pid_t pid, tid;
	struct process *process; /* what its threads share with it */
	struct chain body;
	struct pending pending;
	bool stays; /* its last call never returned */
	bool ended;
	int status; /* of a program or child */

	/* Of a program: */
	struct section *functions, **last_function; /* by `sibling` */
	struct section *sibling;
	struct section *other_thread;
	unsigned children, threads; /* functions of either kind */
	unsigned modules;           /* that it imports */
	bool suppresses;            /* a call of it failed */
	bool has_calls;
	char *refusal; /* owned; why it is no program that could be run; NULL: it is */
};

/* What the threads of a process share. */
struct process {
	struct process *next;
	struct names *names;
	bool epoll;              /* it has `epoll` ... */
	int epoll_fd;            /* ... and that is this descriptor; -1: not known yet */
	int open;                /* sockets that have a name and are not closed */
	struct section *threads; /* by `other_thread`, the latest first */
};

struct formatter {
	FILE *file;
	struct format_options options;
	struct spool *spool; /* NULL: there was no room for it */
	struct section *sections, **last;
	struct process *processes; /* the latest first */
	struct map lanes;          /* tid -> struct section, of those that are alive */
	struct line header;        /* comments that every program begins with */
	struct line line, scratch;
};

/* The lane's, made if it is new. NULL: there is no memory. */
struct section *section_of(struct formatter *python, const struct record *record);
void section_process(struct formatter *python, const struct record *record);
/* What it waits for is never going to come. */
void section_rest(struct formatter *python, struct section *section);
void sections_done(struct formatter *python);
/* Adds text to the lane's body. */
void section_add(struct formatter *python, struct section *section, const char *text);

void program_call(struct formatter *python, const struct record *record);
/* Puts what is pending into the body. */
void pending_flush(struct formatter *python, struct section *section);

/* All programs, to the file or into parts. */
void programs_put(struct formatter *python);
