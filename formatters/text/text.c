#include "formatters/text/text.h"

#include "formatters/text/parts.h"
#include "support/hash.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	NUMBER_COLUMNS = 6,
	NARROWEST_LANE = 6,
	LABEL_COLUMNS = 8,
	LANE_GAP = 2,
	WIDEST_PROSE = 100,
};

struct formatter *text_open(FILE *file, const struct format_options *options)
{
	struct formatter *text = calloc(1, sizeof *text);
	if (!text)
		return NULL;
	text->file = file;
	text->options = *options;
	text->lane_width = NARROWEST_LANE;
	text->line.color = options->color;
	return text;
}

uint64_t text_hash(const char *words)
{
	return hash_ascii(words) >> 32;
}

static void put_lane(struct line *line, const char *lane)
{
	line_style(line, STYLE_LANE + (enum style)(text_hash(lane) % LANE_STYLES));
	line_name(line, lane);
	line_style(line, STYLE_PLAIN);
}

void text_begin(struct formatter *text, uint64_t number, uint64_t time, const char *lane)
{
	struct line *line = &text->line;
	if (number)
		line_format(line, "%*" PRIu64, NUMBER_COLUMNS, number);
	line_pad(line, NUMBER_COLUMNS);
	line_blanks(line, 1);
	format_clock_put(&text->clock, line, &text->options, time);
	size_t start = line->columns;
	put_lane(line, lane ? lane : "");
	if (line->columns - start > text->lane_width)
		text->lane_width = line->columns - start;
	line_pad(line, start + text->lane_width);
	text->indent = line->columns + LANE_GAP;
}

void text_styled(struct formatter *text, enum style style, const char *words)
{
	line_style(&text->line, style);
	line_put(&text->line, words);
	line_style(&text->line, STYLE_PLAIN);
}

void text_detail(struct formatter *text, const char *label)
{
	line_break(&text->line);
	text_label(text, label);
}

void text_label(struct formatter *text, const char *label)
{
	line_pad(&text->line, text->indent);
	if (*label)
		text_styled(text, STYLE_DIM, label);
	line_pad(&text->line, text->indent + LABEL_COLUMNS);
}

static void put_title(struct line *line, const struct record_header *header, size_t width)
{
	if (!header->title)
		return;
	line_style(line, STYLE_BOLD);
	line_wrap(line, header->title, width);
	line_style(line, STYLE_PLAIN);
	line_break(line);
	if (header->lesson) {
		line_wrap(line, header->lesson, width);
		line_break(line);
	}
	line_break(line);
}

/* What is different in this network: `net.ipv4.tcp_fin_timeout = 5`. */
static void put_sysctls(struct line *line, const struct record_header *header)
{
	for (size_t i = 0; i < header->sysctl_count; i++) {
		line_name(line, header->sysctls[i].name);
		line_put(line, " = ");
		line_name(line, header->sysctls[i].value);
		line_break(line);
	}
	if (header->sysctl_count)
		line_break(line);
}

void text_header(struct formatter *text, const struct record *record)
{
	const struct record_header *header = record->header;
	struct line *line = &text->line;
	size_t width = text->options.width;
	/* Prose: a longer line is hard to read on any terminal, and in a file. */
	width = width && width < WIDEST_PROSE ? width : WIDEST_PROSE;
	format_clock_start(&text->clock, header->started);
	if (text->options.quiet)
		return;
	put_title(line, header, width);
	put_sysctls(line, header);
}

static void text_connection(struct formatter *text, const struct record *record)
{
	connection_table_add(&text->table, record->connection, &text->memory);
	memory_forget(&text->memory, record->connection->ends[0].socket);
	memory_forget(&text->memory, record->connection->ends[1].socket);
	text_footnotes(text, record);
}

