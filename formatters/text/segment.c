#include "formatters/text/parts.h"
#include "support/language.h"
#include "support/text.h"

#include <inttypes.h>
#include <string.h>

enum {
	CELL_SIZE = 40, /* eight flags with their commas are 31 */
	GAP = 2,
	DEEPER = 4, /* of cells that have no room beside the ends */
};

/* The columns behind the ends, left to right. */
enum column { FLAGS, SEQ, ACK, LENGTH, COLUMNS };

struct cells {
	char words[COLUMNS][CELL_SIZE];
};

/* Where things stand in all rows of a block. */
struct layout {
	size_t start, left, right;
	size_t cells; /* the first one's column */
	bool ragged;  /* aligned they do not fit: each behind the one before */
	bool below;   /* the ends fill the line */
	size_t widths[COLUMNS];
	size_t longest; /* the widest row's cells, not aligned */
};

static const char *const remarks[] = {
	[SEGMENT_RETRANSMISSION] = N_("retransmission"),
	[SEGMENT_DUPLICATE_ACK] = N_("duplicate ACK"),
	[SEGMENT_ZERO_WINDOW] = N_("zero window"),
	[SEGMENT_WINDOW_UPDATE] = N_("window update"),
	[SEGMENT_WINDOW_PROBE] = N_("window probe"),
	[SEGMENT_KEEPALIVE] = N_("keepalive probe"),
	[SEGMENT_KEEPALIVE_ACK] = N_("keepalive answer"),
};
_Static_assert(sizeof remarks / sizeof *remarks == SEGMENT_REMARKS, "a remark has no words");

/* --- cells ----------------------------------------------------------------------------------- */

void text_sequence(char number[SEQUENCE_SIZE], const struct segment *segment, bool acknowledged)
{
	/* x is the initial number of the end that opened, y of the other, if there is another: a
	 * socket can be connected to itself. */
	bool other =
		segment->from_opener == acknowledged && strcmp(segment->from, segment->to) != 0;
	char initial = other ? 'y' : 'x';
	uint32_t distance = acknowledged ? segment->relative_ack : segment->relative_seq;
	bool relative = segment->relative || (acknowledged && segment->relative_ack_alone);
	if (!relative)
		snprintf(number, SEQUENCE_SIZE, "%" PRIu32,
			 acknowledged ? segment->ack : segment->seq);
	else if (distance)
		snprintf(number, SEQUENCE_SIZE, "%c+%" PRIu32, initial, distance);
	else
		snprintf(number, SEQUENCE_SIZE, "%c", initial);
}

static void flags_cell(char cell[CELL_SIZE], const struct segment *segment)
{
	size_t size = 0;
	if (segment->protocol == SEGMENT_UDP)
		snprintf(cell, CELL_SIZE, "UDP");
	else if (!(segment->flags & 0xFF))
		snprintf(cell, CELL_SIZE, "%s", _("(no flags)"));
	for (unsigned flag = 1; flag <= SEGMENT_CWR; flag <<= 1)
		if (segment->protocol == SEGMENT_TCP && segment->flags & flag)
			size += (size_t)snprintf(cell + size, CELL_SIZE - size, "%s%s",
						 size ? "," : "", segment_flag_name(flag));
}

/* An acknowledgement alone takes no number: only in the handshake the textbooks write it. */
static bool tells_sequence(const struct segment *segment)
{
	bool handshake = segment->flags & SEGMENT_ACK && segment->relative &&
			 segment->from_opener && segment->relative_seq == 1 &&
			 segment->relative_ack == 1;
	return segment->protocol == SEGMENT_TCP &&
	       (segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST) || segment->length ||
		segment->remark == SEGMENT_KEEPALIVE || segment->remark == SEGMENT_WINDOW_PROBE ||
		handshake);
}

static struct cells make_cells(const struct segment *segment)
{
	struct cells cells = { 0 };
	char number[SEQUENCE_SIZE];
	flags_cell(cells.words[FLAGS], segment);
	if (tells_sequence(segment)) {
		text_sequence(number, segment, false);
		snprintf(cells.words[SEQ], CELL_SIZE, "seq=%s", number);
	}
	if (segment->protocol == SEGMENT_TCP && segment->flags & SEGMENT_ACK) {
		text_sequence(number, segment, true);
		snprintf(cells.words[ACK], CELL_SIZE, "ack=%s", number);
	}
	if (segment->length || segment->protocol == SEGMENT_UDP)
		snprintf(cells.words[LENGTH], CELL_SIZE, "len=%" PRIu32, segment->length);
	return cells;
}

