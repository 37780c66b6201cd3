/* Messages of several buffers, with an address and control data: sendmsg, recvmsg, readv ... */
#include "teach/python_calls.h"
#include "teach/teach.h"

#include <inttypes.h>

/* --- buffers -------------------------------------------------------------------------- */

/* More than a reader wants to see in a line. */
enum { WHOLE_BUFFERS = 32 };

/* The bytes of all buffers together: what they hold, or what they have room for. */
static uint64_t total(const struct value *buffers, bool room)
{
	const struct value_list *items = items_of(buffers);
	uint64_t sum = 0;
	for (size_t i = 0; i < items->count; i++) {
		if (items->items[i].kind != VALUE_BYTES)
			continue;
		const struct value *item = &items->items[i];
		sum += room && item->room ? item->room : item->bytes.length;
	}
	return sum;
}

static bool all_whole(const struct value *buffers)
{
	const struct value_list *items = items_of(buffers);
	for (size_t i = 0; i < items->count; i++)
		if (!is_whole(&items->items[i]))
			return false;
	return buffers->kind == VALUE_ARRAY && items->count <= WHOLE_BUFFERS &&
	       total(buffers, false) <= WHOLE_PAYLOAD;
}

/* [b'..', b'..'], or [data] where the bytes are not all known. */
static bool write_buffers(struct writer *writer, const struct value *buffers)
{
	const struct value_list *items = items_of(buffers);
	bool whole = all_whole(buffers);
	write_code(writer, "[");
	for (size_t i = 0; whole && i < items->count; i++) {
		write_code(writer, i ? ", " : "");
		write_payload(writer, &items->items[i]);
	}
	write_code(writer, whole ? "]" : "data]");
	return whole;
}

static void comment_buffers(struct writer *writer, const struct value *buffers)
{
	const struct value_list *items = items_of(buffers);
	struct line line = line_new(writer->event->arena);
	for (size_t i = 0; i < items->count; i++)
		if (items->items[i].kind == VALUE_BYTES && items->items[i].bytes.length) {
			line_add(&line, line.length ? ", " : "");
			line_received(&line, &items->items[i]);
		}
	if (succeeded(writer) && buffers->kind == VALUE_ARRAY && line_text(&line))
		write_comment(writer, "%s", line.length ? line_text(&line) : "b''");
}

void python_writev(struct writer *writer)
{
	const struct value *file = argument(writer, 0);
	const struct value *buffers = argument(writer, 1);
	if (is_socket(writer, file)) {
		write_object(writer, file);
		write_code(writer, ".sendmsg(");
	} else {
		write_code(writer, "os.writev(");
		write_fileno(writer, file);
		write_code(writer, ", ");
	}
	bool whole = write_buffers(writer, buffers);
	write_code(writer, ")");
	write_bytes_taken(writer, total(buffers, false), whole);
}

/* [bytearray(10), bytearray(4)]; before the return their sizes are not decoded. */
static void write_room(struct writer *writer, const struct value *buffers)
{
	const struct value_list *items = items_of(buffers);
	if (!items->count) {
		write_code(writer, "buffers)");
		return;
	}
	write_code(writer, "[");
	for (size_t i = 0; i < items->count; i++) {
		const struct value *item = &items->items[i];
		uint64_t room = 0;
		if (item->kind == VALUE_BYTES)
			room = item->room ? item->room : item->bytes.length;
		line_printf(&writer->code, "%sbytearray(%" PRIu64 ")", i ? ", " : "", room);
	}
	write_code(writer, "])");
}

void python_readv(struct writer *writer)
{
	const struct value *file = argument(writer, 0);
	const struct value *buffers = argument(writer, 1);
	if (is_socket(writer, file)) {
		write_code(writer, "n, ancdata, flags, addr = ");
		write_object(writer, file);
		write_code(writer, ".recvmsg_into(");
	} else {
		write_code(writer, "n = os.readv(");
		write_fileno(writer, file);
		write_code(writer, ", ");
	}
	write_room(writer, buffers);
	comment_buffers(writer, buffers);
}

/* --- control messages ----------------------------------------------------------------- */

/* array.array('i', [5, conn.fileno()]) */
static void write_rights(struct writer *writer, const struct value *descriptors)
{
	write_code(writer, "array.array('i', [");
	for (size_t i = 0; i < descriptors->list.count; i++) {
		write_code(writer, i ? ", " : "");
		write_fileno(writer, &descriptors->list.items[i]);
	}
	write_code(writer, "])");
}

/* What unix(7) lets a program send, as decoded; anything else as the bytes it is. */
static void write_control_data(struct writer *writer, const struct value *message)
{
	const struct value *data = &message->list.items[message->list.count - 1];
	if (data->kind == VALUE_ARRAY)
		write_rights(writer, data);
	else if (is_whole(data))
		write_payload(writer, data);
	else if (field(data, "pid")->kind != VALUE_ADDRESS)
		line_printf(&writer->code, "struct.pack('iII', %d, %u, %u)",
			    (int)value_number(field(data, "pid")),
			    (unsigned)value_number(field(data, "uid")),
			    (unsigned)value_number(field(data, "gid")));
	else
		write_code(writer, "data");
}

/* [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [5]))] */
static void write_control(struct writer *writer, const struct value *control)
{
	const struct value_list *messages = items_of(control);
	write_code(writer, "[");
	for (size_t i = 0; i < messages->count; i++) {
		const struct value *message = &messages->items[i];
		if (message->kind != VALUE_STRUCT || !message->list.count)
			continue;
		write_code(writer, i ? ", (" : "(");
		write_constant(writer, field(message, "level"));
		write_code(writer, ", ");
		write_constant(writer, field(message, "type"));
		write_code(writer, ", ");
		write_control_data(writer, message);
		write_code(writer, ")");
	}
	write_code(writer, "]");
}

