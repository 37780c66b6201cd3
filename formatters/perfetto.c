#include "formatters/perfetto.h"

#include "formatters/json.h"
#include "formatters/line.h"
#include "formatters/text/values.h"
#include "support/map.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* Arrows reach back so many calls; a send older than that has long been received. */
	REMEMBERED = 4096,
	/* And so many calls may have received from sends that have not returned yet. */
	EARLY = 64,
	NANOS_IN_MICRO = 3, /* decimals */
};

/* Where a call stands on the timeline. */
struct place {
	uint64_t number; /* n; 0: nothing stands here */
	uint64_t time;
	pid_t pid, tid;
};

/* What a call received from one that is not on the timeline yet. */
struct early {
	uint64_t number; /* n of the one that sends; 0: none */
	struct place received;
};

struct lane {
	pid_t pid;
	char *name;
};

struct formatter {
	FILE *file;
	size_t show_bytes;
	bool begun;         /* something stands in the array */
	struct map lanes;   /* tid -> struct lane */
	struct map waiting; /* n -> struct place of a call whose slice has no end yet */
	struct place recent[REMEMBERED];
	struct early early[EARLY];
	size_t next_early;
	uint64_t arrows;
	struct line line;
	struct json_line json;
};

struct formatter *perfetto_open(FILE *file, const struct format_options *options)
{
	struct formatter *perfetto = calloc(1, sizeof *perfetto);
	if (!perfetto)
		return NULL;
	perfetto->file = file;
	perfetto->show_bytes = options->show_bytes;
	fputs("[\n", file);
	return perfetto;
}

/* --- events --------------------------------------------------------------------------------- */

/*
 * Of that phase (`ph`): X a slice, B and E its ends, i an instant, s and f an arrow's, M a name.
 * Times are in microseconds, with the nanoseconds behind the point.
 */
static struct json_place open_event(struct formatter *perfetto, const char *phase, const char *name,
				    const struct place *place)
{
	struct json_line *json = &perfetto->json;
	struct json_place event = json_open(json, NULL, '{');
	put_text(json, "ph", phase);
	put_text(json, "name", name && !*name ? "?" : name);
	put_number(json, "pid", place->pid);
	put_number(json, "tid", place->tid);
	put_fixed(json, "ts", place->time, NANOS_IN_MICRO);
	return event;
}

static void close_event(struct formatter *perfetto, struct json_place event)
{
	json_close(&perfetto->json, event);
	if (!perfetto->json.failed && perfetto->begun)
		putc(',', perfetto->file);
	perfetto->begun = perfetto->begun || !perfetto->json.failed;
	json_line_write(&perfetto->json, perfetto->file);
}

static void put_name(struct formatter *perfetto, const char *what, const struct place *place,
		     const char *lane)
{
	struct json_place event = open_event(perfetto, "M", what, place);
	struct json_place args = json_open(&perfetto->json, "args", '{');
	put_text(&perfetto->json, "name", lane);
	json_close(&perfetto->json, args);
	close_event(perfetto, event);
}

static void lane_free(struct lane *lane)
{
	if (lane)
		free(lane->name);
	free(lane);
}

static void remember_lane(struct formatter *perfetto, const struct place *place, const char *name)
{
	struct lane *lane = malloc(sizeof *lane);
	lane_free(map_remove(&perfetto->lanes, (uint64_t)place->tid));
	if (!lane)
		return;
	*lane = (struct lane){ .pid = place->pid, .name = strdup(name) };
	if (!lane->name || map_put(&perfetto->lanes, (uint64_t)place->tid, lane) < 0)
		lane_free(lane);
}

/* A thread of that process, 0 if none is left. */
static pid_t any_thread(const struct formatter *perfetto, pid_t pid)
{
	for (size_t i = 0; i < perfetto->lanes.capacity; i++) {
		const struct map_slot *slot = &perfetto->lanes.slots[i];
		if (slot->value && ((const struct lane *)slot->value)->pid == pid)
			return (pid_t)slot->key;
	}
	return 0;
}

static void forget_process(struct formatter *perfetto, pid_t pid)
{
	for (pid_t tid; (tid = any_thread(perfetto, pid));)
		lane_free(map_remove(&perfetto->lanes, (uint64_t)tid));
}

