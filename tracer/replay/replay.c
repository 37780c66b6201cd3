#include "replay/replay.h"

#include "replay/parts.h"
#include "support/auto.h"
#include "support/language.h"
#include "support/map.h"
#include "types/event.h"

#include <errno.h>
#include <string.h>

enum {
	SCHEMA = 1,
	FIRST_ROOM = 4096,
	LONGEST_LINE = 64 << 20,
};

/* --- records, one reader for each type ----------------------------------------------------- */

static void read_sysctls(struct replay_line *line, struct record_header *header)
{
	const struct json *object = field_object(line, line->object, "sysctl");
	struct sysctl *sysctls = replay_room(line, json_count(object), sizeof *sysctls);
	for (const struct json *value = json_first(object); sysctls && value;
	     value = json_next(object, value))
		if (field_text(line, object, value->key))
			sysctls[header->sysctl_count++] =
				(struct sysctl){ .name = value->key, .value = value->text };
	header->sysctls = sysctls;
}

static void read_words(struct replay_line *line, const char *key, struct record_words *words)
{
	const struct json *object = field_object(line, line->object, key);
	if (json_count(object) > RECORD_MAX_LANGUAGES) {
		replay_complain(line, _("\"%s\" has more than %d languages"), key,
				RECORD_MAX_LANGUAGES);
		return;
	}
	for (const struct json *value = json_first(object); value; value = json_next(object, value))
		if (field_text(line, object, value->key))
			words->in[words->count++] =
				(struct record_translation){ .lang = value->key,
							     .words = value->text };
}

static void read_header(struct replay_line *line)
{
	struct record_header *header = &line->header;
	const struct json *commands = field_array(line, line->object, "command");
	const char *const **list = replay_room(line, json_count(commands) + 1, sizeof *list);
	if (need_number(line, line->object, "schema") != SCHEMA)
		replay_complain(line, _("only recordings of schema %d can be read"), SCHEMA);
	const char *const **next = list;
	for (const struct json *argv = json_first(commands); next && argv;
	     argv = json_next(commands, argv))
		*next++ = replay_list(line, argv);
	header->commands = list;
	header->version = field_text(line, line->object, "socktrace");
	header->kernel = field_text(line, line->object, "kernel");
	header->started = field_text(line, line->object, "started");
	header->lang = field_text(line, line->object, "lang");
	header->isolated = json_is_true(json_member(line->object, "isolated"));
	header->witnesses = replay_list(line, field_array(line, line->object, "witnesses"));
	read_sysctls(line, header);
	header->title = field_text(line, line->object, "title");
	header->lesson = field_text(line, line->object, "lesson");
	read_words(line, "titles", &header->titles);
	read_words(line, "lessons", &header->lessons);
	line->record.header = header;
}

static const struct signal_cause *read_cause(struct replay_line *line)
{
	const struct json *object = field_object(line, line->object, "cause");
	struct signal_cause *cause = &line->cause;
	if (!object)
		return NULL;
	*cause = (struct signal_cause){
		.code = (int)need_number(line, object, "code"),
		.from_process = json_member(object, "pid") != NULL,
		.pid = (pid_t)field_number(line, object, "pid", 0),
		.uid = (uid_t)field_number(line, object, "uid", 0),
		.of_child = json_member(object, "status") != NULL,
		.status = (int)field_number(line, object, "status", 0),
		.user_ticks = field_number(line, object, "user_ticks", 0),
		.system_ticks = field_number(line, object, "system_ticks", 0),
		.at_address = json_member(object, "address") != NULL,
		.address = (uint64_t)field_number(line, object, "address", 0),
	};
	return cause;
}

static void read_process(struct replay_line *line)
{
	struct record_process *process = &line->process;
	int what = process_what_named(need_text(line, line->object, "what"));
	if (what < 0)
		replay_complain(line, _("\"what\" is nothing a process does"));
	*process = (struct record_process){
		.what = what < 0 ? PROCESS_START : (enum process_what)what,
		.parent = (pid_t)field_number(line, line->object, "parent", 0),
		.program = field_text(line, line->object, "program"),
		.argv = replay_list(line, field_array(line, line->object, "argv")),
		.status = (int)field_number(line, line->object, "status", -1),
		.signal = field_text(line, line->object, "signal"),
		.dumped = json_is_true(json_member(line->object, "dumped")),
		.cause = read_cause(line),
	};
	line->record.process = process;
}

static void read_unfinished(struct replay_line *line)
{
	line->record.why = need_text(line, line->object, "why");
}