/* --- messages -------------------------------------------------------------------------- */

/* sendmsg(buffers, ancdata, flags, address): each needs those before it. */
static bool write_message(struct writer *writer, const struct value *message,
			  const struct value *flags)
{
	bool addressed = field(message, "name")->kind == VALUE_ENDPOINT;
	bool flagged = value_number(flags) != 0;
	bool controlled = items_of(field(message, "control"))->count != 0;

	bool whole = write_buffers(writer, field(message, "iov"));
	if (controlled || flagged || addressed) {
		write_code(writer, ", ");
		write_control(writer, field(message, "control"));
	}
	if (flagged || addressed) {
		write_code(writer, ", ");
		write_flags(writer, flags, NULL);
	}
	if (addressed) {
		write_code(writer, ", ");
		write_address(writer, field(message, "name"));
	}
	return whole;
}

void python_sendmsg(struct writer *writer)
{
	const struct value *message = argument(writer, 1);
	write_object(writer, argument(writer, 0));
	write_code(writer, ".sendmsg(");
	bool whole = write_message(writer, message, argument(writer, 2));
	write_code(writer, ")");
	write_bytes_taken(writer, total(field(message, "iov"), false), whole);
}

/* One of sendmmsg's and recvmmsg's: { hdr, len }, or the header itself. */
static const struct value *header_of(const struct value *message)
{
	const struct value *header = field(message, "hdr");
	return header->kind == VALUE_STRUCT ? header : message;
}

/* [([b'a'],), ([b'b'], [], 0, ('127.0.0.1', 9),)], or `messages` if that were too long. */
static void write_messages(struct writer *writer, const struct value_list *messages)
{
	uint64_t size = 0;
	for (size_t i = 0; i < messages->count; i++)
		size += total(field(header_of(&messages->items[i]), "iov"), false);
	if (!messages->count || size > WHOLE_PAYLOAD) {
		write_code(writer, "messages");
		return;
	}
	write_code(writer, "[");
	for (size_t i = 0; i < messages->count; i++) {
		write_code(writer, i ? ", (" : "(");
		write_message(writer, header_of(&messages->items[i]), argument(writer, 3));
		write_code(writer, ",)");
	}
	write_code(writer, "]");
}

/* Python has no sendmmsg: a loop sends the same messages, one call each. */
void python_sendmmsg(struct writer *writer)
{
	write_code(writer, "for message in ");
	write_messages(writer, items_of(argument(writer, 1)));
	write_code(writer, ": ");
	write_object(writer, argument(writer, 0));
	write_code(writer, ".sendmsg(*message)");
	if (succeeded(writer))
		write_comment(writer, "%" PRId64 " of %" PRId64 " messages in one call",
			      writer->event->result, number_argument(writer, 2));
}

/* Room for the control data that came: CMSG_SPACE() counts the header and the padding. */
static void write_control_room(struct writer *writer, const struct value *control)
{
	const struct value_list *messages = items_of(control);
	uint64_t room = writer->event->control_room;
	if (room)
		line_printf(&writer->code, ", %" PRIu64, room);
	for (size_t i = 0; !room && i < messages->count; i++) {
		const struct value *message = &messages->items[i];
		const struct value *data = NULL;
		if (message->kind == VALUE_STRUCT && message->list.count)
			data = &message->list.items[message->list.count - 1];
		size_t size = data && data->kind == VALUE_ARRAY   ? data->list.count * sizeof(int)
			      : data && data->kind == VALUE_BYTES ? data->bytes.length
								  : 16;
		line_printf(&writer->code, "%ssocket.CMSG_SPACE(%zu)", i ? " + " : ", ", size);
	}
}

void python_recvmsg(struct writer *writer)
{
	const struct value *message = argument(writer, 1);
	const struct value *control = field(message, "control");
	write_code(writer, "data, ancdata, flags, addr = ");
	write_object(writer, argument(writer, 0));
	write_code(writer, ".recvmsg(");
	if (message->kind == VALUE_STRUCT)
		line_printf(&writer->code, "%" PRIu64, total(field(message, "iov"), true));
	else
		write_code(writer, "bufsize");
	write_control_room(writer, control);
	if (number_argument(writer, 2)) {
		bool written = writer->event->control_room || items_of(control)->count;
		write_code(writer, written ? ", " : ", 0, ");
		write_flags(writer, argument(writer, 2), NULL);
	}
	write_code(writer, ")");
	comment_buffers(writer, field(message, "iov"));
}

/* Python has no recvmmsg: a loop takes the same messages, one call each. */
void python_recvmmsg(struct writer *writer)
{
	const struct value *messages = argument(writer, 1);
	const struct value_list *items = items_of(messages);
	write_code(writer, "messages = [");
	write_object(writer, argument(writer, 0));
	write_code(writer, ".recvmsg(");
	if (items->count)
		line_printf(&writer->code, "%" PRIu64,
			    total(field(header_of(&items->items[0]), "iov"), true));
	else
		write_code(writer, "bufsize");
	if (number_argument(writer, 3)) {
		write_code(writer, ", 0, ");
		write_flags(writer, argument(writer, 3), NULL);
	}
	line_printf(&writer->code, ") for _ in range(%" PRId64 ")]",
		    succeeded(writer) ? writer->event->result : number_argument(writer, 2));
	if (succeeded(writer))
		write_comment(writer, "%" PRId64 " of %" PRId64 " messages in one call",
			      writer->event->result, number_argument(writer, 2));
}
