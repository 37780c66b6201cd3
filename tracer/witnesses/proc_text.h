/*
 * The texts below /proc that witnesses read, and what stands in them: proc(5). Parsing is apart
 * from reading, so that a test can hand in any text.
 */
#pragma once

#include "types/evidence.h"

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A file below a folder (AT_FDCWD: any path), as far as there is room for it and a NUL. Returns its
 * length or -errno. */
ssize_t proc_read(int folder, const char *path, char *text, size_t room);
/* The same of an open file, which is closed. */
ssize_t proc_read_fd(int fd, char *text, size_t room);

/* A folder below another one; NULL: errno says why. */
DIR *proc_folder(int folder, const char *path);
/* The name of the process whose folder that is; empty if it cannot be read. */
void proc_comm(int process, char comm[COMM_SIZE]);

/* "4711" as a pid; 0: it is none. */
pid_t proc_pid(const char *name);
/* The inode in "socket:[77]"; 0: it is none. */
uint64_t proc_socket_inode(const char *target);
/* The first word behind "Label:" of a line, as a number of that base; `skip`: words to pass over.
 */
bool proc_number(const char *text, const char *label, int base, unsigned skip,
		 uint64_t *ret_number);
/* The soft limit of /proc/PID/limits in the line that begins so; -1: unlimited. */
bool proc_limit(const char *text, const char *label, int64_t *ret_limit);

/* /proc/PID/stat: the parent, and whether only its status is left for it. False: it is damaged. */
bool proc_stat(const char *text, pid_t *ret_parent, bool *ret_zombie);

/* /proc/PID/cmdline, `size` bytes: the last part of argv[0], cut to fit, and all words with a blank
 * between. */
void proc_program(const char *cmdline, size_t size, char *program, size_t room);
void proc_command(const char *cmdline, size_t size, char *command, size_t room);

/* A setting's numbers: how many there are, of which `room` are written; -EBADMSG: no numbers. */
int proc_integers(const char *text, int64_t *values, size_t room);
/* /proc/PID/net/netstat: names in one line, their numbers in the next. */
bool proc_netstat(const char *text, const char *group, const char *name, uint64_t *ret_number);
