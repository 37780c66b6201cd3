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
};

struct formatter *perfetto_open(FILE *file, const struct format_options *options)
{
	struct formatter *perfetto = calloc(1, sizeof *perfetto);
	if (!perfetto)
		return NULL;
	perfetto->file = file;
	perfetto->show_bytes = options->show_bytes;
	fputc('[', file);
	return perfetto;
}

/* --- events --------------------------------------------------------------------------------- */

static void put_event(struct formatter *perfetto, json_t *event)
{
	fputs(perfetto->begun ? ",\n" : "\n", perfetto->file);
	perfetto->begun = true;
	json_write(event, perfetto->file);
}

/* In microseconds, with the nanoseconds behind the point. */
static void put_micros(json_t *event, const char *key, uint64_t nanoseconds)
{
	json_object_set_new_nocheck(event, key, json_real((double)nanoseconds / 1000));
}

/* Of that phase (`ph`): X a slice, B and E its ends, i an instant, s and f an arrow's, M a name. */
static json_t *event_at(const char *phase, const char *name, const struct place *place)
{
	json_t *event = json_object();
	put_text(event, "ph", phase);
	put_text(event, "name", name && !*name ? "?" : name);
	put_number(event, "pid", place->pid);
	put_number(event, "tid", place->tid);
	put_micros(event, "ts", place->time);
	return event;
}

static void put_name(struct formatter *perfetto, const char *what, const struct place *place,
		     const char *lane)
{
	json_t *event = event_at("M", what, place);
	json_t *args = json_object();
	put_text(args, "name", lane);
	put_value(event, "args", args);
	put_event(perfetto, event);
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
	json_t *event = event_at("i", name, &place);
	json_t *args = json_object();
	put_text(event, "s", "t"); /* it is the thread's */
	put_text(args, "what", detail);
	put_value(event, "args", args);
	put_event(perfetto, event);
}

/* --- messages ------------------------------------------------------------------------------- */

static void put_end_of_arrow(struct formatter *perfetto, const char *phase,
			     const struct place *place)
{
	json_t *event = event_at(phase, "message", place);
	put_text(event, "cat", "message");
	put_number(event, "id", (int64_t)perfetto->arrows);
	/* To the slice that is there, not to the next one. */
	if (*phase == 'f')
		put_text(event, "bp", "e");
	put_event(perfetto, event);
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

static void put_states(json_t *args, const struct record_state *state)
{
	put_text(args, "before", tcp_state_name(state->before));
	put_text(args, "after", tcp_state_name(state->after));
}

static json_t *args_of(struct formatter *perfetto, const struct record *record)
{
	const struct event *event = record->event;
	json_t *args = json_object();
	json_t *notes = json_array();
	put_number(args, "n", (int64_t)record->number);
	put_text(args, "arguments", arguments_of(perfetto, event));
	if (record->python)
		put_code(args, "python", record->python);
	if (record->socket)
		put_text(args, "socket", record->socket->id);
	if (record->type == RECORD_CALL) {
		bool failed = event->error || event->restarted;
		put_number(args, "result", failed ? -1 : event->result);
		put_text(args, "errno", event->error ? event->error_name : NULL);
		put_text(args, "restarts", event->restarted ? event->error_name : NULL);
		put_states(args, &record->state);
	}
	for (size_t i = 0; i < record->note_count; i++)
		json_array_append_new(notes, json_string(record->notes[i].id));
	put_value(args, "notes", notes);
	return args;
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
	json_t *event = event_at("B", record->event->name, &place);
	put_text(event, "cat", "waits");
	put_value(event, "args", args_of(perfetto, record));
	put_event(perfetto, event);
	remember_call(perfetto, &place);
}

/* Takes the args over. */
static void end_waiting(struct formatter *perfetto, uint64_t number, uint64_t time, json_t *args)
{
	struct place *place = map_remove(&perfetto->waiting, number);
	if (!place) {
		json_decref(args);
		return;
	}
	place->time = time;
	json_t *event = event_at("E", NULL, place);
	put_value(event, "args", args);
	put_event(perfetto, event);
	free(place);
}

static void write_call(struct formatter *perfetto, const struct record *record)
{
	const struct event *call = record->event;
	uint64_t took = call->returned > call->entered ? call->returned - call->entered : 0;
	struct place place = place_of(perfetto, record);
	if (map_get(&perfetto->waiting, record->number)) {
		end_waiting(perfetto, record->number, place.time + took, args_of(perfetto, record));
	} else {
		json_t *event = event_at("X", call->name, &place);
		put_text(event, "cat", "call");
		put_micros(event, "dur", took);
		put_value(event, "args", args_of(perfetto, record));
		put_event(perfetto, event);
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

static void write_unfinished(struct formatter *perfetto, const struct record *record)
{
	json_t *args = json_object();
	put_text(args, "unfinished", record->why);
	end_waiting(perfetto, record->number, record->time, args);
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
		write_unfinished(perfetto, record);
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
	case RECORD_END:
		break;
	}
}

void perfetto_close(struct formatter *perfetto)
{
	if (!perfetto)
		return;
	fputs("\n]\n", perfetto->file);
	size_t position = 0;
	for (void *lane; (lane = map_next(&perfetto->lanes, &position));)
		lane_free(lane);
	position = 0;
	for (void *place; (place = map_next(&perfetto->waiting, &position));)
		free(place);
	map_done(&perfetto->lanes);
	map_done(&perfetto->waiting);
	line_done(&perfetto->line);
	free(perfetto);
}
