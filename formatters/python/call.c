/* A call: what it was in C as a comment, and the Python that makes it again. */
#include "formatters/python/parts.h"
#include "formatters/text/values.h"
#include "support/language.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_BYTES = 64,    /* of a payload, in the comment */
	WIDEST_LITERAL = 90, /* columns */
};

/* --- what a program cannot do ----------------------------------------------------------------- */

/* The first reason is what counts. */
static void refuse(struct section *section, struct line *reason)
{
	struct section *program = section->program;
	if (!program->refusal)
		program->refusal = strdup(line_string(reason));
}

static void put_which(struct line *line, const struct record *record)
{
	line_format(line, _("call %" PRIu64 ", "), record->number);
	line_name(line, record->event->name);
	line_put(line, ": ");
}

static void refuse_call(struct formatter *python, struct section *section,
			const struct record *record, const char *why)
{
	struct line *line = &python->scratch;
	line->size = 0;
	put_which(line, record);
	line_put(line, why);
	refuse(section, line);
}

static void refuse_unknown(struct formatter *python, struct section *section,
			   const struct record *record, const char *name)
{
	struct line *line = &python->scratch;
	line->size = 0;
	put_which(line, record);
	line_names(line, _("it works on what the record does not have (%s)"), name);
	refuse(section, line);
}

static void refuse_cut(struct formatter *python, struct section *section,
		       const struct record *record, const struct value_bytes *bytes)
{
	struct line *line = &python->scratch;
	line->size = 0;
	put_which(line, record);
	line_format(line, _("only %zu of its %zu bytes were captured (see --capture)"),
		    bytes->captured, bytes->length);
	refuse(section, line);
}

/* --- payloads --------------------------------------------------------------------------------- */

static void put_byte(struct line *line, unsigned char byte)
{
	static const char escaped[] = "n\nr\rt\t";
	const char *simple = byte && byte < ' ' ? strchr(escaped, byte) : NULL;
	if (simple)
		line_format(line, "\\%c", simple[-1]);
	else if (byte == '\\' || byte == '\'')
		line_format(line, "\\%c", byte);
	else if (byte < ' ' || byte >= 0x7F)
		line_format(line, "\\x%02x", byte);
	else
		line_format(line, "%c", byte);
}

/* Lines below each other, in brackets. */
static void put_buffer(struct line *line, const struct value_bytes *bytes, const char *indent)
{
	line_put(line, "(");
	line_break(line);
	line_format(line, "%s    b'", indent);
	for (size_t i = 0; i < bytes->captured; i++) {
		if (line->columns > WIDEST_LITERAL) {
			line_put(line, "'");
			line_break(line);
			line_format(line, "%s    b'", indent);
		}
		put_byte(line, (unsigned char)bytes->data[i]);
	}
	line_put(line, "'");
	line_break(line);
	line_format(line, "%s)", indent);
}

/* The first payload among the values: of one buffer, or an array of them. NULL: there is none. */
static const struct value *find_payload(const struct value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct value *value = &values[i];
		const struct value *found = NULL;
		if (value->kind == VALUE_BYTES)
			return value;
		if (value->kind == VALUE_ARRAY && value->list.count &&
		    value->list.items[0].kind == VALUE_BYTES)
			return value;
		if (value->kind == VALUE_STRUCT || value->kind == VALUE_ARRAY)
			found = find_payload(value->list.items, value->list.count);
		if (found)
			return found;
	}
	return NULL;
}

/* The one of its buffers that is not all there; NULL: they are. */
static const struct value_bytes *find_cut(const struct value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (values[i].kind == VALUE_BYTES &&
		    values[i].bytes.captured < values[i].bytes.length)
			return &values[i].bytes;
	return NULL;
}

