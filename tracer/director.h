/*
 * Who is started when: a program, its clients (--client), or the steps of a demo's scenario.
 * All three are one list of steps; the director waits for each step's moment.
 */
#pragma once

#include "options.h"
#include "session.h"

#include <stdbool.h>

struct scenario;
struct director;

/* Finds every program before any is started. Returns 0 or -errno with the name that was not
 * found (program_find()'s errors); the name lives in the director, which is the caller's to
 * free in either case. */
int director_for_programs(struct director **ret_director, const struct options *options,
			  const char **ret_name);
/* The scenario is borrowed; folder is where its programs are. */
int director_for_scenario(struct director **ret_director, const struct options *options,
			  const struct scenario *scenario, const char *folder,
			  const char **ret_name);
void director_free(struct director *director);

/* For the header. Arrays end with NULL. */
const char *const *const *director_commands(const struct director *director);
/* The one that is played, NULL if none is. */
const struct scenario *director_scenario(const struct director *director);

/* --- called by the session ---------------------------------------------------------------- */

/* Takes the first steps. 0, or -errno if not even the first program could be started. */
int director_begin(struct director *director, struct session *session);

/* What happened. */
void director_execed(struct director *director, struct session *session,
		     const struct process *process);
void director_returned(struct director *director, struct session *session,
		       const struct pending *pending);
/* One of its sockets was seen to come into another state. */
void director_state(struct director *director, const struct socket *socket);
/* Its thread was seen asleep in the call; and no longer is. */
void director_asleep(struct director *director, struct session *session,
		     const struct pending *pending);
void director_awake(struct director *director, const struct pending *pending);
void director_gone(struct director *director, struct session *session,
		   const struct process *process, int status);

/* Whether it waits for time to pass. */
bool director_waits(const struct director *director);
/* Whether more is to come although everybody has ended. */
bool director_goes_on(const struct director *director);
/* The programs were held so long: its clocks stood still. */
void director_held(struct director *director, uint64_t nanoseconds);
void director_tick(struct director *director, struct session *session);
/* SIGTERM or SIGHUP came for us: all programs get it, SIGKILL two seconds later. */
void director_terminate(struct director *director, struct session *session, int signal);

void director_result(const struct director *director, struct session_result *ret_result);
