/* The run as it went, call by call, in chapters. */
#include "formatters/markdown/escape.h"
#include "formatters/markdown/parts.h"
#include "formatters/text/values.h"
#include "support/language.h"
#include "support/names.h"

#include <inttypes.h>
#include <string.h>

/* --- chapters ------------------------------------------------------------------------------ */

/* What a call is about, where that is one of the story's subjects: the others go on with it. */
static enum chapter chapter_of(const char *call)
{
	static const struct {
		const char *call;
		enum chapter chapter;
	} rows[] = {
		{ "socket", CHAPTER_SETUP },        { "socketpair", CHAPTER_SETUP },
		{ "bind", CHAPTER_SETUP },          { "listen", CHAPTER_SETUP },
		{ "setsockopt", CHAPTER_SETUP },    { "connect", CHAPTER_HANDSHAKE },
		{ "accept", CHAPTER_HANDSHAKE },    { "accept4", CHAPTER_HANDSHAKE },
		{ "send", CHAPTER_DATA },           { "sendto", CHAPTER_DATA },
		{ "sendmsg", CHAPTER_DATA },        { "sendmmsg", CHAPTER_DATA },
		{ "recv", CHAPTER_DATA },           { "recvfrom", CHAPTER_DATA },
		{ "recvmsg", CHAPTER_DATA },        { "recvmmsg", CHAPTER_DATA },
		{ "read", CHAPTER_DATA },           { "readv", CHAPTER_DATA },
		{ "write", CHAPTER_DATA },          { "writev", CHAPTER_DATA },
		{ "sendfile", CHAPTER_DATA },       { "splice", CHAPTER_DATA },
		{ "shutdown", CHAPTER_CLOSING },    { "close", CHAPTER_CLOSING },
		{ "close_range", CHAPTER_CLOSING },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].call, call) == 0)
			return rows[i].chapter;
	return CHAPTER_NONE;
}

static void put_chapter(struct formatter *markdown, enum chapter chapter)
{
	static const char *const names[] = {
		[CHAPTER_NONE] = "",
		[CHAPTER_SETUP] = N_("Setting up"),
		[CHAPTER_HANDSHAKE] = N_("Handshake"),
		[CHAPTER_DATA] = N_("Data"),
		[CHAPTER_CLOSING] = N_("Closing"),
	};
	if (chapter == CHAPTER_NONE || chapter == markdown->chapter)
		return;
	markdown->chapter = chapter;
	line_format(&markdown->line, "\n### %s\n", _(names[chapter]));
}

/* --- calls ---------------------------------------------------------------------------------- */

static void put_who(struct line *line, const struct record *record)
{
	line_put(line, "\n**");
	if (record->number)
		line_format(line, "%" PRIu64 " · ", record->number);
	prose_put(line, record->lane ? record->lane : "?");
	line_put(line, "** ");
}

static void put_call(struct formatter *markdown, const struct record *record)
{
	struct line *line = &markdown->line;
	struct line call = { 0 };
	const char *meaning = NULL;
	put_c_call(&call, record, markdown->options.show_bytes);
	put_who(line, record);
	code_put(line, line_string(&call));
	if (record->type == RECORD_ENTER)
		line_format(line, " %s", _("waits"));
	else if (record->event->error)
		/* In the C locale: these are the words a search engine knows. */
		meaning = errno_words(record->event->error);
	if (meaning)
		line_format(line, " (%s)", meaning);
	line_put(line, "\n");
	line_done(&call);
}

/* Where it waited the code has been shown: then only what came of it is new. */
static void put_python(struct formatter *markdown, const struct record *record, bool waited)
{
	const struct python *python = record->python;
	struct line inert = { 0 };
	struct line code = { 0 };
	struct line joined = { 0 };
	if (!python || !python->code)
		return;
	line_put(&joined, python->code);
	line_put(&joined, python->comment ? "  # " : "");
	line_put(&joined, python->comment ? python->comment : "");
	/* As a recording keeps it, so that a replay shows the same. */
	const char *text = line_string(&joined);
	if (waited && !python->raises && !text[python_code_length(text)]) {
		line_done(&joined);
		return;
	}
	line_name(&inert, text);
	roles_mark(&markdown->roles, record->pid, line_string(&inert), &code);
	if (python->raises) {
		line_break(&code);
		line_names(&code, "# %s", python->raises);
	}
	line_put(&markdown->line, "\n");
	fence_put(&markdown->line, "python", line_string(&code));
	line_done(&joined);
	line_done(&inert);
	line_done(&code);
}

