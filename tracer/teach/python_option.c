/* getsockopt and setsockopt: options are ints in Python, or bytes that struct.pack makes. */
#include "teach/python_calls.h"
#include "teach/python_literal.h"
#include "teach/teach.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

/* How struct.pack calls the C type of a field, and its size there. */
struct packing {
	const char *field; /* NULL: all others */
	char letter;
	size_t size;
};

static const struct packing *packing_of(const struct value *field)
{
	static const struct packing packings[] = {
		{ "sec", 'l', sizeof(long) }, { "usec", 'l', sizeof(long) },
		{ "uid", 'I', sizeof(int) },  { "gid", 'I', sizeof(int) },
		{ NULL, 'i', sizeof(int) },
	};
	const struct packing *packing = packings;
	while (packing->field && strcmp(field->name, packing->field) != 0)
		packing++;
	return packing;
}

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_INTEGER || value->kind == VALUE_CONSTANT ||
	       value->kind == VALUE_FLAGS;
}

/* struct.pack('ii', 1, 0) for the numbers from `start` on. Returns how many these were. */
static size_t line_pack(struct line *line, const struct value_list *fields, size_t start,
			size_t *size)
{
	size_t end = start;
	line_add(line, "struct.pack('");
	for (; end < fields->count && is_number(&fields->items[end]); end++) {
		const struct packing *packing = packing_of(&fields->items[end]);
		line_add_bytes(line, &packing->letter, 1);
		*size += packing->size;
	}
	line_add(line, "'");
	for (size_t i = start; i < end; i++)
		line_printf(line, ", %" PRId64, value_number(&fields->items[i]));
	line_add(line, ")");
	return end - start;
}

/* An address without a port, as struct ip_mreq has two. Returns its size in bytes. */
static size_t line_host(struct line *line, const struct value *value)
{
	bool ipv6 = strchr(value->endpoint, ':');
	line_add(line, ipv6 ? "socket.inet_pton(socket.AF_INET6, " : "socket.inet_aton(");
	literal_string(line, value->endpoint, strlen(value->endpoint));
	line_add(line, ")");
	return ipv6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

/* The bytes of a structure as an expression. Returns how many; 0 if a field has no form. */
static size_t line_structure(struct line *line, const struct value_list *fields)
{
	size_t size = 0;
	for (size_t i = 0; i < fields->count;) {
		line_add(line, i ? " + " : "");
		if (is_number(&fields->items[i])) {
			i += line_pack(line, fields, i, &size);
			continue;
		}
		if (fields->items[i].kind != VALUE_ENDPOINT)
			return 0;
		size += line_host(line, &fields->items[i++]);
	}
	return size;
}

/* socket.SOL_SOCKET, socket.SO_REUSEADDR */
static void write_option(struct writer *writer, const char *method)
{
	write_object(writer, argument(writer, 0));
	write_code(writer, method);
	write_constant(writer, argument(writer, 1));
	write_code(writer, ", ");
	write_constant(writer, argument(writer, 2));
}

/* The value as Python gives or gets it; false if it cannot be told. */
static bool line_value(struct writer *writer, struct line *line, const struct value *value)
{
	size_t length = (size_t)number_argument(writer, 4);
	if (is_number(value)) {
		line_printf(line,
			    length == sizeof(int64_t) ? "struct.pack('q', %" PRId64 ")"
						      : "%" PRId64,
			    value_number(value));
		return true;
	}
	if (value->kind == VALUE_ENDPOINT)
		return line_host(line, value) == length;
	/* A structure that does not come to its length is not decoded in full (tcp_info). Of a
	 * 32-bit program the longs are shorter, but Python has its own. */
	if (value->kind == VALUE_STRUCT) {
		size_t size = line_structure(line, &value->list);
		return size && (size == length || abi_word(writer->event->abi) == 4);
	}
	return false;
}

/* --- setsockopt ----------------------------------------------------------------------- */

static void write_option_value(struct writer *writer, const struct value *value)
{
	struct line line = line_new(writer->event->arena);
	if (value->kind == VALUE_DESCRIPTOR)
		write_fileno(writer, value);
	else if (is_whole(value))
		write_payload(writer, value);
	else if (value->kind == VALUE_ADDRESS && !value->address)
		line_printf(&writer->code, "None, %" PRId64, number_argument(writer, 4));
	else if (line_value(writer, &line, value) && line_text(&line))
		write_code(writer, line_text(&line));
	else
		write_code(writer, "value");
}

void python_setsockopt(struct writer *writer)
{
	write_option(writer, ".setsockopt(");
	write_code(writer, ", ");
	write_option_value(writer, argument(writer, 3));
	write_code(writer, ")");
}

/* --- getsockopt ----------------------------------------------------------------------- */

/* Python asks for an int unless it is told the length of a buffer; at most 1024 bytes
 * (Modules/socketmodule.c, sock_getsockopt). */
static bool asks_for_int(struct writer *writer, const struct value *value)
{
	int64_t length = number_argument(writer, 4);
	if (value->kind == VALUE_ADDRESS)
		return length == sizeof(int);
	return (is_number(value) && length <= (int64_t)sizeof(int)) ||
	       value->kind == VALUE_DESCRIPTOR;
}

static void comment_option(struct writer *writer, const struct value *value)
{
	struct line line = line_new(writer->event->arena);
	if (value->kind == VALUE_CONSTANT && value->constant.name)
		line_printf(&line, "%" PRId64 ", %s", value->constant.value, value->constant.name);
	else if (value->kind == VALUE_DESCRIPTOR)
		line_printf(&line, "%" PRId64, value_number(value));
	else if (value->kind == VALUE_BYTES)
		line_received(&line, value);
	else if (!line_value(writer, &line, value))
		return;
	if (line_text(&line))
		write_comment(writer, "%s", line_text(&line));
}

void python_getsockopt(struct writer *writer)
{
	const struct value *value = argument(writer, 3);
	write_code(writer, "value = ");
	write_option(writer, ".getsockopt(");
	if (!asks_for_int(writer, value))
		line_printf(&writer->code, ", %" PRId64, number_argument(writer, 4));
	write_code(writer, ")");
	if (succeeded(writer))
		comment_option(writer, value);
}
