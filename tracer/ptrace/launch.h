/* Starts a program under our eyes, from its first instruction on. */
#pragma once

#include "ptrace/watch.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What the tracer changed for itself and a program must not inherit. */
struct inherited {
	sigset_t mask;
	struct sigaction actions[65]; /* by signal number */
	struct rlimit files;          /* RLIMIT_NOFILE */
};

struct launch {
	const char *path;         /* as program_find() gave it */
	char *const *argv;        /* NULL-terminated */
	char *const *environment; /* NULL-terminated */
	const char *directory;    /* to start in; NULL: ours */
	int input, output, error; /* descriptors 0, 1, 2; -1: ours */
	/* What it stops at, to be installed in this order; none: it stops at every call. */
	const struct filter *filters[1 + WATCH_FILTERS];
	size_t filter_count;
	bool follow;
	bool drop_capabilities; /* as a demo's programs run, whoever starts us */
	/* -u: the caller has looked up all of it, so that the child makes no call for it. */
	bool other_user;
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t group_count;
	const struct inherited *inherited;
};

/* Where a launch failed, for the message. */
enum launch_step {
	LAUNCH_FORK,
	LAUNCH_SEIZE,
	LAUNCH_USER,
	LAUNCH_DIRECTORY,
	LAUNCH_FILTER,
	LAUNCH_EXEC,
	LAUNCH_ATTACH, /* -p: no program of ours */
};

struct launch_failure {
	enum launch_step step;
	int error; /* errno; 0: it did not fail */
};

/*
 * Forks, seizes the child and lets it run up to execve(), whose STOP_EXEC is the first the
 * session sees of it. Returns 0, or -errno with *ret_failure filled in. What fails in the
 * child comes out of *ret_report (to be closed by the caller): see launch_report().
 */
int launch_program(const struct launch *launch, pid_t *ret_pid, int *ret_report,
		   struct launch_failure *ret_failure);

/* After the child ended without having become the program: why. */
struct launch_failure launch_report(int report);

/* Remembers what programs shall inherit, before the tracer changes it. */
void inherited_save(struct inherited *inherited);
