/* The times before a line, as strace's -t, -tt, -ttt and -r have them. */
#pragma once

#include "formatters/formatter.h"
#include "formatters/line.h"

/* All zero until the header has come. */
struct format_clock {
	int64_t started;   /* the wall clock in nanoseconds when the trace's showed 0 */
	uint64_t previous; /* the time of the line before, for -r */
};

/* `started` as the header has it: RFC 3339 with nine digits, UTC; anything else counts as 0. */
void format_clock_start(struct format_clock *clock, const char *started);

/* `12:34:56 `, `12:34:56.123456 `, `1700000000.123456 `, `     0.000123 `, or nothing. */
void format_clock_put(struct format_clock *clock, struct line *line,
		      const struct format_options *options, uint64_t time);

/* Nanoseconds since the epoch. */
int64_t format_clock_wall(const struct format_clock *clock, uint64_t time);
