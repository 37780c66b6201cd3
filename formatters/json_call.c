#include "formatters/json.h"
#include "formatters/made.h"

#include <stdlib.h>
#include <string.h>

void put_socket(struct json_line *line, const struct record *record)
{
	if (record->socket)
		put_socket_of(line, record->socket, record->event ? record_socket_fd(record) : -1);
}

void put_socket_of(struct json_line *line, const struct socket *socket, int fd)
{
	struct json_place fields = json_open(line, "socket", '{');
	put_text(line, "id", socket->id);
	if (fd >= 0)
		put_number(line, "fd", fd);
	put_text(line, "domain", socket->domain_name);
	put_text(line, "type", socket->type_name);
	put_text(line, "protocol", socket->protocol_name);
	put_text(line, "local", socket->local);
	put_text(line, "remote", socket->remote);
	put_text(line, "role", socket_role_name(socket->role));
	json_close(line, fields);
}

static void put_peer(struct json_line *line, const struct record_state *state)
{
	struct json_place peer = json_open(line, "peer", '{');
	put_text(line, "lane", state->peer_lane);
	put_text(line, "socket", state->peer_socket);
	put_text(line, "before", tcp_state_name(state->peer_before));
	put_text(line, "after", tcp_state_name(state->peer_after));
	json_close(line, peer);
}

static void put_state(struct json_line *line, const struct record_state *state)
{
	struct json_place fields = json_open(line, "state", '{');
	put_text(line, "before", tcp_state_name(state->before));
	put_text(line, "after", tcp_state_name(state->after));
	put_text(line, "witness", witness_name(state->witness));
	put_peer(line, state);
	json_close(line, fields);
}

static void put_queue(struct json_line *line, const char *key, int64_t length)
{
	if (length >= 0)
		put_number(line, key, length);
}

void put_queues(struct json_line *line, const struct record_queues *queues)
{
	struct json_place fields = json_open(line, "queues", '{');
	put_queue(line, "receive", queues->receive);
	put_queue(line, "send", queues->send);
	put_queue(line, "accept", queues->accept);
	put_queue(line, "backlog", queues->backlog);
	put_queue(line, "syn_rcvd", queues->syn_rcvd);
	put_queue(line, "copied", queues->copied);
	put_queue(line, "taken", queues->taken);
	json_close(line, fields);
}

/* The comment goes along in `code`, behind two blanks, so that code remains what one types. */
void put_code(struct json_line *line, const char *key, const struct python *python)
{
	if (!python->code || !python->comment) {
		put_text(line, key, python->code);
		return;
	}
	size_t size = strlen(python->code) + PYTHON_COMMENT_GAP + strlen(python->comment) + 1;
	char *joined = malloc(size);
	if (!joined) {
		line->failed = true;
		return;
	}
	snprintf(joined, size, "%s  # %s", python->code, python->comment);
	put_text(line, key, joined);
	free(joined);
}

static void put_python(struct json_line *line, const struct python *python)
{
	if (!python)
		return;
	struct json_place fields = json_open(line, "python", '{');
	put_code(line, "code", python);
	put_text(line, "raises", python->raises);
	struct json_place variables = json_open(line, "variables", '{');
	for (size_t i = 0; i < python->variable_count; i++)
		put_text(line, python->variables[i].name, python->variables[i].socket);
	json_close(line, variables);
	json_close(line, fields);
}

static void put_params(struct json_line *line, const struct note_param *params, size_t count)
{
	struct json_place fields = json_open(line, "params", '{');
	for (size_t i = 0; i < count; i++)
		put_text(line, params[i].name, params[i].value);
	json_close(line, fields);
}

static void put_evidence(struct json_line *line, const struct note *note)
{
	struct json_place evidence = json_open(line, "evidence", '[');
	for (size_t i = 0; i < note->evidence_count; i++) {
		struct json_place witness = json_open(line, NULL, '{');
		put_text(line, "id", note->evidence[i].id);
		put_params(line, note->evidence[i].params, note->evidence[i].param_count);
		json_close(line, witness);
	}
	json_close(line, evidence);
}

static void put_note(struct json_line *line, const struct note *note)
{
	static const char *const severities[] = {
		[SEVERITY_NOTICE] = "notice",
		[SEVERITY_MISTAKE] = "mistake",
	};
	struct json_place object = json_open(line, NULL, '{');
	put_text(line, "id", note->id);
	put_text(line, "severity", severities[note->severity]);
	put_params(line, note->params, note->param_count);
	put_evidence(line, note);
	put_text(line, "text", note->text);
	put_text(line, "fix", note->fix);
	put_text(line, "check", note->check);
	json_close(line, object);
}

void put_notes(struct json_line *line, const struct record *record)
{
	struct json_place notes = json_open(line, "notes", '[');
	for (size_t i = 0; i < record->note_count; i++)
		put_note(line, &record->notes[i]);
	json_close(line, notes);
}

static void put_origin(struct json_line *line, const struct origin *origin)
{
	struct json_place object = json_open(line, NULL, '{');
	if (origin->number)
		put_number(line, "n", (int64_t)origin->number);
	if (origin->number && origin->calls > 1)
		put_number(line, "last", (int64_t)origin->last);
	if (origin->calls > 1)
		put_number(line, "calls", (int64_t)origin->calls);
	put_text(line, "call", origin->call);
	put_number(line, "offset", (int64_t)origin->offset);
	put_number(line, "length", (int64_t)origin->length);
	if (origin->returned)
		put_number(line, "of", (int64_t)origin->of);
	json_close(line, object);
}

static void put_origins(struct json_line *line, const struct record *record)
{
	struct json_place origins = json_open(line, "from", '[');
	for (size_t i = 0; i < record->origin_count; i++)
		put_origin(line, &record->origins[i]);
	json_close(line, origins);
}

static void put_given(struct json_line *line, const struct event *event)
{
	struct json_place given = json_open(line, "given", '[');
	for (size_t i = 0; i < event->arg_count; i++) {
		const struct value *value = event_given(event, i);
		if (value)
			put_arg(line, value);
	}
	json_close(line, given);
}

static void put_result(struct json_line *line, const struct event *event)
{
	bool failed = event->error || event->restarted;
	put_number(line, "ret", failed ? -1 : event->result);
	if (event->error)
		put_text(line, "errno", event->error_name);
	if (event->restarted) {
		put_true(line, "restarted", true);
		/* No errno: the program never sees it. */
		put_text(line, "restart", event->error_name);
	}
}

void put_call(struct json_line *line, const struct record *record)
{
	const struct event *event = record->event;
	put_text(line, "call", event->name);
	put_text(line, "syscall", event->syscall);
	if (event->left_out)
		put_number(line, "left_out", (int64_t)event->left_out);
	put_args(line, "args", event->args, event->arg_count);
	put_given(line, event);
	put_args(line, "beside", event->beside, event->beside_count);
	if (record->type == RECORD_CALL)
		put_result(line, event);
	put_socket(line, record);
	if (record->type == RECORD_CALL) {
		put_state(line, &record->state);
		put_queues(line, &record->queues);
		put_origins(line, record);
	}
	put_python(line, record->python);
	put_source(line, record);
}