/* The names of a thread, and of its process, when they are first seen and when they change. */
static struct place place_of(struct formatter *perfetto, const struct record *record)
{
	struct place place = {
		.number = record->number,
		.time = record->time,
		.pid = record->pid,
		/* Which thread wrote an output no recording tells. */
		.tid = record->tid && record->type != RECORD_OUTPUT ? record->tid : record->pid,
	};
	const char *lane = record->lane ? record->lane : "";
	const struct lane *known = map_get(&perfetto->lanes, (uint64_t)place.tid);
	if (known && strcmp(known->name, lane) == 0)
		return place;
	remember_lane(perfetto, &place, lane);
	put_name(perfetto, "thread_name", &place, lane);
	if (place.pid == place.tid)
		put_name(perfetto, "process_name", &place, lane);
	return place;
}

static void put_instant(struct formatter *perfetto, const struct record *record, const char *name,
			const char *detail)
{
	struct place place = place_of(perfetto, record);
	struct json_place event = open_event(perfetto, "i", name, &place);
	put_text(&perfetto->json, "s", "t"); /* it is the thread's */
	struct json_place args = json_open(&perfetto->json, "args", '{');
	put_text(&perfetto->json, "what", detail);
	json_close(&perfetto->json, args);
	close_event(perfetto, event);
}

/* --- messages ------------------------------------------------------------------------------- */

static void put_end_of_arrow(struct formatter *perfetto, const char *phase,
			     const struct place *place)
{
	struct json_place event = open_event(perfetto, phase, "message", place);
	put_text(&perfetto->json, "cat", "message");
	put_number(&perfetto->json, "id", (int64_t)perfetto->arrows);
	/* To the slice that is there, not to the next one. */
	if (*phase == 'f')
		put_text(&perfetto->json, "bp", "e");
	close_event(perfetto, event);
}

/* From the call that sent the bytes to the end of the one that received them. */
static void put_arrow(struct formatter *perfetto, const struct place *sent,
		      const struct place *received)
{
	perfetto->arrows++;
	put_end_of_arrow(perfetto, "s", sent);
	put_end_of_arrow(perfetto, "f", received);
}

static void put_message(struct formatter *perfetto, uint64_t number, const struct place *received)
{
	const struct place *sent = &perfetto->recent[number % REMEMBERED];
	if (number && sent->number == number)
		put_arrow(perfetto, sent, received);
	else
		perfetto->early[perfetto->next_early++ % EARLY] =
			(struct early){ .number = number, .received = *received };
}

/* Those who have received from it before it returned. */
static void put_early(struct formatter *perfetto, const struct place *sent)
{
	size_t count = perfetto->next_early < EARLY ? perfetto->next_early : EARLY;
	for (size_t i = 0; i < count; i++)
		if (perfetto->early[i].number == sent->number && sent->number) {
			put_arrow(perfetto, sent, &perfetto->early[i].received);
			perfetto->early[i].number = 0;
		}
}

/* Arrows begin at calls that are on the timeline. */
static void remember_call(struct formatter *perfetto, const struct place *place)
{
	perfetto->recent[place->number % REMEMBERED] = *place;
	put_early(perfetto, place);
}

/* --- calls ---------------------------------------------------------------------------------- */

/* (3, 127.0.0.1:8000) as in the text format. */
static const char *arguments_of(struct formatter *perfetto, const struct event *event)
{
	struct line *line = &perfetto->line;
	*line = (struct line){ .bytes = line->bytes, .room = line->room };
	line_put(line, "(");
	for (size_t i = 0; i < event->arg_count; i++) {
		line_put(line, i ? ", " : "");
		put_argument(line, &event->args[i], perfetto->show_bytes);
	}
	line_put(line, ")");
	return line_string(line);
}

static void put_result(struct json_line *json, const struct record *record)
{
	const struct event *event = record->event;
	bool failed = event->error || event->restarted;
	put_number(json, "result", failed ? -1 : event->result);
	put_text(json, "errno", event->error ? event->error_name : NULL);
	put_text(json, "restarts", event->restarted ? event->error_name : NULL);
	put_text(json, "before", tcp_state_name(record->state.before));
	put_text(json, "after", tcp_state_name(record->state.after));
}

static void put_call_args(struct formatter *perfetto, const struct record *record)
{
	struct json_line *json = &perfetto->json;
	struct json_place args = json_open(json, "args", '{');
	put_number(json, "n", (int64_t)record->number);
	put_text(json, "arguments", arguments_of(perfetto, record->event));
	if (record->python)
		put_code(json, "python", record->python);
	if (record->socket)
		put_text(json, "socket", record->socket->id);
	if (record->type == RECORD_CALL)
		put_result(json, record);
	struct json_place notes = json_open(json, "notes", '[');
	for (size_t i = 0; i < record->note_count; i++)
		put_text(json, NULL, record->notes[i].id);
	json_close(json, notes);
	json_close(json, args);
}

