/* The command line. One table makes the parsing and --help. */
#pragma once

#include "formatters/formatter.h"
#include "selection.h"
#include "sysctls.h"

#include <stdbool.h>
#include <stddef.h>

struct output_option {
	const char *path; /* "-", "|COMMAND", a file; NULL: standard error */
	const struct format *format;
};

enum action {
	ACTION_TRACE, /* PROGRAM, perhaps with clients */
	ACTION_PLAY,  /* a scenario: of a demo, or the user's own */
	ACTION_REPLAY,
	ACTION_LIST,
	ACTION_EXPLAIN,
	ACTION_HELP,
	ACTION_VERSION,
};

struct options {
	enum action action;
	char *const *program; /* NULL-terminated words after the options; NULL: none */
	const char **attach;  /* -p: lists of pids, as given */
	size_t attach_count;
	const char **clients; /* --client, in order */
	size_t client_count;
	const char *demo, *scenario, *replay, *list, *explain;
	bool python; /* of a scenario: the Python twins */
	bool isolate, keep, no_follow, quiet;
	bool sockets, step;
	size_t linger;                     /* --linger: seconds */
	bool only_successful, only_failed; /* -z, -Z */
	bool colors_always, colors_never;
	enum wire_option {
		WIRE_AUTO, /* on in an isolated network */
		WIRE_NONE,
		WIRE_SEGMENTS,
		WIRE_HEADERS, /* drawn field by field */
	} wire;
	enum notes_option {
		NOTES_OPTION_FIRST,
		NOTES_OPTION_ALL,
		NOTES_OPTION_NONE,
	} notes;
	bool no_source, stack;   /* --source=off, -k */
	bool check;              /* --check: the status tells of mistakes */
	const char *check_rules; /* the ids it is about, as given; NULL: all */
	struct selection selection;
	bool selection_given;
	struct output_option *outputs;
	size_t output_count;
	size_t capture;                  /* --capture: payload bytes recorded for each call */
	size_t show_bytes;               /* -s */
	unsigned time_letters;           /* how many t */
	bool relative, duration;         /* -r, -T */
	bool counts;                     /* -c */
	const char *user;                /* -u */
	const struct language *language; /* --lang; NULL: the environment's */
	const char **environment;        /* -E, as given: VAR=VALUE, or VAR to unset */
	size_t environment_count;
	struct sysctls sysctls; /* --sysctl */
};

/*
 * Parses argv; strings stay borrowed from it. Returns 0, or -EINVAL with one line in error
 * ("--foo: unknown option") and perhaps what to do about it in hint.
 */
struct options_error {
	char what[512];
	char hint[512];
};

int options_parse(struct options *ret_options, int argc, char **argv,
		  struct options_error *ret_error);
void options_done(struct options *options);

/* Whether one of the outputs is of a format that takes something (format_takes_packets() ...). */
bool options_take(const struct options *options, bool (*takes)(const struct format *format));

/* A row of the table, in the language that is spoken. */
struct option_text {
	char letter;      /* '\0': it has none */
	const char *name; /* NULL: it has only a letter */
	const char
		*argument; /* NULL: it takes none; "[=...]": it may have one; "a|b": one of these */
	const char *help;  /* NULL: accepted, not worth a line */
};

/* The next one, from position 0 on; false: that was all. */
bool options_next(size_t *position, struct option_text *ret_text);

/* The text of --help. */
void options_help(FILE *file);

/*
 * The same for programs, which the manual page and the completions of the shells are made from: a
 * line for each option, of five words, "-" for one that is not there. -p, --attach, PID,..., the
 * values its argument may have, the text of --help (it alone has spaces). The values stand with |
 * between them; @demos are the first words of what --list demos prints.
 */
void options_list(FILE *file);
