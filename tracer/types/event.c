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
