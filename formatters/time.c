#include "formatters/time.h"

#include <inttypes.h>
#include <time.h>

static const int64_t second = 1000000000;

/* 2024-05-01T12:00:00.000000000Z. 0 if it is not. */
static int64_t wall_clock(const char *started)
{
	const int64_t last = INT64_MAX / second - 1;
	struct tm utc = { 0 };
	int nanoseconds = 0;
	if (!started ||
	    sscanf(started, "%4d-%2d-%2dT%2d:%2d:%2d.%9d", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
		   &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &nanoseconds) != 7)
		return 0;
	utc.tm_year -= 1900;
	utc.tm_mon -= 1;
	int64_t seconds = timegm(&utc);
	return seconds < 0 || seconds > last ? 0 : seconds * second + nanoseconds;
}

void format_clock_start(struct format_clock *clock, const char *started)
{
	clock->started = wall_clock(started);
}

int64_t format_clock_wall(const struct format_clock *clock, uint64_t time)
{
	/* Unsigned: a recording may claim any time, and must not overflow. */
	return (int64_t)((uint64_t)clock->started + time);
}

void format_clock_put(struct format_clock *clock, struct line *line,
		      const struct format_options *options, uint64_t time)
{
	int64_t wall = format_clock_wall(clock, time);
	int64_t since = time > clock->previous ? (int64_t)(time - clock->previous) : 0;
	time_t seconds = wall / second;
	int micros = (int)(wall % second / 1000);
	struct tm local = { 0 };

	clock->previous = time;
	switch (options->time) {
	case TIME_EPOCH:
		line_format(line, "%" PRId64 ".%06d ", (int64_t)seconds, micros);
		break;
	case TIME_RELATIVE:
		line_format(line, "%6" PRId64 ".%06d ", since / second,
			    (int)(since % second / 1000));
		break;
	case TIME_SECONDS:
	case TIME_MICROS:
		localtime_r(&seconds, &local);
		line_format(line, "%02d:%02d:%02d", local.tm_hour, local.tm_min, local.tm_sec);
		if (options->time == TIME_MICROS)
			line_format(line, ".%06d", micros);
		line_put(line, " ");
		break;
	case TIME_NONE:
		break;
	}
}
