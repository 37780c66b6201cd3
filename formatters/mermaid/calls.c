#include "formatters/mermaid/escape.h"
#include "formatters/mermaid/parts.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_CAUSES = 256,
	MOST_NAMED = 3, /* sends that one arrow names */
};

/* The first segment of a call that is worth an arrow. */
struct cause {
	struct participant *from, *to;
	unsigned flags; /* FIN, RST */
	bool datagram;
};

/* --- calls --------------------------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

static bool is_send(const struct event *event)
{
	static const char *const names[] = { "send",  "sendto", "sendmsg",  "sendmmsg",
					     "write", "writev", "sendfile", NULL };
	return event->error == 0 && event->result > 0 && is_one_of(event->name, names);
}

static bool is_fin_sent(enum tcp_state state)
{
	return state == STATE_FIN_WAIT_1 || state == STATE_FIN_WAIT_2 || state == STATE_CLOSING ||
	       state == STATE_TIME_WAIT || state == STATE_LAST_ACK;
}

/* "7 send, 9 send", and who sent them: NULL, nobody knows. */
static struct participant *put_origins(struct sequence *sequence, const struct record *record,
				       struct line *words)
{
	struct participant *from = NULL;
	for (size_t i = 0; i < record->origin_count; i++) {
		const struct origin *origin = &record->origins[i];
		struct participant *sender = sequence_arrive(sequence, origin);
		from = sender ? sender : from;
		if (i >= MOST_NAMED || !origin->number)
			continue;
		line_format(words, "%s%" PRIu64, words->size ? ", " : "", origin->number);
		if (origin->call)
			line_names(words, " %s", origin->call);
	}
	if (from && record->socket)
		sequence_set_peer(sequence, record->socket->id, from);
	return from ? from : sequence_peer(sequence, record);
}

/* 7 send → 8 recv(4, "hi", 1024, 0) = 2 */
static void put_received(struct sequence *sequence, const struct record *record,
			 struct participant *own, struct line *lines)
{
	struct line words = { 0 };
	struct participant *from = put_origins(sequence, record, &words);
	struct line call = sequence_call(record);
	line_names(&words, words.size ? " → %s" : "%s", line_string(&call));
	line_done(&call);
	if (from)
		sequence_arrow(lines, from, "->>", own);
	else
		sequence_note(lines, own);
	sequence_words(lines, &words);
}

static const char *flag_name(unsigned flags)
{
	return flags & SEGMENT_RST ? "RST" : flags & SEGMENT_FIN ? "FIN" : NULL;
}

/* What the call itself put on the wire, as far as an arrow tells it. */
static const char *own_flag(const struct record *record, const struct participant *own,
			    const struct cause *cause)
{
	const struct record_state *state = &record->state;
	if (cause && cause->from == own && cause->flags)
		return flag_name(cause->flags);
	return is_fin_sent(state->after) && !is_fin_sent(state->before) ? "FIN" : NULL;
}

static void put_flag(struct line *lines, const struct participant *from, unsigned flags,
		     const struct participant *to)
{
	const char *name = flag_name(flags);
	if (!name || from == to)
		return;
	sequence_arrow(lines, from, "-)", to);
	line_put(lines, name);
	line_break(lines);
}

/* To the other end, as far as one is known, and what that has answered. */
static void put_outgoing(struct sequence *sequence, const struct record *record,
			 struct participant *own, struct line *lines)
{
	struct cause *cause = map_remove(&sequence->causes, record->number);
	const char *flag = own_flag(record, own, cause);
	struct participant *peer = sequence_peer(sequence, record);
	bool connects = strcmp(record->event->name, "connect") == 0 && record->event->error == 0;
	bool answered = cause && cause->from != own;
	bool datagram = cause && cause->datagram && !answered;
	if (!peer && cause)
		peer = answered ? cause->from : cause->to;
	struct line words = sequence_call(record);
	line_format(&words, flag ? " %s" : "%s", flag ? flag : "");
	if (peer && (connects || flag || datagram))
		sequence_arrow(lines, own, connects ? "->>" : "-)", peer);
	else
		sequence_note(lines, own);
	sequence_words(lines, &words);
	if (answered)
		put_flag(lines, cause->from, cause->flags, cause->to);
	free(cause);
}

static void learn_peers(struct sequence *sequence, const struct record *record,
			struct participant *own, struct line *lines)
{
	const struct record_state *state = &record->state;
	if (!record->socket || !state->peer_lane)
		return;
	sequence_set_peer(sequence, record->socket->id,
			  sequence_participant(sequence, state->peer_lane, lines));
	sequence_set_peer(sequence, state->peer_socket, own);
}

void sequence_add_call(struct sequence *sequence, const struct record *record, struct line *lines)
{
	struct participant *own = sequence_participant(sequence, record->lane, lines);
	if (!own)
		return;
	learn_peers(sequence, record, own, lines);
	if (record->origin_count)
		put_received(sequence, record, own, lines);
	else if (is_send(record->event) && record->socket &&
		 !map_get(&sequence->causes, record->number))
		sequence_send(sequence, record, own, lines);
	else
		put_outgoing(sequence, record, own, lines);
}

void sequence_add_enter(struct sequence *sequence, const struct record *record, struct line *lines)
{
	struct participant *own = sequence_participant(sequence, record->lane, lines);
	if (!own)
		return;
	struct line words = sequence_call(record);
	line_names(&words, ": %s", _("waits"));
	sequence_note(lines, own);
	sequence_words(lines, &words);
}

/* --- segments ------------------------------------------------------------------------ */

static void causes_done(struct sequence *sequence)
{
	size_t position = 0;
	void *cause = NULL;
	while ((cause = map_next(&sequence->causes, &position)))
		free(cause);
	map_done(&sequence->causes);
}

void sequence_add_segment(struct sequence *sequence, const struct record *record,
			  struct line *lines)
{
	const struct record_segment *passed = &record->segment;
	if (!passed->from_lane || !passed->to_lane)
		return;
	struct participant *from = sequence_participant(sequence, passed->from_lane, lines);
	struct participant *to = sequence_participant(sequence, passed->to_lane, lines);
	if (!from || !to)
		return;
	bool datagram = passed->segment->protocol == SEGMENT_UDP;
	unsigned flags = passed->segment->flags & (SEGMENT_FIN | SEGMENT_RST);
	/* Without a call the kernel closes for a program that has ended, or refuses. */
	if (!passed->cause && passed->segment->remark == SEGMENT_PLAIN)
		put_flag(lines, from, flags, to);
	if (!passed->cause || (!datagram && !flags))
		return;
	if (sequence->causes.count >= MOST_CAUSES)
		causes_done(sequence);
	struct cause *cause = map_get(&sequence->causes, passed->cause);
	bool fresh = !cause;
	if (fresh)
		cause = calloc(1, sizeof *cause);
	if (!cause)
		return;
	/* The first one is its own; what the other end answers comes after it. */
	if (fresh)
		*cause = (struct cause){ from, to, flags, datagram };
	if (fresh && map_put(&sequence->causes, passed->cause, cause) < 0)
		free(cause);
}

void sequence_calls_done(struct sequence *sequence)
{
	sequence_sent_done(sequence);
	causes_done(sequence);
}
