#include "formatters/text/parts.h"
#include "support/language.h"
#include "support/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The box of RFC 9293, 3.1, and RFC 768: 32 bits in a row, two columns for each. */
enum {
	BITS = 32,
	BOX_COLUMNS = BITS * 2 + 1,
	NARROWEST = 80,   /* what a box has to fit into, where nobody says how wide a line may be */
	WORDS_SIZE = 160, /* bytes: a row of wide characters has three for two columns */
};

/* So many bits of a row, and what stands in them. */
struct field {
	unsigned bits;
	const char *words;
};

struct box {
	struct line *line;
	size_t left;
};

/* --- drawing --------------------------------------------------------------------------------- */

static void begin_line(const struct box *box)
{
	line_break(box->line);
	line_pad(box->line, box->left);
}

static void put_scale(const struct box *box)
{
	begin_line(box);
	for (unsigned bit = 0; bit < BITS; bit += 10)
		line_format(box->line, " %-*u", bit + 10 < BITS ? 19 : 1, bit / 10);
	begin_line(box);
	for (unsigned bit = 0; bit < BITS; bit++)
		line_format(box->line, " %u", bit % 10);
}

static void put_rule(const struct box *box)
{
	begin_line(box);
	for (unsigned bit = 0; bit < BITS; bit++)
		line_put(box->line, "+-");
	line_put(box->line, "+");
}

/* The words stand in the middle. */
static void put_field(const struct box *box, const struct field *field)
{
	size_t columns = field->bits * 2 - 1;
	size_t size = text_width(field->words);
	size_t before = size < columns ? (columns - size) / 2 : 0;
	size_t end = box->line->columns + 1 + columns;
	line_put(box->line, "|");
	line_blanks(box->line, before);
	line_put(box->line, field->words);
	line_pad(box->line, end);
}

static void put_fields(const struct box *box, const struct field *fields, size_t count)
{
	begin_line(box);
	for (size_t i = 0; i < count; i++)
		put_field(box, &fields[i]);
	line_put(box->line, "|");
}

#define PUT_FIELDS(box, ...)                                     \
	put_fields((box), (const struct field[]){ __VA_ARGS__ }, \
		   sizeof((const struct field[]){ __VA_ARGS__ }) / sizeof(struct field))

static void put_whole_row(const struct box *box, const char *words)
{
	PUT_FIELDS(box, { BITS, words });
}

/* --- what both protocols have ---------------------------------------------------------------- */

