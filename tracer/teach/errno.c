/* What a failed call's errno means here: the entry of texts/errno.txt that fits best. */
#include "teach/teach.h"

#include "support/arena.h"
#include "support/names.h"
#include "teach/texts.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* As the table names them: the calls of INTERFACE, not what the C library makes of them. */
static const char *const names[CALL_COUNT] = {
	[CALL_SOCKET] = "socket",
	[CALL_SOCKETPAIR] = "socketpair",
	[CALL_BIND] = "bind",
	[CALL_LISTEN] = "listen",
	[CALL_ACCEPT] = "accept",
	[CALL_ACCEPT4] = "accept4",
	[CALL_CONNECT] = "connect",
	[CALL_SHUTDOWN] = "shutdown",
	[CALL_GETSOCKNAME] = "getsockname",
	[CALL_GETPEERNAME] = "getpeername",
	[CALL_GETSOCKOPT] = "getsockopt",
	[CALL_SETSOCKOPT] = "setsockopt",
	[CALL_SENDTO] = "sendto",
	[CALL_SENDMSG] = "sendmsg",
	[CALL_SENDMMSG] = "sendmmsg",
	[CALL_RECVFROM] = "recvfrom",
	[CALL_RECVMSG] = "recvmsg",
	[CALL_RECVMMSG] = "recvmmsg",
	[CALL_READ] = "read",
	[CALL_READV] = "readv",
	[CALL_WRITE] = "write",
	[CALL_WRITEV] = "writev",
	[CALL_CLOSE] = "close",
	[CALL_CLOSE_RANGE] = "close_range",
	[CALL_DUP] = "dup",
	[CALL_DUP2] = "dup2",
	[CALL_DUP3] = "dup3",
	[CALL_FCNTL] = "fcntl",
	[CALL_IOCTL] = "ioctl",
	[CALL_SENDFILE] = "sendfile",
	[CALL_SPLICE] = "splice",
	[CALL_POLL] = "poll",
	[CALL_PPOLL] = "ppoll",
	[CALL_SELECT] = "select",
	[CALL_PSELECT6] = "pselect6",
	[CALL_EPOLL_CREATE] = "epoll_create",
	[CALL_EPOLL_CREATE1] = "epoll_create1",
	[CALL_EPOLL_CTL] = "epoll_ctl",
	[CALL_EPOLL_WAIT] = "epoll_wait",
	[CALL_EPOLL_PWAIT] = "epoll_pwait",
	[CALL_EPOLL_PWAIT2] = "epoll_pwait2",
	[CALL_PIDFD_GETFD] = "pidfd_getfd",
	[CALL_UNSHARE] = "unshare",
	[CALL_SCHED_GETAFFINITY] = "sched_getaffinity",
	[CALL_SCHED_SETAFFINITY] = "sched_setaffinity",
	[CALL_IO_URING_SETUP] = "io_uring_setup",
	[CALL_SECCOMP] = "seccomp",
	[CALL_PRCTL] = "prctl",
	[CALL_CLONE] = "clone",
	[CALL_CLONE3] = "clone3",
	[CALL_PTRACE] = "ptrace",
};

/* The calls that share entries. splice() does both. */
static const struct {
	enum call_id call;
	const char *shared;
} families[] = {
	/* accept4() is accept() with flags. */
	{ CALL_ACCEPT4, "accept" },   { CALL_SENDTO, "send" },     { CALL_SENDMSG, "send" },
	{ CALL_SENDMMSG, "send" },    { CALL_WRITE, "send" },      { CALL_WRITEV, "send" },
	{ CALL_SENDFILE, "send" },    { CALL_SPLICE, "send" },     { CALL_SPLICE, "receive" },
	{ CALL_RECVFROM, "receive" }, { CALL_RECVMSG, "receive" }, { CALL_RECVMMSG, "receive" },
	{ CALL_READ, "receive" },     { CALL_READV, "receive" },
};

static bool sends(enum call_id call)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (families[i].call == call && strcmp(families[i].shared, "send") == 0)
			return true;
	return false;
}

