#include "formatters/made.h"
#include "formatters/text/parts.h"
#include "formatters/text/values.h"
#include "support/language.h"
#include "support/names.h"

#include <inttypes.h>
#include <string.h>

enum {
	NARROW = 100, /* below that, payloads shrink to make a line fit */
	SHORTEST_PAYLOAD = 16,
};

/* Words about the result, in brackets; below the call where the terminal ends. */
static void put_words(struct formatter *text, const char *words)
{
	struct line *line = &text->line;
	size_t width = text->options.width;
	struct line_mark mark = line_mark(line);
	line_format(line, " (%s)", words);
	if (!width || line->columns <= width || mark.columns > width)
		return;
	line_rewind(line, mark);
	text_detail(text, "");
	line_format(line, "(%s)", words);
}

static void put_error(struct formatter *text, const struct event *event)
{
	struct line *line = &text->line;
	/* In the C locale whatever --lang says: these are the words a search engine knows. */
	const char *meaning = errno_words(event->error);
	line_style(line, STYLE_ERROR);
	line_put(line, "-1 ");
	line_name(line, event->error_name ? event->error_name : "");
	if (meaning)
		put_words(text, meaning);
	line_style(line, STYLE_PLAIN);
}

static void put_result(struct formatter *text, const struct event *event)
{
	struct line *line = &text->line;
	line_put(line, " = ");
	if (event->restarted) {
		line_put(line, "?");
		put_words(text, _("interrupted by a signal, restarts"));
	} else if (event->error) {
		put_error(text, event);
	} else {
		line_format(line, "%" PRId64, event->result);
	}
}

static uint64_t duration(const struct event *event)
{
	return event->returned - event->entered;
}

static void put_duration(struct line *line, const struct event *event)
{
	uint64_t micros = duration(event) / 1000;
	line_format(line, " <%" PRIu64 ".%06" PRIu64 ">", micros / 1000000, micros % 1000000);
}

static void put_call(struct formatter *text, const struct record *record, size_t show)
{
	const struct event *event = record->event;
	struct line *line = &text->line;
	if (!put_call_without_result(line, record, show))
		return;
	put_result(text, event);
	if (text->options.duration)
		put_duration(line, event);
}

/* Shows less of the payloads until the line fits, or no more can be left out. */
static void fit_call(struct formatter *text, const struct record *record)
{
	struct line *line = &text->line;
	size_t width = text->options.width;
	size_t show = text->options.show_bytes;
	struct line_mark mark = line_mark(line);
	put_call(text, record, show);
	if (width == 0 || width >= NARROW)
		return;
	size_t longest = longest_payload(record->event->args, record->event->arg_count);
	show = longest < show ? longest : show;
	while (line->columns > width && show > SHORTEST_PAYLOAD) {
		/* An escape takes up to four columns: never leave out more than needed. */
		size_t less = 1 + (line->columns - width) / 4;
		show = show > SHORTEST_PAYLOAD + less ? show - less : SHORTEST_PAYLOAD;
		line_rewind(line, mark);
		put_call(text, record, show);
	}
}

/* A TCP socket's connect() sleeps until its SYN is answered. */
static bool is_tcp_connect(const struct record *record)
{
	const char *protocol = record->socket->protocol_name;
	return strcmp(record->event->name, "connect") == 0 && protocol &&
	       strcmp(protocol, "IPPROTO_TCP") == 0;
}

/* What a call waits for, as far as its arguments tell; NULL: they do not. */
static const char *awaited(const struct record *record)
{
	const struct event *event = record->event;
	size_t known = first_output(event);
	if (!record->socket)
		return _("for an event");
	if (record->socket->role == ROLE_LISTENER)
		return _("for a client");
	if (is_tcp_connect(record))
		return _("for the answer to its SYN");
	if (longest_payload(event->args, known))
		return _("for room in the send buffer");
	/* A peer's address that comes first is one to connect to, in memory nobody may read. */
	bool address = known < event->arg_count && event->args[known].name &&
		       strcmp(event->args[known].name, "addr") == 0;
	return known < event->arg_count && !address ? _("for data") : NULL;
}

static void put_awaited(struct formatter *text, const struct record *record)
{
	const char *what = awaited(record);
	if (!what)
		return;
	text_detail(text, _("waits"));
	line_put(&text->line, what);
}

static bool has_endpoint(const struct event *event)
{
	for (size_t i = 0; i < event->arg_count; i++)
		if (event->args[i].kind == VALUE_ENDPOINT)
			return true;
	return false;
}

/* Who was accepted, where the program did not ask. */
static void put_peer(struct formatter *text, const struct record *record)
{
	const struct socket *socket = record->socket;
	if (!socket || socket->role != ROLE_ACCEPTED || !*socket->remote ||
	    has_endpoint(record->event) || !record_made_socket(record))
		return;
	text_detail(text, _("peer"));
	line_name(&text->line, socket->remote);
}

static void put_details(struct formatter *text, const struct record *record, bool resumed)
{
	text_python(text, record, resumed);
	text_stack(text, record, resumed);
	wire_show(text, record);
	if (record->type == RECORD_ENTER) {
		put_awaited(text, record);
		text_notes(text, record);
		return;
	}
	put_peer(text, record);
	text_origins(text, record);
	text_states(text, record);
	text_notes(text, record);
}

void text_call(struct formatter *text, const struct record *record)
{
	struct waiting_call *waited = memory_resume(&text->memory, record->number);
	bool resumed = waited && record->type == RECORD_CALL;
	/* A completed call stands where it returned. */
	uint64_t time = record->time + (resumed ? duration(record->event) : 0);
	waiting_call_free(waited);

	memory_learn(&text->memory, record);
	if (record->type == RECORD_ENTER)
		memory_wait(&text->memory, record);
	text_begin(text, record->number, time, record->lane);
	line_pad(&text->line, text->indent);
	if (resumed)
		text_styled(text, STYLE_DIM, "... ");
	struct line_mark begun = line_mark(&text->line);
	fit_call(text, record);
	text_source(text, record, begun, resumed);
	put_details(text, record, resumed);
	line_break(&text->line);
}

static const char *why_unfinished(const char *why)
{
	static const struct {
		const char *why, *words;
	} reasons[] = {
		{ "exit", N_("the process ended") },
		{ "exec", N_("another thread replaced the program") },
		{ "detach", N_("socktrace let the program go") },
		{ "killed", N_("the process was killed") },
		{ "refused", N_("the program's own seccomp filter trapped it (SIGSYS)") },
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (why && strcmp(why, reasons[i].why) == 0)
			return _(reasons[i].words);
	return why ? why : _("the reason is not known");
}

void text_unfinished(struct formatter *text, const struct record *record)
{
	struct line *line = &text->line;
	struct waiting_call *waited = memory_resume(&text->memory, record->number);
	text_begin(text, record->number, record->time, waited ? waited->lane : NULL);
	line_pad(line, text->indent);
	text_styled(text, STYLE_DIM, "... ");
	line_names(line, _("%s did not return: %s"),
		   waited && waited->call ? waited->call : _("the call"),
		   why_unfinished(record->why));
	wire_show(text, record);
	text_notes(text, record);
	line_break(line);
	waiting_call_free(waited);
}
