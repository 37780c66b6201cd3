/* Inside the director: what its parts share, the making (cast.c), the running (director.c) and what
 * the programs have done (moments.c). */
#pragma once

#include "director.h"
#include "scenario.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	ANY_PROGRAM = -1,
	PROGRAM_ITSELF = 0, /* the first is the one whose status counts */
};

struct program {
	const char *name;         /* for messages: "server" of a scenario, else as typed */
	char **argv;              /* NULL-terminated */
	char **words;             /* owned: argv, split from a client's command; else NULL */
	char *path;               /* as found */
	const struct step *start; /* of the scenario; NULL: none */
	bool reads_nothing;       /* /dev/null for standard input */
	pid_t pid;                /* 0: not started */
	int report;               /* of its launch, -1: none */
	int keyboard;             /* where the scenario types for it, -1: it does not */
	bool attached;            /* no program of ours: those of -p */
	bool execed, ended;
	bool stopped;                    /* we sent it a signal: then that is its right end */
	int status;                      /* as waitpid() gave it */
	unsigned happened[MOMENT_COUNT]; /* how often */
	uint64_t failed;                 /* bits of 1 << call_sister(): those that have */
	unsigned states;   /* bits of 1 << enum tcp_state: those its sockets came into since the
			    * last act was done */
	unsigned sleeping; /* its threads seen asleep in a call of interest */
};

enum action_kind { ACT_START, ACT_WHEN, ACT_STOP, ACT_TYPE, ACT_END, ACT_LINK, ACT_FINISH };

struct act {
	enum action_kind kind;
	int program; /* index; ANY_PROGRAM */
	struct awaited awaited;
	int signal;
	const struct step *step; /* of the scenario; NULL: none */
	unsigned line;           /* of the scenario, for messages */
};

struct director {
	const struct options *options;
	const struct scenario *scenario; /* NULL: PROGRAM and clients */
	const char *folder;
	struct program *programs;
	size_t program_count;
	struct act *acts;
	size_t act_count, next_act;
	const char *const **commands;
	char **environment;
	uint64_t last_progress; /* when the last act was done */
	uint64_t last_activity; /* of PROGRAM, or of a client's life */
	uint64_t kill_at;       /* SIGKILL for all then; 0: no */
	bool finishing;         /* the run is over, stragglers are being asked to end */
	bool failed;
	struct launch_failure failure;
	const char *failure_name;
};

/* Takes the steps whose time has come. */
void director_go_on(struct director *director, struct session *session);

/* --- moments.c ------------------------------------------------------------------------------- */

bool moment_has_come(const struct director *director, struct session *session,
		     const struct act *act);
/* Whoever was to bring it about is gone. */
bool moment_cannot_come(const struct director *director, struct session *session,
			const struct act *act);
/* Looks at the sockets whose state the next step waits for: no call may tell of it. */
void moment_look(const struct director *director, struct session *session, const struct act *act);

/* --- cast.c ---------------------------------------------------------------------------------- */

/* Attaches to all that -p names: 0, or -errno with the failure noted. */
int director_attach(struct director *director, struct session *session);
/* A server that listens already needs no waiting for. */
void director_see_listeners(struct director *director, const struct session *session);
