/* What comes in: recv, recvfrom, read. */
#include "teach/python_calls.h"
#include "teach/teach.h"

#include <inttypes.h>

/* data = conn.recv(1024)  # b'hello' */
static void comment_received(struct writer *writer, const struct value *address)
{
	if (!succeeded(writer))
		return;
	struct line line = line_new(writer->event->arena);
	line_received(&line, argument(writer, 1));
	if (address && address->kind == VALUE_ENDPOINT) {
		const char *text = python_address(writer->event->arena, address->endpoint);
		line_printf(&line, ", %s", text ? text : address->endpoint);
	}
	const char *text = line_text(&line);
	if (text)
		write_comment(writer, "%s", text);
}

void python_recvfrom(struct writer *writer)
{
	const struct value *address = argument(writer, 4);
	bool addressed = address->kind != VALUE_ADDRESS || value_number(address);

	write_code(writer, addressed ? "data, addr = " : "data = ");
	write_object(writer, argument(writer, 0));
	line_printf(&writer->code, addressed ? ".recvfrom(%" PRId64 : ".recv(%" PRId64,
		    number_argument(writer, 2));
	write_more_flags(writer, argument(writer, 3));
	write_code(writer, ")");
	comment_received(writer, address);
}

void python_read(struct writer *writer)
{
	const struct value *file = argument(writer, 0);
	write_code(writer, "data = ");
	if (is_socket(writer, file)) {
		write_object(writer, file);
		write_code(writer, ".recv(");
	} else {
		write_code(writer, "os.read(");
		write_fileno(writer, file);
		write_code(writer, ", ");
	}
	line_printf(&writer->code, "%" PRId64 ")", number_argument(writer, 2));
	comment_received(writer, NULL);
}