/* What stands behind an address's last colon. */
static unsigned port_of(const char *address)
{
	const char *colon = strrchr(address, ':');
	return colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

static void put_ports(const struct box *box, const struct segment *segment)
{
	char source[WORDS_SIZE];
	char destination[WORDS_SIZE];
	snprintf(source, sizeof source, _("source port %u"), port_of(segment->from));
	snprintf(destination, sizeof destination, _("destination port %u"), port_of(segment->to));
	PUT_FIELDS(box, { 16, source }, { 16, destination });
	put_rule(box);
}

static void put_payload(const struct box *box, const struct segment *segment)
{
	char words[WORDS_SIZE];
	if (!segment->length)
		return;
	snprintf(words, sizeof words,
		 P_("data, %" PRIu32 " byte", "data, %" PRIu32 " bytes", segment->length),
		 segment->length);
	put_whole_row(box, words);
	put_rule(box);
}

/* --- TCP ------------------------------------------------------------------------------------- */

static void put_sequence_number(const struct box *box, const struct segment *segment)
{
	char words[WORDS_SIZE];
	char number[SEQUENCE_SIZE];
	text_sequence(number, segment, false);
	if (segment->relative)
		snprintf(words, sizeof words, _("sequence number %" PRIu32 " (%s)"), segment->seq,
			 number);
	else
		snprintf(words, sizeof words, _("sequence number %" PRIu32), segment->seq);
	put_whole_row(box, words);
	put_rule(box);
}

static void put_acknowledgement_number(const struct box *box, const struct segment *segment)
{
	char words[WORDS_SIZE];
	char number[SEQUENCE_SIZE];
	text_sequence(number, segment, true);
	if (!(segment->flags & SEGMENT_ACK))
		snprintf(words, sizeof words,
			 _("acknowledgement number %" PRIu32 " (ACK is not set)"), segment->ack);
	else if (segment->relative || segment->relative_ack_alone)
		snprintf(words, sizeof words, _("acknowledgement number %" PRIu32 " (%s)"),
			 segment->ack, number);
	else
		snprintf(words, sizeof words, _("acknowledgement number %" PRIu32), segment->ack);
	put_whole_row(box, words);
	put_rule(box);
}

static void put_scaled_window(char words[WORDS_SIZE], const struct segment *segment)
{
	*words = '\0';
	if (segment->window_bytes != segment->window)
		snprintf(words, WORDS_SIZE, _("scaled: %" PRIu32 " bytes"), segment->window_bytes);
}

static void put_offset_flags_window(const struct box *box, const struct segment *segment)
{
	char offset[WORDS_SIZE];
	char window[WORDS_SIZE];
	char scaled[WORDS_SIZE];
	char bits[8][2] = { 0 };
	/* The first flag of the header is the highest bit. */
	for (unsigned i = 0; i < 8; i++)
		bits[i][0] = segment->flags & (SEGMENT_CWR >> i) ? '1' : '0';
	snprintf(offset, sizeof offset, "%u x 4", segment->header_length / 4U);
	snprintf(window, sizeof window, _("window %u"), segment->window);
	put_scaled_window(scaled, segment);
	/* clang-format off */
	PUT_FIELDS(box, { 4, _("data") }, { 4, "" }, { 1, "C" }, { 1, "E" }, { 1, "U" }, { 1, "A" },
		   { 1, "P" }, { 1, "R" }, { 1, "S" }, { 1, "F" }, { 16, "" });
	PUT_FIELDS(box, { 4, _("offset") }, { 4, _("rsrvd") }, { 1, "W" }, { 1, "C" }, { 1, "R" },
		   { 1, "C" }, { 1, "S" }, { 1, "S" }, { 1, "Y" }, { 1, "I" }, { 16, window });
	PUT_FIELDS(box, { 4, offset }, { 4, "" }, { 1, "R" }, { 1, "E" }, { 1, "G" }, { 1, "K" },
		   { 1, "H" }, { 1, "T" }, { 1, "N" }, { 1, "N" }, { 16, scaled });
	PUT_FIELDS(box, { 4, _("bytes") }, { 4, "" }, { 1, bits[0] }, { 1, bits[1] }, { 1, bits[2] },
		   { 1, bits[3] }, { 1, bits[4] }, { 1, bits[5] }, { 1, bits[6] }, { 1, bits[7] },
		   { 16, "" });
	/* clang-format on */
	put_rule(box);
}

/* From a host to itself: nothing but the loopback device carries that. */
static bool is_loopback(const struct segment *segment)
{
	const char *from = strrchr(segment->from, ':');
	const char *to = strrchr(segment->to, ':');
	size_t size = from ? (size_t)(from - segment->from) : 0;
	bool same = from && to && size == (size_t)(to - segment->to) &&
		    memcmp(segment->from, segment->to, size) == 0;
	return same || strncmp(segment->from, "127.", 4) == 0;
}

static const char *checksum_remark(const struct segment *segment)
{
	if (segment->checksum_partial)
		return is_loopback(segment) ? _("(not computed on loopback)")
					    : _("(left to the network card)");
	return segment->protocol == SEGMENT_UDP && !segment->checksum ? _("(none)") : "";
}

/* Beside the other half of its row. */
static void put_checksum(const struct box *box, const struct segment *segment, bool behind,
			 const char *other)
{
	char words[WORDS_SIZE];
	const char *why = checksum_remark(segment);
	snprintf(words, sizeof words, _("checksum 0x%04x"), segment->checksum);
	const struct field checksum[2] = { { 16, words }, { 16, why } };
	const struct field half = { 16, other };
	const struct field empty = { 16, "" };
	for (int i = 0; i < (*why ? 2 : 1); i++) {
		const struct field beside = i == 0 ? half : empty;
		PUT_FIELDS(box, behind ? beside : checksum[i], behind ? checksum[i] : beside);
	}
	put_rule(box);
}

static void put_options(const struct box *box, const struct segment *segment)
{
	const struct segment_options *options = &segment->options;
	char words[WORDS_SIZE];
	if (segment->header_length <= 20)
		return;
	snprintf(words, sizeof words, _("options, %u bytes"), segment->header_length - 20U);
	put_whole_row(box, words);
	if (options->has_mss) {
		snprintf(words, sizeof words, _("maximum segment size %u"), options->mss);
		put_whole_row(box, words);
	}
	if (options->sack_permitted)
		put_whole_row(box, _("selective acknowledgements (SACK) permitted"));
	if (options->has_scale) {
		snprintf(words, sizeof words,
			 _("window scale %u: later windows in units of 2^%u bytes"), options->scale,
			 options->scale);
		put_whole_row(box, words);
	}
	if (options->has_timestamps) {
		snprintf(words, sizeof words, _("timestamp %" PRIu32 ", echo of %" PRIu32),
			 options->timestamp, options->echo);
		put_whole_row(box, words);
	}
	for (unsigned i = 0; i < options->sack_count && i < SEGMENT_MAX_SACKS; i++) {
		snprintf(words, sizeof words, _("SACK: %" PRIu32 " to %" PRIu32 " has come"),
			 options->sacks[i].left, options->sacks[i].right);
		put_whole_row(box, words);
	}
	put_rule(box);
}

static void put_tcp(const struct box *box, const struct segment *segment)
{
	char urgent[WORDS_SIZE];
	snprintf(urgent, sizeof urgent, _("urgent pointer %u"), segment->urgent);
	put_sequence_number(box, segment);
	put_acknowledgement_number(box, segment);
	put_offset_flags_window(box, segment);
	put_checksum(box, segment, false, urgent);
	put_options(box, segment);
}

static void put_udp(const struct box *box, const struct segment *segment)
{
	char length[WORDS_SIZE];
	/* The header's own eight bytes count. */
	snprintf(length, sizeof length, _("length %" PRIu64), (uint64_t)segment->length + 8);
	put_checksum(box, segment, true, length);
}

void text_wire_header(struct formatter *text, const struct segment *segment)
{
	size_t width = text->options.width ? text->options.width : NARROWEST;
	size_t room = width > BOX_COLUMNS ? width - BOX_COLUMNS : 0;
	const struct box box = {
		.line = &text->line,
		.left = text->indent < room ? text->indent : room,
	};
	put_scale(&box);
	put_rule(&box);
	put_ports(&box, segment);
	if (segment->protocol == SEGMENT_TCP)
		put_tcp(&box, segment);
	else
		put_udp(&box, segment);
	put_payload(&box, segment);
}
