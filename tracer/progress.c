#include "progress.h"

#include "outputs.h"

#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	PATIENCE = 500000000, /* nanoseconds that nobody minds */
	PAUSE = 100000000,    /* between two drawings */
	CELLS = 20,
	WIDE = 60, /* columns in which the whole line finds room, in every language */
	WHOLE = 100,
};

static uint64_t monotonic(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void progress_begin(struct progress *progress, FILE *in)
{
	const char *terminal = getenv("TERM");
	struct stat status;
	*progress = (struct progress){ 0 };
	if (!isatty(STDERR_FILENO) || !terminal || strcmp(terminal, "dumb") == 0)
		return;
	/* Of a pipe nobody knows how much is still to come. */
	if (fstat(fileno(in), &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 0)
		return;
	*progress = (struct progress){ .terminal = stderr,
				       .in = in,
				       .size = status.st_size,
				       .columns = output_width(STDERR_FILENO),
				       .begun = monotonic() };
}

void progress_record(struct progress *progress, const struct record *record)
{
	if (!progress->terminal)
		return;
	progress->calls += record->type == RECORD_CALL;
	progress_draw(progress, ftello(progress->in), monotonic());
}

void progress_draw(struct progress *progress, off_t position, uint64_t now)
{
	static const char bar[] = "####################....................";
	if (now < progress->begun + PATIENCE || (progress->drawn && now < progress->drawn + PAUSE))
		return;
	progress->drawn = now;
	/* Somebody may still write to the recording. */
	off_t read = position < progress->size ? position : progress->size;
	unsigned percent = (unsigned)((double)read / (double)progress->size * WHOLE);
	const char *cells = bar + CELLS - percent * CELLS / WHOLE;
	/* The cursor waits at the beginning, so that a message takes the line's place. */
	if (progress->columns && progress->columns < WIDE)
		fprintf(progress->terminal, "\r\x1b[K%u %%\r", percent);
	else
		fprintf(progress->terminal, "\r\x1b[K[%.*s] %u %%, %s %" PRIu64 "\r", CELLS, cells,
			percent, _("calls so far:"), progress->calls);
	fflush(progress->terminal);
}

void progress_end(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\x1b[K", progress->terminal);
	*progress = (struct progress){ 0 };
}
