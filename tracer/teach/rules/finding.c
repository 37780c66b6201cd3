/* What rules are written with. */
#include "teach/rules/rule.h"

#include "support/arena.h"
#include "support/hash.h"
#include "support/text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* --- what a rule says ------------------------------------------------------------------------- */

/* A note has few: each is added to a copy of what there was. */
static void add(struct arena *arena, const struct note_param **params, size_t *count,
		const char *name, const char *value)
{
	struct note_param *more = arena_alloc(arena, (*count + 1) * sizeof *more);
	if (!more || !value)
		return;
	/* Names of processes and paths are anybody's bytes. */
	size_t room = 4 * strlen(value) + 1;
	char *escaped = arena_alloc(arena, room);
	if (!escaped)
		return;
	text_escape(escaped, room, value, strlen(value));
	for (size_t i = 0; i < *count; i++)
		more[i] = (*params)[i];
	more[(*count)++] = (struct note_param){ name, escaped };
	*params = more;
}

void note_param(struct finding *finding, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	add(finding->arena, &finding->note->params, &finding->note->param_count, name,
	    arena_vprintf(finding->arena, format, args));
	va_end(args);
}

void *note_room(struct finding *finding, size_t size)
{
	return arena_zero(finding->arena, size);
}

void note_evidence(struct finding *finding, const char *witness)
{
	struct note *note = finding->note;
	struct note_evidence *more =
		arena_alloc(finding->arena, (note->evidence_count + 1) * sizeof *more);
	if (!more)
		return;
	for (size_t i = 0; i < note->evidence_count; i++)
		more[i] = note->evidence[i];
	more[note->evidence_count++] = (struct note_evidence){ .id = witness };
	note->evidence = more;
}

void note_evidence_param(struct finding *finding, const char *name, const char *format, ...)
{
	struct note *note = finding->note;
	if (!note->evidence_count)
		return;
	struct note_evidence *last = &note->evidence[note->evidence_count - 1];
	va_list args;
	va_start(args, format);
	add(finding->arena, &last->params, &last->param_count, name,
	    arena_vprintf(finding->arena, format, args));
	va_end(args);
}

uint64_t key_of(const char *name)
{
	return hash_text(name);
}

bool first_time(struct finding *finding, uint64_t of)
{
	struct told *told = &finding->histories->told;
	const char *rule = finding->note->id;
	for (size_t i = 0; i < MOST_TOLD; i++)
		if (told->rows[i].rule == rule && told->rows[i].of == of)
			return false;
	told->rows[told->next].rule = rule;
	told->rows[told->next].of = of;
	told->next = (told->next + 1) % MOST_TOLD;
	return true;
}

/* --- what a rule reads ------------------------------------------------------------------------ */

bool failed_with(const struct finding *finding, int error)
{
	return finding->event->returned && !finding->event->restarted &&
	       finding->event->error == error;
}

bool succeeded_with(const struct finding *finding)
{
	return finding->event->returned && !finding->event->restarted && !finding->event->error;
}

int64_t arg_number(const struct finding *finding, const char *name)
{
	const struct value *value = event_arg(finding->event, name);
	return value ? value_number(value) : 0;
}

const char *arg_endpoint(const struct finding *finding)
{
	for (size_t i = 0; i < finding->event->arg_count; i++)
		if (finding->event->args[i].kind == VALUE_ENDPOINT)
			return finding->event->args[i].endpoint;
	return "";
}

bool has_sent(const struct event *event)
{
	return event->returned && !event->restarted && !event->error &&
	       call_flow(event->call) == FLOW_SENDS;
}

bool has_received(const struct event *event)
{
	return event->returned && !event->restarted && !event->error &&
	       call_flow(event->call) == FLOW_RECEIVES;
}

int64_t asked_bytes(const struct event *event)
{
	const struct value *length = event_arg(event, "len");
	if (!length)
		length = event_arg(event, "count");
	return length ? value_number(length) : -1;
}

const struct value *set_option(const struct event *event, int level, int option)
{
	const struct value *levels = event_arg(event, "level");
	const struct value *name = event_arg(event, "optname");
	if (event->call != CALL_SETSOCKOPT || !levels || !name || value_number(levels) != level ||
	    value_number(name) != option)
		return NULL;
	return event_arg(event, "optval");
}

int connect_outcome(const struct finding *finding, const char **ret_target)
{
	const struct event *event = finding->event;
	*ret_target = event->call == CALL_CONNECT ? arg_endpoint(finding)
						  : finding->history->connecting.target;
	if (!event->returned || event->restarted || !**ret_target)
		return -1;
	if (event->call == CALL_CONNECT)
		return event->error == EINPROGRESS || event->error == EALREADY ? -1 : event->error;
	bool asks = event->call == CALL_GETSOCKOPT && !event->error &&
		    arg_number(finding, "level") == SOL_SOCKET &&
		    arg_number(finding, "optname") == SO_ERROR;
	return asks && finding->history->connecting.begun ? (int)arg_number(finding, "optval") : -1;
}

int endpoint_port(const char *endpoint)
{
	const char *colon = strrchr(endpoint, ':');
	if (!colon || strncmp(endpoint, "unix:", 5) == 0 || !colon[1] ||
	    colon[1 + strspn(colon + 1, "0123456789")])
		return -1;
	long port = strtol(colon + 1, NULL, 10);
	return port <= UINT16_MAX ? (int)port : -1;
}

static bool is_inet(const struct socket *socket, int type)
{
	return socket && (socket->domain == AF_INET || socket->domain == AF_INET6) &&
	       socket->type == type;
}

bool socket_is_tcp(const struct socket *socket)
{
	return is_inet(socket, SOCK_STREAM) && socket->protocol == IPPROTO_TCP;
}

bool socket_is_udp(const struct socket *socket)
{
	return is_inet(socket, SOCK_DGRAM);
}

bool told_before(const struct finding *finding, const struct history *history)
{
	return history->told[finding->number / 64] >> finding->number % 64 & 1;
}

/* --- what a rule asks the kernel -------------------------------------------------------------- */

const struct port_holders *port_holders(struct finding *finding, int protocol, int port)
{
	if (finding->asked_holders)
		return finding->holders;
	finding->asked_holders = true;
	struct port_holders *holders = arena_alloc(finding->arena, sizeof *holders);
	if (!holders || !finding->socket)
		return NULL;
	if (finding->evidence->holders(finding->evidence, finding->socket->network, protocol,
				       (uint16_t)port, holders) == 0)
		finding->holders = holders;
	return finding->holders;
}

bool is_own(const struct finding *finding, const char *endpoint)
{
	return finding->socket &&
	       finding->evidence->is_own_address(finding->evidence, finding->socket->network,
						 endpoint) == 1;
}

void note_owner(struct finding *finding, uint64_t inode)
{
	struct owners *owners = arena_alloc(finding->arena, sizeof *owners);
	if (!inode || !owners ||
	    finding->evidence->owners(finding->evidence, &inode, 1, owners) < 0 || !owners->count)
		return;
	const struct owner *owner = &owners->rows[0];
	note_param(finding, "pid", "%d", owner->pid);
	note_param(finding, "fd", "%d", owner->fd);
	note_param(finding, "command", "%s", *owner->program ? owner->program : owner->comm);
	note_param(finding, "user", "%s", owner->user);
	note_evidence(finding, "proc");
	note_evidence_param(finding, "pid", "%d", owner->pid);
	note_evidence_param(finding, "fd", "%d", owner->fd);
}
