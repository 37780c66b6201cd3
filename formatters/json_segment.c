#include "formatters/json.h"

static void put_true(json_t *object, const char *key, bool holds)
{
	if (holds)
		json_object_set_new_nocheck(object, key, json_true());
}

static void put_flags(json_t *object, unsigned flags)
{
	json_t *names = json_array();
	for (unsigned flag = 1; flag <= SEGMENT_CWR; flag <<= 1)
		if (flags & flag)
			json_array_append_new(names, json_string(segment_flag_name(flag)));
	put_value(object, "flags", names);
}

static json_t *json_sacks(const struct segment_options *options)
{
	json_t *sacks = json_array();
	for (unsigned i = 0; i < options->sack_count; i++) {
		json_t *sack = json_object();
		put_number(sack, "left", options->sacks[i].left);
		put_number(sack, "right", options->sacks[i].right);
		json_array_append_new(sacks, sack);
	}
	return sacks;
}

static void put_options(json_t *object, const struct segment_options *options)
{
	json_t *fields = json_object();
	json_t *timestamps = json_object();
	if (options->has_mss)
		put_number(fields, "mss", options->mss);
	put_true(fields, "sack_permitted", options->sack_permitted);
	if (options->has_scale)
		put_number(fields, "window_scale", options->scale);
	if (options->has_timestamps) {
		put_number(timestamps, "value", options->timestamp);
		put_number(timestamps, "echo", options->echo);
	}
	put_value(fields, "timestamps", timestamps);
	put_value(fields, "sacks", json_sacks(options));
	put_value(object, "options", fields);
}

static void put_relative(json_t *object, const struct segment *segment)
{
	json_t *fields = json_object();
	if (segment->relative || segment->relative_ack_alone)
		put_text(fields, "from", segment->from_opener ? "opener" : "other");
	if (segment->relative)
		put_number(fields, "seq", segment->relative_seq);
	if (segment->relative_ack_alone || (segment->relative && segment->flags & SEGMENT_ACK))
		put_number(fields, "ack", segment->relative_ack);
	put_value(object, "relative", fields);
}

static void put_tcp(json_t *object, const struct segment *segment)
{
	put_flags(object, segment->flags);
	put_number(object, "seq", segment->seq);
	if (segment->flags & SEGMENT_ACK || segment->ack)
		put_number(object, "ack", segment->ack);
	put_number(object, "window", segment->window);
	if (segment->window_bytes != segment->window)
		put_number(object, "window_bytes", segment->window_bytes);
	if (segment->flags & SEGMENT_URG || segment->urgent)
		put_number(object, "urgent", segment->urgent);
	put_number(object, "header_length", segment->header_length);
	put_options(object, &segment->options);
	put_relative(object, segment);
	put_text(object, "remark", segment_remark_name(segment->remark));
}

void put_segment(json_t *object, const struct record *record)
{
	const struct segment *segment = record->segment.segment;
	put_socket(object, record);
	put_text(object, "protocol", segment_protocol_name(segment->protocol));
	put_text(object, "from", segment->from);
	put_text(object, "to", segment->to);
	put_text(object, "from_lane", record->segment.from_lane);
	put_text(object, "to_lane", record->segment.to_lane);
	if (segment->protocol == SEGMENT_TCP)
		put_tcp(object, segment);
	put_number(object, "length", segment->length);
	/* A UDP datagram without a checksum has 0 in its place (RFC 768). */
	if (segment->protocol == SEGMENT_TCP || segment->checksum)
		put_number(object, "checksum", segment->checksum);
	put_true(object, "checksum_partial", segment->checksum_partial);
	if (record->segment.cause)
		put_number(object, "cause", (int64_t)record->segment.cause);
}
