/* What a failed call's errno means here: the row of the table that fits best. */
#include "teach/teach.h"

#include "support/arena.h"
#include "support/names.h"
#include "teach/errno_table.h"
#include "teach/line.h"

#include <assert.h>
#include <string.h>
#include <sys/socket.h>

/* The calls that share rows. splice() does both. */
static const struct {
	enum call_id call;
	int shared;
} families[] = {
	{ CALL_SENDTO, ANY_SEND },      { CALL_SENDMSG, ANY_SEND },
	{ CALL_SENDMMSG, ANY_SEND },    { CALL_WRITE, ANY_SEND },
	{ CALL_WRITEV, ANY_SEND },      { CALL_SENDFILE, ANY_SEND },
	{ CALL_SPLICE, ANY_SEND },      { CALL_SPLICE, ANY_RECEIVE },
	{ CALL_RECVFROM, ANY_RECEIVE }, { CALL_RECVMSG, ANY_RECEIVE },
	{ CALL_RECVMMSG, ANY_RECEIVE }, { CALL_READ, ANY_RECEIVE },
	{ CALL_READV, ANY_RECEIVE },
};

static bool shares(enum call_id call, int shared)
{
	if (shared == ANY_CALL || shared == (int)call)
		return true;
	/* accept4() is accept() with flags. */
	if (call == CALL_ACCEPT4 && shared == CALL_ACCEPT)
		return true;
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (families[i].call == call && families[i].shared == shared)
			return true;
	return false;
}

const struct meaning *meaning_find(enum call_id call, int error, enum meaning_for on)
{
	for (size_t i = 0; i < meanings_count; i++) {
		const struct meaning *meaning = &meanings[i];
		if (meaning->error == error && shares(call, meaning->call) &&
		    (meaning->on == ON_ANY || meaning->on == on))
			return meaning;
	}
	return NULL;
}

const char *errno_meaning_text(enum call_id call, int error)
{
	const struct meaning *meaning = meaning_find(call, error, ON_ANY);
	return meaning ? meaning->why : NULL;
}

/* The address the call names; else where it would send to, or where it listens. */
static const char *endpoint_of(const struct event *event, const struct socket *socket)
{
	for (size_t i = 0; i < event->arg_count; i++)
		if (event->args[i].kind == VALUE_ENDPOINT)
			return event->args[i].endpoint;
	if (!socket)
		return "";
	return shares(event->call, ANY_SEND) ? socket->remote : socket->local;
}

static enum meaning_for kind_of(const struct socket *socket, const char *endpoint)
{
	static const char prefix[] = "unix:";
	if (socket && (socket->domain == AF_INET || socket->domain == AF_INET6)) {
		if (socket->type == SOCK_STREAM)
			return ON_TCP;
		return socket->type == SOCK_DGRAM ? ON_UDP : ON_ANY;
	}
	bool named = strncmp(endpoint, prefix, sizeof prefix - 1) == 0;
	bool local = socket ? socket->domain == AF_UNIX : named;
	return local ? ON_UNIX : ON_ANY;
}

/* A learner will paste the command into a shell: a hostile name must not do harm there. */
static const char *harmless(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789./:_-%";
	if (!*text || *text == '-' || text[strspn(text, allowed)])
		return NULL;
	return text;
}

enum { PORT, ADDRESS, PATH, PLACES };
static const char *const place_names[PLACES] = { "port", "address", "path" };

/* Fills in what {port}, {address} and {path} stand for; NULL: the event has no such thing. */
static void find_places(struct arena *arena, const char *endpoint, const char *places[PLACES])
{
	static const char prefix[] = "unix:";
	if (strncmp(endpoint, prefix, sizeof prefix - 1) == 0) {
		places[PATH] = harmless(endpoint + sizeof prefix - 1);
		return;
	}
	const char *colon = strrchr(endpoint, ':');
	const char *port = colon ? colon + 1 : "";
	if (!*port || port[strspn(port, "0123456789")] || strcmp(port, "0") == 0)
		return;
	places[PORT] = port;
	bool brackets = *endpoint == '[' && colon[-1] == ']';
	const char *host = endpoint + brackets;
	const char *address = arena_copy_bytes(arena, host, (size_t)(colon - host) - brackets);
	places[ADDRESS] = address ? harmless(address) : NULL;
}

/* The command with its places filled in; NULL where one of them cannot be. */
static const char *fill_in(struct arena *arena, const char *check, const char *const places[PLACES])
{
	struct line line = line_new(arena);
	while (check && *check) {
		size_t plain = strcspn(check, "{");
		line_add_bytes(&line, check, plain);
		check += plain;
		if (!*check)
			break;
		size_t place = 0;
		size_t length = strcspn(check, "}") - 1;
		while (place < PLACES && (strlen(place_names[place]) != length ||
					  strncmp(place_names[place], check + 1, length) != 0))
			place++;
		assert(place < PLACES);
		if (!places[place])
			return NULL;
		line_add(&line, places[place]);
		check += length + 2;
	}
	return check ? line_text(&line) : NULL;
}

/* What the sentence is about, for a reader in another language. */
static void add_params(struct event *event, const char *const places[PLACES], struct note *note)
{
	enum { CALL, ERROR, FIRST_PLACE };
	struct note_param *params =
		arena_zero(event->arena, (FIRST_PLACE + PLACES) * sizeof *params);
	if (!params)
		return;
	params[CALL] = (struct note_param){ "call", event->name };
	params[ERROR] = (struct note_param){ "errno", errno_name(event->error) };
	size_t count = FIRST_PLACE;
	for (size_t i = 0; i < PLACES; i++)
		if (places[i])
			params[count++] = (struct note_param){ place_names[i], places[i] };
	note->params = params;
	note->param_count = count;
}

size_t errno_meaning(struct event *event, const struct socket *socket, struct note *ret_note)
{
	if (!event->returned || !event->error || event->restarted)
		return 0;
	const char *endpoint = endpoint_of(event, socket);
	const struct meaning *meaning =
		meaning_find(event->call, event->error, kind_of(socket, endpoint));
	if (!meaning)
		return 0;
	const char *places[PLACES] = { 0 };
	find_places(event->arena, endpoint, places);
	*ret_note = (struct note){
		.id = "errno",
		.severity = SEVERITY_NOTICE,
		.text = meaning->why,
		.fix = meaning->fix,
		.check = fill_in(event->arena, meaning->check, places),
	};
	add_params(event, places, ret_note);
	return 1;
}