static void read_output(struct replay_line *line)
{
	line->record.output.fd = (int)need_number(line, line->object, "fd");
	replay_bytes(line, field_object(line, line->object, "data"), &line->record.output.data);
}

static enum tcp_state read_state(struct replay_line *line, const char *name)
{
	enum tcp_state state = name ? tcp_state_named(name) : STATE_UNKNOWN;
	if (name && state == STATE_UNKNOWN)
		replay_complain(line, _("a TCP state is none"));
	return state;
}

static void read_transition(struct replay_line *line)
{
	const char *witness = field_text(line, line->object, "witness");
	replay_socket(line);
	line->record.transition = (struct record_transition){
		.from = read_state(line, field_text(line, line->object, "from")),
		.to = read_state(line, field_text(line, line->object, "to")),
		.witness = witness ? witness_named(witness) : WITNESS_NONE,
		.cause = (uint64_t)field_number(line, line->object, "cause", 0),
	};
}

static void read_end_of_connection(struct replay_line *line, const struct json *object,
				   struct record_end_of_connection *end)
{
	const struct json *states = field_array(line, object, "states");
	size_t count = json_count(states);
	if (count > RECORD_MAX_STATES) {
		replay_complain(line, _("an end has more than %d states"), RECORD_MAX_STATES);
		return;
	}
	end->socket = field_text(line, object, "socket");
	end->lane = field_text(line, object, "lane");
	end->address = field_text(line, object, "address");
	end->bytes_sent = (uint64_t)field_number(line, object, "bytes_sent", 0);
	end->bytes_received = (uint64_t)field_number(line, object, "bytes_received", 0);
	for (const struct json *state = json_first(states); state; state = json_next(states, state))
		end->states[end->state_count++] = read_state(line, json_text(state));
}

static void read_connection(struct replay_line *line)
{
	struct record_connection *connection = &line->connection;
	const struct json *ends = field_array(line, line->object, "ends");
	int closed = connection_closed_named(need_text(line, line->object, "closed"));
	if (closed < 0 || json_count(ends) != 2)
		replay_complain(line, _("a connection lacks its two ends, or how it was closed"));
	connection->id = (uint64_t)need_number(line, line->object, "id");
	connection->opened = (uint64_t)field_number(line, line->object, "opened", 0);
	connection->closed = closed < 0 ? CLOSED_OPEN : (enum connection_closed)closed;
	connection->calls = (uint64_t)field_number(line, line->object, "calls", 0);
	struct record_end_of_connection *end = connection->ends;
	for (const struct json *object = json_first(ends); object && !line->bad;
	     object = json_next(ends, object))
		read_end_of_connection(line, object, end++);
	line->record.connection = connection;
}

static void read_listing(struct replay_line *line)
{
	line->record.listing = (struct record_listing){
		.language = source_language_named(need_text(line, line->object, "language")),
		.file = need_text(line, line->object, "file"),
		.text = need_text(line, line->object, "text"),
	};
}

static void read_end(struct replay_line *line)
{
	line->record.end = (struct record_end){
		.calls = (uint64_t)field_number(line, line->object, "calls", 0),
		.lost = (uint64_t)field_number(line, line->object, "lost", 0),
		.mistakes = replay_list(line, field_array(line, line->object, "mistakes")),
	};
}

static const struct {
	const char *name;
	void (*read)(struct replay_line *line);
} types[] = {
	[RECORD_HEADER] = { "header", read_header },
	[RECORD_PROCESS] = { "process", read_process },
	[RECORD_ENTER] = { "enter", replay_call },
	[RECORD_CALL] = { "call", replay_call },
	[RECORD_UNFINISHED] = { "unfinished", read_unfinished },
	[RECORD_OUTPUT] = { "output", read_output },
	[RECORD_STATE] = { "state", read_transition },
	[RECORD_SEGMENT] = { "segment", replay_segment },
	[RECORD_CONNECTION] = { "connection", read_connection },
	[RECORD_SOCKETS] = { "sockets", replay_sockets },
	[RECORD_LISTING] = { "listing", read_listing },
	[RECORD_END] = { "end", read_end },
};

