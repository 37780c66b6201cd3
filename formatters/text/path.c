#include "formatters/text/path.h"

#include "formatters/text/parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CALLS = 1024 };

void state_path_to(struct state_path *path, enum tcp_state state)
{
	if (state == STATE_UNKNOWN || path->count == PATH_STATES)
		return;
	if (!path->count || path->states[path->count - 1] != state)
		path->states[path->count++] = state;
}

/* The path of that socket, entered if it is new; NULL: there is no room. */
static struct state_path *path_of(struct passed *passed, const char *id)
{
	for (unsigned i = 0; i < passed->count; i++)
		if (strcmp(passed->sockets[i].id, id) == 0)
			return &passed->sockets[i].path;
	if (passed->count == PATH_SOCKETS)
		return NULL;
	unsigned i = passed->count++;
	snprintf(passed->sockets[i].id, sizeof passed->sockets[i].id, "%s", id);
	return &passed->sockets[i].path;
}

static struct passed *passed_of(struct passed_memory *memory, uint64_t cause)
{
	struct passed *passed = map_get(&memory->calls, cause);
	if (passed || memory->calls.count >= MOST_CALLS)
		return passed;
	passed = calloc(1, sizeof *passed);
	if (passed && map_put(&memory->calls, cause, passed) < 0) {
		free(passed);
		return NULL;
	}
	return passed;
}

/* The path of that socket that waits for its call and has come to that state; NULL: none. */
static struct state_path *path_up_to(const struct passed_memory *memory, const char *id,
				     enum tcp_state state)
{
	size_t position = 0;
	for (struct passed *passed; (passed = map_next(&memory->calls, &position));)
		for (unsigned i = 0; i < passed->count; i++) {
			struct state_path *path = &passed->sockets[i].path;
			if (strcmp(passed->sockets[i].id, id) == 0 && path->count &&
			    path->states[path->count - 1] == state)
				return path;
		}
	return NULL;
}

/* Where the change waits for its call; NULL: nowhere. */
static struct state_path *path_by(struct formatter *text, const struct record *record)
{
	uint64_t cause = record->transition.cause;
	struct passed *passed = passed_of(&text->passed, cause);
	struct state_path *path = passed ? path_of(passed, record->socket->id) : NULL;
	if (!path)
		return NULL;
	passed->cause = cause;
	passed->time = record->time;
	return path;
}

bool passed_keep(struct formatter *text, const struct record *record)
{
	const struct record_transition *transition = &record->transition;
	uint64_t cause = transition->cause;
	if (!record->socket)
		return false;
	/* A call that is shown as waiting tells no more until it returns: this is news. But no news
	 * comes before what it follows on, such as the LAST_ACK of a close that is not told yet. */
	bool news = !cause || wire_is_told(&text->wire, cause) ||
		    memory_is_waiting(&text->memory, cause);
	struct state_path *path =
		news ? path_up_to(&text->passed, record->socket->id, transition->from)
		     : path_by(text, record);
	if (!path)
		return false;
	state_path_to(path, transition->from);
	state_path_to(path, transition->to);
	path->inferred |= transition->witness == WITNESS_INFERRED;
	return true;
}

struct passed *passed_take(struct formatter *text, const struct record *record)
{
	return map_remove(&text->passed.calls, record->number);
}

static struct passed *first_of(const struct passed_memory *memory)
{
	size_t position = 0;
	struct passed *first = NULL;
	for (struct passed *passed; (passed = map_next(&memory->calls, &position));)
		if (!first || passed->cause < first->cause)
			first = passed;
	return first;
}

void passed_flush(struct formatter *text)
{
	for (struct passed *passed; (passed = first_of(&text->passed));) {
		map_remove(&text->passed.calls, passed->cause);
		for (unsigned i = 0; i < passed->count; i++)
			text_path(text, passed->time, passed->sockets[i].id,
				  &passed->sockets[i].path, passed->cause);
		free(passed);
	}
}

void passed_done(struct passed_memory *memory)
{
	size_t position = 0;
	for (struct passed *passed; (passed = map_next(&memory->calls, &position));)
		free(passed);
	map_done(&memory->calls);
}
