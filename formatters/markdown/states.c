/* The state diagram of a connection: the states that both ends were seen in. */
#include "formatters/markdown/escape.h"
#include "formatters/markdown/parts.h"
#include "formatters/mermaid/escape.h"
#include "support/language.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
	MOST_DIAGRAMS = 50,   /* more would not be looked at */
	MOST_SOCKETS = 65536, /* beyond that all are forgotten once */
};

static bool cookie_of(const char *id, uint64_t *ret_cookie)
{
	char *end = NULL;
	if (!id || *id < '0' || *id > '9')
		return false;
	errno = 0;
	*ret_cookie = strtoull(id, &end, 10);
	return !*end && !errno;
}

void states_done(struct formatter *markdown)
{
	size_t position = 0;
	void *causes = NULL;
	while ((causes = map_next(&markdown->causes, &position)))
		free(causes);
	map_done(&markdown->causes);
}

static void learn(struct formatter *markdown, const char *id, enum tcp_state state, uint64_t cause)
{
	uint64_t cookie = 0;
	if (state == STATE_UNKNOWN || !cause || !cookie_of(id, &cookie))
		return;
	uint64_t *causes = map_get(&markdown->causes, cookie);
	if (!causes) {
		if (markdown->causes.count >= MOST_SOCKETS)
			states_done(markdown);
		causes = calloc(STATE_COUNT, sizeof *causes);
		if (causes && map_put(&markdown->causes, cookie, causes) < 0) {
			free(causes);
			causes = NULL;
		}
	}
	if (causes && !causes[state])
		causes[state] = cause;
}

void states_learn(struct formatter *markdown, const struct record *record)
{
	const struct record_state *state = &record->state;
	const char *id = record->socket ? record->socket->id : NULL;
	if (record->type == RECORD_STATE) {
		learn(markdown, id, record->transition.to, record->transition.cause);
		return;
	}
	if (state->after != state->before)
		learn(markdown, id, state->after, record->number);
	if (state->peer_after != state->peer_before)
		learn(markdown, state->peer_socket, state->peer_after, record->number);
}

/* client 127.0.0.1:48008 */
static void put_who(struct line *line, const struct record_end_of_connection *end)
{
	line_names(line, "%s ", end->lane ? end->lane : _("(not traced)"));
	line_name(line, end->address ? end->address : "");
}

/* States of one end, below each other; ids must differ between the ends. */
static void put_end(struct formatter *markdown, const struct record_end_of_connection *end, char id)
{
	struct line *line = &markdown->line;
	struct line who = { 0 };
	uint64_t cookie = 0;
	const uint64_t *causes =
		cookie_of(end->socket, &cookie) ? map_get(&markdown->causes, cookie) : NULL;
	put_who(&who, end);
	line_put(line, "    state \"");
	mermaid_quoted(line, line_string(&who));
	line_format(line, "\" as %c {\n        [*] --> %c0\n", id, id);
	for (size_t i = 0; i < end->state_count; i++)
		line_format(line, "        %c%zu : %s\n", id, i, tcp_state_name(end->states[i]));
	for (size_t i = 1; i < end->state_count; i++) {
		line_format(line, "        %c%zu --> %c%zu", id, i - 1, id, i);
		if (causes && causes[end->states[i]])
			line_format(line, " : %" PRIu64, causes[end->states[i]]);
		line_put(line, "\n");
	}
	line_put(line, "    }\n");
	line_done(&who);
}

static void put_diagram(struct formatter *markdown, const struct record_connection *connection)
{
	struct line *line = &markdown->line;
	struct line heading = { 0 };
	if (++markdown->diagrams > MOST_DIAGRAMS) {
		markdown->more_diagrams++;
		return;
	}
	put_who(&heading, &connection->ends[0]);
	line_put(&heading, " – ");
	put_who(&heading, &connection->ends[1]);
	line->size = 0;
	line_format(line, "\n### %" PRIu64 " · ", connection->id);
	prose_put(line, line_string(&heading));
	line_put(line, "\n\n```mermaid\nstateDiagram-v2\n");
	for (size_t i = 0; i < 2; i++)
		if (connection->ends[i].state_count)
			put_end(markdown, &connection->ends[i], i ? 'b' : 'a');
	line_put(line, "```\n");
	part_add(markdown, PART_STATES, line);
	line_done(&heading);
}

/* For a reader; the record has connection_closed_name(). */
static const char *closed_word(enum connection_closed closed)
{
	static const char *const words[] = {
		[CLOSED_FIN] = N_("fin"),       [CLOSED_RESET] = N_("reset"),
		[CLOSED_KILLED] = N_("killed"), [CLOSED_CLOSED] = N_("closed"),
		[CLOSED_OPEN] = N_("open"),
	};
	return _(words[closed]);
}

static void put_rows(struct formatter *markdown, const struct record_connection *connection)
{
	struct line *line = &markdown->line;
	line->size = 0;
	for (size_t i = 0; i < 2; i++) {
		const struct record_end_of_connection *end = &connection->ends[i];
		line_format(line, "| %" PRIu64 " | ", connection->id);
		prose_put(line, end->lane ? end->lane : _("(not traced)"));
		line_put(line, " | ");
		prose_put(line, end->address ? end->address : "");
		if (end->socket)
			line_format(line, " | %" PRIu64 " | %" PRIu64 " | ", end->bytes_sent,
				    end->bytes_received);
		else
			line_put(line, " | | | ");
		line_put(line, i ? "" : closed_word(connection->closed));
		line_put(line, " | ");
		for (size_t state = 0; state < end->state_count; state++)
			line_format(line, "%s%s", state ? " → " : "",
				    tcp_state_name(end->states[state]));
		line_put(line, " |\n");
	}
	part_add(markdown, PART_CONNECTIONS, line);
}

void states_connection(struct formatter *markdown, const struct record *record)
{
	const struct record_connection *connection = record->connection;
	if (connection->ends[0].state_count || connection->ends[1].state_count)
		put_diagram(markdown, connection);
	put_rows(markdown, connection);
	for (size_t i = 0; i < 2; i++) {
		uint64_t cookie = 0;
		if (cookie_of(connection->ends[i].socket, &cookie))
			free(map_remove(&markdown->causes, cookie));
	}
}