static void read_record(struct replay_line *line)
{
	const char *name = need_text(line, line->object, "type");
	size_t type = 0;
	while (type < sizeof types / sizeof *types && strcmp(name, types[type].name) != 0)
		type++;
	if (type == sizeof types / sizeof *types) {
		replay_complain(line, _("\"type\" is of no known kind"));
		return;
	}
	line->record = record_blank((enum record_type)type,
				    (uint64_t)field_number(line, line->object, "t", 0));
	line->record.number = (uint64_t)field_number(line, line->object, "n", 0);
	line->record.pid = (pid_t)field_number(line, line->object, "pid", 0);
	line->record.tid = (pid_t)field_number(line, line->object, "tid", 0);
	line->record.lane = field_text(line, line->object, "lane");
	types[type].read(line);
	replay_notes(line);
}

/* --- the run ---------------------------------------------------------------------------------- */

struct replay {
	FILE *in;
	struct json_reader reader;
	int (*emit)(void *context, const struct record *record);
	void *context;
	struct map waiting; /* the numbers of calls shown as waiting */
	struct replay_error *error;
	char *text; /* the line, a NUL in place of its line break */
	size_t size, room;
	bool complete; /* it had a line break */
	bool cut;      /* it was the last one, and not all of it is there */
};

static int fail(struct replay *replay, int result, const char *message)
{
	snprintf(replay->error->message, sizeof replay->error->message, "%s", message);
	return result;
}

static int append(struct replay *replay, char byte)
{
	if (replay->size == replay->room) {
		size_t room = replay->room ? replay->room * 2 : FIRST_ROOM;
		char *text = realloc(replay->text, room);
		if (!text)
			return fail(replay, -ENOMEM, _("there is no memory left"));
		replay->text = text;
		replay->room = room;
	}
	replay->text[replay->size++] = byte;
	return 0;
}

/* 1: there is a line; 0: the end. */
static int next_line(struct replay *replay)
{
	int byte = 0;
	replay->size = 0;
	replay->error->line++;
	int result = 0;
	while (!result && (byte = getc_unlocked(replay->in)) != EOF && byte != '\n') {
		if (replay->size == LONGEST_LINE)
			return fail(replay, -EBADMSG, _("the line is longer than 64 MiB"));
		result = append(replay, (char)byte);
	}
	if (!result)
		result = append(replay, '\0');
	if (result)
		return result;
	replay->size--;
	replay->complete = byte == '\n';
	if (byte == EOF && ferror(replay->in))
		return fail(replay, -EIO, _("the file cannot be read"));
	return replay->complete || replay->size ? 1 : 0;
}

/* A call that was waiting is resumed by its line; what ends it is forgotten. */
static void join_waiting(struct replay *replay, struct record *record)
{
	if (record->type == RECORD_ENTER)
		map_put(&replay->waiting, record->number, replay);
	else if (record->type == RECORD_CALL)
		record->resumed = map_remove(&replay->waiting, record->number) != NULL;
	else if (record->type == RECORD_UNFINISHED)
		map_remove(&replay->waiting, record->number);
}

static int emit_object(struct replay *replay, const struct json *object)
{
	struct event *event = event_new();
	if (!event)
		return fail(replay, -ENOMEM, _("there is no memory left"));
	struct replay_line line = {
		.arena = event->arena,
		.object = object,
		.event = event,
		.error = replay->error,
	};
	read_record(&line);
	int result = -EBADMSG;
	if (!line.bad) {
		join_waiting(replay, &line.record);
		result = replay->emit(replay->context, &line.record);
	}
	event_free(event);
	return result;
}

static int replay_line(struct replay *replay)
{
	int error = 0;
	const struct json *object = json_read(&replay->reader, replay->text, replay->size, &error);
	if (!object && error == -ENOMEM)
		return fail(replay, error, _("there is no memory left"));
	if (!object && !replay->complete) {
		replay->cut = true;
		return 0;
	}
	if (!object) {
		snprintf(replay->error->message, sizeof replay->error->message,
			 _("not JSON: byte %zu"), replay->reader.failed_at + 1);
		return error;
	}
	return object->kind == JSON_OBJECT ? emit_object(replay, object)
					   : fail(replay, -EBADMSG, _("not a JSON object"));
}

int replay_run(FILE *in, int (*emit)(void *context, const struct record *record), void *context,
	       struct replay_error *ret_error)
{
	struct replay replay = {
		.in = in,
		.emit = emit,
		.context = context,
		.error = ret_error,
	};
	*ret_error = (struct replay_error){ 0 };
	int result = 0;
	int more = 0;
	while (!result && !replay.cut && (more = next_line(&replay)) > 0)
		result = replay_line(&replay);
	free(replay.text);
	json_reader_done(&replay.reader);
	map_done(&replay.waiting);
	return more < 0 ? more : result;
}
