#include "formatters/pcapng/comments.h"

#include "formatters/text/path.h"
#include "formatters/text/values.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where one socket went by a call. */
struct route {
	char id[SOCKET_ID_SIZE];
	char *lane, *address; /* owned; NULL: not known */
	struct state_path path;
};

struct known_call {
	char *text; /* owned: the comment; NULL: it has had no record yet */
	bool complete;
	struct route routes[PATH_SOCKETS];
	unsigned route_count;
};

static void forget_routes(struct known_call *call)
{
	for (unsigned i = 0; i < call->route_count; i++) {
		free(call->routes[i].lane);
		free(call->routes[i].address);
	}
	call->route_count = 0;
}

static void known_call_free(struct known_call *call)
{
	if (!call)
		return;
	forget_routes(call);
	free(call->text);
	free(call);
}

/* Entered if it is new. NULL: there is no room. */
static struct known_call *call_of(struct comments *comments, uint64_t number)
{
	struct known_call *call = map_get(&comments->calls, number);
	if (call || !number || comments->calls.count >= MOST_CALLS)
		return call;
	call = calloc(1, sizeof *call);
	if (call && map_put(&comments->calls, number, call) < 0) {
		free(call);
		return NULL;
	}
	return call;
}

/* --- states ---------------------------------------------------------------------------------- */

/* Entered if it is new. NULL: there is no room. */
static struct route *route_of(struct known_call *call, const char *id, const char *lane,
			      const char *address)
{
	for (unsigned i = 0; i < call->route_count; i++)
		if (strcmp(call->routes[i].id, id) == 0)
			return &call->routes[i];
	if (call->route_count == PATH_SOCKETS)
		return NULL;
	struct route *route = &call->routes[call->route_count++];
	*route = (struct route){ .lane = lane ? strdup(lane) : NULL,
				 .address = address && *address ? strdup(address) : NULL };
	snprintf(route->id, sizeof route->id, "%s", id);
	return route;
}

static void learn_transition(struct comments *comments, const struct record *record)
{
	const struct record_transition *transition = &record->transition;
	struct known_call *call = record->socket ? call_of(comments, transition->cause) : NULL;
	if (!call || call->complete)
		return;
	struct route *route =
		route_of(call, record->socket->id, record->lane, record->socket->local);
	if (!route)
		return;
	state_path_to(&route->path, transition->from);
	state_path_to(&route->path, transition->to);
	route->path.inferred |= transition->witness == WITNESS_INFERRED;
}

/* What was before goes before what was seen on the way, and what is after behind it. */
static void frame(struct route *route, enum tcp_state before, enum tcp_state after)
{
	if (!route)
		return;
	struct state_path path = { .inferred = route->path.inferred };
	state_path_to(&path, before);
	for (unsigned i = 0; i < route->path.count; i++)
		state_path_to(&path, route->path.states[i]);
	state_path_to(&path, after);
	route->path = path;
}

/* Whether another one is in the same lane: then the address tells which end it is. */
static bool shares_lane(const struct known_call *call, const struct route *route)
{
	for (unsigned i = 0; i < call->route_count; i++) {
		const struct route *other = &call->routes[i];
		if (other != route && other->lane && strcmp(other->lane, route->lane) == 0)
			return true;
	}
	return false;
}

static void put_route(struct line *line, const struct known_call *call, const struct route *route)
{
	if (call->route_count > 1 && route->lane) {
		line_names(line, "%s ", route->lane);
		if (route->address && shares_lane(call, route))
			line_names(line, "%s ", route->address);
	}
	for (unsigned i = 0; i < route->path.count; i++) {
		line_put(line, i ? " -> " : "");
		line_put(line, tcp_state_name(route->path.states[i]));
	}
	if (route->path.inferred) {
		line_put(line, " ");
		line_put(line, _("(inferred)"));
	}
}

static void put_states(struct line *line, struct known_call *call, const struct record *record)
{
	const struct record_state *state = &record->state;
	const struct socket *socket = record->socket;
	if (socket)
		frame(route_of(call, socket->id, record->lane, socket->local), state->before,
		      state->after);
	if (socket && state->peer_socket && state->peer_after != state->peer_before)
		frame(route_of(call, state->peer_socket, state->peer_lane, socket->remote),
		      state->peer_before, state->peer_after);
	const char *between = "; ";
	for (unsigned i = 0; i < call->route_count; i++) {
		if (!call->routes[i].path.count)
			continue;
		line_put(line, between);
		put_route(line, call, &call->routes[i]);
		between = ", ";
	}
}

/* --- calls ----------------------------------------------------------------------------------- */

const char *comment_string(struct line *line)
{
	static const char more[] = "...";
	if (line->size > COMMENT_SIZE) {
		size_t size = COMMENT_SIZE - sizeof more;
		while (size && ((unsigned char)line->bytes[size] & 0xC0) == 0x80)
			size--;
		line_rewind(line, (struct line_mark){ .size = size });
		line_put(line, more);
	}
	return line_string(line);
}

/* Several lines of Python in one. */
static void put_code(struct line *line, const char *code)
{
	for (size_t length = strcspn(code, "\n");; length = strcspn(code, "\n")) {
		line_name_part(line, code, length);
		code += length;
		if (!*code++)
			return;
		line_put(line, "; ");
	}
}

static void put_python(struct line *line, const struct python *python)
{
	if (!python || !python->code)
		return;
	line_put(line, "; python ");
	put_code(line, python->code);
	if (python->comment) {
		line_put(line, "  # ");
		put_code(line, python->comment);
	}
	if (python->raises)
		line_names(line, "  # %s", python->raises);
}

/* Of those that have returned the oldest give way. */
static void complete(struct comments *comments, struct known_call *call, uint64_t number)
{
	forget_routes(call);
	if (call->complete)
		return;
	call->complete = true;
	uint64_t *place = &comments->returned[comments->returned_count++ % RECENT_CALLS];
	if (comments->returned_count > RECENT_CALLS)
		known_call_free(map_remove(&comments->calls, *place));
	*place = number;
}

static void learn_call(struct comments *comments, const struct record *record, size_t show_bytes)
{
	struct known_call *call = call_of(comments, record->number);
	struct line *line = &comments->line;
	if (!call)
		return;
	line_rewind(line, (struct line_mark){ 0 });
	if (record->lane)
		line_names(line, "%s ", record->lane);
	line_format(line, "#%" PRIu64 " ", record->number);
	put_c_call(line, record, show_bytes);
	put_python(line, record->python);
	if (record->type == RECORD_CALL)
		put_states(line, call, record);
	free(call->text);
	call->text = strdup(comment_string(line));
	if (record->type == RECORD_CALL)
		complete(comments, call, record->number);
}

void comments_learn(struct comments *comments, const struct record *record, size_t show_bytes)
{
	if (record->type == RECORD_STATE) {
		learn_transition(comments, record);
	} else if (record->type == RECORD_UNFINISHED) {
		struct known_call *call = call_of(comments, record->number);
		if (call)
			complete(comments, call, record->number);
	} else {
		learn_call(comments, record, show_bytes);
	}
}

bool comments_complete(const struct comments *comments, uint64_t number)
{
	const struct known_call *call = map_get(&comments->calls, number);
	return call && call->complete;
}

const char *comments_find(const struct comments *comments, uint64_t number)
{
	const struct known_call *call = map_get(&comments->calls, number);
	return call ? call->text : NULL;
}

void comments_done(struct comments *comments)
{
	size_t position = 0;
	for (struct known_call *call; (call = map_next(&comments->calls, &position));)
		known_call_free(call);
	map_done(&comments->calls);
	line_done(&comments->line);
}