/* data = ..., before the call that sends it; false: it is not all there. */
static bool put_data(struct formatter *python, struct section *section, const struct record *record,
		     bool parts)
{
	const struct event *event = record->event;
	const struct value *payload = find_payload(event->args, event->arg_count);
	struct line *line = &python->line;
	bool array = payload && payload->kind == VALUE_ARRAY;
	if (!payload || array != parts) {
		refuse_unknown(python, section, record, "data");
		return false;
	}
	const struct value *buffers = array ? payload->list.items : payload;
	size_t count = array ? payload->list.count : 1;
	const struct value_bytes *cut = find_cut(buffers, count);
	if (cut) {
		refuse_cut(python, section, record, cut);
		return false;
	}
	line_put(line, "data = ");
	line_put(line, array ? "[\n    " : "");
	for (size_t i = 0; i < count; i++) {
		line_put(line, i ? ",\n    " : "");
		if (buffers[i].kind == VALUE_BYTES)
			put_buffer(line, &buffers[i].bytes, array ? "    " : "");
		else
			line_put(line, "b''");
	}
	line_put(line, array ? ",\n]\n" : "\n");
	return true;
}

/* --- the call ----------------------------------------------------------------------------------
 */

/* Each line of it, further in if it is inside something. */
static void put_lines(struct line *line, struct line *code, const char *indent)
{
	const char *text = line_string(code);
	while (*text) {
		size_t size = strcspn(text, "\n");
		line_format(line, "%s%.*s", indent, (int)size, text);
		text += size;
		if (*text)
			line_put(line, "\n");
		text += *text ? 1 : 0;
	}
}

/* Of what a call gave, or why it failed, at the end of its line. */
static void put_remark(struct line *line, const char *remark)
{
	line_put(line, "  # ");
	line_name(line, remark);
}

/* The code, and the words behind it: as a recording keeps them, in one line. */
static void join(struct line *line, const struct python *python)
{
	line->size = 0;
	line_put(line, python->code);
	line_put(line, python->comment ? "  # " : "");
	line_put(line, python->comment ? python->comment : "");
}

/* What sendfile() and splice() read or write besides: a file, known by its number alone. */
static const struct value *needed_file(const struct event *event)
{
	bool files = strcmp(event->name, "sendfile") == 0 || strcmp(event->name, "splice") == 0;
	for (size_t i = 0; files && i < event->arg_count; i++)
		if (event->args[i].kind == VALUE_DESCRIPTOR && !event->args[i].descriptor.socket)
			return &event->args[i];
	return NULL;
}

/* The calls that make one are not shown unless they are asked for. */
static bool put_epoll(struct formatter *python, struct section *section,
		      const struct record *record)
{
	struct process *process = section->process;
	int fd = value_fd(event_arg(record->event, "epfd"));
	if (process->epoll_fd < 0)
		process->epoll_fd = fd;
	if (fd != process->epoll_fd) {
		refuse_unknown(python, section, record, "epoll");
		return false;
	}
	if (process->epoll)
		return true;
	process->epoll = true;
	section->program->modules |= code_module_bit("select");
	line_put(&python->line, section->kind == SECTION_PROGRAM ? "" : "global epoll\n");
	line_put(&python->line, "epoll = select.epoll()\n");
	return true;
}

static void put_code(struct formatter *python, struct section *section, const struct record *record,
		     struct code *code, const char *remark)
{
	struct line *line = &python->line;
	bool failed = record->type == RECORD_CALL && record->event->error;
	if (code->needs_epoll && !put_epoll(python, section, record))
		return;
	if (code->data && !put_data(python, section, record, code->parts))
		return;
	if (failed) {
		section->program->suppresses = true;
		line_put(line, "with suppress(OSError):");
		if (record->python->raises)
			put_remark(line, record->python->raises);
		line_put(line, "\n");
	}
	put_lines(line, &code->text, failed ? "    " : "");
	if (record->type == RECORD_ENTER)
		put_remark(line, _("it never returned"));
	else if (*remark && !failed)
		put_remark(line, remark);
	line_put(line, "\n");
}

static bool succeeded(const struct record *record)
{
	const struct event *event = record->event;
	return record->type == RECORD_CALL && !event->error && !event->restarted;
}

