#include "replay/parts.h"

#include "support/language.h"
#include "support/names.h"

#include <stdlib.h>
#include <string.h>

static void copy_text(struct replay_line *line, char *to, size_t room, const char *key,
		      const struct json *object)
{
	const char *text = field_text(line, object, key);
	size_t size = text ? strnlen(text, room - 1) : 0;
	memcpy(to, text ? text : "", size);
	to[size] = '\0';
}

static void read_socket(struct replay_line *line, const struct json *object, struct socket *socket)
{
	copy_text(line, socket->id, sizeof socket->id, "id", object);
	copy_text(line, socket->local, sizeof socket->local, "local", object);
	copy_text(line, socket->remote, sizeof socket->remote, "remote", object);
	const char *role = field_text(line, object, "role");
	socket->cookie = strtoull(socket->id, NULL, 10);
	socket->domain_name = field_text(line, object, "domain");
	socket->type_name = field_text(line, object, "type");
	socket->protocol_name = field_text(line, object, "protocol");
	socket->role = role ? socket_role_named(role) : ROLE_NONE;
}

void replay_socket(struct replay_line *line)
{
	const struct json *object = field_object(line, line->object, "socket");
	if (!object)
		return;
	read_socket(line, object, &line->socket);
	if (line->record.event)
		line->event->fd = (int)field_number(line, object, "fd", -1);
	line->record.socket = &line->socket;
}

static enum tcp_state read_state(struct replay_line *line, const struct json *object,
				 const char *key)
{
	const char *name = field_text(line, object, key);
	enum tcp_state state = name ? tcp_state_named(name) : STATE_UNKNOWN;
	if (name && state == STATE_UNKNOWN)
		replay_complain(line, _("\"%s\" is no TCP state"), key);
	return state;
}

static void read_states(struct replay_line *line)
{
	struct record_state *state = &line->record.state;
	const struct json *object = field_object(line, line->object, "state");
	const struct json *peer = field_object(line, object, "peer");
	const char *witness = field_text(line, object, "witness");
	state->before = read_state(line, object, "before");
	state->after = read_state(line, object, "after");
	state->witness = witness ? witness_named(witness) : WITNESS_NONE;
	state->peer_lane = field_text(line, peer, "lane");
	state->peer_socket = field_text(line, peer, "socket");
	state->peer_before = read_state(line, peer, "before");
	state->peer_after = read_state(line, peer, "after");
}

static struct record_queues read_queues(struct replay_line *line, const struct json *holder)
{
	const struct json *object = field_object(line, holder, "queues");
	return (struct record_queues){
		.receive = field_number(line, object, "receive", -1),
		.send = field_number(line, object, "send", -1),
		.accept = field_number(line, object, "accept", -1),
		.backlog = field_number(line, object, "backlog", -1),
		.syn_rcvd = field_number(line, object, "syn_rcvd", -1),
		.copied = field_number(line, object, "copied", -1),
		.taken = field_number(line, object, "taken", -1),
	};
}

void replay_sockets(struct replay_line *line)
{
	const struct json *array = field_array(line, line->object, "sockets");
	size_t count = json_count(array);
	struct record_row *rows = replay_room(line, count, sizeof *rows);
	struct socket *sockets = replay_room(line, count, sizeof *sockets);
	size_t i = 0;
	for (const struct json *row = json_first(array); rows && sockets && row;
	     row = json_next(array, row), i++) {
		const struct json *socket = field_object(line, row, "socket");
		const char *witness = field_text(line, row, "witness");
		read_socket(line, socket, &sockets[i]);
		rows[i] = (struct record_row){
			.lane = field_text(line, row, "lane"),
			.fd = (int)field_number(line, socket, "fd", -1),
			.socket = &sockets[i],
			.state = read_state(line, row, "state"),
			.witness = witness ? witness_named(witness) : WITNESS_NONE,
			.queues = read_queues(line, row),
			.expires = field_number(line, row, "expires", -1),
		};
	}
	int why = sockets_why_named(need_text(line, line->object, "why"));
	line->sockets = (struct record_sockets){
		.why = why < 0 ? SOCKETS_END : (enum sockets_why)why,
		.rows = rows,
		.count = rows && sockets ? count : 0,
	};
	line->record.sockets = &line->sockets;
}

/* `code` is one line of Python: the code, and what it gives as its comment. */
static void split_code(struct replay_line *line, const char *joined)
{
	size_t length = python_code_length(joined);
	char *copy = replay_room(line, strlen(joined) + 1, 1);
	if (!copy)
		return;
	memcpy(copy, joined, strlen(joined));
	line->python.code = copy;
	if (!copy[length])
		return;
	copy[length] = '\0';
	line->python.comment = copy + length + PYTHON_COMMENT_GAP;
}

static void read_python(struct replay_line *line)
{
	const struct json *object = field_object(line, line->object, "python");
	const struct json *variables = field_object(line, object, "variables");
	struct python *python = &line->python;
	const size_t most = sizeof python->variables / sizeof *python->variables;
	const char *code = field_text(line, object, "code");
	if (!object)
		return;
	if (code)
		split_code(line, code);
	python->raises = field_text(line, object, "raises");
	for (const struct json *variable = json_first(variables);
	     variable && python->variable_count < most; variable = json_next(variables, variable))
		python->variables[python->variable_count++] = (struct python_variable){
			.name = variable->key,
			.socket = json_text(variable),
		};
	line->record.python = python;
}

static const struct note_param *read_params(struct replay_line *line, const struct json *object,
					    size_t *ret_count)
{
	const struct json *params = field_object(line, object, "params");
	struct note_param *list = replay_room(line, json_count(params), sizeof *list);
	size_t count = 0;
	for (const struct json *param = json_first(params); list && param;
	     param = json_next(params, param))
		list[count++] = (struct note_param){
			.name = param->key,
			.value = json_text(param),
		};
	*ret_count = count;
	return list;
}

