#include "formatters/jsonl.h"

#include "formatters/json.h"

#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1 };

struct formatter {
	FILE *file;
	struct json_line line;
};

struct formatter *jsonl_open(FILE *file, const struct format_options *options)
{
	(void)options; /* a record is whole, whatever is shown elsewhere */
	struct formatter *formatter = calloc(1, sizeof *formatter);
	if (formatter)
		formatter->file = file;
	return formatter;
}

void jsonl_close(struct formatter *formatter)
{
	json_line_done(&formatter->line);
	free(formatter);
}

static void put_time(struct json_line *line, const struct record *record)
{
	put_number(line, "t", (int64_t)record->time);
}

/* n, t and where: what `enter` and `call` begin with; `process` has no n. */
static void put_place(struct json_line *line, const struct record *record)
{
	if (record->number)
		put_number(line, "n", (int64_t)record->number);
	put_time(line, record);
	if (record->type == RECORD_CALL)
		put_number(line, "dur",
			   (int64_t)(record->event->returned - record->event->entered));
	if (record->pid)
		put_number(line, "pid", record->pid);
	if (record->tid)
		put_number(line, "tid", record->tid);
	put_text(line, "lane", record->lane);
}

static void put_words(struct json_line *line, const char *key, const struct record_words *words)
{
	struct json_place object = json_open(line, key, '{');
	for (size_t i = 0; i < words->count; i++)
		put_text(line, words->in[i].lang, words->in[i].words);
	json_close(line, object);
}

static void put_commands(struct json_line *line, const struct record_header *header)
{
	struct json_place commands = json_open(line, "command", '[');
	for (const char *const *const *argv = header->commands; argv && *argv; argv++)
		put_list(line, NULL, *argv);
	json_close(line, commands);
}

static void put_sysctls(struct json_line *line, const struct record_header *header)
{
	struct json_place sysctls = json_open(line, "sysctl", '{');
	for (size_t i = 0; i < header->sysctl_count; i++)
		put_text(line, header->sysctls[i].name, header->sysctls[i].value);
	json_close(line, sysctls);
}

static void write_header(struct json_line *line, const struct record *record)
{
	const struct record_header *header = record->header;
	put_number(line, "schema", SCHEMA);
	put_text(line, "socktrace", header->version);
	put_text(line, "kernel", header->kernel);
	put_text(line, "started", header->started);
	put_commands(line, header);
	put_text(line, "lang", header->lang);
	put_boolean(line, "isolated", header->isolated);
	put_list(line, "witnesses", header->witnesses);
	put_sysctls(line, header);
	put_text(line, "title", header->title);
	put_text(line, "lesson", header->lesson);
	put_words(line, "titles", &header->titles);
	put_words(line, "lessons", &header->lessons);
}

static void put_cause(struct json_line *line, const struct signal_cause *cause)
{
	if (!cause)
		return;
	struct json_place object = json_open(line, "cause", '{');
	put_number(line, "code", cause->code);
	if (cause->from_process) {
		put_number(line, "pid", cause->pid);
		put_number(line, "uid", cause->uid);
	}
	if (cause->of_child) {
		put_number(line, "status", cause->status);
		put_number(line, "user_ticks", cause->user_ticks);
		put_number(line, "system_ticks", cause->system_ticks);
	}
	if (cause->at_address)
		put_number(line, "address", (int64_t)cause->address);
	json_close(line, object);
}

static void write_process(struct json_line *line, const struct record *record)
{
	const struct record_process *process = record->process;
	put_place(line, record);
	put_text(line, "what", process_what_name(process->what));
	if (process->parent)
		put_number(line, "parent", process->parent);
	put_text(line, "program", process->program);
	put_list(line, "argv", process->argv);
	if (process->status >= 0)
		put_number(line, "status", process->status);
	put_text(line, "signal", process->signal);
	put_true(line, "dumped", process->dumped);
	put_cause(line, process->cause);
}

static void write_call(struct json_line *line, const struct record *record)
{
	put_place(line, record);
	put_call(line, record);
}

static void write_unfinished(struct json_line *line, const struct record *record)
{
	put_number(line, "n", (int64_t)record->number);
	put_time(line, record);
	put_text(line, "why", record->why);
}

static void write_output(struct json_line *line, const struct record *record)
{
	put_time(line, record);
	if (record->pid)
		put_number(line, "pid", record->pid);
	put_text(line, "lane", record->lane);
	put_number(line, "fd", record->output.fd);
	struct json_place data = json_open(line, "data", '{');
	put_bytes(line, &record->output.data);
	json_close(line, data);
}

