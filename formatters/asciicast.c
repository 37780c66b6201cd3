#include "formatters/asciicast.h"

#include "formatters/json.h"
#include "formatters/line.h"
#include "formatters/text/text.h"
#include "formatters/time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	VERSION = 2,
	WIDTH = 100,
	HEIGHT = 30,
	LONGEST_PAUSE = 2,   /* seconds; players cut longer ones */
	NANOS_IN_SECOND = 9, /* decimals */
};

struct formatter {
	FILE *file;
	struct formatter *text;
	FILE *transcript; /* where that writes: into memory */
	char *written;
	size_t size;
	unsigned width;
	bool begun;    /* the header is written */
	uint64_t time; /* of the last event: time never goes back */
	struct line scratch;
	struct json_line json;
};

struct formatter *asciicast_open(FILE *file, const struct format_options *options)
{
	struct format_options shown = *options;
	struct formatter *cast = calloc(1, sizeof *cast);
	if (!cast)
		return NULL;
	shown.color = true;
	shown.width = options->width ? options->width : WIDTH;
	cast->file = file;
	cast->width = shown.width;
	cast->transcript = open_memstream(&cast->written, &cast->size);
	cast->text = cast->transcript ? text_open(cast->transcript, &shown) : NULL;
	if (cast->text)
		return cast;
	asciicast_close(cast);
	return NULL;
}

/* --- the header ----------------------------------------------------------------------------- */

/* The first command; of a demo its title. */
static const char *title_of(struct formatter *cast, const struct record_header *header)
{
	struct line *line = &cast->scratch;
	const char *const *argv = header->commands ? header->commands[0] : NULL;
	if (header->title)
		return header->title;
	for (; argv && *argv; argv++) {
		line_put(line, line->size ? " " : "");
		line_name(line, *argv);
	}
	return line_string(line);
}

/* header NULL: the recording has none. */
static void put_header(struct formatter *cast, const struct record_header *header)
{
	const uint64_t second = 1000000000;
	struct format_clock clock = { 0 };
	struct json_line *json = &cast->json;
	struct json_place object = json_open(json, NULL, '{');
	put_number(json, "version", VERSION);
	put_number(json, "width", cast->width);
	put_number(json, "height", HEIGHT);
	put_number(json, "idle_time_limit", LONGEST_PAUSE);
	if (header) {
		format_clock_start(&clock, header->started);
		put_number(json, "timestamp", clock.started / (int64_t)second);
		put_text(json, "title", title_of(cast, header));
	}
	json_close(json, object);
	json_line_write(json, cast->file);
	cast->begun = true;
}

/* --- events --------------------------------------------------------------------------------- */

/* What is in the scratch line. */
static void put_event(struct formatter *cast, const char *kind)
{
	struct json_line *json = &cast->json;
	struct json_place event = json_open(json, NULL, '[');
	put_fixed(json, NULL, cast->time, NANOS_IN_SECOND);
	put_text(json, NULL, kind);
	put_string(json, NULL, cast->scratch.bytes, cast->scratch.size);
	json_close(json, event);
	json_line_write(json, cast->file);
}

/* `7 client send`, before what is shown of the call; of one that was waiting only once. */
static void put_marker(struct formatter *cast, const struct record *record)
{
	struct line *line = &cast->scratch;
	bool call =
		record->type == RECORD_ENTER || (record->type == RECORD_CALL && !record->resumed);
	if (!call)
		return;
	*line = (struct line){ .bytes = line->bytes, .room = line->room };
	line_format(line, "%" PRIu64 " ", record->number);
	line_name(line, record->lane ? record->lane : "");
	line_put(line, " ");
	line_name(line, record->event->name);
	put_event(cast, "m");
}

/* What the transcript got since, each line break as a terminal wants it. */
static void take_output(struct formatter *cast)
{
	struct line *line = &cast->scratch;
	*line = (struct line){ .bytes = line->bytes, .room = line->room };
	char *rest = cast->written;
	for (char *piece; (piece = strsep(&rest, "\n"));) {
		line_put(line, piece);
		if (rest)
			line_put(line, "\r\n");
	}
	rewind(cast->transcript);
}

/* A call's line comes when it has returned. */
static uint64_t time_of(const struct record *record)
{
	return record->type == RECORD_CALL ? record->event->returned : record->time;
}

/* record NULL: what is said at the end. */
static void put_output(struct formatter *cast, const struct record *record)
{
	fflush(cast->transcript);
	if (!cast->size)
		return;
	cast->written[cast->size] = '\0';
	if (!cast->begun)
		put_header(cast, NULL);
	if (record && time_of(record) > cast->time)
		cast->time = time_of(record);
	if (record)
		put_marker(cast, record);
	take_output(cast);
	put_event(cast, "o");
}

void asciicast_write(struct formatter *cast, const struct record *record)
{
	if (record->type == RECORD_HEADER && !cast->begun)
		put_header(cast, record->header);
	text_write(cast->text, record);
	put_output(cast, record);
}

void asciicast_close(struct formatter *cast)
{
	if (!cast)
		return;
	text_close(cast->text);
	if (cast->text)
		put_output(cast, NULL);
	if (cast->transcript)
		fclose(cast->transcript);
	free(cast->written);
	line_done(&cast->scratch);
	json_line_done(&cast->json);
	free(cast);
}
