/* Bytes between the call that sent them and the one that received them. */
#include "formatters/mermaid/escape.h"
#include "formatters/mermaid/parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SENT = 1024 /* beyond that nobody waits for them any more */ };

struct sent {
	struct participant *from; /* NULL: received before the call that sends it has returned */
	struct participant *to;   /* NULL: not known; then the call is drawn already */
	uint64_t number, cookie;
	uint64_t total, received; /* bytes */
	char *words;              /* owned: the call */
};

static void sent_free(struct sent *sent)
{
	if (sent)
		free(sent->words);
	free(sent);
}

/* Whether it was received nobody can say for certain: an arrow without an end. */
static void put_sent(struct line *lines, const struct sent *sent)
{
	if (!sent->from || !sent->to)
		return;
	sequence_arrow(lines, sent->from, "-)", sent->to);
	mermaid_put(lines, sent->words ? sent->words : "");
	line_break(lines);
}

static int compare(const void *one, const void *other)
{
	const uint64_t *a = one;
	const uint64_t *b = other;
	return *a < *b ? -1 : *a > *b;
}

void sequence_flush(struct sequence *sequence, uint64_t cookie, struct line *lines)
{
	uint64_t numbers[MOST_SENT] = { 0 };
	size_t count = 0;
	size_t position = 0;
	struct sent *sent = NULL;
	while (count < MOST_SENT && (sent = map_next(&sequence->sent, &position)))
		if (!cookie || sent->cookie == cookie)
			numbers[count++] = sent->number;
	/* cppcheck-suppress uninitvar ; the first `count` are there */
	qsort(numbers, count, sizeof *numbers, compare);
	for (size_t i = 0; i < count; i++) {
		sent = map_remove(&sequence->sent, numbers[i]);
		put_sent(lines, sent);
		sent_free(sent);
	}
}

static void keep(struct sequence *sequence, struct sent *sent)
{
	if (map_put(&sequence->sent, sent->number, sent) < 0)
		sent_free(sent);
}

static void put_note(struct line *lines, const struct participant *own, const struct record *record)
{
	struct line words = sequence_call(record);
	sequence_note(lines, own);
	sequence_words(lines, &words);
}

void sequence_send(struct sequence *sequence, const struct record *record, struct participant *own,
		   struct line *lines)
{
	struct sent *sent = map_remove(&sequence->sent, record->number);
	if (sequence->sent.count >= MOST_SENT)
		sequence_flush(sequence, 0, lines);
	sent = sent ? sent : calloc(1, sizeof *sent);
	if (!sent)
		return;
	sent->number = record->number;
	sent->total = (uint64_t)record->event->result;
	sent->from = own;
	sequence_cookie(record->socket->id, &sent->cookie);
	sent->to = sent->received < sent->total ? sequence_peer(sequence, record) : NULL;
	if (sent->to) {
		struct line words = sequence_call(record);
		free(sent->words);
		sent->words = strdup(line_string(&words));
		line_done(&words);
	} else {
		put_note(lines, own, record);
	}
	if (sent->received < sent->total)
		keep(sequence, sent);
	else
		sent_free(sent);
}

/* Some of a call's bytes, or all: it may not have returned yet. */
static struct participant *arrive(struct sequence *sequence, uint64_t number, uint64_t bytes)
{
	struct sent *sent = map_get(&sequence->sent, number);
	if (!sent) {
		sent = sequence->sent.count < MOST_SENT ? calloc(1, sizeof *sent) : NULL;
		if (!sent)
			return NULL;
		sent->number = number;
		sent->received = bytes;
		keep(sequence, sent);
		return NULL;
	}
	struct participant *from = sent->from;
	sent->received += bytes;
	if (from && sent->received >= sent->total)
		sent_free(map_remove(&sequence->sent, number));
	return from;
}

/* Of several calls together it is not told which byte is whose: all go at once. What stands
 * between them may be another socket's. */
static struct participant *arrive_together(struct sequence *sequence, const struct origin *origin)
{
	const struct sent *last = map_get(&sequence->sent, origin->last);
	if (!last || !last->from)
		return NULL;
	struct participant *from = last->from;
	uint64_t cookie = last->cookie;
	uint64_t first = origin->last - origin->number < MOST_SENT ? origin->number : origin->last;
	for (uint64_t number = first; number <= origin->last && number >= first; number++) {
		const struct sent *sent = map_get(&sequence->sent, number);
		if (sent && sent->from && sent->cookie == cookie)
			sent_free(map_remove(&sequence->sent, number));
	}
	return from;
}

struct participant *sequence_arrive(struct sequence *sequence, const struct origin *origin)
{
	if (!origin->number)
		return NULL;
	if (origin->last != origin->number)
		return arrive_together(sequence, origin);
	return arrive(sequence, origin->number, origin->length);
}

void sequence_sent_done(struct sequence *sequence)
{
	size_t position = 0;
	struct sent *sent = NULL;
	while ((sent = map_next(&sequence->sent, &position)))
		sent_free(sent);
	map_done(&sequence->sent);
}
