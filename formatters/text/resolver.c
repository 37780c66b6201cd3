#include "formatters/text/resolver.h"

#include "formatters/made.h"
#include "formatters/text/parts.h"
#include "support/language.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_HELD = 32,   /* calls; getaddrinfo() holds some ten */
	MOST_ASKED = 160, /* columns; a program decides whom it asks */
	WORD_COLUMNS = 9, /* as those of the process lines */
};

/* Where the C library's name services listen; a path that ends in '/' means all below it. */
static const struct service {
	const char *endpoint, *name;
} services[] = {
	{ "unix:/var/run/nscd/socket", "nscd" },
	{ "unix:/run/nscd/socket", "nscd" },
	{ "unix:/run/systemd/resolve/", "systemd-resolved" },
	{ "unix:/run/systemd/userdb/", "systemd-userdbd" },
	{ "unix:/var/lib/sss/pipes/", "sssd" },
	{ "unix:/var/run/avahi-daemon/socket", "avahi" },
	{ "unix:/run/avahi-daemon/socket", "avahi" },
};

static const char *const kernel = N_("the kernel's addresses");

/* --- what a record is about ------------------------------------------------------------------ */

static bool is_same(const char *name, const char *other)
{
	return name && strcmp(name, other) == 0;
}

static bool is_unix(const struct socket *socket)
{
	return is_same(socket->domain_name, "AF_UNIX");
}

static bool is_route(const struct socket *socket)
{
	return is_same(socket->domain_name, "AF_NETLINK") &&
	       is_same(socket->protocol_name, "NETLINK_ROUTE");
}

static bool is_datagram(const struct socket *socket)
{
	return is_same(socket->type_name, "SOCK_DGRAM") &&
	       (is_same(socket->domain_name, "AF_INET") ||
		is_same(socket->domain_name, "AF_INET6"));
}

/* The remote end; where connect() failed, the one it was to have. */
static const char *other_end(const struct record *record)
{
	const struct event *event = record->event;
	if (*record->socket->remote)
		return record->socket->remote;
	for (size_t i = 0; event->error && i < event->arg_count; i++)
		if (event->args[i].kind == VALUE_ENDPOINT && event->args[i].endpoint)
			return event->args[i].endpoint;
	return "";
}

static const struct service *service_of(const struct record *record)
{
	const char *end = other_end(record);
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		size_t length = strlen(services[i].endpoint);
		bool folder = services[i].endpoint[length - 1] == '/';
		if (strncmp(end, services[i].endpoint, length) == 0 && (folder || !end[length]))
			return &services[i];
	}
	return NULL;
}

static bool is_name_server(const struct record *record)
{
	const char *port = strrchr(other_end(record), ':');
	return port && strcmp(port, ":53") == 0;
}

static bool has_payload(const struct event *event)
{
	for (size_t i = 0; i < event->arg_count; i++)
		if (event->args[i].kind == VALUE_BYTES || event->args[i].kind == VALUE_STRUCT ||
		    event->args[i].kind == VALUE_ARRAY)
			return true;
	return false;
}

/* A call that takes the descriptor, nothing else, and gives nothing: it lets go of it. */
static bool lets_go(const struct event *event)
{
	return event->arg_count == 1 && event->args[0].kind == VALUE_DESCRIPTOR &&
	       event->result == 0 && !event->new_sockets[0];
}

/* The first socket among the values: what a poll() waits for has no socket of its own. */
static const char *first_socket(const struct value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct value *value = &values[i];
		const char *id = NULL;
		if (value->kind == VALUE_DESCRIPTOR)
			id = value->descriptor.socket;
		else if (value->kind == VALUE_STRUCT || value->kind == VALUE_ARRAY)
			id = first_socket(value->list.items, value->list.count);
		if (id)
			return id;
	}
	return NULL;
}

static bool is_id(const char *remembered, const char *id)
{
	return id && *remembered && strcmp(remembered, id) == 0;
}

