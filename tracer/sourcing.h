/*
 * Where in its program each call that is shown was made: asked once, at the call's entry, from
 * outside. The stack is the same at its return, and a call that waits shows its line at once.
 */
#pragma once

#include <sys/types.h>

struct pending;
struct record;
struct session;
struct sourcing;
struct stop;
struct thread;
struct process;

/* 0 or -ENOMEM. Nothing is opened before the first call. With --source=off it stays NULL. */
int sourcing_open(struct session *session);
void sourcing_close(struct session *session);

/* At a call's entry. */
void sourcing_enter(struct session *session, struct pending *pending, const struct stop *stop);
/* Into its record. */
void sourcing_tell(const struct pending *pending, struct record *record);

/* The process runs another program now, or has made one that runs the same, or is gone. */
void sourcing_execed(struct session *session, const struct process *process);
void sourcing_forked(struct session *session, const struct process *maker,
		     const struct process *child);
void sourcing_gone(struct session *session, const struct process *process);
/* A thread is. */
void sourcing_thread_gone(struct session *session, const struct thread *thread);
