/* What goes out of one buffer, or straight out of a file: send, write, sendfile, splice. */
#include "teach/python_calls.h"

#include <inttypes.h>

/* b'...' or data, for one argument; NULL with length 0 is b'' too. */
static bool write_given(struct writer *writer, const struct value *bytes, uint64_t length)
{
	if (bytes->kind != VALUE_BYTES && length == 0) {
		write_code(writer, "b''");
		return true;
	}
	write_payload(writer, bytes);
	return is_whole(bytes);
}

void python_sendto(struct writer *writer)
{
	const struct value *address = argument(writer, 4);
	uint64_t length = (uint64_t)number_argument(writer, 2);
	bool addressed = address->kind != VALUE_ADDRESS || value_number(address);

	write_object(writer, argument(writer, 0));
	write_code(writer, addressed ? ".sendto(" : ".send(");
	bool whole = write_given(writer, argument(writer, 1), length);
	write_more_flags(writer, argument(writer, 3));
	if (addressed) {
		write_code(writer, ", ");
		write_address(writer, address);
	}
	write_code(writer, ")");
	write_bytes_taken(writer, length, whole);
}

void python_write(struct writer *writer)
{
	const struct value *file = argument(writer, 0);
	uint64_t length = (uint64_t)number_argument(writer, 2);
	if (is_socket(writer, file)) {
		write_object(writer, file);
		write_code(writer, ".send(");
	} else {
		write_code(writer, "os.write(");
		write_fileno(writer, file);
		write_code(writer, ", ");
	}
	bool whole = write_given(writer, argument(writer, 1), length);
	write_code(writer, ")");
	write_bytes_taken(writer, length, whole);
}

/* sendfile's and splice's offsets: a position, or none and then the file's own is used. */
static bool has_offset(const struct value *offset)
{
	return offset->kind == VALUE_INTEGER || value_number(offset);
}

void python_sendfile(struct writer *writer)
{
	const struct value *offset = argument(writer, 2);
	write_code(writer, "os.sendfile(");
	write_fileno(writer, argument(writer, 0));
	write_code(writer, ", ");
	write_fileno(writer, argument(writer, 1));
	if (offset->kind == VALUE_INTEGER)
		line_printf(&writer->code, ", %" PRId64, offset->integer);
	else
		write_code(writer, has_offset(offset) ? ", offset" : ", None");
	line_printf(&writer->code, ", %" PRId64 ")", number_argument(writer, 3));
	write_bytes_taken(writer, (uint64_t)number_argument(writer, 3), true);
}

static void write_splice_offset(struct writer *writer, const char *name, const struct value *offset)
{
	if (offset->kind == VALUE_INTEGER)
		line_printf(&writer->code, ", %s=%" PRId64, name, offset->integer);
	else if (has_offset(offset))
		line_printf(&writer->code, ", %s=offset", name);
}

/* os.splice(conn.fileno(), 5, 4096, flags=os.SPLICE_F_MOVE), Python 3.10 */
void python_splice(struct writer *writer)
{
	write_code(writer, "os.splice(");
	write_fileno(writer, argument(writer, 0));
	write_code(writer, ", ");
	write_fileno(writer, argument(writer, 2));
	line_printf(&writer->code, ", %" PRId64, number_argument(writer, 4));
	write_splice_offset(writer, "offset_src", argument(writer, 1));
	write_splice_offset(writer, "offset_dst", argument(writer, 3));
	if (number_argument(writer, 5)) {
		write_code(writer, ", flags=");
		write_flags(writer, argument(writer, 5), NULL);
	}
	write_code(writer, ")");
	write_bytes_taken(writer, (uint64_t)number_argument(writer, 4), true);
}
