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
	LONGEST_PAUSE = 2, /* seconds; players cut longer ones */
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

static void put_line(struct formatter *cast, json_t *value)
{
	json_write(value, cast->file);
	putc('\n', cast->file);
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
	json_t *object = json_object();
	put_number(object, "version", VERSION);
	put_number(object, "width", cast->width);
	put_number(object, "height", HEIGHT);
	put_number(object, "idle_time_limit", LONGEST_PAUSE);
	if (header) {
		format_clock_start(&clock, header->started);
		put_number(object, "timestamp", clock.started / (int64_t)second);
		put_text(object, "title", title_of(cast, header));
	}
	put_line(cast, object);
	cast->begun = true;
}

/* --- events --------------------------------------------------------------------------------- */

static void put_event(struct formatter *cast, const char *kind, json_t *data)
{
	json_t *event = json_array();
	json_array_append_new(event, json_real((double)cast->time / 1e9));
	json_array_append_new(event, json_string(kind));
	json_array_append_new(event, data);
	put_line(cast, event);
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
	put_event(cast, "m", json_string(line_string(line)));
}

/* What the transcript got since, each line break as a terminal wants it. */
static json_t *take_output(struct formatter *cast)
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
	return json_string(line_string(line));
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
	put_event(cast, "o", take_output(cast));
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
	free(cast);
}