static void put_change(struct line *line, const char *lane, enum tcp_state before,
		       enum tcp_state after, bool *begun)
{
	if (after == STATE_UNKNOWN || before == after)
		return;
	if (*begun)
		line_put(line, "; ");
	else
		line_format(line, "\n%s: ", _("State"));
	*begun = true;
	prose_put(line, lane ? lane : "");
	line_put(line, " ");
	if (before != STATE_UNKNOWN)
		line_format(line, "%s → ", tcp_state_name(before));
	line_put(line, tcp_state_name(after));
}

static void put_states(struct formatter *markdown, const struct record *record)
{
	const struct record_state *state = &record->state;
	bool begun = false;
	put_change(&markdown->line, record->lane, state->before, state->after, &begun);
	put_change(&markdown->line, state->peer_lane, state->peer_before, state->peer_after,
		   &begun);
	line_put(&markdown->line, begun ? "\n" : "");
}

void story_call(struct formatter *markdown, const struct record *record)
{
	struct line *line = &markdown->line;
	line->size = 0;
	roles_learn(&markdown->roles, record);
	put_chapter(markdown, chapter_of(record->event->name));
	put_call(markdown, record);
	bool waited = map_remove(&markdown->waiting, record->number) != NULL;
	if (record->source && !waited)
		sources_put(line, record->source);
	if (record->type == RECORD_ENTER)
		map_put(&markdown->waiting, record->number, markdown);
	put_python(markdown, record, waited);
	if (record->type == RECORD_CALL)
		put_states(markdown, record);
	notes_put(markdown, record, line);
	part_add(markdown, PART_STORY, line);
}

/* --- processes -------------------------------------------------------------------------------- */

static void put_command(struct line *line, const struct record_process *process)
{
	struct line words = { 0 };
	for (const char *const *word = process->argv; word && *word; word++)
		line_names(&words, word == process->argv ? "%s" : " %s", *word);
	line_put(line, " ");
	code_put(line, line_string(&words));
	line_done(&words);
}

static void put_exit(struct line *line, const struct record_process *process)
{
	if (process->signal) {
		line_format(line, "%s ", _("killed"));
		line_names(line, _("by %s"), process->signal);
		return;
	}
	line_put(line, _("exits"));
	if (process->status >= 0) {
		line_put(line, ", ");
		line_format(line, _("status %d"), process->status);
	}
}

/* A child's end is told by the child. */
static bool is_noise(const struct record_process *process)
{
	bool signal = process->what == PROCESS_SIGNAL || process->what == PROCESS_STOP;
	return signal && (!process->signal || strcmp(process->signal, "SIGCHLD") == 0);
}

void story_process(struct formatter *markdown, const struct record *record)
{
	const struct record_process *process = record->process;
	struct line *line = &markdown->line;
	roles_process(&markdown->roles, record);
	if (is_noise(process))
		return;
	line->size = 0;
	put_who(line, record);
	switch (process->what) {
	case PROCESS_START:
		line_put(line, _("starts"));
		put_command(line, process);
		break;
	case PROCESS_ATTACH:
		line_put(line, _("attached"));
		put_command(line, process);
		break;
	case PROCESS_FORK:
		line_put(line, _("begins as a child (fork)"));
		break;
	case PROCESS_THREAD:
		line_put(line, _("begins as a thread"));
		break;
	case PROCESS_EXEC:
		line_put(line, "exec");
		put_command(line, process);
		break;
	case PROCESS_EXIT:
		put_exit(line, process);
		break;
	case PROCESS_DETACH:
		line_put(line, _("detached"));
		break;
	case PROCESS_SIGNAL:
	case PROCESS_STOP:
		prose_put(line, process->signal);
		break;
	}
	line_put(line, "\n");
	notes_put(markdown, record, line);
	part_add(markdown, PART_STORY, line);
}

void story_output(struct formatter *markdown, const struct record *record)
{
	const struct value_bytes *data = &record->output.data;
	struct line *line = &markdown->line;
	struct line text = { 0 };
	for (size_t at = 0; at < data->captured;) {
		const char *bytes = data->data + at;
		const char *newline = memchr(bytes, '\n', data->captured - at);
		size_t size = newline ? (size_t)(newline - bytes) : data->captured - at;
		line_output(&text, bytes, size);
		line_break(&text);
		at += size + 1;
	}
	line->size = 0;
	put_who(line, record);
	line_format(line, "%s\n\n", _("prints"));
	fence_put(line, "text", line_string(&text));
	notes_put(markdown, record, line);
	part_add(markdown, PART_STORY, line);
	line_done(&text);
}