/* --- what stands behind them ----------------------------------------------------------------- */

static void put_window(struct line *line, const struct segment *segment)
{
	/* The window of a SYN is never scaled (RFC 7323, 2.2). */
	if (segment->flags & SEGMENT_SYN)
		line_format(line, " win=%u", segment->window);
	else if (segment->remark == SEGMENT_ZERO_WINDOW || segment->remark == SEGMENT_WINDOW_UPDATE)
		line_format(line, " win=%" PRIu32, segment->window_bytes);
}

static void put_options(struct line *line, const struct segment *segment)
{
	const struct segment_options *options = &segment->options;
	if (!(segment->flags & SEGMENT_SYN))
		return;
	if (options->has_mss)
		line_format(line, " mss=%u", options->mss);
	line_put(line, options->sack_permitted ? " sack" : "");
	if (options->has_scale)
		line_format(line, " ws=%u", options->scale);
	line_put(line, options->has_timestamps ? " ts" : "");
}

/* What came beyond a gap, in the numbers of whoever sent it. */
static void put_sacks(struct line *line, const struct segment *segment)
{
	struct segment edge = *segment;
	for (unsigned i = 0; i < segment->options.sack_count && i < SEGMENT_MAX_SACKS; i++) {
		char left[SEQUENCE_SIZE];
		char right[SEQUENCE_SIZE];
		uint32_t initial = segment->ack - segment->relative_ack;
		edge.ack = segment->options.sacks[i].left;
		edge.relative_ack = edge.ack - initial;
		text_sequence(left, &edge, true);
		edge.ack = segment->options.sacks[i].right;
		edge.relative_ack = edge.ack - initial;
		text_sequence(right, &edge, true);
		line_format(line, " sack=%s..%s", left, right);
	}
}

static void put_words(struct line *line, const struct segment *segment)
{
	line_rewind(line, (struct line_mark){ 0 });
	if (segment->protocol == SEGMENT_UDP)
		return;
	put_window(line, segment);
	put_options(line, segment);
	if (segment->flags & SEGMENT_ACK)
		put_sacks(line, segment);
	if (segment->remark != SEGMENT_PLAIN)
		line_format(line, "%s%s", line->size ? "  " : " ", _(remarks[segment->remark]));
}

/* --- lines ----------------------------------------------------------------------------------- */

static size_t larger(size_t one, size_t other)
{
	return one > other ? one : other;
}

static uint64_t folded_count(const struct wire_row *row)
{
	return row->data[0].segments + row->data[1].segments + row->acks[0].segments +
	       row->acks[1].segments;
}

/* One that stands alone needs no more room as a count than as itself. */
static bool is_count(const struct wire_row *row)
{
	return row->folded && folded_count(row) > 1;
}

static void measure_cells(struct layout *layout, const struct segment *segment)
{
	struct cells cells = make_cells(segment);
	size_t length = 0;
	for (enum column column = FLAGS; column < COLUMNS; column++) {
		size_t size = text_width(cells.words[column]);
		layout->widths[column] = larger(layout->widths[column], size);
		length += size ? size + GAP : 0;
	}
	layout->longest = larger(layout->longest, length);
}

/* Aligned beside the ends, if not that not aligned, if not that below the ends. */
static void fit_cells(struct layout *layout, size_t width)
{
	size_t aligned = 0;
	for (enum column column = FLAGS; column < COLUMNS; column++)
		aligned += layout->widths[column] ? layout->widths[column] + GAP : 0;
	layout->cells = layout->start + layout->left + strlen(" -> ") + layout->right + GAP;
	layout->below = width && layout->cells + layout->longest > width + GAP;
	if (layout->below)
		layout->cells = layout->start + DEEPER;
	layout->ragged = width && layout->cells + aligned > width + GAP;
}