static void keep_id(char remembered[SOCKET_ID_SIZE], const char *id)
{
	snprintf(remembered, SOCKET_ID_SIZE, "%s", id);
}

/* --- the verdict ------------------------------------------------------------------------------ */

static bool has_asked(const struct resolver *resolver, pid_t pid)
{
	return map_get(&resolver->processes, (uint64_t)pid) != NULL;
}

static void set_asked(struct resolver *resolver, pid_t pid)
{
	/* Without memory the lines are shown one by one, which is no less true. */
	map_put(&resolver->processes, (uint64_t)pid, resolver);
}

/* Adds one whom the C library asks, unless the list has it. */
static void add_asked(struct resolver *resolver, const char *name, bool absent)
{
	struct line *asked = &resolver->asked;
	if (asked->columns > MOST_ASKED || (asked->size && strstr(line_string(asked), name)))
		return;
	line_put(asked, asked->size ? _(", ") : "");
	line_names(asked, absent ? _("%s (not running)") : "%s", name);
}

static enum resolver_verdict judge_unix(struct resolver *resolver, const struct record *record)
{
	const struct service *service = service_of(record);
	if (service) {
		int error = record->event->error;
		bool absent = error == ENOENT || error == ECONNREFUSED;
		set_asked(resolver, record->pid);
		add_asked(resolver, service->name, absent);
		return RESOLVER_OWN;
	}
	/* connect(), which comes next, will tell. */
	return record_made_socket(record) && record->socket->role == ROLE_NONE ? RESOLVER_PERHAPS
									       : RESOLVER_ALIEN;
}

static enum resolver_verdict judge_route(struct resolver *resolver)
{
	resolver->netlink = true;
	if (!resolver->calls)
		return RESOLVER_PERHAPS;
	add_asked(resolver, _(kernel), false);
	return RESOLVER_OWN;
}

static enum resolver_verdict judge_datagram(struct resolver *resolver, const struct record *record)
{
	if (!has_asked(resolver, record->pid))
		return RESOLVER_ALIEN;
	if (is_name_server(record)) {
		add_asked(resolver, other_end(record), false);
		return RESOLVER_OWN;
	}
	bool bound = *record->socket->local != '\0';
	if (has_payload(record->event) || (bound && !resolver->netlink))
		return RESOLVER_ALIEN;
	if (!bound || !lets_go(record->event))
		return RESOLVER_PERHAPS;
	add_asked(resolver, _(kernel), false);
	return RESOLVER_OWN;
}

static enum resolver_verdict judge_call(struct resolver *resolver, const struct record *record)
{
	const struct event *event = record->event;
	const struct socket *socket = record->socket;
	if (is_id(resolver->known,
		  socket ? socket->id : first_socket(event->args, event->arg_count)))
		return RESOLVER_OWN;
	if (!socket)
		return RESOLVER_ALIEN;
	if (is_unix(socket))
		return judge_unix(resolver, record);
	if (record->type == RECORD_ENTER)
		return RESOLVER_ALIEN; /* whoever waits is to be seen */
	if (is_route(socket))
		return judge_route(resolver);
	return is_datagram(socket) ? judge_datagram(resolver, record) : RESOLVER_ALIEN;
}

/* --- a thread that looks something up ----------------------------------------------------------
 */

static bool is_busy(const struct resolver *resolver)
{
	return resolver->calls || resolver->held_calls;
}

/* Nothing is pending any more; what is known of processes and of the last socket stays. */
static void forget(struct resolver *resolver)
{
	free(resolver->lane);
	resolver->lane = NULL;
	resolver->calls = resolver->held_calls = 0;
	resolver->netlink = false;
	line_rewind(&resolver->asked, (struct line_mark){ 0 });
	line_rewind(&resolver->held, (struct line_mark){ 0 });
}

