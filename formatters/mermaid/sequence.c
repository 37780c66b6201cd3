#include "formatters/mermaid/sequence.h"

#include "formatters/mermaid/escape.h"
#include "formatters/mermaid/parts.h"
#include "formatters/text/values.h"
#include "support/hash.h"
#include "support/language.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_BYTES = 24,
	MOST_PEERS = 65536, /* beyond that all are forgotten once, and learnt anew */
};

/* --- participants --------------------------------------------------------------------------- */

struct participant *sequence_participant(struct sequence *sequence, const char *lane,
					 struct line *lines)
{
	lane = lane && *lane ? lane : "?";
	uint64_t hash = hash_text(lane);
	struct participant *first = map_get(&sequence->participants, hash);
	for (struct participant *known = first; known; known = known->next)
		if (strcmp(known->lane, lane) == 0)
			return known;
	struct participant *new = calloc(1, sizeof *new);
	if (!new || !(new->lane = strdup(lane))) {
		free(new);
		return NULL;
	}
	*new = (struct participant){ new->lane, ++sequence->count, first };
	if (map_put(&sequence->participants, hash, new) < 0) {
		free(new->lane);
		free(new);
		return NULL;
	}
	line_format(lines, "    participant p%u as ", new->number);
	mermaid_put(lines, lane);
	line_break(lines);
	return new;
}

bool sequence_cookie(const char *id, uint64_t *ret_cookie)
{
	char *end = NULL;
	if (!id || *id < '0' || *id > '9')
		return false;
	errno = 0;
	*ret_cookie = strtoull(id, &end, 10);
	return !*end && !errno;
}

void sequence_set_peer(struct sequence *sequence, const char *id, struct participant *peer)
{
	uint64_t cookie = 0;
	if (sequence->peers.count >= MOST_PEERS)
		map_done(&sequence->peers);
	if (peer && sequence_cookie(id, &cookie))
		map_put(&sequence->peers, cookie, peer);
}

struct participant *sequence_peer(const struct sequence *sequence, const struct record *record)
{
	uint64_t cookie = 0;
	bool known = record->socket && sequence_cookie(record->socket->id, &cookie);
	return known ? map_get(&sequence->peers, cookie) : NULL;
}

/* --- lines --------------------------------------------------------------------------------- */

void sequence_note(struct line *lines, const struct participant *over)
{
	line_format(lines, "    Note over p%u: ", over->number);
}

void sequence_arrow(struct line *lines, const struct participant *from, const char *arrow,
		    const struct participant *to)
{
	line_format(lines, "    p%u%sp%u: ", from->number, arrow, to->number);
}

void sequence_words(struct line *lines, struct line *words)
{
	mermaid_put(lines, line_string(words));
	line_break(lines);
	line_done(words);
}

struct line sequence_call(const struct record *record)
{
	struct line words = { 0 };
	line_format(&words, "%" PRIu64 " ", record->number);
	put_c_call(&words, record, SHOWN_BYTES);
	return words;
}

/* --- processes ---------------------------------------------------------------------------- */

static void put_note(struct line *lines, const struct participant *over, const char *text)
{
	sequence_note(lines, over);
	mermaid_put(lines, text);
	line_break(lines);
}

static void put_program(struct line *lines, const struct participant *own, const char *what,
			const struct record_process *process)
{
	struct line words = { 0 };
	line_put(&words, what);
	for (const char *const *word = process->argv; word && *word; word++)
		line_names(&words, " %s", *word);
	sequence_note(lines, own);
	sequence_words(lines, &words);
}

static void put_exit(struct line *lines, const struct participant *own,
		     const struct record_process *process)
{
	struct line words = { 0 };
	if (process->signal) {
		line_format(&words, "%s ", _("killed"));
		line_names(&words, _("by %s"), process->signal);
	} else {
		line_format(&words, "%s ", _("exits"));
		if (process->status >= 0)
			line_format(&words, _("status %d"), process->status);
	}
	sequence_note(lines, own);
	sequence_words(lines, &words);
}

