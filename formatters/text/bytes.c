/* Which sends the received bytes came from, where that is not just one whole send. */
#include "formatters/text/parts.h"
#include "support/language.h"

#include <inttypes.h>
#include <string.h>

static bool is_whole(const struct origin *part)
{
	return part->returned && part->offset == 0 && part->length == part->of;
}

static bool ends_with(const struct origin *part)
{
	return part->returned && part->offset + part->length == part->of;
}

static bool has_flag(const struct event *event, const char *flag)
{
	for (size_t i = 0; i < event->arg_count; i++) {
		const struct value *arg = &event->args[i];
		for (size_t k = 0; arg->kind == VALUE_FLAGS && k < arg->flags.count; k++)
			if (strcmp(arg->flags.names[k], flag) == 0)
				return true;
	}
	return false;
}

/* Messages end where they end: of a socket with them only a part teaches something. */
static bool has_messages(const struct record *record)
{
	const char *type = record->socket ? record->socket->type_name : NULL;
	return type && (strcmp(type, "SOCK_DGRAM") == 0 || strcmp(type, "SOCK_SEQPACKET") == 0);
}

/* "send #8", "sends #8 to #12" */
static void put_calls(struct line *line, const struct origin *part)
{
	bool several = part->calls > 1;
	struct line name = { 0 };
	if (!part->number) {
		line_put(line,
			 several ? _("calls that are not shown") : _("a call that is not shown"));
		return;
	}
	line_name(&name, part->call ? part->call : "call");
	if (several)
		line_format(line, _("%ss #%" PRIu64 " to #%" PRIu64), line_string(&name),
			    part->number, part->last);
	else
		line_format(line, "%s #%" PRIu64, line_string(&name), part->number);
	line_done(&name);
}

/* Of a call that has not returned: how many bytes it sends in all is not known yet. */
static void put_bytes_of(struct line *line, const struct origin *part, const char *calls)
{
	uint64_t first = part->offset + 1, last = part->offset + part->length;
	if (part->offset == 0 && part->length == 1)
		line_format(line, _("the first one of %s"), calls);
	else if (part->offset == 0)
		line_format(line, _("the first %" PRIu64 " of %s"), part->length, calls);
	else if (part->length == 1)
		line_format(line, _("byte %" PRIu64 " of %s"), first, calls);
	else
		line_format(line, _("%" PRIu64 " to %" PRIu64 " of %s"), first, last, calls);
}

/* "the last 2 of the 5 of send #8", "3 to 7 of the 9 of ...": the line is labelled "bytes". */
static void put_bytes_of_all(struct line *line, const struct origin *part, const char *calls)
{
	uint64_t first = part->offset + 1, last = part->offset + part->length, all = part->of;
	if (is_whole(part) && all == 1)
		line_format(line, _("the only one of %s"), calls);
	else if (is_whole(part))
		line_format(line, _("all %" PRIu64 " of %s"), all, calls);
	else if (part->offset == 0 && part->length == 1)
		line_format(line, _("the first one of the %" PRIu64 " of %s"), all, calls);
	else if (part->offset == 0)
		line_format(line, _("the first %" PRIu64 " of the %" PRIu64 " of %s"), part->length,
			    all, calls);
	else if (ends_with(part) && part->length == 1)
		line_format(line, _("the last one of the %" PRIu64 " of %s"), all, calls);
	else if (ends_with(part))
		line_format(line, _("the last %" PRIu64 " of the %" PRIu64 " of %s"), part->length,
			    all, calls);
	else if (part->length == 1)
		line_format(line, _("byte %" PRIu64 " of the %" PRIu64 " of %s"), first, all,
			    calls);
	else
		line_format(line, _("%" PRIu64 " to %" PRIu64 " of the %" PRIu64 " of %s"), first,
			    last, all, calls);
}

static bool same_name(const struct origin *one, const struct origin *other)
{
	return one->call == other->call ||
	       (one->call && other->call && strcmp(one->call, other->call) == 0);
}

/* Whole sends behind each other are told as one part: how many of these parts are so. */
static size_t run_of_wholes(const struct origin *parts, size_t count, struct origin *ret_run)
{
	enum { SHORTEST_RUN = 3 };
	size_t length = 0;
	struct origin run = parts[0];
	for (; length < count; length++) {
		const struct origin *part = &parts[length];
		if (!is_whole(part) || !part->number != !run.number || !same_name(part, &run))
			break;
		run.last = part->last;
		run.calls += length ? part->calls : 0;
		run.length += length ? part->length : 0;
	}
	if (length < SHORTEST_RUN)
		return 0;
	run.of = run.length;
	*ret_run = run;
	return length;
}

static void put_parts(struct line *line, const struct record *record)
{
	for (size_t i = 0; i < record->origin_count;) {
		struct origin part = record->origins[i];
		size_t run = run_of_wholes(&record->origins[i], record->origin_count - i, &part);
		struct line calls = { 0 };
		put_calls(&calls, &part);
		line_put(line, i ? _(", ") : "");
		if (part.returned)
			put_bytes_of_all(line, &part, line_string(&calls));
		else
			put_bytes_of(line, &part, line_string(&calls));
		line_done(&calls);
		i += run ? run : 1;
	}
}

void text_origins(struct formatter *text, const struct record *record)
{
	const struct origin *first = record->origins;
	bool peeked = has_flag(record->event, "MSG_PEEK");
	bool plain = record->origin_count == 1 && first->calls == 1 && is_whole(first);
	if (!record->origin_count || (plain && !peeked))
		return;
	struct line *words = &text->scratch;
	line_rewind(words, (struct line_mark){ 0 });
	put_parts(words, record);
	if (peeked)
		line_put(words, _("; they stay to be received"));
	else if (has_messages(record) && !plain && first->returned)
		line_put(words, _("; the rest of the message is lost"));
	text_detail(text, _("bytes"));
	line_wrap(&text->line, line_string(words), text->options.width);
}
