/*
 * What one line needs to know of earlier ones: who is called what, which calls wait,
 * which queue lengths the reader has seen. Its size follows what is alive in the trace.
 */
#pragma once

#include "support/map.h"
#include "types/record.h"

enum { VARIABLE_SIZE = 24, ERROR_SIZE = 16, MOST_ERRORS = 2 };

/* How often calls on a socket failed with one errno. */
struct known_error {
	char name[ERROR_SIZE]; /* empty: none */
	unsigned count;
};

struct known_socket {
	char variable[VARIABLE_SIZE]; /* what Python calls it; empty: no name is known */
	char *lane;                   /* owned; where it is called so */
	enum socket_role role;
	enum tcp_state told;                    /* the state as last shown */
	int64_t receive, send;                  /* the queues as last shown */
	struct known_error errors[MOST_ERRORS]; /* in the order in which they first came */
	bool more_errors;                       /* than there is room for */
};

struct waiting_call {
	uint64_t number;
	char *lane, *call; /* owned */
};

struct memory_of_run {
	struct map sockets; /* cookie -> struct known_socket */
	struct map waiting; /* number -> struct waiting_call */
	struct map lanes;   /* pid -> char *, owned */
	struct map outputs; /* pid -> the descriptor + 1 on which it wrote no line break yet */
	struct map accepts; /* port -> what the accept queue was when last shown */
};

void memory_done(struct memory_of_run *memory);

/* The socket of that id, entered if it is new; NULL if the id is none or memory ran out. */
struct known_socket *memory_socket(struct memory_of_run *memory, const char *id);
/* The same without entering it. */
struct known_socket *memory_find(const struct memory_of_run *memory, const char *id);
void memory_forget(struct memory_of_run *memory, const char *id);
/* What a record of a call tells of sockets: names, role, error. */
void memory_learn(struct memory_of_run *memory, const struct record *record);
/* A socket whose state changed, perhaps before any call on it was told: whose it is. */
void memory_learn_lane(struct memory_of_run *memory, const struct record *record);

void memory_wait(struct memory_of_run *memory, const struct record *record);
bool memory_is_waiting(const struct memory_of_run *memory, uint64_t number);
/* NULL if it was not waiting. The caller frees it. */
struct waiting_call *memory_resume(struct memory_of_run *memory, uint64_t number);
void waiting_call_free(struct waiting_call *call);

/* The lane of a process; NULL if it is not known. */
const char *memory_lane(const struct memory_of_run *memory, pid_t pid);
void memory_set_lane(struct memory_of_run *memory, pid_t pid, const char *lane);
/* What a process wrote last, if it did not end its line: the descriptor + 1; 0: it did. */
int memory_open_line(const struct memory_of_run *memory, pid_t pid);
void memory_set_open_line(struct memory_of_run *memory, pid_t pid, int open);
void memory_forget_process(struct memory_of_run *memory, pid_t pid);

/* Whether a listener's queue differs from what was last shown for the port of that address. */
bool memory_accept_changed(const struct memory_of_run *memory, const char *address,
			   const struct record_queues *queues);
void memory_accept_shown(struct memory_of_run *memory, const char *address,
			 const struct record_queues *queues);
