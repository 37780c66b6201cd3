#include "formatters/json.h"
#include "formatters/made.h"

#include <stdlib.h>
#include <string.h>

void put_socket(json_t *object, const struct record *record)
{
	if (record->socket)
		put_socket_of(object, record->socket,
			      record->event ? record_socket_fd(record) : -1);
}

void put_socket_of(json_t *object, const struct socket *socket, int fd)
{
	json_t *fields = json_object();
	put_text(fields, "id", socket->id);
	if (fd >= 0)
		put_number(fields, "fd", fd);
	put_text(fields, "domain", socket->domain_name);
	put_text(fields, "type", socket->type_name);
	put_text(fields, "protocol", socket->protocol_name);
	put_text(fields, "local", *socket->local ? socket->local : NULL);
	put_text(fields, "remote", *socket->remote ? socket->remote : NULL);
	put_text(fields, "role", socket_role_name(socket->role));
	put_value(object, "socket", fields);
}

static json_t *json_peer(const struct record_state *state)
{
	json_t *peer = json_object();
	put_text(peer, "lane", state->peer_lane);
	put_text(peer, "socket", state->peer_socket);
	put_text(peer, "before", tcp_state_name(state->peer_before));
	put_text(peer, "after", tcp_state_name(state->peer_after));
	return peer;
}

static void put_state(json_t *object, const struct record_state *state)
{
	json_t *fields = json_object();
	put_text(fields, "before", tcp_state_name(state->before));
	put_text(fields, "after", tcp_state_name(state->after));
	put_text(fields, "witness", witness_name(state->witness));
	put_value(fields, "peer", json_peer(state));
	put_value(object, "state", fields);
}

static void put_queue(json_t *object, const char *key, int64_t length)
{
	if (length >= 0)
		put_number(object, key, length);
}

void put_queues(json_t *object, const struct record_queues *queues)
{
	json_t *fields = json_object();
	put_queue(fields, "receive", queues->receive);
	put_queue(fields, "send", queues->send);
	put_queue(fields, "accept", queues->accept);
	put_queue(fields, "backlog", queues->backlog);
	put_queue(fields, "syn_rcvd", queues->syn_rcvd);
	put_queue(fields, "copied", queues->copied);
	put_queue(fields, "taken", queues->taken);
	put_value(object, "queues", fields);
}

/* The comment goes along in `code`, behind two blanks, so that code remains what one types. */
void put_code(json_t *object, const char *key, const struct python *python)
{
	if (!python->code || !python->comment) {
		put_text(object, key, python->code);
		return;
	}
	size_t size = strlen(python->code) + PYTHON_COMMENT_GAP + strlen(python->comment) + 1;
	char *line = malloc(size);
	if (!line)
		return;
	snprintf(line, size, "%s  # %s", python->code, python->comment);
	put_text(object, key, line);
	free(line);
}

static void put_python(json_t *object, const struct python *python)
{
	if (!python)
		return;
	json_t *fields = json_object();
	json_t *variables = json_object();
	for (size_t i = 0; i < python->variable_count; i++)
		put_text(variables, python->variables[i].name, python->variables[i].socket);
	put_code(fields, "code", python);
	put_text(fields, "raises", python->raises);
	put_value(fields, "variables", variables);
	put_value(object, "python", fields);
}

static void put_params(json_t *object, const struct note_param *params, size_t count)
{
	json_t *fields = json_object();
	for (size_t i = 0; i < count; i++)
		put_text(fields, params[i].name, params[i].value);
	put_value(object, "params", fields);
}

static json_t *json_note(const struct note *note)
{
	static const char *const severities[] = {
		[SEVERITY_NOTICE] = "notice",
		[SEVERITY_MISTAKE] = "mistake",
	};
	json_t *object = json_object();
	json_t *evidence = json_array();
	put_text(object, "id", note->id);
	put_text(object, "severity", severities[note->severity]);
	put_params(object, note->params, note->param_count);
	for (size_t i = 0; i < note->evidence_count; i++) {
		json_t *witness = json_object();
		put_text(witness, "id", note->evidence[i].id);
		put_params(witness, note->evidence[i].params, note->evidence[i].param_count);
		json_array_append_new(evidence, witness);
	}
	put_value(object, "evidence", evidence);
	put_text(object, "text", note->text);
	put_text(object, "fix", note->fix);
	put_text(object, "check", note->check);
	return object;
}

void put_notes(json_t *object, const struct record *record)
{
	json_t *notes = json_array();
	for (size_t i = 0; i < record->note_count; i++)
		json_array_append_new(notes, json_note(&record->notes[i]));
	put_value(object, "notes", notes);
}

static json_t *json_origin(const struct origin *origin)
{
	json_t *object = json_object();
	if (origin->number)
		put_number(object, "n", (int64_t)origin->number);
	if (origin->number && origin->calls > 1)
		put_number(object, "last", (int64_t)origin->last);
	if (origin->calls > 1)
		put_number(object, "calls", (int64_t)origin->calls);
	put_text(object, "call", origin->call);
	put_number(object, "offset", (int64_t)origin->offset);
	put_number(object, "length", (int64_t)origin->length);
	if (origin->returned)
		put_number(object, "of", (int64_t)origin->of);
	return object;
}

static void put_origins(json_t *object, const struct record *record)
{
	json_t *origins = json_array();
	for (size_t i = 0; i < record->origin_count; i++)
		json_array_append_new(origins, json_origin(&record->origins[i]));
	put_value(object, "from", origins);
}

static void put_given(json_t *object, const struct event *event)
{
	json_t *given = json_array();
	for (size_t i = 0; i < event->arg_count; i++) {
		const struct value *value = event_given(event, i);
		json_t *one = value ? json_args(value, 1) : NULL;
		json_array_extend(given, one);
		json_decref(one);
	}
	put_value(object, "given", given);
}

static void put_result(json_t *object, const struct event *event)
{
	bool failed = event->error || event->restarted;
	put_number(object, "ret", failed ? -1 : event->result);
	if (event->error)
		put_text(object, "errno", event->error_name);
	if (event->restarted) {
		json_object_set_new_nocheck(object, "restarted", json_true());
		/* No errno: the program never sees it. */
		put_text(object, "restart", event->error_name);
	}
}

void put_call(json_t *object, const struct record *record)
{
	const struct event *event = record->event;
	put_text(object, "call", event->name);
	put_text(object, "syscall", event->syscall);
	if (event->left_out)
		put_number(object, "left_out", (int64_t)event->left_out);
	put_value(object, "args", json_args(event->args, event->arg_count));
	put_given(object, event);
	put_value(object, "beside", json_args(event->beside, event->beside_count));
	if (record->type == RECORD_CALL)
		put_result(object, event);
	put_socket(object, record);
	if (record->type == RECORD_CALL) {
		put_state(object, &record->state);
		put_queues(object, &record->queues);
		put_origins(object, record);
	}
	put_python(object, record->python);
}
