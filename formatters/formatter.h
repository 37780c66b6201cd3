/* A format: turns records into a FILE, and does nothing else. */
#pragma once

#include "types/record.h"

#include <stdbool.h>
#include <stdio.h>

/* Files beside the FILE, for a format that makes several: run.py, and run.NAME.py for each part. */
struct format_parts {
	/* What is no letter, digit, dot or hyphen in the name is replaced. NULL: it failed, and the
	 * user is told. */
	FILE *(*open)(struct format_parts *parts, const char *name);
	void (*close)(struct format_parts *parts, FILE *file);
	/* What `open` makes of a name, without the folders; to be freed. */
	char *(*name)(struct format_parts *parts, const char *name);
};

struct format_options {
	bool color;
	unsigned width;    /* columns of the terminal, 0: unlimited */
	size_t show_bytes; /* -s: payload bytes shown */
	enum {
		TIME_NONE,
		TIME_SECONDS,
		TIME_MICROS,
		TIME_EPOCH,
		TIME_RELATIVE
	} time;        /* -t -tt -ttt -r */
	bool duration; /* -T */
	bool quiet;    /* -q: no start and end lines */
	enum {
		NOTES_FIRST, /* mistakes always, everything else the first time */
		NOTES_ALL,
		NOTES_NONE,
	} notes; /* --notes */
	enum {
		WIRE_ON,
		WIRE_FULL, /* the header too, field by field */
		WIRE_OFF,
	} wire; /* --wire: the segments below the calls that caused them */
	/* Lives as long as the formatter. NULL: there is one FILE (a pipe, standard output). */
	struct format_parts *parts;
	/* A line for the user about this transcript: what it lacks, and why. NULL: nobody listens.
	 */
	void (*tell)(void *listener, const char *line);
	void *listener;
};

struct formatter;

struct format {
	const char *name;      /* "text" */
	const char *extension; /* "txt"; what -o FILE.txt means */
	const char *summary;   /* one line for --list formats, English */
	/* NULL if there is no memory. The file is borrowed and stays the caller's to close. */
	struct formatter *(*open)(FILE *file, const struct format_options *options);
	/* Write errors stay in the FILE (ferror), as stdio does it. */
	void (*write)(struct formatter *formatter, const struct record *record);
	/* After the last record, also when there was no RECORD_END. */
	void (*close)(struct formatter *formatter);
};

/* All of them; the last row's name is NULL. */
extern const struct format formats[];
/* Of -c: tables of what was counted. It is no transcript, and so none of them. */
extern const struct format counts_format;
const struct format *format_named(const char *name);
/* Whether its reader chooses the language: its records' notes have their translations. */
bool format_is_translated(const struct format *format);
/* Whether it is no text, and so nothing for a terminal. */
bool format_is_binary(const struct format *format);
/* Whether it keeps the bytes of packets, so that somebody has to take them along. */
bool format_takes_packets(const struct format *format);
/* Whether it shows or keeps the files of the source. */
bool format_takes_listings(const struct format *format);
/* By the extension of a path; NULL if it has none that we know. */
const struct format *format_for_path(const char *path);
