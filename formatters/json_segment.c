#include "formatters/json.h"

static void put_flags(struct json_line *line, unsigned flags)
{
	struct json_place names = json_open(line, "flags", '[');
	for (unsigned flag = 1; flag <= SEGMENT_CWR; flag <<= 1)
		if (flags & flag)
			put_text(line, NULL, segment_flag_name(flag));
	json_close(line, names);
}

static void put_sacks(struct json_line *line, const struct segment_options *options)
{
	struct json_place sacks = json_open(line, "sacks", '[');
	for (unsigned i = 0; i < options->sack_count; i++) {
		struct json_place sack = json_open(line, NULL, '{');
		put_number(line, "left", options->sacks[i].left);
		put_number(line, "right", options->sacks[i].right);
		json_close(line, sack);
	}
	json_close(line, sacks);
}

static void put_timestamps(struct json_line *line, const struct segment_options *options)
{
	if (!options->has_timestamps)
		return;
	struct json_place timestamps = json_open(line, "timestamps", '{');
	put_number(line, "value", options->timestamp);
	put_number(line, "echo", options->echo);
	json_close(line, timestamps);
}

static void put_options(struct json_line *line, const struct segment_options *options)
{
	struct json_place fields = json_open(line, "options", '{');
	if (options->has_mss)
		put_number(line, "mss", options->mss);
	put_true(line, "sack_permitted", options->sack_permitted);
	if (options->has_scale)
		put_number(line, "window_scale", options->scale);
	put_timestamps(line, options);
	put_sacks(line, options);
	json_close(line, fields);
}

static void put_relative(struct json_line *line, const struct segment *segment)
{
	struct json_place fields = json_open(line, "relative", '{');
	if (segment->relative || segment->relative_ack_alone)
		put_text(line, "from", segment->from_opener ? "opener" : "other");
	if (segment->relative)
		put_number(line, "seq", segment->relative_seq);
	if (segment->relative_ack_alone || (segment->relative && segment->flags & SEGMENT_ACK))
		put_number(line, "ack", segment->relative_ack);
	json_close(line, fields);
}

static void put_tcp(struct json_line *line, const struct segment *segment)
{
	put_flags(line, segment->flags);
	put_number(line, "seq", segment->seq);
	if (segment->flags & SEGMENT_ACK || segment->ack)
		put_number(line, "ack", segment->ack);
	put_number(line, "window", segment->window);
	if (segment->window_bytes != segment->window)
		put_number(line, "window_bytes", segment->window_bytes);
	if (segment->flags & SEGMENT_URG || segment->urgent)
		put_number(line, "urgent", segment->urgent);
	put_number(line, "header_length", segment->header_length);
	put_options(line, &segment->options);
	put_relative(line, segment);
	put_text(line, "remark", segment_remark_name(segment->remark));
}

void put_segment(struct json_line *line, const struct record *record)
{
	const struct segment *segment = record->segment.segment;
	put_socket(line, record);
	put_text(line, "protocol", segment_protocol_name(segment->protocol));
	put_text(line, "from", segment->from);
	put_text(line, "to", segment->to);
	put_text(line, "from_lane", record->segment.from_lane);
	put_text(line, "to_lane", record->segment.to_lane);
	if (segment->protocol == SEGMENT_TCP)
		put_tcp(line, segment);
	put_number(line, "length", segment->length);
	/* A UDP datagram without a checksum has 0 in its place (RFC 768). */
	if (segment->protocol == SEGMENT_TCP || segment->checksum)
		put_number(line, "checksum", segment->checksum);
	put_true(line, "checksum_partial", segment->checksum_partial);
	put_packet(line, "packet", &segment->packet);
	if (record->segment.cause)
		put_number(line, "cause", (int64_t)record->segment.cause);
}
