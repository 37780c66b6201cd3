#include "formatters/jsonl.h"

#include "formatters/json.h"

#include <stdlib.h>

enum { SCHEMA = 1 };

struct formatter {
	FILE *file;
};

struct formatter *jsonl_open(FILE *file, const struct format_options *options)
{
	(void)options; /* a record is whole, whatever is shown elsewhere */
	struct formatter *formatter = malloc(sizeof *formatter);
	if (formatter)
		formatter->file = file;
	return formatter;
}

void jsonl_close(struct formatter *formatter)
{
	free(formatter);
}

static void put_time(json_t *object, const struct record *record)
{
	put_number(object, "t", (int64_t)record->time);
}

/* n, t and where: what `enter` and `call` begin with; `process` has no n. */
static void put_place(json_t *object, const struct record *record)
{
	if (record->number)
		put_number(object, "n", (int64_t)record->number);
	put_time(object, record);
	if (record->type == RECORD_CALL)
		put_number(object, "dur",
			   (int64_t)(record->event->returned - record->event->entered));
	if (record->pid)
		put_number(object, "pid", record->pid);
	if (record->tid)
		put_number(object, "tid", record->tid);
	put_text(object, "lane", record->lane);
}

static json_t *json_words(const struct record_words *words)
{
	json_t *object = json_object();
	for (size_t i = 0; i < words->count; i++)
		put_text(object, words->in[i].lang, words->in[i].words);
	return object;
}

static void write_header(json_t *object, const struct record *record)
{
	const struct record_header *header = record->header;
	json_t *commands = json_array();
	for (const char *const *const *argv = header->commands; argv && *argv; argv++) {
		json_t *holder = json_object();
		put_list(holder, "argv", *argv);
		json_array_append(commands, json_object_get(holder, "argv"));
		json_decref(holder);
	}
	put_number(object, "schema", SCHEMA);
	put_text(object, "socktrace", header->version);
	put_text(object, "kernel", header->kernel);
	put_text(object, "started", header->started);
	put_value(object, "command", commands);
	put_text(object, "lang", header->lang);
	json_object_set_new_nocheck(object, "isolated", json_boolean(header->isolated));
	put_list(object, "witnesses", header->witnesses);
	json_t *sysctls = json_object();
	for (size_t i = 0; i < header->sysctl_count; i++)
		put_text(sysctls, header->sysctls[i].name, header->sysctls[i].value);
	put_value(object, "sysctl", sysctls);
	put_text(object, "title", header->title);
	put_text(object, "lesson", header->lesson);
	put_value(object, "titles", json_words(&header->titles));
	put_value(object, "lessons", json_words(&header->lessons));
}

static json_t *json_cause(const struct signal_cause *cause)
{
	json_t *object = json_object();
	put_number(object, "code", cause->code);
	if (cause->from_process) {
		put_number(object, "pid", cause->pid);
		put_number(object, "uid", cause->uid);
	}
	if (cause->of_child) {
		put_number(object, "status", cause->status);
		put_number(object, "user_ticks", cause->user_ticks);
		put_number(object, "system_ticks", cause->system_ticks);
	}
	if (cause->at_address)
		put_number(object, "address", (int64_t)cause->address);
	return object;
}

static void write_process(json_t *object, const struct record *record)
{
	const struct record_process *process = record->process;
	put_place(object, record);
	put_text(object, "what", process_what_name(process->what));
	if (process->parent)
		put_number(object, "parent", process->parent);
	put_text(object, "program", process->program);
	put_list(object, "argv", process->argv);
	if (process->status >= 0)
		put_number(object, "status", process->status);
	put_text(object, "signal", process->signal);
	if (process->dumped)
		json_object_set_new_nocheck(object, "dumped", json_true());
	if (process->cause)
		put_value(object, "cause", json_cause(process->cause));
}

static void write_call(json_t *object, const struct record *record)
{
	put_place(object, record);
	put_call(object, record);
}

static void write_unfinished(json_t *object, const struct record *record)
{
	put_number(object, "n", (int64_t)record->number);
	put_time(object, record);
	put_text(object, "why", record->why);
}

