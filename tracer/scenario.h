/* The script of a demo: which program starts when, what it reads, how it must end, and the
 * lesson in two languages. The form of the file is described in demos/README.md. */
#pragma once

#include "selection.h"
#include "sysctls.h"
#include "types/call.h"
#include "types/record.h"
#include "types/tcp_state.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* As language_nth() counts them. */
enum { SCENARIO_ENGLISH, SCENARIO_CHINESE, SCENARIO_LANGUAGES };

enum {
	SCENARIO_MAX_SIZE = 64 * 1024,
	SCENARIO_MAX_STEPS = 128,
	SCENARIO_MAX_NAME = 32,
};

enum step_kind {
	STEP_START, /* a program */
	STEP_WHEN,  /* hold the steps that follow until the moment has come */
	STEP_STOP,  /* send a signal to a program */
	STEP_TYPE,  /* a line for its standard input */
	STEP_END,   /* end of file there */
	STEP_LINK,  /* the isolated network's loopback interface goes down, or up again */
};

/* What a program does that other steps can wait for. */
enum moment {
	MOMENT_LISTENS,  /* listen() has succeeded */
	MOMENT_BINDS,    /* bind() has succeeded */
	MOMENT_CONNECTS, /* connect() has succeeded */
	MOMENT_ACCEPTS,  /* accept() has returned a connection */
	MOMENT_SENDS,    /* a call has sent on a socket */
	MOMENT_RECEIVES, /* a call has returned bytes of a socket */
	MOMENT_WAITS,    /* it sleeps in accept, recv, poll or the like */
	MOMENT_FAILS,    /* a call has failed */
	MOMENT_STATE,    /* a socket of its is in a state of TCP */
	MOMENT_ENDS,     /* it is gone */
	MOMENT_READY,    /* a client may come: what --client waits for, and no scenario says */
	MOMENT_COUNT,
};

/* A moment as a step waits for it. */
struct awaited {
	enum moment moment;
	unsigned count;       /* the how manieth time, from 1 */
	enum call_id call;    /* MOMENT_WAITS, MOMENT_FAILS; CALL_COUNT: any */
	enum tcp_state state; /* MOMENT_STATE */
	const char *words;    /* "receives 2", as the scenario says it; NULL: none does */
};

/* C and Python reach the same by sisters (accept, accept4): the one that stands for all. */
enum call_id call_sister(enum call_id call);

struct expectation {
	enum {
		EXPECT_SUCCESS, /* status 0, or the signal with which the scenario stops it */
		EXPECT_STATUS,
		EXPECT_SIGNAL,
	} how;
	int number; /* the status, the signal */
};

/* Strings live in the scenario. */
struct step {
	enum step_kind kind;
	unsigned line;    /* in the file, from 1 */
	const char *name; /* which program: the scenario's word for it, given by its `start`; NULL:
			   * it is about none */

	/* STEP_START */
	char **argv;       /* NULL-terminated, at least one word */
	char **python;     /* the same of its Python twin */
	const char *input; /* for its standard input; no NUL behind. STEP_TYPE has it too */
	size_t input_size;
	bool input_later; /* end of file does not follow: the scenario types more */
	bool input_ended; /* and has ended it, as far as it is parsed */
	struct expectation expected;

	struct awaited awaited; /* STEP_WHEN */
	int signal;             /* STEP_STOP */
	bool up;                /* STEP_LINK */
};

struct scenario {
	struct arena *arena;
	const char *title[SCENARIO_LANGUAGES];  /* English where there is no Chinese */
	const char *lesson[SCENARIO_LANGUAGES]; /* the same; NULL if there is none */
	struct selection shown;                 /* besides what is shown anyway */
	struct sysctls sysctls; /* of the isolated network, before the first program starts */
	struct step *steps;
	size_t step_count;
};

struct scenario_error {
	unsigned line;     /* 0: the whole file */
	char message[320]; /* printable */
};

/* Returns 0, -EINVAL with *ret_error filled in, or -ENOMEM. text needs no NUL at its end. */
int scenario_parse(struct scenario *ret, const char *text, size_t size,
		   struct scenario_error *ret_error);
void scenario_done(struct scenario *scenario);

/* One of its texts in the language of that name ("zh"), in English where it has none. */
const char *scenario_text(const char *const texts[SCENARIO_LANGUAGES], const char *language);
/* The same in each language it has. */
struct record_words scenario_words(const char *const texts[SCENARIO_LANGUAGES]);

/* Whether that program, gone with this status of waitpid(), ended as the scenario wants it. */
bool scenario_ended_well(const struct scenario *scenario, const struct step *start,
			 int wait_status);