static struct layout make_layout(const struct formatter *text, const struct wire_block *block)
{
	struct layout layout = { .start = text->line.columns };
	for (size_t i = 0; i < block->count; i++) {
		const struct wire_row *row = &block->rows[i];
		layout.left = larger(layout.left, row->left ? text_width(row->left) : 0);
		layout.right = larger(layout.right, row->right ? text_width(row->right) : 0);
		if (!is_count(row))
			measure_cells(&layout, &row->segment);
	}
	fit_cells(&layout, text->options.width);
	return layout;
}

static void put_ends(struct formatter *text, const struct wire_row *row,
		     const struct layout *layout, bool rightward)
{
	struct line *line = &text->line;
	line_name(line, row->left ? row->left : "");
	line_pad(line, layout->start + layout->left);
	line_put(line, rightward ? " -> " : " <- ");
	line_name(line, row->right ? row->right : "");
	if (layout->below)
		line_break(line);
	line_pad(line, layout->cells);
}

/* Behind the cells, below them where the terminal ends. */
static void put_tail(struct formatter *text, const struct layout *layout, size_t column,
		     const char *words)
{
	struct line *line = &text->line;
	struct line_mark mark = line_mark(line);
	size_t width = text->options.width;
	if (!*words)
		return;
	line_pad(line, column);
	line_put(line, words);
	if (!width || line->columns <= width)
		return;
	line_rewind(line, mark);
	line_trim(line);
	line_break(line);
	line_pad(line, layout->cells);
	line_wrap(line, words, width);
}

/* Returns the column of what comes behind them. */
static size_t put_cells(struct line *line, const struct cells *cells, const struct layout *layout)
{
	size_t column = layout->cells;
	for (enum column i = FLAGS; i < COLUMNS; i++) {
		size_t width = layout->ragged ? text_width(cells->words[i]) : layout->widths[i];
		if (!width)
			continue;
		line_pad(line, column);
		line_put(line, cells->words[i]);
		column += width + GAP;
	}
	return column;
}

static void put_segment(struct formatter *text, const struct wire_row *row,
			const struct layout *layout, uint64_t cause)
{
	struct line *line = &text->line;
	struct line *words = &text->scratch;
	struct cells cells = make_cells(&row->segment);
	put_ends(text, row, layout, row->rightward);
	size_t column = put_cells(line, &cells, layout);
	line_trim(line);
	put_words(words, &row->segment);
	line_put(words, cause ? "   " : "");
	if (cause)
		line_format(words, _("(cause: call %" PRIu64 ")"), cause);
	const char *tail = line_string(words);
	put_tail(text, layout, column, tail + strspn(tail, " "));
	if (text->options.wire == WIRE_FULL)
		text_wire_header(text, &row->segment);
}

/* One line for those that went one way. */
static void put_count(struct formatter *text, const struct wire_row *row,
		      const struct layout *layout, bool rightward, const struct wire_count *count,
		      bool data)
{
	struct line *line = &text->line;
	if (!count->segments)
		return;
	if (line->columns > layout->start)
		text_detail(text, "");
	put_ends(text, row, layout, rightward);
	if (data)
		line_format(line, _("... %" PRIu64 " more, %" PRIu64 " bytes"), count->segments,
			    count->bytes);
	else
		line_format(line,
			    P_("... %" PRIu64 " more ACK", "... %" PRIu64 " more ACKs",
			       count->segments),
			    count->segments);
}

/* One row; the line it stands in has begun. */
static void put_row(struct formatter *text, const struct wire_row *row, const struct layout *layout,
		    uint64_t cause)
{
	if (!is_count(row)) {
		put_segment(text, row, layout, cause);
		return;
	}
	for (int rightward = 1; rightward >= 0; rightward--) {
		put_count(text, row, layout, rightward, &row->data[rightward], true);
		put_count(text, row, layout, rightward, &row->acks[rightward], false);
	}
}

void text_wire_rows(struct formatter *text, const struct wire_block *block, bool alone)
{
	struct layout layout = make_layout(text, block);
	for (size_t i = 0; i < block->count; i++) {
		if (i)
			text_detail(text, "");
		put_row(text, &block->rows[i], &layout, alone ? block->cause : 0);
	}
	if (!block->more.segments)
		return;
	if (block->count)
		text_detail(text, "");
	line_format(&text->line, _("... %" PRIu64 " more segments, %" PRIu64 " bytes"),
		    block->more.segments, block->more.bytes);
}
