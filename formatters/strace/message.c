/* struct msghdr and mmsghdr, with the lengths that the kernel changes. */
#include "formatters/strace/parts.h"

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

/* --- control messages ----------------------------------------------------------------------- */

static void put_level(const struct spelling *spelling, const struct value *message)
{
	const struct value *level = value_field(message, "level");
	struct spelling named = *spelling;
	named.unknown = "SOL_??";
	if (level)
		spell_level(&named, level);
}

static void put_control_data(const struct spelling *spelling, const struct value *message)
{
	const struct value *data = value_field(message, "data");
	bool integer = data && data->kind == VALUE_INTEGER;
	bool time = data && data->kind == VALUE_STRUCT && value_field(data, "sec");
	line_put(spelling->line, integer ? "[" : "");
	if (time)
		spell_fields(spelling, data, "tv_");
	else if (data)
		spell_any(spelling, data);
	line_put(spelling->line, integer ? "]" : "");
}

static void spell_control(const struct spelling *spelling, const struct value *message)
{
	struct line *line = spelling->line;
	const struct value *type = value_field(message, "type");
	if (message->kind != VALUE_STRUCT) {
		spell_any(spelling, message);
		return;
	}
	line_format(line, "{cmsg_len=%" PRIu64 ", cmsg_level=", message->size);
	put_level(spelling, message);
	line_put(line, ", cmsg_type=");
	if (type)
		spell_option(spelling, type);
	line_put(line, ", cmsg_data=");
	put_control_data(spelling, message);
	line_put(line, "}");
}

/* --- one message ---------------------------------------------------------------------------- */

static void put_name(const struct spelling *spelling, const struct value *name)
{
	struct line *line = spelling->line;
	line_put(line, "msg_name=");
	spell_sockaddr(spelling, name);
	line_put(line, ", msg_namelen=");
	if (name->room && name->room != name->size)
		line_format(line, "%" PRIu64 " => ", name->room);
	line_format(line, "%" PRIu64, name->size);
}

static void put_parts(const struct spelling *spelling, const struct value *parts)
{
	line_put(spelling->line, ", msg_iov=");
	spell_vector(spelling, parts);
	line_format(spelling->line, ", msg_iovlen=%zu",
		    parts->kind == VALUE_ARRAY ? parts->list.count : 0);
}

static void put_control(const struct spelling *spelling, const struct value *control)
{
	if (control->size) {
		line_put(spelling->line, ", msg_control=");
		spell_list(spelling, control, spell_control);
	}
	line_format(spelling->line, ", msg_controllen=%" PRIu64, control->size);
}

/* What recvmsg() may have left there, and programs use for the next sendmsg() as it is. */
static void put_left_flags(struct line *line, uint32_t bits)
{
	static const struct name names[] = {
		{ MSG_OOB, "MSG_OOB" },
		{ MSG_CTRUNC, "MSG_CTRUNC" },
		{ MSG_TRUNC, "MSG_TRUNC" },
		{ MSG_EOR, "MSG_EOR" },
		{ MSG_ERRQUEUE, "MSG_ERRQUEUE" },
		{ MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC" },
		{ 0, NULL },
	};
	const char *bar = "";
	for (const struct name *name = names; name->name; name++)
		if (bits & (uint32_t)name->value) {
			line_format(line, "%s%s", bar, name->name);
			bits &= ~(uint32_t)name->value;
			bar = "|";
		}
	if (bits || !*bar)
		line_format(line, bits ? "%s%#" PRIx32 : "%s%" PRIx32, bar, bits);
}

/* sendmsg() ignores msg_flags; if the program set them, the bytes of the header have them. */
static void put_flags(const struct spelling *spelling, const struct value *message)
{
	enum { OFFSET_64 = 48, SIZE_64 = 56, OFFSET_32 = 24, SIZE_32 = 28 };
	struct spelling named = *spelling;
	const struct value *flags = value_field(message, "flags");
	const struct value_bytes *raw = message->raw;
	uint32_t bits = 0;
	named.unknown = "MSG_???";
	line_put(spelling->line, ", msg_flags=");
	if (raw && raw->captured == SIZE_64)
		memcpy(&bits, raw->data + OFFSET_64, sizeof bits);
	else if (raw && raw->captured == SIZE_32)
		memcpy(&bits, raw->data + OFFSET_32, sizeof bits);
	if (flags)
		spell_flags(&named, flags);
	else
		put_left_flags(spelling->line, bits);
}

static void put_message(const struct spelling *spelling, const struct value *message)
{
	const struct value *name = value_field(message, "name");
	const struct value *parts = value_field(message, "iov");
	const struct value *control = value_field(message, "control");
	line_put(spelling->line, "{");
	if (name)
		put_name(spelling, name);
	if (parts)
		put_parts(spelling, parts);
	if (control)
		put_control(spelling, control);
	put_flags(spelling, message);
	line_put(spelling->line, "}");
}

void spell_message(const struct spelling *spelling, const struct value *value)
{
	const struct value *refused = event_beside(spelling->event, "msg");
	if (value->kind == VALUE_STRUCT)
		put_message(spelling, value);
	else if (refused)
		line_format(spelling->line, "{msg_namelen=%" PRIu64 "}", refused->room);
	else
		spell_any(spelling, value);
}

/* --- several -------------------------------------------------------------------------------- */

static void spell_one_of_several(const struct spelling *spelling, const struct value *message)
{
	const struct value *length = value_field(message, "len");
	if (message->kind != VALUE_STRUCT) {
		spell_any(spelling, message);
		return;
	}
	line_put(spelling->line, "{msg_hdr=");
	put_message(spelling, message);
	if (length)
		line_format(spelling->line, ", msg_len=%" PRId64, value_number(length));
	line_put(spelling->line, "}");
}

void spell_messages(const struct spelling *spelling, const struct value *value)
{
	spell_list(spelling, value, spell_one_of_several);
}
