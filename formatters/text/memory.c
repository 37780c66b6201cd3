#include "formatters/text/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most sockets are forgotten with their connection. Of those that never have one (UDP) a
 * long run can make any number: beyond this all names are forgotten once, and learnt anew. */
enum { MOST_SOCKETS = 65536 };

static void known_socket_free(struct known_socket *known)
{
	if (!known)
		return;
	free(known->lane);
	free(known);
}

static void forget_all_sockets(struct memory_of_run *memory)
{
	size_t position = 0;
	struct known_socket *known = NULL;
	while ((known = map_next(&memory->sockets, &position)))
		known_socket_free(known);
	map_done(&memory->sockets);
}

void memory_done(struct memory_of_run *memory)
{
	size_t position = 0;
	void *entry = NULL;
	forget_all_sockets(memory);
	while ((entry = map_next(&memory->waiting, &position)))
		waiting_call_free(entry);
	position = 0;
	while ((entry = map_next(&memory->lanes, &position)))
		free(entry);
	map_done(&memory->waiting);
	map_done(&memory->lanes);
	map_done(&memory->outputs);
	map_done(&memory->accepts);
}

/* --- sockets ---------------------------------------------------------------------------- */

/* The id is the cookie in decimal (types/socket.h); false if it is not. */
static bool cookie_of(const char *id, uint64_t *ret_cookie)
{
	char *end = NULL;
	if (!id || *id < '0' || *id > '9')
		return false;
	errno = 0;
	uint64_t cookie = strtoull(id, &end, 10);
	if (*end || errno)
		return false;
	*ret_cookie = cookie;
	return true;
}

struct known_socket *memory_find(const struct memory_of_run *memory, const char *id)
{
	uint64_t cookie = 0;
	return cookie_of(id, &cookie) ? map_get(&memory->sockets, cookie) : NULL;
}

struct known_socket *memory_socket(struct memory_of_run *memory, const char *id)
{
	uint64_t cookie = 0;
	if (!cookie_of(id, &cookie))
		return NULL;
	struct known_socket *known = map_get(&memory->sockets, cookie);
	if (known)
		return known;
	if (memory->sockets.count >= MOST_SOCKETS)
		forget_all_sockets(memory);
	known = calloc(1, sizeof *known);
	if (known && map_put(&memory->sockets, cookie, known) < 0) {
		free(known);
		return NULL;
	}
	return known;
}

void memory_forget(struct memory_of_run *memory, const char *id)
{
	uint64_t cookie = 0;
	if (cookie_of(id, &cookie))
		known_socket_free(map_remove(&memory->sockets, cookie));
}

/* *owned becomes a copy of text, unless it is that already. */
static void set_string(char **owned, const char *text)
{
	if (!text || (*owned && strcmp(*owned, text) == 0))
		return;
	char *copy = strdup(text);
	if (!copy)
		return;
	free(*owned);
	*owned = copy;
}

/* "Not yet" is no error of a connection: a non-blocking program is told so all the time. */
static bool is_failure(int error)
{
	return error && error != EAGAIN && error != EINPROGRESS && error != EALREADY &&
	       error != EINTR;
}

static void count_error(struct known_socket *known, const char *name)
{
	for (size_t i = 0; i < MOST_ERRORS; i++) {
		struct known_error *error = &known->errors[i];
		if (!error->count)
			snprintf(error->name, sizeof error->name, "%s", name);
		/* One that was cut off is compared as far as it is kept. */
		if (strncmp(error->name, name, sizeof error->name - 1) == 0) {
			error->count++;
			return;
		}
	}
	known->more_errors = true;
}

void memory_learn(struct memory_of_run *memory, const struct record *record)
{
	const struct python *python = record->python;
	for (size_t i = 0; python && i < python->variable_count; i++) {
		const struct python_variable *variable = &python->variables[i];
		struct known_socket *known = memory_socket(memory, variable->socket);
		if (!known || !variable->name)
			continue;
		snprintf(known->variable, sizeof known->variable, "%s", variable->name);
		set_string(&known->lane, record->lane);
	}
	struct known_socket *own =
		record->socket ? memory_socket(memory, record->socket->id) : NULL;
	if (!own)
		return;
	own->role = record->socket->role;
	if (record->type == RECORD_CALL && is_failure(record->event->error))
		count_error(own, record->event->error_name);
}