/* It is not mentioned again: a name never returns. Who has sent something is kept for that. */
static void forget(struct sequence *sequence, const struct record *record)
{
	map_remove(&sequence->processes, (uint64_t)record->pid);
}

static void put_birth(struct sequence *sequence, const struct record *record,
		      struct participant *own, pid_t parent, const char *what, struct line *lines)
{
	struct participant *from = map_get(&sequence->processes, (uint64_t)parent);
	if (from && from != own)
		sequence_arrow(lines, from, "->>", own);
	else
		sequence_note(lines, own);
	line_put(lines, what);
	line_break(lines);
	if (record->pid == record->tid)
		map_put(&sequence->processes, (uint64_t)record->pid, own);
}

static void add_process(struct sequence *sequence, const struct record *record, struct line *lines)
{
	const struct record_process *process = record->process;
	struct participant *own = sequence_participant(sequence, record->lane, lines);
	if (!own)
		return;
	switch (process->what) {
	case PROCESS_START:
	case PROCESS_ATTACH:
		map_put(&sequence->processes, (uint64_t)record->pid, own);
		put_program(lines, own,
			    process->what == PROCESS_START ? _("starts") : _("attached"), process);
		break;
	case PROCESS_FORK:
		put_birth(sequence, record, own, process->parent, "fork", lines);
		break;
	case PROCESS_THREAD:
		put_birth(sequence, record, own, record->pid, "pthread_create", lines);
		break;
	case PROCESS_EXEC:
		map_put(&sequence->processes, (uint64_t)record->pid, own);
		put_program(lines, own, "exec", process);
		break;
	case PROCESS_EXIT:
		put_exit(lines, own, process);
		forget(sequence, record);
		break;
	case PROCESS_DETACH:
		put_note(lines, own, _("detached"));
		forget(sequence, record);
		break;
	case PROCESS_SIGNAL:
	case PROCESS_STOP:
		/* A child's end is told by the child. */
		if (process->signal && strcmp(process->signal, "SIGCHLD") != 0)
			put_note(lines, own, process->signal);
		break;
	}
}

/* --- all of it ----------------------------------------------------------------------- */

static void add_connection(struct sequence *sequence, const struct record *record,
			   struct line *lines)
{
	for (size_t i = 0; i < 2; i++) {
		uint64_t cookie = 0;
		if (!sequence_cookie(record->connection->ends[i].socket, &cookie) || !cookie)
			continue;
		sequence_flush(sequence, cookie, lines);
		map_remove(&sequence->peers, cookie);
	}
}

void sequence_add(struct sequence *sequence, const struct record *record, struct line *lines)
{
	switch (record->type) {
	case RECORD_PROCESS:
		add_process(sequence, record, lines);
		break;
	case RECORD_ENTER:
		sequence_add_enter(sequence, record, lines);
		break;
	case RECORD_CALL:
		sequence_add_call(sequence, record, lines);
		break;
	case RECORD_SEGMENT:
		sequence_add_segment(sequence, record, lines);
		break;
	case RECORD_CONNECTION:
		add_connection(sequence, record, lines);
		break;
	case RECORD_HEADER:
	case RECORD_UNFINISHED:
	case RECORD_OUTPUT:
	case RECORD_STATE:
	case RECORD_SOCKETS:
	case RECORD_LISTING:
	case RECORD_END:
		break;
	}
}

void sequence_end(struct sequence *sequence, struct line *lines)
{
	sequence_flush(sequence, 0, lines);
}

void sequence_done(struct sequence *sequence)
{
	size_t position = 0;
	struct participant *participant = NULL;
	while ((participant = map_next(&sequence->participants, &position)))
		while (participant) {
			struct participant *next = participant->next;
			free(participant->lane);
			free(participant);
			participant = next;
		}
	sequence_calls_done(sequence);
	map_done(&sequence->participants);
	map_done(&sequence->processes);
	map_done(&sequence->peers);
}
