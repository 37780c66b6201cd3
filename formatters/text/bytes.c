/* Which sends the received bytes came from, where that is not just one whole send. */
#include "formatters/text/parts.h"

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

static void put_number(struct line *line, uint64_t number)
{
	if (number == 1)
		line_put(line, "one");
	else
		line_format(line, "%" PRIu64, number);
}

/* "the last 2 of the 5", "3 to 7 of the 9": the line is labelled "bytes". */
static void put_extent(struct line *line, const struct origin *part)
{
	uint64_t first = part->offset + 1, last = part->offset + part->length;
	if (is_whole(part)) {
		line_put(line, part->of == 1 ? "the only " : "all ");
		put_number(line, part->of);
		return;
	}
	if (part->offset == 0 || ends_with(part)) {
		line_put(line, part->offset == 0 ? "the first " : "the last ");
		put_number(line, part->length);
	} else if (part->length == 1) {
		line_format(line, "byte %" PRIu64, first);
	} else {
		line_format(line, "%" PRIu64 " to %" PRIu64, first, last);
	}
	if (part->returned)
		line_format(line, " of the %" PRIu64, part->of);
}

/* "send #8", "sends #8 to #12" */
static void put_calls(struct line *line, const struct origin *part)
{
	bool several = part->calls > 1;
	if (!part->number) {
		line_put(line, several ? "calls that are not shown" : "a call that is not shown");
		return;
	}
	line_name(line, part->call ? part->call : "call");
	line_format(line, "%s #%" PRIu64, several ? "s" : "", part->number);
	if (several)
		line_format(line, " to #%" PRIu64, part->last);
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
		line_put(line, i ? ", " : "");
		put_extent(line, &part);
		line_put(line, " of ");
		put_calls(line, &part);
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
		line_put(words, "; they stay to be received");
	else if (has_messages(record) && !plain && first->returned)
		line_put(words, "; the rest of the message is lost");
	text_detail(text, "bytes");
	line_wrap(&text->line, line_string(words), text->options.width);
}