void memory_learn_lane(struct memory_of_run *memory, const struct record *record)
{
	struct known_socket *known =
		record->socket ? memory_socket(memory, record->socket->id) : NULL;
	if (known && !known->lane)
		set_string(&known->lane, record->lane);
}

/* --- calls that wait ---------------------------------------------------------------------- */

void waiting_call_free(struct waiting_call *call)
{
	if (!call)
		return;
	free(call->lane);
	free(call->call);
	free(call);
}

void memory_wait(struct memory_of_run *memory, const struct record *record)
{
	struct waiting_call *call = calloc(1, sizeof *call);
	if (!call)
		return;
	call->number = record->number;
	set_string(&call->lane, record->lane);
	set_string(&call->call, record->event->name);
	waiting_call_free(map_remove(&memory->waiting, record->number));
	if (map_put(&memory->waiting, record->number, call) < 0)
		waiting_call_free(call);
}

bool memory_is_waiting(const struct memory_of_run *memory, uint64_t number)
{
	return map_get(&memory->waiting, number) != NULL;
}

struct waiting_call *memory_resume(struct memory_of_run *memory, uint64_t number)
{
	return map_remove(&memory->waiting, number);
}

/* --- lanes --------------------------------------------------------------------------------- */

const char *memory_lane(const struct memory_of_run *memory, pid_t pid)
{
	return map_get(&memory->lanes, (uint64_t)pid);
}

void memory_set_lane(struct memory_of_run *memory, pid_t pid, const char *lane)
{
	free(map_remove(&memory->lanes, (uint64_t)pid));
	char *copy = lane ? strdup(lane) : NULL;
	if (copy && map_put(&memory->lanes, (uint64_t)pid, copy) < 0)
		free(copy);
}

/* --- what they print ------------------------------------------------------------------------ */

int memory_open_line(const struct memory_of_run *memory, pid_t pid)
{
	return (int)(intptr_t)map_get(&memory->outputs, (uint64_t)pid);
}

void memory_set_open_line(struct memory_of_run *memory, pid_t pid, int open)
{
	map_remove(&memory->outputs, (uint64_t)pid);
	if (open)
		map_put(&memory->outputs, (uint64_t)pid, (void *)(intptr_t)open);
}

void memory_forget_process(struct memory_of_run *memory, pid_t pid)
{
	memory_set_lane(memory, pid, NULL);
	memory_set_open_line(memory, pid, 0);
}

/* --- listeners' queues ---------------------------------------------------------------------- */

/* Behind the last colon. A wildcard's listener and the address that was connected to differ, their
 * port does not. Of names of AF_UNIX as many numbers. At most 131072, so the map stays small. */
static uint64_t port_of(const char *address)
{
	enum { OF_UNIX = 0x10000 };
	if (address && strncmp(address, "unix:", 5) == 0) {
		uint32_t hash = 0;
		for (; *address; address++)
			hash = hash * 31 + (unsigned char)*address;
		return OF_UNIX | (hash & 0xffff);
	}
	const char *colon = address ? strrchr(address, ':') : NULL;
	return colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

/* Never NULL: the map keeps pointers, and these are numbers. */
static void *shown_value(const struct record_queues *queues)
{
	uint32_t both = (uint32_t)queues->accept << 16 ^ (uint32_t)queues->backlog;
	uint32_t handshakes = queues->syn_rcvd > 0 ? (uint32_t)queues->syn_rcvd : 0;
	return (void *)((uintptr_t)both | ((uintptr_t)handshakes << 1 | 1) << 32);
}

bool memory_accept_changed(const struct memory_of_run *memory, const char *address,
			   const struct record_queues *queues)
{
	return map_get(&memory->accepts, port_of(address)) != shown_value(queues);
}

void memory_accept_shown(struct memory_of_run *memory, const char *address,
			 const struct record_queues *queues)
{
	map_put(&memory->accepts, port_of(address), shown_value(queues));
}