/* The entry for that kind of socket, else the one for any. */
static const struct text *entry(const char *call, const char *error, const char *kind)
{
	char id[64];
	const struct text *text = NULL;
	if (kind && snprintf(id, sizeof id, "%s %s %s", call, error, kind) < (int)sizeof id)
		text = texts_find(&texts_errno, id);
	if (!text && snprintf(id, sizeof id, "%s %s", call, error) < (int)sizeof id)
		text = texts_find(&texts_errno, id);
	return text;
}

const struct text *meaning_find(enum call_id call, int error, const char *kind)
{
	const char *symbol = errno_name(error);
	if (!symbol || !names[call])
		return NULL;
	const struct text *text = entry(names[call], symbol, kind);
	for (size_t i = 0; !text && i < sizeof families / sizeof *families; i++)
		if (families[i].call == call)
			text = entry(families[i].shared, symbol, kind);
	return text ? text : entry("any", symbol, kind);
}

/* The address the call names; else where it would send to, or where it listens. */
static const char *endpoint_of(const struct event *event, const struct socket *socket)
{
	for (size_t i = 0; i < event->arg_count; i++)
		if (event->args[i].kind == VALUE_ENDPOINT)
			return event->args[i].endpoint;
	if (!socket)
		return "";
	return sends(event->call) ? socket->remote : socket->local;
}

/* "tcp", "udp", "unix"; NULL: none of them, or not known. */
static const char *kind_of(const struct socket *socket, const char *endpoint)
{
	static const char prefix[] = "unix:";
	if (socket && (socket->domain == AF_INET || socket->domain == AF_INET6)) {
		if (socket->type == SOCK_STREAM)
			return "tcp";
		return socket->type == SOCK_DGRAM ? "udp" : NULL;
	}
	bool named = strncmp(endpoint, prefix, sizeof prefix - 1) == 0;
	bool local = socket ? socket->domain == AF_UNIX : named;
	return local ? "unix" : NULL;
}

enum { PORT, ADDRESS, PATH, PLACES };
static const char *const place_names[PLACES] = { "port", "address", "path" };

/* Fills in what {port}, {address} and {path} stand for; NULL: the event has no such thing. */
static void find_places(struct arena *arena, const char *endpoint, const char *places[PLACES])
{
	static const char prefix[] = "unix:";
	if (strncmp(endpoint, prefix, sizeof prefix - 1) == 0) {
		places[PATH] = endpoint + sizeof prefix - 1;
		return;
	}
	const char *colon = strrchr(endpoint, ':');
	const char *port = colon ? colon + 1 : "";
	if (!*port || port[strspn(port, "0123456789")] || strcmp(port, "0") == 0)
		return;
	places[PORT] = port;
	bool brackets = *endpoint == '[' && colon[-1] == ']';
	const char *host = endpoint + brackets;
	places[ADDRESS] = arena_copy_bytes(arena, host, (size_t)(colon - host) - brackets);
}

/* What the sentence is about, for a reader in another language too. */
static void add_params(struct event *event, const struct text *meaning,
		       const char *const places[PLACES], struct note *note)
{
	enum { CALL, ERROR, MEANING, FIRST_PLACE };
	struct note_param *params =
		arena_zero(event->arena, (FIRST_PLACE + PLACES) * sizeof *params);
	if (!params)
		return;
	params[CALL] = (struct note_param){ "call", event->name };
	params[ERROR] = (struct note_param){ "errno", errno_name(event->error) };
	params[MEANING] = (struct note_param){ "meaning", meaning->id };
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
	const struct text *meaning =
		meaning_find(event->call, event->error, kind_of(socket, endpoint));
	if (!meaning)
		return 0;
	const char *places[PLACES] = { 0 };
	find_places(event->arena, endpoint, places);
	*ret_note = (struct note){ .id = "errno", .severity = SEVERITY_NOTICE };
	add_params(event, meaning, places, ret_note);
	note_speak(event->arena, ret_note);
	return 1;
}
