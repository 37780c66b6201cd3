/* Inside sockets/: the socket descriptors of a process, or of several (CLONE_FILES). */
#pragma once

#include "sockets/known.h"

/* Larger numbers are ignored: the table's memory is bounded whatever a program does. */
enum { DESCRIPTOR_LIMIT = 1 << 20 };

struct descriptor {
	struct known *known;
	bool close_on_exec;
	bool closing; /* somebody is in a call that may end it */
	char variable[VARIABLE_SIZE];
};

struct descriptor_table {
	struct descriptor **slots; /* by number; NULL: no socket that we know */
	size_t size;               /* 0, or a power of two */
	unsigned socks, conns;     /* Python variables given so far */
	int *appeared;             /* numbers that nobody has asked for yet */
	size_t appeared_count, appeared_room;
	pid_t *pids; /* the processes that share it */
	size_t pid_count;
};

/* An empty table of that process alone; NULL without memory. */
struct descriptor_table *table_new(pid_t pid);
/* The same descriptors for that process alone; NULL without memory. */
struct descriptor_table *table_copy(struct sockets *sockets, const struct descriptor_table *table,
				    pid_t pid);
/* One more process shares it: 0 or -ENOMEM. */
int table_join(struct descriptor_table *table, pid_t pid);
/* One less; the last one takes the table with it. */
void table_leave(struct sockets *sockets, struct descriptor_table *table, pid_t pid);

/* NULL: no socket that we know. A NULL table is empty. */
struct descriptor *table_find(const struct descriptor_table *table, int fd);
/* Enters it, in place of what the number meant before. NULL: no memory, or too large a number;
 * a socket that nobody holds then is an orphan. */
struct descriptor *table_put(struct sockets *sockets, struct descriptor_table *table, int fd,
			     struct known *known, bool close_on_exec);
void table_remove(struct sockets *sockets, struct descriptor_table *table, int fd);
/* Gives the process a table of its own if it shares one: 0 or -ENOMEM. */
int table_unshare(struct sockets *sockets, struct process *process);
/* After exec: descriptors marked so are gone, the others are named anew. */
void table_exec(struct sockets *sockets, struct descriptor_table *table);

/* sockets_next_appeared(), sockets_all_appeared() */
int table_next_appeared(struct descriptor_table *table);
void table_all_appeared(struct descriptor_table *table);
