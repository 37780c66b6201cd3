#include "types/event.h"

#include "support/arena.h"

#include <string.h>

struct event *event_new(void)
{
	struct arena *arena = arena_new();
	if (!arena)
		return NULL;
	struct event *event = arena_zero(arena, sizeof *event);
	if (!event) {
		arena_free(arena);
		return NULL;
	}
	event->arena = arena;
	event->fd = -1;
	return event;
}

void event_free(struct event *event)
{
	if (event)
		arena_free(event->arena);
}

const struct value *event_arg(const struct event *event, const char *name)
{
	for (size_t i = 0; i < event->arg_count; i++)
		if (strcmp(event->args[i].name, name) == 0)
			return &event->args[i];
	return NULL;
}

static bool is_set(const struct value *value)
{
	for (size_t i = 0; value->kind == VALUE_ARRAY && i < value->list.count; i++)
		if (value->list.items[i].kind != VALUE_DESCRIPTOR)
			return false;
	return value->kind == VALUE_ARRAY;
}

static bool same_set(const struct value *one, const struct value *other)
{
	bool same = one->list.count == other->list.count;
	for (size_t i = 0; same && i < one->list.count; i++)
		same = one->list.items[i].descriptor.fd == other->list.items[i].descriptor.fd;
	return same;
}

const struct value *event_given(const struct event *event, size_t i)
{
	if (!event->given)
		return NULL;
	const struct value *before = &event->given[i];
	const struct value *after = &event->args[i];
	bool numbers = before->kind == VALUE_INTEGER && after->kind == VALUE_INTEGER;
	bool changed = (numbers && before->integer != after->integer) ||
		       (is_set(before) && is_set(after) && !same_set(before, after));
	return changed ? before : NULL;
}

const struct value *event_beside(const struct event *event, const char *name)
{
	for (size_t i = 0; i < event->beside_count; i++)
		if (strcmp(event->beside[i].name, name) == 0)
			return &event->beside[i];
	return NULL;
}

enum flow call_flow(enum call_id call)
{
	static const enum flow flows[CALL_COUNT] = {
		[CALL_SENDTO] = FLOW_SENDS,     [CALL_SENDMSG] = FLOW_SENDS,
		[CALL_SENDMMSG] = FLOW_SENDS,   [CALL_WRITE] = FLOW_SENDS,
		[CALL_WRITEV] = FLOW_SENDS,     [CALL_RECVFROM] = FLOW_RECEIVES,
		[CALL_RECVMSG] = FLOW_RECEIVES, [CALL_RECVMMSG] = FLOW_RECEIVES,
		[CALL_READ] = FLOW_RECEIVES,    [CALL_READV] = FLOW_RECEIVES,
	};
	return flows[call];
}

uint64_t event_message_flags(const struct event *event)
{
	/* Which argument has them; 0: none. */
	static const unsigned char places[CALL_COUNT] = {
		[CALL_SENDTO] = 3,   [CALL_SENDMSG] = 2, [CALL_SENDMMSG] = 3,
		[CALL_RECVFROM] = 3, [CALL_RECVMSG] = 2, [CALL_RECVMMSG] = 3,
	};
	return places[event->call] ? event->raw[places[event->call]] : 0;
}
