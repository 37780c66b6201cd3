#include "formatters/strace/strace.h"

#include "formatters/strace/parts.h"
#include "formatters/time.h"
#include "support/map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	RESULT_COLUMN = 40, /* strace's -a */
	LONGEST_NAME = 32,
};

static const char unfinished[] = " <unfinished ...>";

/* A call that has not returned yet. */
struct waiting {
	pid_t tid;
	char name[LONGEST_NAME];
};

struct formatter {
	FILE *file;
	struct format_options options;
	struct format_clock clock;
	struct line line;
	struct map waiting; /* n -> struct waiting */
	uint64_t begun;     /* the n of the call whose line has no end yet, 0: none */
	size_t columns;     /* so far, in that line */
};

struct formatter *strace_open(FILE *file, const struct format_options *options)
{
	struct formatter *strace = calloc(1, sizeof *strace);
	if (!strace)
		return NULL;
	strace->file = file;
	strace->options = *options;
	return strace;
}

/* The pid of the thread, as with `strace -f -o`, and the time if asked for. */
static void begin(struct formatter *strace, pid_t tid, uint64_t time)
{
	if (strace->begun) {
		line_put(&strace->line, unfinished);
		line_break(&strace->line);
		strace->begun = 0;
	}
	line_format(&strace->line, "%-5d ", (int)tid);
	format_clock_put(&strace->clock, &strace->line, &strace->options, time);
}

static struct waiting *wait_for(struct formatter *strace, const struct record *record)
{
	struct waiting *waiting = calloc(1, sizeof *waiting);
	if (!waiting)
		return NULL;
	waiting->tid = record->tid;
	snprintf(waiting->name, sizeof waiting->name, "%s", syscall_name(record->event));
	free(map_remove(&strace->waiting, record->number));
	if (map_put(&strace->waiting, record->number, waiting) == 0)
		return waiting;
	free(waiting);
	return NULL;
}

static void write_entry(struct formatter *strace, const struct record *record,
			const struct spelling *spelling)
{
	if (!wait_for(strace, record))
		return;
	begin(strace, record->tid, record->time);
	spell_entry(spelling);
	strace->begun = record->number;
	strace->columns = strace->line.columns;
}

/* `<... accept resumed>`; where nothing came between, the line just goes on. */
static bool resume(struct formatter *strace, uint64_t number, uint64_t time)
{
	struct waiting *waiting = map_remove(&strace->waiting, number);
	if (!waiting)
		return false;
	if (strace->begun == number) {
		strace->begun = 0;
		strace->line.columns = strace->columns;
	} else {
		begin(strace, waiting->tid, time);
		line_put(&strace->line, "<... ");
		spell_word(&strace->line, waiting->name);
		line_put(&strace->line, " resumed>");
	}
	free(waiting);
	return true;
}

/* As with -k: ` > FILE(FUNCTION+0x12) [0x3456]`. */
static void write_stack(struct formatter *strace, const struct record *record)
{
	struct line *line = &strace->line;
	for (size_t i = 0; i < record->stack_count; i++) {
		const struct source_frame *frame = &record->stack[i];
		line_put(line, " > ");
		spell_name(line, frame->module ? frame->module : "");
		line_put(line, "(");
		if (frame->function) {
			spell_name(line, frame->function);
			line_format(line, "+0x%" PRIx64, frame->offset);
		}
		line_format(line, ") [0x%" PRIx64 "]", frame->address);
		line_break(line);
	}
}

static void write_return(struct formatter *strace, const struct record *record,
			 const struct spelling *spelling)
{
	const struct event *event = record->event;
	if (!resume(strace, record->number, event->returned)) {
		begin(strace, record->tid, record->time);
		spell_entry(spelling);
	}
	spell_return(spelling);
	line_put(&strace->line, " ");
	line_pad(&strace->line, RESULT_COLUMN);
	spell_result(spelling);
	if (strace->options.duration) {
		uint64_t micros = (event->returned - event->entered) / 1000;
		line_format(&strace->line, " <%" PRIu64 ".%06" PRIu64 ">", micros / 1000000,
			    micros % 1000000);
	}
	line_break(&strace->line);
	write_stack(strace, record);
}

static void write_call(struct formatter *strace, const struct record *record)
{
	struct spelling spelling = {
		.line = &strace->line,
		.event = record->event,
		.most = strace->options.show_bytes,
	};
	if (record->type == RECORD_ENTER)
		write_entry(strace, record, &spelling);
	else
		write_return(strace, record, &spelling);
}

static void write_unfinished(struct formatter *strace, const struct record *record)
{
	if (!resume(strace, record->number, record->time))
		return;
	if (strcmp(record->why, "detach") == 0) {
		line_put(&strace->line, " <detached ...>");
	} else {
		line_put(&strace->line, unfinished);
		line_put(&strace->line, ") ");
		line_pad(&strace->line, RESULT_COLUMN);
		line_put(&strace->line, "= ?");
	}
	line_break(&strace->line);
}

static void write_process(struct formatter *strace, const struct record *record)
{
	switch (record->process->what) {
	case PROCESS_SIGNAL:
		begin(strace, record->tid, record->time);
		spell_signal(&strace->line, record->process);
		line_break(&strace->line);
		break;
	case PROCESS_EXIT:
		if (strace->options.quiet)
			break;
		begin(strace, record->tid, record->time);
		spell_exit(&strace->line, record->process);
		line_break(&strace->line);
		break;
	/* Of these strace tells on standard error, or by calls that are not about sockets. */
	case PROCESS_START:
	case PROCESS_ATTACH:
	case PROCESS_FORK:
	case PROCESS_THREAD:
	case PROCESS_EXEC:
	case PROCESS_STOP:
	case PROCESS_DETACH:
		break;
	}
}

void strace_write(struct formatter *strace, const struct record *record)
{
	switch (record->type) {
	case RECORD_HEADER:
		format_clock_start(&strace->clock, record->header->started);
		break;
	case RECORD_PROCESS:
		write_process(strace, record);
		break;
	case RECORD_ENTER:
	case RECORD_CALL:
		write_call(strace, record);
		break;
	case RECORD_UNFINISHED:
		write_unfinished(strace, record);
		break;
	/* strace sees calls and signals, nothing else. */
	case RECORD_OUTPUT:
	case RECORD_STATE:
	case RECORD_SEGMENT:
	case RECORD_CONNECTION:
	case RECORD_SOCKETS:
	case RECORD_LISTING:
	case RECORD_END:
		break;
	}
	line_write(&strace->line, strace->file);
}

void strace_close(struct formatter *strace)
{
	if (!strace)
		return;
	if (strace->begun) {
		line_put(&strace->line, unfinished);
		line_break(&strace->line);
		line_write(&strace->line, strace->file);
	}
	size_t position = 0;
	for (void *waiting; (waiting = map_next(&strace->waiting, &position));)
		free(waiting);
	map_done(&strace->waiting);
	line_done(&strace->line);
	free(strace);
}
