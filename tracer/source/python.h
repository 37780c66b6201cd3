/*
 * The Python line that made a call, found from outside in the memory of a stopped thread: CPython
 * 3.8 to 3.15, without its help and without debug information. What is not certain is not told.
 */
#pragma once

#include "source/thread.h"

#include "types/source.h"

#include <stdbool.h>
#include <sys/types.h>

struct pythons;

/* NULL: no memory. */
struct pythons *pythons_new(void);
void pythons_free(struct pythons *pythons);

/* The line in which the thread, stopped in a call, made it. False: it runs no Python code, or none
 * that we know. The strings live until the next call of any function here. The file is named as
 * Python names it: relative to pythons_directory() if it is relative. The text is told only of
 * `python -c`, whose code is on the command line; all other text is in the file. */
bool pythons_line(struct pythons *pythons, const struct source_thread *thread,
		  struct source *ret_source);

/* Where the process was when it began its program; NULL: not known. */
const char *pythons_directory(const struct pythons *pythons, pid_t pid);

/* What becomes of processes. At the stop of an exec; after a fork of any kind; at the end. */
void pythons_exec(struct pythons *pythons, pid_t pid);
void pythons_fork(struct pythons *pythons, pid_t parent, pid_t child);
void pythons_thread_gone(struct pythons *pythons, pid_t pid, pid_t tid);
void pythons_process_gone(struct pythons *pythons, pid_t pid);

/* The minor version of a CPython that was met and is not known here (3.7, 3.16); 0: none was.
 * Each time one is met, it is told once. */
unsigned pythons_unknown_version(struct pythons *pythons);
