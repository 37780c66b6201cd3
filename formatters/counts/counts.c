#include "formatters/counts/counts.h"

#include "formatters/counts/calls.h"
#include "formatters/counts/sockets.h"

#include <stdlib.h>

struct formatter {
	FILE *file;
	struct line line;
	struct calls_count calls;
	struct sockets_count sockets;
};

struct formatter *counts_open(FILE *file, const struct format_options *options)
{
	struct formatter *counts = calloc(1, sizeof *counts);
	if (!counts)
		return NULL;
	counts->file = file;
	counts->line.color = options->color;
	return counts;
}

static void count_call(struct formatter *counts, const struct record *record)
{
	struct tally tally = tally_of(record);
	calls_count_add(&counts->calls, record->event->name, &tally);
	sockets_count_add(&counts->sockets, record, &tally);
}

void counts_write(struct formatter *counts, const struct record *record)
{
	switch (record->type) {
	case RECORD_CALL:
		count_call(counts, record);
		break;
	case RECORD_UNFINISHED:
		counts->calls.unfinished++;
		break;
	case RECORD_CONNECTION:
		sockets_count_end(&counts->sockets, record->connection);
		break;
	case RECORD_HEADER:
	case RECORD_PROCESS:
	case RECORD_ENTER: /* its RECORD_CALL or RECORD_UNFINISHED follows */
	case RECORD_OUTPUT:
	case RECORD_STATE:
	case RECORD_SEGMENT:
	case RECORD_SOCKETS:
	case RECORD_LISTING:
	case RECORD_END:
		break;
	}
}

/* Not at RECORD_END: a recording that was cut off has its tables too, and the text on the same
 * standard error comes first. */
void counts_close(struct formatter *counts)
{
	if (!counts)
		return;
	calls_count_put(&counts->calls, &counts->line);
	sockets_count_put(&counts->sockets, &counts->line);
	line_write(&counts->line, counts->file);
	line_done(&counts->line);
	calls_count_done(&counts->calls);
	sockets_count_done(&counts->sockets);
	free(counts);
}