/* Which sockets got what part to play. */
static void learn_roles(struct section *section, const struct record *record)
{
	const struct python *python = record->python;
	if (!record->socket || !python)
		return;
	enum socket_role role = record->socket->role;
	for (size_t i = 0; i < python->variable_count; i++) {
		const struct python_variable *variable = &python->variables[i];
		unsigned number = 0;
		if (!variable->name || !variable->socket ||
		    strcmp(variable->socket, record->socket->id) != 0 ||
		    strncmp(variable->name, "sock", 4) != 0)
			continue;
		number = variable->name[4] ? (unsigned)strtoul(variable->name + 4, NULL, 10) : 1;
		names_role(section->process->names, number,
			   role == ROLE_LISTENER    ? NAME_SERVER
			   : role == ROLE_CONNECTOR ? NAME_CLIENT
						    : NAME_OTHER);
	}
}

static void count_open(struct section *section, const struct record *record,
		       const struct code *code)
{
	struct process *process = section->process;
	process->open += (int)code->made;
	if (succeeded(record) && record->socket && strcmp(record->event->name, "close") == 0)
		process->open--;
}

/* The lines of the call in python->line. */
static void put_call(struct formatter *python, struct section *section, const struct record *record)
{
	struct line *line = &python->line;
	line->size = 0;
	line_format(line, "\n# %" PRIu64 ": ", record->number);
	put_c_call(line, record, SHOWN_BYTES);
	line_put(line, "\n");
	const struct value *file = needed_file(record->event);
	if (file) {
		refuse_unknown(python, section, record, file->name ? file->name : "");
		return;
	}
	if (!record->python || !record->python->code) {
		refuse_call(python, section, record, _("Python has nothing that makes it again"));
		return;
	}
	struct line joined = { 0 };
	join(&joined, record->python);
	const char *text = line_string(&joined);
	size_t size = python_code_length(text);
	const char *remark = text[size] ? text + size + PYTHON_COMMENT_GAP : "";
	struct code code = {
		.names = section->process->names,
		.epoll = &section->process->epoll,
		.succeeded = succeeded(record),
		.function = section->kind != SECTION_PROGRAM,
	};
	switch (code_read(&code, text, size)) {
	case CODE_FINE:
		section->program->modules |= code.modules;
		put_code(python, section, record, &code, remark);
		count_open(section, record, &code);
		break;
	case CODE_STRANGE:
		refuse_call(python, section, record, _("Python has nothing that makes it again"));
		break;
	case CODE_UNKNOWN:
		refuse_unknown(python, section, record, code.unknown);
		break;
	}
	line_done(&code.text);
	line_done(&joined);
}

/* --- calls that wait, and those that begin anew ------------------------------------------------
 */

static void pending_drop(struct pending *pending)
{
	free(pending->text);
	free(pending->again);
	*pending = (struct pending){ 0 };
}

void pending_flush(struct formatter *python, struct section *section)
{
	if (section->pending.text)
		section_add(python, section, section->pending.text);
	pending_drop(&section->pending);
}

/* Python calls again by itself when a signal has interrupted it (PEP 475). */
static bool begins_anew(const struct event *event)
{
	return event->restarted || event->error == EINTR;
}

static const char *id_of(const struct record *record)
{
	return record->socket ? record->socket->id : "";
}

static bool is_pending(const struct pending *pending, const struct record *record)
{
	if (!pending->again)
		return pending->number == record->number;
	return strcmp(pending->again, record->event->name) == 0 &&
	       strcmp(pending->id, id_of(record)) == 0;
}

static void pending_set(struct pending *pending, struct line *text, const struct record *record)
{
	*pending = (struct pending){
		.text = strdup(line_string(text)),
		.number = record->number,
		.again = record->type == RECORD_CALL ? strdup(record->event->name) : NULL,
	};
	snprintf(pending->id, sizeof pending->id, "%s", id_of(record));
}

void program_call(struct formatter *python, const struct record *record)
{
	struct section *section = section_of(python, record);
	if (!section)
		return;
	section->program->has_calls = true;
	put_call(python, section, record);
	learn_roles(section, record);
	if (is_pending(&section->pending, record))
		pending_drop(&section->pending);
	pending_flush(python, section);
	if (record->type == RECORD_ENTER || begins_anew(record->event))
		pending_set(&section->pending, &python->line, record);
	else
		section_add(python, section, line_string(&python->line));
}
