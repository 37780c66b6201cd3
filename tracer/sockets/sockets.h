/*
 * Which socket a descriptor of a process means: through dup, fork, exec, close-on-exec
 * and SCM_RIGHTS. Both ends of a connection are joined when both are traced.
 */
#pragma once

#include "support/map.h"
#include "types/event.h"
#include "types/process.h"
#include "types/socket.h"
#include "types/witness.h"

#include <stdbool.h>

/* How the table asks who a socket is; a test answers from an array. */
struct identifier {
	/* Fills in what is `asked` (ASK_COOKIE ...), and nothing else. 0, or -errno (-ENOTSOCK:
	 * the descriptor is no socket) */
	int (*identify)(const struct identifier *identifier, const struct process *process, int fd,
			unsigned asked, struct identity *identity);
	/* Fills in the names of domain, type and protocol of a new socket. May be NULL. */
	void (*name)(const struct identifier *identifier, struct socket *socket);
};

struct sockets; /* all sockets of all traced processes */

struct sockets *sockets_new(const struct identifier *identifier);
void sockets_free(struct sockets *sockets);

/* --- processes ------------------------------------------------------------------------ */

/* An empty table of descriptors for a new program (process->descriptors). */
int sockets_process_init(struct sockets *sockets, struct process *process);
/* A child's: a copy of its parent's, or the same one if they share it (CLONE_FILES).
 * Python variables keep their names: the child is the same program. */
int sockets_process_fork(struct sockets *sockets, struct process *child,
			 const struct process *parent, bool shared);
/* exec: descriptors with close-on-exec are gone, a shared table is no longer shared,
 * variables get new names (a new program numbers from the start). The sockets that exec
 * closed: sockets_next_orphan. */
int sockets_process_exec(struct sockets *sockets, struct process *process);
/* The process is gone, and its table with it. Sockets it was the last to hold are marked so if it
 * was killed, and handed to orphan (may be NULL), which may forget them. */
void sockets_process_exit(struct sockets *sockets, struct process *process, bool killed,
			  void (*orphan)(void *context, struct socket *socket), void *context);
/* Looks at one descriptor and enters it if it is a socket: what a program was started
 * with, or holds when it is attached. Returns NULL if it is none. */
struct socket *sockets_recognise(struct sockets *sockets, struct process *process, int fd);

/* Asks of each descriptor whether it still is what the table says, and forgets those that are
 * not: a child's, whose maker's table changed while it was copied. */
void sockets_verify(struct sockets *sockets, struct process *process);

/* Whether a process with one thread alone changes what its descriptors mean: while that is
 * stopped they stay what they are. */
bool sockets_alone(const struct process *process);

/* --- look-ups ------------------------------------------------------------------------- */

struct socket *sockets_find(const struct sockets *sockets, const struct process *process, int fd);
/* The same at a call's entry: where another thread is closing that number, the kernel may have
 * given it to a file already. It is asked, and a socket that is there no more is forgotten. */
struct socket *sockets_current(struct sockets *sockets, const struct process *process, int fd);
struct socket *sockets_by_cookie(const struct sockets *sockets, uint64_t cookie);
/* One of AF_UNIX. */
struct socket *sockets_by_inode(const struct sockets *sockets, uint64_t inode);
/* A witness saw that they are each other's other ends; both had none. */
void sockets_join(struct socket *socket, struct socket *peer);
/* What Python would call that descriptor's socket ("sock", "conn2"); NULL: no socket. Every
 * descriptor has its own, a duplicate too; the first word tells how the socket came about. */
const char *sockets_variable(const struct process *process, int fd);
/* How many there are. */
size_t sockets_count(const struct sockets *sockets);
/* Walks: *position starts at 0; NULL at the end. */
struct socket *sockets_next(const struct sockets *sockets, size_t *position);
/* The traced listeners of AF_UNIX that have this name, one after the other: `after` is the last
 * one, NULL at first. A path may mean another file to another process: which of them a client
 * has come to, a witness must say. */
struct socket *sockets_unix_listener(const struct sockets *sockets, const char *address,
				     struct socket *after);
/* The same for what a process's descriptors mean: one that has two comes twice. */
struct socket *sockets_of_process(const struct process *process, size_t *position);
/* How many there are in a network namespace. */
size_t sockets_in_network(const struct sockets *sockets, uint64_t network);
/* The traced listener that takes connections to this address of that network namespace: one bound
 * to it, or to the wildcard of its family, or to [::], which takes IPv4 too unless IPV6_V6ONLY is
 * set. */
struct socket *sockets_listener_for(const struct sockets *sockets, uint64_t network,
				    const char *address);

/* A descriptor that has come to mean a socket since this was last asked, in no order, some more
 * than once; -1: no more. What a child has of its maker is nothing new. */
int sockets_next_appeared(struct process *process);
/* All it has shall count as new. */
void sockets_all_appeared(struct process *process);

/* The traced sockets at both ends of a connection, NULL: none. */
void sockets_of_connection(const struct sockets *sockets, uint64_t network, const char *one,
			   const char *other, struct socket **ret_one, struct socket **ret_other);
/* The datagram socket that this address means: it takes from anybody. */
struct socket *sockets_of_datagrams(const struct sockets *sockets, uint64_t network,
				    const char *local);
/* A connect that waits: its ends are known although it has not returned. */
void sockets_connecting(struct sockets *sockets, const struct process *process,
			const struct event *event);

/* --- events --------------------------------------------------------------------------- */

/* At entry: fills in socket and variable of the event's descriptors (also those of
 * passed rights and of poll sets) that are known sockets. Returns the event's socket, NULL if
 * it has none. */
struct socket *sockets_enter(struct sockets *sockets, struct process *process, struct event *event);
/*
 * At return: applies what the call did: new sockets, new descriptors, ends, roles, bytes
 * counted, descriptors gone. Sets new_sockets and new_variables. Returns the event's socket: the
 * new one where there is one (socket, accept), else the one the call worked on.
 *
 * A socket that lost its last descriptor and never was a connection (`opened` is 0) is freed by
 * the next sockets_enter or sockets_return, by nothing earlier; one that was a connection
 * stays until sockets_forget.
 */
struct socket *sockets_return(struct sockets *sockets, struct process *process,
			      struct event *event);

/* Sockets that lost their last descriptor otherwise than as an event's socket: through exec,
 * close_range, dup2. Each is returned once, NULL: no more. What remains of them in the kernel
 * is for the caller to ask. */
struct socket *sockets_next_orphan(struct sockets *sockets);

/* A connection nobody has accepted yet, seen by its cookie at `server_end` of client:
 * enters it (lane and listener from the listener), joined with the client. NULL if there
 * is no memory. */
struct socket *sockets_queued(struct sockets *sockets, struct socket *listener,
			      struct socket *client, uint64_t cookie);

/* Notes a state that a witness saw. True if it is a change. */
bool sockets_state(struct socket *socket, enum tcp_state state);

/* Out of the table: its connection is reported and no descriptor holds it. */
void sockets_forget(struct sockets *sockets, struct socket *socket);
