#include "formatters/text/wire.h"

#include "formatters/text/parts.h"
#include "support/language.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_ROWS = 24,      /* of one call */
	MOST_KEPT = 4096,    /* of all calls that are not told yet */
	SHOWN_ALIKE = 3,     /* of a call's ordinary segments, before they are counted */
	MOST_OPENERS = 4096, /* beyond it all are forgotten once; relative numbers tell it too */
};

/* --- which end stands on the left ------------------------------------------------------------ */

/* -1: the record does not tell. */
static int opener_told(const struct record *record)
{
	const struct segment *segment = record->segment.segment;
	const struct socket *socket = record->socket;
	bool tcp = segment->protocol == SEGMENT_TCP;
	if (tcp && segment->relative)
		return segment->from_opener;
	if (tcp && segment->flags & SEGMENT_SYN)
		return !(segment->flags & SEGMENT_ACK);
	if (!socket || (socket->role != ROLE_CONNECTOR && socket->role != ROLE_ACCEPTED))
		return -1;
	const char *opener = socket->role == ROLE_CONNECTOR ? socket->local : socket->remote;
	return *opener ? text_hash(opener) == text_hash(segment->from) : -1;
}

static bool is_from_opener(struct wire_memory *wire, const struct record *record)
{
	uint64_t from = text_hash(record->segment.segment->from);
	uint64_t to = text_hash(record->segment.segment->to);
	uint64_t key = from < to ? from << 32 | to : to << 32 | from;
	/* Never NULL: the map keeps pointers, and these are numbers of 32 bits. */
	void *mine = (void *)(uintptr_t)(from | UINT64_C(1) << 32);
	void *theirs = (void *)(uintptr_t)(to | UINT64_C(1) << 32);
	int told = opener_told(record);
	void *opener = told < 0 ? map_get(&wire->openers, key) : told ? mine : theirs;
	if (!opener)
		opener = mine; /* the first to be seen */
	if (wire->openers.count >= MOST_OPENERS)
		map_done(&wire->openers);
	map_put(&wire->openers, key, opener);
	return opener == mine;
}

/* --- rows ------------------------------------------------------------------------------------ */

/* As it will be printed, so that what looks the same is the same, live and replayed. */
static char *inert(struct formatter *text, const char *lane, const char *address)
{
	struct line *scratch = &text->scratch;
	line_rewind(scratch, (struct line_mark){ 0 });
	line_name(scratch, lane ? lane : address);
	return strdup(line_string(scratch));
}

static void row_done(struct wire_row *row)
{
	free(row->left);
	free(row->right);
}

static struct wire_row make_row(struct formatter *text, const struct record *record)
{
	const struct record_segment *what = &record->segment;
	bool rightward = is_from_opener(&text->wire, record);
	char *from = inert(text, what->from_lane, what->segment->from);
	char *to = inert(text, what->to_lane, what->segment->to);
	return (struct wire_row){
		.time = record->time,
		.segment = *what->segment,
		.left = rightward ? from : to,
		.right = rightward ? to : from,
		.rightward = rightward,
	};
}

/* Data, or an acknowledgement, of which there are many alike. */
static bool is_ordinary(const struct segment *segment)
{
	if (segment->protocol == SEGMENT_UDP)
		return true;
	return segment->remark == SEGMENT_PLAIN &&
	       !(segment->flags & (SEGMENT_SYN | SEGMENT_FIN | SEGMENT_RST | SEGMENT_URG));
}

/* The rest of the ordinary ones acknowledges, and nothing else. */
static bool is_data(const struct segment *segment)
{
	return segment->protocol == SEGMENT_UDP || segment->length;
}

static bool has_same_ends(const struct wire_row *row, const struct wire_row *other)
{
	return row->left && row->right && other->left && other->right &&
	       strcmp(row->left, other->left) == 0 && strcmp(row->right, other->right) == 0;
}

static bool is_alike(const struct wire_row *row, const struct wire_row *other)
{
	return !row->folded && is_ordinary(&row->segment) && has_same_ends(row, other) &&
	       row->rightward == other->rightward &&
	       is_data(&row->segment) == is_data(&other->segment);
}

static bool is_one_too_many(const struct wire_block *block, const struct wire_row *row)
{
	unsigned alike = 0;
	if (!is_ordinary(&row->segment))
		return false;
	for (size_t i = 0; i < block->count; i++)
		alike += is_alike(&block->rows[i], row);
	return alike >= SHOWN_ALIKE;
}

static void count_in(struct wire_count *count, const struct segment *segment)
{
	count->segments++;
	count->bytes += segment->length;
}

