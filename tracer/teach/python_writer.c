#include "teach/python_writer.h"

#include "support/arena.h"
#include "teach/python_literal.h"
#include "teach/python_names.h"
#include "teach/teach.h"

#include <inttypes.h>
#include <string.h>

static const struct value nothing = { .kind = VALUE_ADDRESS };

const struct value *argument(const struct writer *writer, size_t index)
{
	const struct event *event = writer->event;
	return index < event->arg_count ? &event->args[index] : &nothing;
}

int64_t number_argument(const struct writer *writer, size_t index)
{
	return value_number(argument(writer, index));
}

/* Structures prefix their fields: tv_sec, l_onoff, msg_name, cmsg_level. */
static bool ends_in(const char *name, const char *end)
{
	const char *underscore = strrchr(name, '_');
	return strcmp(name, end) == 0 || (underscore && strcmp(underscore + 1, end) == 0);
}

const struct value *field(const struct value *value, const char *name)
{
	if (value->kind != VALUE_STRUCT)
		return &nothing;
	for (size_t i = 0; i < value->list.count; i++)
		if (value->list.items[i].name && ends_in(value->list.items[i].name, name))
			return &value->list.items[i];
	return &nothing;
}

const struct value_list *items_of(const struct value *value)
{
	static const struct value_list none = { 0 };
	return value->kind == VALUE_ARRAY ? &value->list : &none;
}

bool succeeded(const struct writer *writer)
{
	const struct event *event = writer->event;
	return event->returned && !event->error && !event->restarted;
}

void write_code(struct writer *writer, const char *text)
{
	line_add(&writer->code, text);
}

void write_comment(struct writer *writer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(writer->event->arena, format, args);
	va_end(args);
	if (writer->comment.length)
		line_add(&writer->comment, "; ");
	line_add(&writer->comment, text ? text : "");
}

static void note_variable(struct writer *writer, const char *name, const char *socket)
{
	struct python *python = writer->python;
	const size_t most = sizeof python->variables / sizeof *python->variables;
	if (!socket || python->variable_count == most)
		return;
	for (size_t i = 0; i < python->variable_count; i++)
		if (strcmp(python->variables[i].name, name) == 0)
			return;
	python->variables[python->variable_count++] = (struct python_variable){ name, socket };
}

/* Writes the variable of a descriptor if it has one. */
static bool write_variable(struct writer *writer, const struct value *value)
{
	if (value->kind != VALUE_DESCRIPTOR || !value->descriptor.variable)
		return false;
	write_code(writer, value->descriptor.variable);
	note_variable(writer, value->descriptor.variable, value->descriptor.socket);
	return true;
}

void write_object(struct writer *writer, const struct value *descriptor)
{
	int fd = (int)value_number(descriptor);
	if (write_variable(writer, descriptor))
		return;
	if (fd >= 0) {
		line_printf(&writer->code, "socket.socket(fileno=%d)", fd);
		return;
	}
	/* A socket object that was closed has the descriptor -1. */
	write_code(writer, "sock");
	write_comment(writer, "sock.fileno() is %d", fd);
}

void write_file(struct writer *writer, const struct value *descriptor)
{
	if (!write_variable(writer, descriptor))
		line_printf(&writer->code, "%" PRId64, value_number(descriptor));
}

void write_fileno(struct writer *writer, const struct value *descriptor)
{
	if (write_variable(writer, descriptor))
		write_code(writer, ".fileno()");
	else
		line_printf(&writer->code, "%" PRId64, value_number(descriptor));
}

bool is_socket(const struct writer *writer, const struct value *descriptor)
{
	if (descriptor->kind != VALUE_DESCRIPTOR)
		return false;
	return descriptor->descriptor.socket || descriptor->descriptor.variable ||
	       (writer->socket && descriptor->descriptor.fd == writer->event->fd);
}

const char *write_new(struct writer *writer, size_t index, const char *placeholder)
{
	const char *name = succeeded(writer) ? writer->event->new_variables[index] : NULL;
	if (name)
		note_variable(writer, name, writer->event->new_sockets[index]);
	else
		name = placeholder;
	write_code(writer, name);
	return name;
}

static void line_name_or_number(struct writer *writer, struct line *line, const char *name,
				int64_t number)
{
	const struct python_name *found = name ? python_name_find(name) : NULL;
	if (found) {
		line_printf(line, "%s.%s", found->module, found->constant);
		return;
	}
	line_printf(line, number > UINT8_MAX ? "0x%" PRIx64 : "%" PRId64, number);
	if (name && line == &writer->code)
		write_comment(writer,
			      number > UINT8_MAX ? "0x%" PRIx64 " is %s" : "%" PRId64 " is %s",
			      number, name);
}

