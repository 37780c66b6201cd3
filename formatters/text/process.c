#include "formatters/text/parts.h"
#include "support/language.h"

#include <string.h>

enum { WORD_COLUMNS = 9 };

static void put_word(struct line *line, const char *word)
{
	size_t start = line->columns;
	line_put(line, word);
	line_pad(line, start + WORD_COLUMNS);
}

static void put_argument(struct line *line, const char *argument)
{
	bool quoted = !*argument || strpbrk(argument, " \t\n'\"\\");
	line_put(line, quoted ? "\"" : "");
	line_name(line, argument);
	line_put(line, quoted ? "\"" : "");
}

static void put_program(struct formatter *text, const struct record *record)
{
	const struct record_process *process = record->process;
	struct line *line = &text->line;
	const char *const *argv = process->argv;
	if (!argv || !*argv)
		line_name(line, process->program ? process->program : "");
	for (; argv && *argv; argv++) {
		put_argument(line, *argv);
		line_put(line, argv[1] ? " " : "");
	}
}

static void put_start(struct formatter *text, const struct record *record)
{
	put_program(text, record);
	line_put(&text->line, "   ");
	line_format(&text->line, _("(pid %d)"), record->pid);
}

/* The line stands in the parent's lane if that is known, and names the child. */
static void put_child(struct formatter *text, const struct record *record)
{
	line_name(&text->line, record->lane ? record->lane : "");
	line_put(&text->line, "   ");
	line_format(&text->line, _("(pid %d)"), record->pid);
}

static void put_thread(struct formatter *text, const struct record *record)
{
	line_name(&text->line, record->lane ? record->lane : "");
	line_put(&text->line, "   ");
	line_format(&text->line, _("(tid %d)"), record->tid);
}

static void put_signal(struct formatter *text, const struct record *record)
{
	const struct record_process *process = record->process;
	line_name(&text->line, process->signal ? process->signal : "");
	line_put(&text->line, process->parent ? " " : "");
	if (process->parent)
		line_format(&text->line, _("from pid %d"), process->parent);
}

static void put_exit(struct formatter *text, const struct record *record)
{
	const struct record_process *process = record->process;
	if (process->signal) {
		put_word(&text->line, _("killed"));
		line_names(&text->line, _("by %s"), process->signal);
		return;
	}
	put_word(&text->line, _("exits"));
	if (process->status >= 0)
		line_format(&text->line, _("status %d"), process->status);
}

static void put_detach(struct formatter *text, const struct record *record)
{
	line_format(&text->line, _("(pid %d goes on)"), record->pid);
}

static const struct row {
	const char *word; /* NULL: the function writes it */
	void (*put)(struct formatter *text, const struct record *record);
	bool quiet; /* -q leaves it out: where programs begin and end */
} rows[] = {
	[PROCESS_START] = { N_("starts"), put_start, true },
	[PROCESS_ATTACH] = { N_("attached"), put_start, true },
	[PROCESS_FORK] = { N_("forks"), put_child, false },
	[PROCESS_THREAD] = { N_("thread"), put_thread, false },
	[PROCESS_EXEC] = { N_("exec"), put_program, false },
	[PROCESS_EXIT] = { NULL, put_exit, true },
	[PROCESS_SIGNAL] = { N_("signal"), put_signal, false },
	[PROCESS_STOP] = { N_("stopped"), put_signal, false },
	[PROCESS_DETACH] = { N_("detached"), put_detach, true },
};

/* In whose lane the line stands: who forks or makes a thread is the parent. */
static const char *line_lane(const struct formatter *text, const struct record *record)
{
	enum process_what what = record->process->what;
	const char *lane = NULL;
	if (what == PROCESS_FORK)
		lane = memory_lane(&text->memory, record->process->parent);
	else if (what == PROCESS_THREAD)
		lane = memory_lane(&text->memory, record->pid);
	return lane ? lane : record->lane;
}

static void learn_lane(struct formatter *text, const struct record *record)
{
	enum process_what what = record->process->what;
	if (record->pid != record->tid && record->tid)
		return; /* a thread's name is not the process's */
	if (what == PROCESS_EXIT || what == PROCESS_DETACH)
		memory_forget_process(&text->memory, record->pid);
	else
		memory_set_lane(&text->memory, record->pid, record->lane);
}

/* A child's end has a line of its own; the signal that tells the parent adds nothing. */
static bool is_noise(const struct record_process *process)
{
	return process->what == PROCESS_SIGNAL && process->signal &&
	       strcmp(process->signal, "SIGCHLD") == 0;
}

void text_process(struct formatter *text, const struct record *record)
{
	const struct row *row = &rows[record->process->what];
	struct line *line = &text->line;
	if (!is_noise(record->process) && !(row->quiet && text->options.quiet)) {
		text_begin(text, 0, record->time, line_lane(text, record));
		line_pad(line, text->indent);
		line_style(line, STYLE_DIM);
		if (row->word)
			put_word(line, _(row->word));
		row->put(text, record);
		line_style(line, STYLE_PLAIN);
		text_notes(text, record);
		line_break(line);
	}
	learn_lane(text, record);
}

static void put_output_line(struct formatter *text, const struct record *record, const char *bytes,
			    size_t size, const char *tail)
{
	struct line *line = &text->line;
	text_begin(text, 0, record->time, record->lane);
	text_styled(text, STYLE_DIM, " |");
	line_put(line, size ? " " : "");
	line_output(line, bytes, size && bytes[size - 1] == '\r' ? size - 1 : size);
	line_put(line, tail);
	line_break(line);
}

/* Python, unbuffered, writes a line and its break one by one: that break is no empty line. */
static bool only_ends_the_line(struct formatter *text, const struct record *record)
{
	const struct value_bytes *data = &record->output.data;
	bool open = memory_open_line(&text->memory, record->pid) == record->output.fd + 1;
	/* Bytes that were not captured leave open how the line ended. */
	bool ends = data->captured && data->data[data->captured - 1] == '\n';
	bool stays_open = data->captured == data->length && !ends;
	memory_set_open_line(&text->memory, record->pid, stays_open ? record->output.fd + 1 : 0);
	return open && data->captured && data->data[0] == '\n';
}

/* One line for each line of what was written, and "..." where more was than was captured. */
void text_output(struct formatter *text, const struct record *record)
{
	const struct value_bytes *data = &record->output.data;
	size_t skipped = only_ends_the_line(text, record) ? 1 : 0;
	const char *at = data->data + skipped;
	size_t left = data->captured - skipped;
	while (left) {
		const char *newline = memchr(at, '\n', left);
		size_t size = newline ? (size_t)(newline - at) : left;
		size_t used = newline ? size + 1 : size;
		bool more = used == left && data->captured < data->length;
		put_output_line(text, record, at, size, more ? "..." : "");
		at += used;
		left -= used;
	}
}
