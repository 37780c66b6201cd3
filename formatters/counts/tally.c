#include "formatters/counts/tally.h"

#include <stdbool.h>
#include <string.h>

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static bool has_flag(const struct event *event, const char *name)
{
	const struct value *flags = event_arg(event, "flags");
	for (size_t i = 0; flags && flags->kind == VALUE_FLAGS && i < flags->flags.count; i++)
		if (strcmp(flags->flags.names[i], name) == 0)
			return true;
	return false;
}

/* sendmmsg(2) and recvmmsg(2) return how many messages; each of these has its length. */
static uint64_t bytes_of_messages(const struct event *event)
{
	uint64_t bytes = 0;
	const struct value *messages = event_arg(event, "msgvec");
	if (!messages || messages->kind != VALUE_ARRAY)
		return 0;
	for (size_t i = 0; i < messages->list.count && (int64_t)i < event->result; i++) {
		const struct value *message = &messages->list.items[i];
		const struct value *length =
			message->kind == VALUE_STRUCT ? value_field(message, "len") : NULL;
		if (length && value_number(length) > 0)
			bytes += (uint64_t)value_number(length);
	}
	return bytes;
}

/* splice(2) goes both ways: whether the socket is where the bytes come from. */
static bool is_source(const struct record *record)
{
	const struct value *in = event_arg(record->event, "fd_in");
	return in && in->kind == VALUE_DESCRIPTOR && in->descriptor.socket && record->socket &&
	       strcmp(in->descriptor.socket, record->socket->id) == 0;
}

static enum flow flow_of(const struct record *record)
{
	static const char *const sending[] = { "send",  "sendto", "sendmsg",  "sendmmsg",
					       "write", "writev", "sendfile", NULL };
	static const char *const receiving[] = { "recv", "recvfrom", "recvmsg", "recvmmsg",
						 "read", "readv",    NULL };
	const char *name = record->event->name;
	if (is_one_of(name, sending))
		return FLOW_SENDS;
	if (is_one_of(name, receiving))
		return FLOW_RECEIVES;
	if (strcmp(name, "splice") == 0)
		return is_source(record) ? FLOW_RECEIVES : FLOW_SENDS;
	return FLOW_NONE;
}

/* What was only looked at is received later, and an error queue returns what was sent. */
static uint64_t bytes_moved(const struct event *event)
{
	if (event->error || event->restarted || event->result <= 0 || has_flag(event, "MSG_PEEK") ||
	    has_flag(event, "MSG_ERRQUEUE"))
		return 0;
	bool several = strcmp(event->name, "sendmmsg") == 0 || strcmp(event->name, "recvmmsg") == 0;
	return several ? bytes_of_messages(event) : (uint64_t)event->result;
}

struct tally tally_of(const struct record *record)
{
	const struct event *event = record->event;
	struct tally tally = {
		.calls = 1,
		.errors = event->error ? 1 : 0,
		.time = event->returned > event->entered ? event->returned - event->entered : 0,
	};
	switch (flow_of(record)) {
	case FLOW_SENDS:
		tally.sent = bytes_moved(event);
		break;
	case FLOW_RECEIVES:
		tally.received = bytes_moved(event);
		break;
	case FLOW_NONE:
		break;
	}
	return tally;
}

void tally_add(struct tally *tally, const struct tally *more)
{
	tally->calls += more->calls;
	tally->errors += more->errors;
	tally->time += more->time;
	tally->sent += more->sent;
	tally->received += more->received;
}

int tally_compare(const struct tally *one, const struct tally *other)
{
	if (one->time != other->time)
		return one->time < other->time ? 1 : -1;
	if (one->calls != other->calls)
		return one->calls < other->calls ? 1 : -1;
	return 0;
}