static void fold_into(struct wire_row *row, const struct wire_row *other)
{
	struct wire_count *counts = is_data(&other->segment) ? row->data : row->acks;
	count_in(&counts[other->rightward], &other->segment);
}

static bool has_room(struct wire_block *block)
{
	if (block->rows && block->count < block->room)
		return true;
	size_t room = block->room ? block->room * 2 : 4;
	struct wire_row *rows = realloc(block->rows, room * sizeof *rows);
	if (!rows)
		return false;
	block->rows = rows;
	block->room = room;
	return true;
}

/* Takes the row over. */
static void block_add(struct wire_memory *wire, struct wire_block *block, struct wire_row *row)
{
	struct wire_row *last = block->count ? &block->rows[block->count - 1] : NULL;
	bool fold = is_one_too_many(block, row);
	if (fold && last && last->folded && has_same_ends(last, row)) {
		fold_into(last, row);
		row_done(row);
		return;
	}
	if (block->count >= MOST_ROWS || wire->rows >= MOST_KEPT || !has_room(block)) {
		count_in(&block->more, &row->segment);
		row_done(row);
		return;
	}
	row->folded = fold;
	if (fold)
		fold_into(row, row);
	block->rows[block->count++] = *row;
	wire->rows++;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static void block_free(struct wire_memory *wire, struct wire_block *block)
{
	if (!block)
		return;
	for (size_t i = 0; i < block->count; i++)
		row_done(&block->rows[i]);
	wire->rows -= block->count;
	free(block->rows);
	free(block);
}

static struct wire_block *block_of(struct wire_memory *wire, uint64_t cause)
{
	struct wire_block *block = map_get(&wire->blocks, cause);
	if (block || wire->rows >= MOST_KEPT)
		return block;
	block = calloc(1, sizeof *block);
	if (block && map_put(&wire->blocks, cause, block) < 0) {
		free(block);
		return NULL;
	}
	if (block)
		block->cause = cause;
	return block;
}

bool wire_is_told(const struct wire_memory *wire, uint64_t number)
{
	return wire->told[number % WIRE_REMEMBERED] == number;
}

bool wire_keep(struct formatter *text, const struct record *record)
{
	struct wire_memory *wire = &text->wire;
	uint64_t cause = record->segment.cause;
	if (text->options.wire == WIRE_OFF)
		return true;
	if (!cause || wire_is_told(wire, cause))
		return false;
	struct wire_block *block = block_of(wire, cause);
	if (!block)
		return false;
	struct wire_row row = make_row(text, record);
	block_add(wire, block, &row);
	return true;
}

/* A call that waits may cause more. */
static struct wire_block *take_block(struct wire_memory *wire, const struct record *record)
{
	if (record->type != RECORD_ENTER)
		wire->told[record->number % WIRE_REMEMBERED] = record->number;
	return map_remove(&wire->blocks, record->number);
}

void wire_show(struct formatter *text, const struct record *record)
{
	struct wire_block *block = take_block(&text->wire, record);
	if (block) {
		text_detail(text, _("wire"));
		text_wire_rows(text, block, false);
	}
	block_free(&text->wire, block);
}

void wire_drop(struct formatter *text, const struct record *record)
{
	block_free(&text->wire, take_block(&text->wire, record));
}

/* --- lines of their own ---------------------------------------------------------------------- */

static void put_alone(struct formatter *text, const struct wire_block *block)
{
	text_begin(text, 0, block->count ? block->rows[0].time : text->clock.previous, NULL);
	text_label(text, _("wire"));
	text_wire_rows(text, block, true);
	line_break(&text->line);
}

void text_segment(struct formatter *text, const struct record *record)
{
	struct wire_row row = make_row(text, record);
	const struct wire_block block = {
		.cause = record->segment.cause,
		.rows = &row,
		.count = 1,
	};
	put_alone(text, &block);
	row_done(&row);
}

static struct wire_block *first_block(const struct wire_memory *wire)
{
	size_t position = 0;
	struct wire_block *first = NULL;
	struct wire_block *block = NULL;
	while ((block = map_next(&wire->blocks, &position)))
		if (!first || block->cause < first->cause)
			first = block;
	return first;
}

void wire_flush(struct formatter *text)
{
	struct wire_block *block = NULL;
	while ((block = first_block(&text->wire))) {
		map_remove(&text->wire.blocks, block->cause);
		put_alone(text, block);
		block_free(&text->wire, block);
	}
}

void wire_done(struct wire_memory *wire)
{
	size_t position = 0;
	struct wire_block *block = NULL;
	while ((block = map_next(&wire->blocks, &position)))
		block_free(wire, block);
	map_done(&wire->blocks);
	map_done(&wire->openers);
}