/* A call that waits has its beginning now and its end when it returns, so that a timeline which
 * ends before shows it. */
static void write_enter(struct formatter *perfetto, const struct record *record)
{
	struct place place = place_of(perfetto, record);
	struct place *waiting = malloc(sizeof *waiting);
	if (!waiting)
		return;
	*waiting = place;
	free(map_remove(&perfetto->waiting, record->number));
	if (map_put(&perfetto->waiting, record->number, waiting) < 0) {
		free(waiting);
		return;
	}
	struct json_place event = open_event(perfetto, "B", record->event->name, &place);
	put_text(&perfetto->json, "cat", "waits");
	put_call_args(perfetto, record);
	close_event(perfetto, event);
	remember_call(perfetto, &place);
}

/* By the record of the call that returned, or of how it never will. */
static void end_waiting(struct formatter *perfetto, uint64_t time, const struct record *record)
{
	struct place *place = map_remove(&perfetto->waiting, record->number);
	if (!place)
		return;
	place->time = time;
	struct json_place event = open_event(perfetto, "E", NULL, place);
	if (record->type == RECORD_CALL) {
		put_call_args(perfetto, record);
	} else {
		struct json_place args = json_open(&perfetto->json, "args", '{');
		put_text(&perfetto->json, "unfinished", record->why);
		json_close(&perfetto->json, args);
	}
	close_event(perfetto, event);
	free(place);
}

static void write_call(struct formatter *perfetto, const struct record *record)
{
	const struct event *call = record->event;
	uint64_t took = call->returned > call->entered ? call->returned - call->entered : 0;
	struct place place = place_of(perfetto, record);
	if (map_get(&perfetto->waiting, record->number)) {
		end_waiting(perfetto, place.time + took, record);
	} else {
		struct json_place event = open_event(perfetto, "X", call->name, &place);
		put_text(&perfetto->json, "cat", "call");
		put_fixed(&perfetto->json, "dur", took, NANOS_IN_MICRO);
		put_call_args(perfetto, record);
		close_event(perfetto, event);
	}
	remember_call(perfetto, &place);
	place.time += took ? took - 1 : 0;
	for (size_t i = 0; i < record->origin_count; i++)
		put_message(perfetto, record->origins[i].number, &place);
}

/* --- records -------------------------------------------------------------------------------- */

static void write_process(struct formatter *perfetto, const struct record *record)
{
	const struct record_process *process = record->process;
	const char *name = process_what_name(process->what);
	put_instant(perfetto, record, name, process->signal ? process->signal : process->program);
	if (process->what == PROCESS_EXIT || process->what == PROCESS_DETACH)
		forget_process(perfetto, record->pid);
}

static void write_output(struct formatter *perfetto, const struct record *record)
{
	struct line *line = &perfetto->line;
	const struct value_bytes *data = &record->output.data;
	size_t shown =
		data->captured < perfetto->show_bytes ? data->captured : perfetto->show_bytes;
	*line = (struct line){ .bytes = line->bytes, .room = line->room };
	line_literal(line, data->data, shown);
	put_instant(perfetto, record, "output", line_string(line));
}

void perfetto_write(struct formatter *perfetto, const struct record *record)
{
	switch (record->type) {
	case RECORD_PROCESS:
		write_process(perfetto, record);
		break;
	case RECORD_ENTER:
		write_enter(perfetto, record);
		break;
	case RECORD_CALL:
		write_call(perfetto, record);
		break;
	case RECORD_UNFINISHED:
		end_waiting(perfetto, record->time, record);
		break;
	case RECORD_OUTPUT:
		write_output(perfetto, record);
		break;
	/* What has no place in a thread. */
	case RECORD_HEADER:
	case RECORD_STATE:
	case RECORD_SEGMENT:
	case RECORD_CONNECTION:
	case RECORD_SOCKETS:
	case RECORD_LISTING:
	case RECORD_END:
		break;
	}
}

void perfetto_close(struct formatter *perfetto)
{
	if (!perfetto)
		return;
	fputs("]\n", perfetto->file);
	size_t position = 0;
	for (void *lane; (lane = map_next(&perfetto->lanes, &position));)
		lane_free(lane);
	position = 0;
	for (void *place; (place = map_next(&perfetto->waiting, &position));)
		free(place);
	map_done(&perfetto->lanes);
	map_done(&perfetto->waiting);
	line_done(&perfetto->line);
	json_line_done(&perfetto->json);
	free(perfetto);
}