static void write_output(json_t *object, const struct record *record)
{
	json_t *data = json_object();
	put_bytes(data, &record->output.data);
	put_time(object, record);
	if (record->pid)
		put_number(object, "pid", record->pid);
	put_text(object, "lane", record->lane);
	put_number(object, "fd", record->output.fd);
	put_value(object, "data", data);
}

static void write_state(json_t *object, const struct record *record)
{
	const struct record_transition *transition = &record->transition;
	put_time(object, record);
	put_text(object, "lane", record->lane);
	put_socket(object, record);
	put_text(object, "from", tcp_state_name(transition->from));
	put_text(object, "to", tcp_state_name(transition->to));
	put_text(object, "witness", witness_name(transition->witness));
	if (transition->cause)
		put_number(object, "cause", (int64_t)transition->cause);
}

static void write_segment(json_t *object, const struct record *record)
{
	put_time(object, record);
	put_segment(object, record);
}

static json_t *json_end_of_connection(const struct record_end_of_connection *end)
{
	json_t *object = json_object();
	json_t *states = json_array();
	for (size_t i = 0; i < end->state_count; i++)
		json_array_append_new(states, json_string(tcp_state_name(end->states[i])));
	put_text(object, "socket", end->socket);
	put_text(object, "lane", end->lane);
	put_text(object, "address", end->address);
	/* Of an end that is not traced nobody counted the bytes. */
	if (end->socket) {
		put_number(object, "bytes_sent", (int64_t)end->bytes_sent);
		put_number(object, "bytes_received", (int64_t)end->bytes_received);
	}
	put_value(object, "states", states);
	return object;
}

static void write_connection(json_t *object, const struct record *record)
{
	const struct record_connection *connection = record->connection;
	json_t *ends = json_array();
	for (size_t i = 0; i < 2; i++)
		json_array_append_new(ends, json_end_of_connection(&connection->ends[i]));
	put_number(object, "id", (int64_t)connection->id);
	put_value(object, "ends", ends);
	put_number(object, "opened", (int64_t)connection->opened);
	put_text(object, "closed", connection_closed_name(connection->closed));
	put_number(object, "calls", (int64_t)connection->calls);
}

static void write_sockets(json_t *object, const struct record *record)
{
	const struct record_sockets *sockets = record->sockets;
	json_t *rows = json_array();
	for (size_t i = 0; i < sockets->count; i++) {
		const struct record_row *row = &sockets->rows[i];
		json_t *fields = json_object();
		put_text(fields, "lane", row->lane);
		put_socket_of(fields, row->socket, row->fd);
		put_text(fields, "state", tcp_state_name(row->state));
		put_text(fields, "witness", witness_name(row->witness));
		put_queues(fields, &row->queues);
		if (row->expires >= 0)
			put_number(fields, "expires", row->expires);
		json_array_append_new(rows, fields);
	}
	put_time(object, record);
	put_text(object, "why", sockets_why_name(sockets->why));
	put_value(object, "sockets", rows);
}

static void write_end(json_t *object, const struct record *record)
{
	put_time(object, record);
	put_number(object, "calls", (int64_t)record->end.calls);
	put_number(object, "lost", (int64_t)record->end.lost);
	put_list(object, "mistakes", record->end.mistakes);
}

static const struct {
	const char *type;
	void (*write)(json_t *object, const struct record *record);
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
	[RECORD_END] = { "end", write_end },
};

static json_t *object_of(const struct record *record)
{
	json_t *object = json_object();
	put_text(object, "type", types[record->type].type);
	types[record->type].write(object, record);
	put_notes(object, record);
	return object;
}

char *jsonl_line(const struct record *record)
{
	char *line = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&line, &size);
	if (!memory)
		return NULL;
	json_write(object_of(record), memory);
	fclose(memory);
	return line;
}

void jsonl_write(struct formatter *formatter, const struct record *record)
{
	json_write(object_of(record), formatter->file);
	putc('\n', formatter->file);
}