static void put_mistakes(struct formatter *text, const char *const *mistakes)
{
	struct line *line = &text->line;
	line_break(line);
	text_styled(text, STYLE_BOLD, _("mistakes"));
	line_put(line, "  ");
	struct line *list = &text->scratch;
	list->size = 0;
	for (const char *const *mistake = mistakes; *mistake; mistake++) {
		line_put(list, mistake == mistakes ? "" : _(", "));
		line_put(list, *mistake);
	}
	line_wrap(line, line_string(list), text->options.width);
	line_break(line);
}

/* RECORD_END, or none if the record was cut off. */
static void put_end(struct formatter *text, const struct record_end *end)
{
	struct line *line = &text->line;
	line_append(line, &text->sockets);
	if (text->options.quiet)
		return;
	connection_table_put(&text->table, line, text->options.width);
	if (text->footnotes.size) {
		line_break(&text->footnotes);
		line_append(line, &text->footnotes);
	}
	if (end && end->mistakes && *end->mistakes)
		put_mistakes(text, end->mistakes);
	if (end && end->lost) {
		line_break(line);
		text_styled(text, STYLE_ERROR, _("incomplete"));
		line_put(line, "  ");
		line_format(line,
			    P_("evidence was lost %" PRIu64 " time: what stands above may lack "
			       "lines",
			       "evidence was lost %" PRIu64 " times: what stands above may lack "
			       "lines",
			       end->lost),
			    end->lost);
		line_break(line);
	}
}

/* What was found at the very end, about no call. */
static void put_last_notes(struct formatter *text, const struct record *record)
{
	if (!record->note_count)
		return;
	text_begin(text, 0, record->time, "");
	text_notes(text, record);
	line_break(&text->line);
}

static void text_end(struct formatter *text, const struct record *record)
{
	wire_flush(text);
	passed_flush(text);
	put_last_notes(text, record);
	put_end(text, &record->end);
	text->ended = true;
}

/* Nobody wants to see the call, nor what it did. */
static void drop_kept(struct formatter *text, const struct record *record)
{
	wire_drop(text, record);
	free(passed_take(text, record));
}

void text_write(struct formatter *text, const struct record *record)
{
	static void (*const writers[])(struct formatter *, const struct record *) = {
		[RECORD_HEADER] = text_header,
		[RECORD_PROCESS] = text_process,
		[RECORD_ENTER] = text_call,
		[RECORD_CALL] = text_call,
		[RECORD_UNFINISHED] = text_unfinished,
		[RECORD_OUTPUT] = text_output,
		[RECORD_STATE] = text_transition,
		[RECORD_SEGMENT] = text_segment,
		[RECORD_CONNECTION] = text_connection,
		[RECORD_SOCKETS] = text_sockets,
		[RECORD_END] = text_end,
	};
	/* Each call has its line. */
	if (record->type == RECORD_LISTING)
		return;
	if (record->type == RECORD_SEGMENT && wire_keep(text, record))
		return;
	if (record->type == RECORD_STATE) {
		memory_learn_lane(&text->memory, record);
		text_footnotes(text, record);
	}
	if (record->type == RECORD_STATE && passed_keep(text, record))
		return;
	enum resolver_verdict verdict = resolver_judge(text, record);
	line_write(&text->line, text->file);
	if (verdict == RESOLVER_OWN)
		drop_kept(text, record);
	else
		writers[record->type](text, record);
	if (verdict == RESOLVER_PERHAPS)
		resolver_hold(text, record);
	line_write(&text->line, text->file);
}

void text_close(struct formatter *text)
{
	if (!text)
		return;
	resolver_flush(text);
	wire_flush(text);
	passed_flush(text);
	if (!text->ended)
		put_end(text, NULL);
	line_write(&text->line, text->file);
	line_done(&text->line);
	line_done(&text->scratch);
	line_done(&text->sockets);
	line_done(&text->footnotes);
	memory_done(&text->memory);
	map_done(&text->explained);
	resolver_done(&text->resolver);
	wire_done(&text->wire);
	passed_done(&text->passed);
	connection_table_done(&text->table);
	free(text);
}