static void read_evidence(struct replay_line *line, const struct json *object, struct note *note)
{
	const struct json *array = field_array(line, object, "evidence");
	size_t count = json_count(array);
	struct note_evidence *evidence = count ? replay_room(line, count, sizeof *evidence) : NULL;
	struct note_evidence *one = evidence;
	for (const struct json *witness = json_first(array); one && witness;
	     witness = json_next(array, witness), one++) {
		one->id = need_text(line, witness, "id");
		one->params = read_params(line, witness, &one->param_count);
	}
	note->evidence = evidence;
	note->evidence_count = evidence ? count : 0;
}

static void read_note(struct replay_line *line, const struct json *object, struct note *note)
{
	const char *severity = need_text(line, object, "severity");
	note->id = need_text(line, object, "id");
	note->severity = strcmp(severity, "mistake") == 0 ? SEVERITY_MISTAKE : SEVERITY_NOTICE;
	note->params = read_params(line, object, &note->param_count);
	read_evidence(line, object, note);
	note->text = field_text(line, object, "text");
	note->fix = field_text(line, object, "fix");
	note->check = field_text(line, object, "check");
}

void replay_notes(struct replay_line *line)
{
	const struct json *array = field_array(line, line->object, "notes");
	struct note *notes = array ? replay_room(line, json_count(array), sizeof *notes) : NULL;
	if (!notes)
		return;
	struct note *note = notes;
	for (const struct json *object = json_first(array); object;
	     object = json_next(array, object), note++)
		read_note(line, object, note);
	line->record.notes = notes;
	line->record.note_count = json_count(array);
}

static void read_origin(struct replay_line *line, const struct json *object, struct origin *origin)
{
	*origin = (struct origin){
		.number = (uint64_t)field_number(line, object, "n", 0),
		.calls = (uint64_t)field_number(line, object, "calls", 1),
		.call = field_text(line, object, "call"),
		.offset = (uint64_t)need_number(line, object, "offset"),
		.length = (uint64_t)need_number(line, object, "length"),
		.returned = json_member(object, "of") != NULL,
		.of = (uint64_t)field_number(line, object, "of", 0),
	};
	origin->last = (uint64_t)field_number(line, object, "last", (int64_t)origin->number);
}

static void read_origins(struct replay_line *line)
{
	const struct json *array = field_array(line, line->object, "from");
	size_t count = json_count(array);
	struct origin *origins = count ? replay_room(line, count, sizeof *origins) : NULL;
	struct origin *origin = origins;
	for (const struct json *object = json_first(array); origin && object;
	     object = json_next(array, object), origin++)
		read_origin(line, object, origin);
	line->record.origins = origins;
	line->record.origin_count = origins ? count : 0;
}

static void read_args(struct replay_line *line)
{
	const struct json *array = field_array(line, line->object, "args");
	size_t count = json_count(array);
	if (count > EVENT_ARGS) {
		replay_complain(line, _("a call has more than %d arguments"), EVENT_ARGS);
		return;
	}
	const struct value *args = replay_args(line, array, true);
	for (size_t i = 0; args && i < count; i++)
		line->event->args[line->event->arg_count++] = args[i];
}

static void read_beside(struct replay_line *line)
{
	struct event *event = line->event;
	const struct json *array = field_array(line, line->object, "beside");
	size_t count = json_count(array);
	if (count > EVENT_ARGS) {
		replay_complain(line, _("a call has more than %d arguments"), EVENT_ARGS);
		return;
	}
	const struct value *beside = replay_args(line, array, true);
	for (size_t i = 0; beside && i < count; i++)
		event->beside[event->beside_count++] = beside[i];
}

/* The arguments as they were given: those that the recording has, and the rest as they are. */
static void read_given(struct replay_line *line)
{
	struct event *event = line->event;
	const struct json *array = field_array(line, line->object, "given");
	const struct value *changed = replay_args(line, array, true);
	struct value *given = changed ? replay_room(line, EVENT_ARGS, sizeof *given) : NULL;
	if (!given)
		return;
	memcpy(given, event->args, sizeof event->args);
	for (size_t i = 0; i < json_count(array); i++)
		for (size_t arg = 0; arg < event->arg_count; arg++)
			if (strcmp(changed[i].name, event->args[arg].name) == 0)
				given[arg] = changed[i];
	event->given = given;
}

static void read_result(struct replay_line *line)
{
	struct event *event = line->event;
	event->result = need_number(line, line->object, "ret");
	event->restarted = json_is_true(json_member(line->object, "restarted"));
	event->error_name = field_text(line, line->object, event->restarted ? "restart" : "errno");
	if (event->restarted)
		return;
	event->error = event->error_name ? errno_named(event->error_name) : 0;
	if (event->error_name && !event->error)
		replay_complain(line, _("\"errno\" is the name of no error"));
}

void replay_call(struct replay_line *line)
{
	struct event *event = line->event;
	struct record *record = &line->record;
	record->event = event;
	event->name = need_text(line, line->object, "call");
	event->syscall = field_text(line, line->object, "syscall");
	event->left_out = (uint64_t)field_number(line, line->object, "left_out", 0);
	event->entered = record->time;
	read_args(line);
	read_beside(line);
	read_given(line);
	replay_socket(line);
	read_python(line);
	replay_source(line);
	if (record->type != RECORD_CALL)
		return;
	event->returned = event->entered + (uint64_t)field_number(line, line->object, "dur", 0);
	read_result(line);
	read_states(line);
	line->record.queues = read_queues(line, line->object);
	read_origins(line);
}