static void write_state(struct json_line *line, const struct record *record)
{
	const struct record_transition *transition = &record->transition;
	put_time(line, record);
	put_text(line, "lane", record->lane);
	put_socket(line, record);
	put_text(line, "from", tcp_state_name(transition->from));
	put_text(line, "to", tcp_state_name(transition->to));
	put_text(line, "witness", witness_name(transition->witness));
	if (transition->cause)
		put_number(line, "cause", (int64_t)transition->cause);
}

static void write_segment(struct json_line *line, const struct record *record)
{
	put_time(line, record);
	put_segment(line, record);
}

static void put_end_of_connection(struct json_line *line,
				  const struct record_end_of_connection *end)
{
	struct json_place object = json_open(line, NULL, '{');
	put_text(line, "socket", end->socket);
	put_text(line, "lane", end->lane);
	put_text(line, "address", end->address);
	/* Of an end that is not traced nobody counted the bytes. */
	if (end->socket) {
		put_number(line, "bytes_sent", (int64_t)end->bytes_sent);
		put_number(line, "bytes_received", (int64_t)end->bytes_received);
	}
	struct json_place states = json_open(line, "states", '[');
	for (size_t i = 0; i < end->state_count; i++)
		put_text(line, NULL, tcp_state_name(end->states[i]));
	json_close(line, states);
	json_close(line, object);
}

static void write_connection(struct json_line *line, const struct record *record)
{
	const struct record_connection *connection = record->connection;
	put_number(line, "id", (int64_t)connection->id);
	struct json_place ends = json_open(line, "ends", '[');
	for (size_t i = 0; i < 2; i++)
		put_end_of_connection(line, &connection->ends[i]);
	json_close(line, ends);
	put_number(line, "opened", (int64_t)connection->opened);
	put_text(line, "closed", connection_closed_name(connection->closed));
	put_number(line, "calls", (int64_t)connection->calls);
}

static void put_row(struct json_line *line, const struct record_row *row)
{
	struct json_place object = json_open(line, NULL, '{');
	put_text(line, "lane", row->lane);
	put_socket_of(line, row->socket, row->fd);
	put_text(line, "state", tcp_state_name(row->state));
	put_text(line, "witness", witness_name(row->witness));
	put_queues(line, &row->queues);
	if (row->expires >= 0)
		put_number(line, "expires", row->expires);
	json_close(line, object);
}

static void write_sockets(struct json_line *line, const struct record *record)
{
	const struct record_sockets *sockets = record->sockets;
	put_time(line, record);
	put_text(line, "why", sockets_why_name(sockets->why));
	struct json_place rows = json_open(line, "sockets", '[');
	for (size_t i = 0; i < sockets->count; i++)
		put_row(line, &sockets->rows[i]);
	json_close(line, rows);
}

static void write_listing(struct json_line *line, const struct record *record)
{
	put_time(line, record);
	put_text(line, "file", record->listing.file);
	put_text(line, "language", source_language_name(record->listing.language));
	put_text(line, "text", record->listing.text);
}

static void write_end(struct json_line *line, const struct record *record)
{
	put_time(line, record);
	put_number(line, "calls", (int64_t)record->end.calls);
	put_number(line, "lost", (int64_t)record->end.lost);
	put_list(line, "mistakes", record->end.mistakes);
}

static const struct {
	const char *type;
	void (*write)(struct json_line *line, const struct record *record);
} types[] = {
	[RECORD_HEADER] = { "header", write_header },
	[RECORD_PROCESS] = { "process", write_process },
	[RECORD_ENTER] = { "enter", write_call },
	[RECORD_CALL] = { "call", write_call },
	[RECORD_UNFINISHED] = { "unfinished", write_unfinished },
	[RECORD_OUTPUT] = { "output", write_output },
	[RECORD_STATE] = { "state", write_state },
	[RECORD_SEGMENT] = { "segment", write_segment },
	[RECORD_CONNECTION] = { "connection", write_connection },
	[RECORD_SOCKETS] = { "sockets", write_sockets },
	[RECORD_LISTING] = { "listing", write_listing },
	[RECORD_END] = { "end", write_end },
};

void jsonl_line(struct json_line *line, const struct record *record)
{
	struct json_place object = json_open(line, NULL, '{');
	put_text(line, "type", types[record->type].type);
	types[record->type].write(line, record);
	put_notes(line, record);
	json_close(line, object);
}

void jsonl_write(struct formatter *formatter, const struct record *record)
{
	jsonl_line(&formatter->line, record);
	json_line_write(&formatter->line, formatter->file);
}
