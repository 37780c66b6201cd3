/* Text in UTF-8 that a receive cuts inside a character. */
#include "teach/rules/rule.h"

#include <sys/socket.h>

/* --- UTF-8 (RFC 3629) ------------------------------------------------------------------------- */

/* How many bytes the character has that begins so; 0: none does. */
static unsigned char_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Text has no other control characters than these: \a to \r, and escape for colours. */
static bool is_text(unsigned char byte)
{
	return (byte >= 0x20 && byte != 0x7f) || (byte >= '\a' && byte <= '\r') || byte == 0x1b;
}

struct scan {
	bool text;           /* all of it is, but for the end of a character that is missing */
	unsigned wide;       /* whole characters of several bytes */
	unsigned have, size; /* of the last one, which is cut; 0: it is not */
};

static struct scan scan(const unsigned char *bytes, size_t count)
{
	struct scan result = { .text = true };
	for (size_t i = 0; i < count && result.text;) {
		unsigned size = char_size(bytes[i]), have = 1;
		while (have < size && i + have < count && is_continuation(bytes[i + have]))
			have++;
		bool cut = have < size && i + have == count;
		result.text = size && is_text(bytes[i]) && (have == size || cut);
		result.wide += size > 1 && have == size;
		result.have = cut ? have : 0;
		result.size = cut ? size : 0;
		i += have;
	}
	return result;
}

/* A look at the end alone: all that most receives cost. */
static bool may_be_cut(const struct value_bytes *bytes)
{
	enum { LONGEST = 4 };
	for (unsigned back = 1; back < LONGEST && back <= bytes->length; back++) {
		unsigned char byte = (unsigned char)bytes->data[bytes->length - back];
		if (!is_continuation(byte))
			return char_size(byte) > back;
	}
	return false;
}

/* --- the rule --------------------------------------------------------------------------------- */

/* What a receive of a stream got, whole; NULL: nothing, or not all of it is known. */
static const struct value_bytes *received(const struct event *event, const struct socket *socket)
{
	const struct value *value = event_arg(event, "buf");
	if (!socket || socket->type != SOCK_STREAM || !has_received(event) ||
	    event_message_flags(event) & (MSG_PEEK | MSG_OOB | MSG_ERRQUEUE) || !value ||
	    value->kind != VALUE_BYTES || !value->bytes.length ||
	    value->bytes.captured < value->bytes.length)
		return NULL;
	return &value->bytes;
}

/* How many bytes at the beginning are the rest of the character that was cut; 0: they are not. */
static unsigned rest_of(const struct text_history *history, const unsigned char *bytes,
			size_t count)
{
	unsigned missing = history->size - history->have;
	for (unsigned i = 0; i < missing; i++)
		if (i >= count || !is_continuation(bytes[i]))
			return 0;
	return missing;
}

/* Bytes that are no text at all may end like this too. So they must have shown another such
 * character before, or the rest of this one must follow. */
static bool utf8_cut(struct finding *finding)
{
	const struct text_history *history = &finding->history->text;
	const struct value_bytes *bytes = received(finding->event, finding->socket);
	if (!bytes || told_before(finding, finding->history) ||
	    (!history->size && !may_be_cut(bytes)))
		return false;
	const unsigned char *data = (const unsigned char *)bytes->data;
	unsigned rest = history->size ? rest_of(history, data, bytes->length) : 0;
	struct scan now = scan(data + rest, bytes->length - rest);
	if (!now.text || (!rest && !(now.have && now.wide)))
		return false;
	note_param(finding, "call", "%s", finding->event->name);
	note_evidence(finding, "calls");
	if (rest) {
		note_param(finding, "rest", "%u", rest);
		note_param(finding, "size", "%u", history->size);
	} else {
		note_param(finding, "length", "%zu", bytes->length);
		note_param(finding, "have", "%u", now.have);
		note_param(finding, "size", "%u", now.size);
	}
	note_evidence_param(finding, "byte", "0x%02x", rest ? data[0] : data[bytes->length - 1]);
	return true;
}

static void note(struct histories *histories, const struct record *record, struct socket *socket)
{
	(void)histories;
	if (record->type != RECORD_CALL || !has_received(record->event))
		return;
	const struct value_bytes *bytes = received(record->event, socket);
	struct history *history = bytes || (socket && socket->history) ? history_own(socket) : NULL;
	if (!history)
		return;
	struct scan end = { 0 };
	if (bytes && may_be_cut(bytes))
		end = scan((const unsigned char *)bytes->data, bytes->length);
	history->text = (struct text_history){ .have = end.text ? end.have : 0,
					       .size = end.text ? end.size : 0 };
}

#define RECEIVES (CALL_BIT(CALL_RECVFROM) | CALL_BIT(CALL_READ))

static const struct rule rows[] = {
	{ "utf8-cut", SEVERITY_NOTICE, AT_RETURN, RECEIVES, utf8_cut },
};

const struct rule_table text_rules = { rows, sizeof rows / sizeof *rows, note };
