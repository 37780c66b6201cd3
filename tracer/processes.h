/* Inside the session: what its two files about processes share, processes.c (birth, exec, death)
 * and attaching.c (those that were there before us). */
#pragma once

#include "image.h"
#include "session.h"

static inline struct record_process record_process_blank(enum process_what what)
{
	return (struct record_process){ .what = what, .status = -1 };
}

/* A line about a process, if such lines are wanted. */
void process_write(struct session *session, const struct thread *thread,
		   const struct record_process *process);

/* Without threads, descriptors and name yet; NULL without memory. */
struct process *process_new(struct session *session, pid_t pid);
/* Names the lane after the program; one that runs the same as before keeps its lane. */
void process_name(struct session *session, struct process *process, const struct image *image);
/* One more thread of it, made by that one; it is written. */
void process_thread(struct session *session, struct process *process, struct thread *thread,
		    pid_t maker);
/* Enters the sockets it holds already. */
void process_recognise(struct session *session, struct process *process);
/* A newborn that was held at its first stop: now it may go. */
void process_let_run(struct session *session, struct thread *thread);
/* The last of an attached process's threads is not ours any more. */
void process_detached(struct session *session, const struct thread *thread);
