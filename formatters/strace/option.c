/* What an option is set to: most are an int in brackets, of the others a string of bytes. */
#include "formatters/strace/parts.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* The bytes as they were in the program's memory. */
struct bytes {
	const char *data;
	size_t captured, length;
	char number[sizeof(int32_t)];
};

static bool bytes_of(const struct value *value, struct bytes *ret_bytes)
{
	const struct value_bytes *bytes = value->raw                   ? value->raw
					  : value->kind == VALUE_BYTES ? &value->bytes
								       : NULL;
	*ret_bytes = (struct bytes){ .length = sizeof ret_bytes->number };
	if (bytes) {
		ret_bytes->data = bytes->data;
		ret_bytes->captured = bytes->captured;
		ret_bytes->length = bytes->length;
		return true;
	}
	bool number = value->kind == VALUE_INTEGER || value->kind == VALUE_CONSTANT ||
		      value->kind == VALUE_DESCRIPTOR;
	int32_t whole = (int32_t)value_number(value);
	memcpy(ret_bytes->number, &whole, sizeof whole);
	ret_bytes->data = ret_bytes->number;
	ret_bytes->captured = sizeof whole;
	return number;
}

static uint32_t word(const struct bytes *bytes, size_t index)
{
	uint32_t number = 0;
	memcpy(&number, bytes->data + index * sizeof number, sizeof number);
	return number;
}

/* As many fields as there are whole. */
static void put_words(struct line *line, const struct bytes *bytes, const char *const *names,
		      size_t count)
{
	line_put(line, "{");
	for (size_t i = 0; i < count && (i + 1) * sizeof(uint32_t) <= bytes->captured; i++)
		line_format(line, "%s%s=%" PRId32, i ? ", " : "", names[i],
			    (int32_t)word(bytes, i));
	line_put(line, "}");
}

/* --- options with a form of their own ------------------------------------------------------- */

static void put_linger(struct line *line, const struct bytes *bytes)
{
	static const char *const names[] = { "l_onoff", "l_linger" };
	put_words(line, bytes, names, sizeof names / sizeof *names);
}

static void put_credentials(struct line *line, const struct bytes *bytes)
{
	static const char *const names[] = { "pid", "uid", "gid" };
	put_words(line, bytes, names, sizeof names / sizeof *names);
}

static void put_error(struct line *line, const struct bytes *bytes)
{
	uint32_t error = word(bytes, 0);
	if (error)
		line_format(line, "[%s]", errno_name((int)error));
	else
		line_put(line, "[0]");
}

static void put_membership(struct line *line, const struct bytes *bytes)
{
	char group[INET_ADDRSTRLEN] = "";
	char interface[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, bytes->data, group, sizeof group);
	inet_ntop(AF_INET, bytes->data + sizeof(struct in_addr), interface, sizeof interface);
	line_format(line, "{imr_multiaddr=inet_addr(\"%s\"), imr_interface=inet_addr(\"%s\")}",
		    group, interface);
}

enum {
	GET = 1,
	SET = 2,
};

static const struct form {
	int level, option;
	unsigned in; /* of GET, SET: elsewhere it is what the others are */
	size_t least;
	void (*put)(struct line *line, const struct bytes *bytes);
} forms[] = {
	{ SOL_SOCKET, SO_LINGER, SET, 8, put_linger },
	{ SOL_SOCKET, SO_LINGER, GET, 1, put_linger },
	{ SOL_SOCKET, SO_PEERCRED, GET, 1, put_credentials },
	{ SOL_SOCKET, SO_ERROR, GET, 4, put_error },
	{ IPPROTO_IP, IP_ADD_MEMBERSHIP, SET, 8, put_membership },
	{ IPPROTO_IP, IP_DROP_MEMBERSHIP, SET, 8, put_membership },
};

static const struct form *form_of(const struct event *event, const struct bytes *bytes)
{
	unsigned in = strcmp(event->name, "getsockopt") == 0 ? GET : SET;
	const struct value *level = event_arg(event, "level");
	const struct value *option = event_arg(event, "optname");
	for (size_t i = 0; level && option && i < sizeof forms / sizeof *forms; i++)
		if (forms[i].level == value_number(level) &&
		    forms[i].option == value_number(option) && forms[i].in == in &&
		    bytes->captured >= forms[i].least)
			return &forms[i];
	return NULL;
}

void spell_option_value(const struct spelling *spelling, const struct value *value)
{
	struct bytes bytes;
	if (!bytes_of(value, &bytes)) {
		spell_any(spelling, value);
		return;
	}
	const struct form *form = form_of(spelling->event, &bytes);
	if (form)
		form->put(spelling->line, &bytes);
	else if (bytes.length == sizeof(int32_t) && bytes.captured == bytes.length)
		line_format(spelling->line, "[%" PRId32 "]", (int32_t)word(&bytes, 0));
	else
		spell_quoted(spelling->line, bytes.data, bytes.captured, bytes.length,
			     spelling->most);
}