static void put_line(struct formatter *text)
{
	struct resolver *resolver = &text->resolver;
	struct line *line = &text->line;
	struct line *words = &text->scratch;
	line_rewind(words, (struct line_mark){ 0 });
	line_names(words, _("asks %s"), line_string(&resolver->asked));
	line_put(words, "   ");
	line_format(words, P_("(%u call)", "(%u calls)", resolver->calls), resolver->calls);

	text_begin(text, 0, resolver->time, resolver->lane);
	line_pad(line, text->indent);
	line_style(line, STYLE_DIM);
	line_put(line, _("resolver"));
	line_pad(line, text->indent + WORD_COLUMNS);
	line_wrap(line, line_string(words), text->options.width);
	line_style(line, STYLE_PLAIN);
	line_break(line);
}

void resolver_flush(struct formatter *text)
{
	struct resolver *resolver = &text->resolver;
	if (!is_busy(resolver))
		return;
	if (resolver->calls)
		put_line(text);
	line_append(&text->line, &resolver->held);
	forget(resolver);
}

static void begin(struct resolver *resolver, const struct record *record)
{
	if (is_busy(resolver))
		return;
	resolver->tid = record->tid;
	free(resolver->lane);
	resolver->lane = strdup(record->lane ? record->lane : "");
}

/* One more call is the resolver's, and with it those that were held. */
static void take(struct formatter *text, const struct record *record)
{
	struct resolver *resolver = &text->resolver;
	begin(resolver, record);
	if (resolver->held_calls) {
		text->clock.previous = resolver->previous;
		if (resolver->netlink)
			add_asked(resolver, _(kernel), false);
	}
	line_rewind(&resolver->held, (struct line_mark){ 0 });
	resolver->calls += resolver->held_calls;
	resolver->held_calls = 0;
	resolver->time = record->time;
	const char *id = record->socket ? record->socket->id : resolver->known;
	if (id != resolver->known)
		keep_id(resolver->known, id);
	if (record->type == RECORD_ENTER) {
		memory_wait(&text->memory, record);
		return;
	}
	waiting_call_free(memory_resume(&text->memory, record->number));
	resolver->calls++;
}

void resolver_hold(struct formatter *text, const struct record *record)
{
	struct resolver *resolver = &text->resolver;
	begin(resolver, record);
	resolver->held_calls++;
	line_append(&resolver->held, &text->line);
	line_rewind(&text->line, (struct line_mark){ 0 });
}

/* A child has its parent's C library, with what that remembers. */
static void learn_process(struct resolver *resolver, const struct record *record)
{
	const struct record_process *process = record->process;
	if (process->what == PROCESS_FORK && has_asked(resolver, process->parent))
		set_asked(resolver, record->pid);
	bool leaves = process->what == PROCESS_EXIT || process->what == PROCESS_EXEC ||
		      process->what == PROCESS_DETACH;
	if (leaves && record->pid == record->tid)
		map_remove(&resolver->processes, (uint64_t)record->pid);
}

enum resolver_verdict resolver_judge(struct formatter *text, const struct record *record)
{
	struct resolver *resolver = &text->resolver;
	if (record->type == RECORD_PROCESS)
		learn_process(resolver, record);
	if (record->type == RECORD_SEGMENT && record->socket &&
	    is_id(resolver->known, record->socket->id))
		return RESOLVER_OWN;
	bool call = record->type == RECORD_CALL || record->type == RECORD_ENTER;
	if (!call || record->tid != resolver->tid || resolver->held_calls >= MOST_HELD)
		resolver_flush(text);
	enum resolver_verdict verdict = call ? judge_call(resolver, record) : RESOLVER_ALIEN;
	if (verdict == RESOLVER_ALIEN)
		resolver_flush(text);
	else if (verdict == RESOLVER_OWN)
		take(text, record);
	else if (!resolver->held_calls)
		resolver->previous = text->clock.previous;
	return verdict;
}

void resolver_done(struct resolver *resolver)
{
	forget(resolver);
	map_done(&resolver->processes);
	line_done(&resolver->asked);
	line_done(&resolver->held);
}