void write_constant(struct writer *writer, const struct value *value)
{
	const char *name = value->kind == VALUE_CONSTANT ? value->constant.name : NULL;
	line_name_or_number(writer, &writer->code, name, value_number(value));
}

static bool all_known(const struct value_flags *flags)
{
	for (size_t i = 0; i < flags->count; i++)
		if (!python_name_find(flags->names[i]))
			return false;
	return true;
}

/* A name does not tell its bit, so where one has no name in Python the whole is a number. */
static void line_flags_number(struct writer *writer, struct line *line,
			      const struct value_flags *flags)
{
	struct line names = line_new(writer->event->arena);
	line_printf(line, "0x%" PRIx64, flags->value);
	for (size_t i = 0; i < flags->count; i++)
		line_printf(&names, "%s%s", i ? " | " : "", flags->names[i]);
	if (line == &writer->code)
		write_comment(writer, "0x%" PRIx64 " has %s", flags->value, line_text(&names));
}

void line_flags(struct writer *writer, struct line *line, const struct value *value,
		const char *without)
{
	size_t written = 0;
	if (value->kind != VALUE_FLAGS) {
		line_name_or_number(writer, line, NULL, value_number(value));
		return;
	}
	const struct value_flags *flags = &value->flags;
	if (!all_known(flags)) {
		line_flags_number(writer, line, flags);
		return;
	}
	for (size_t i = 0; i < flags->count; i++) {
		const struct python_name *found = python_name_find(flags->names[i]);
		if (!without || strcmp(without, flags->names[i]) != 0)
			line_printf(line, "%s%s.%s", written++ ? " | " : "", found->module,
				    found->constant);
	}
	if (flags->unknown || !written)
		line_printf(line, "%s%s%" PRIx64, written ? " | " : "", flags->unknown ? "0x" : "",
			    flags->unknown);
}

void write_flags(struct writer *writer, const struct value *value, const char *without)
{
	line_flags(writer, &writer->code, value, without);
}

/* Not with printf's %g: in many locales that writes a comma. */
void write_decimal(struct writer *writer, int64_t whole, uint64_t nanoseconds)
{
	char digits[] = ".000000000";
	size_t length = 0;
	for (size_t i = sizeof digits - 2; i; i--, nanoseconds /= 10) {
		digits[i] = (char)('0' + nanoseconds % 10);
		if (!length && digits[i] != '0')
			length = i + 1;
	}
	line_printf(&writer->code, "%" PRId64, whole);
	line_add_bytes(&writer->code, digits, length);
}

void write_more_flags(struct writer *writer, const struct value *value)
{
	if (value_number(value) == 0)
		return;
	write_code(writer, ", ");
	write_flags(writer, value, NULL);
}

bool is_whole(const struct value *value)
{
	return value->kind == VALUE_BYTES && value->bytes.captured == value->bytes.length &&
	       value->bytes.length <= WHOLE_PAYLOAD;
}

void write_payload(struct writer *writer, const struct value *value)
{
	if (is_whole(value))
		literal_bytes(&writer->code, value->bytes.data, value->bytes.length, SIZE_MAX);
	else
		write_code(writer, "data");
}

void write_address(struct writer *writer, const struct value *value)
{
	const char *address = NULL;
	if (value->kind == VALUE_ENDPOINT)
		address = python_address(writer->event->arena, value->endpoint);
	if (address)
		write_code(writer, address);
	else
		writer->impossible = true;
}

void write_bytes_taken(struct writer *writer, uint64_t given, bool whole)
{
	uint64_t taken = (uint64_t)writer->event->result;
	if (succeeded(writer) && taken < given)
		write_comment(writer, "%" PRIu64 " of %" PRIu64 " bytes", taken, given);
	else if (succeeded(writer))
		write_comment(writer, taken == 1 ? "%" PRIu64 " byte" : "%" PRIu64 " bytes", taken);
	else if (!whole && given)
		write_comment(writer, "data has %" PRIu64 " bytes", given);
}

void line_received(struct line *line, const struct value *value)
{
	if (value->kind != VALUE_BYTES) {
		line_add(line, "...");
		return;
	}
	const struct value_bytes *bytes = &value->bytes;
	literal_bytes(line, bytes->data, bytes->captured, SHOWN_PAYLOAD);
	if (bytes->captured < bytes->length && bytes->captured <= SHOWN_PAYLOAD)
		line_add(line, "...");
	if (bytes->length > SHOWN_PAYLOAD || bytes->captured < bytes->length)
		line_printf(line, " %zu bytes", bytes->length);
}
