#include "replay/parts.h"

#include "support/language.h"

#include <inttypes.h>
#include <string.h>

/* A number of the header: absent is 0, and more than the header has room for a complaint. */
static uint32_t header_number(struct replay_line *line, const struct json *object, const char *key,
			      uint32_t most)
{
	int64_t number = field_number(line, object, key, 0);
	if (number >= 0 && number <= most)
		return (uint32_t)number;
	replay_complain(line, _("\"%s\" is not between 0 and %" PRIu32), key, most);
	return 0;
}

static void read_address(struct replay_line *line, const char *key, char address[ENDPOINT_SIZE])
{
	const char *text = need_text(line, line->object, key);
	if (snprintf(address, ENDPOINT_SIZE, "%s", text) >= ENDPOINT_SIZE)
		replay_complain(line, _("\"%s\" is longer than any address"), key);
}

static void read_flags(struct replay_line *line, struct segment *segment)
{
	const struct json *names = field_array(line, line->object, "flags");
	for (const struct json *item = json_first(names); item; item = json_next(names, item)) {
		const char *name = json_text(item);
		unsigned flag = name ? segment_flag_named(name) : 0;
		if (!flag)
			replay_complain(line, _("\"flags\" holds what is no flag"));
		segment->flags |= flag;
	}
}

static void read_sacks(struct replay_line *line, const struct json *sacks,
		       struct segment_options *options)
{
	if (json_count(sacks) > SEGMENT_MAX_SACKS) {
		replay_complain(line, _("a segment has more than %d \"sacks\""), SEGMENT_MAX_SACKS);
		return;
	}
	for (const struct json *sack = json_first(sacks); sack; sack = json_next(sacks, sack)) {
		unsigned i = options->sack_count++;
		options->sacks[i].left = header_number(line, sack, "left", UINT32_MAX);
		options->sacks[i].right = header_number(line, sack, "right", UINT32_MAX);
	}
}

static void read_options(struct replay_line *line, struct segment_options *options)
{
	const struct json *object = field_object(line, line->object, "options");
	const struct json *timestamps = field_object(line, object, "timestamps");
	options->has_mss = json_member(object, "mss") != NULL;
	options->mss = (uint16_t)header_number(line, object, "mss", UINT16_MAX);
	options->sack_permitted = json_is_true(json_member(object, "sack_permitted"));
	options->has_scale = json_member(object, "window_scale") != NULL;
	options->scale = (uint8_t)header_number(line, object, "window_scale", UINT8_MAX);
	options->has_timestamps = timestamps != NULL;
	options->timestamp = header_number(line, timestamps, "value", UINT32_MAX);
	options->echo = header_number(line, timestamps, "echo", UINT32_MAX);
	read_sacks(line, field_array(line, object, "sacks"), options);
}

static void read_relative(struct replay_line *line, struct segment *segment)
{
	const struct json *object = field_object(line, line->object, "relative");
	if (!object)
		return;
	const char *from = need_text(line, object, "from");
	segment->relative = json_member(object, "seq") != NULL;
	segment->relative_ack_alone = !segment->relative;
	segment->from_opener = strcmp(from, "opener") == 0;
	if (!segment->from_opener && strcmp(from, "other") != 0)
		replay_complain(line, _("\"from\" is no end of a connection"));
	segment->relative_seq = header_number(line, object, "seq", UINT32_MAX);
	segment->relative_ack = header_number(line, object, "ack", UINT32_MAX);
}

static void read_tcp(struct replay_line *line, struct segment *segment)
{
	const struct json *object = line->object;
	const char *remark = field_text(line, object, "remark");
	read_flags(line, segment);
	segment->seq = header_number(line, object, "seq", UINT32_MAX);
	segment->ack = header_number(line, object, "ack", UINT32_MAX);
	segment->window = (uint16_t)header_number(line, object, "window", UINT16_MAX);
	segment->window_bytes = json_member(object, "window_bytes")
					? header_number(line, object, "window_bytes", UINT32_MAX)
					: segment->window;
	segment->urgent = (uint16_t)header_number(line, object, "urgent", UINT16_MAX);
	segment->header_length = (uint8_t)header_number(line, object, "header_length", UINT8_MAX);
	read_options(line, &segment->options);
	read_relative(line, segment);
	segment->remark = remark ? segment_remark_named(remark) : SEGMENT_PLAIN;
	if (remark && segment->remark == SEGMENT_PLAIN)
		replay_complain(line, _("\"remark\" is none of those we know"));
}

void replay_segment(struct replay_line *line)
{
	struct segment *segment = &line->segment;
	int protocol = segment_protocol_named(need_text(line, line->object, "protocol"));
	if (protocol < 0)
		replay_complain(line, _("\"protocol\" is neither tcp nor udp"));
	segment->protocol = protocol < 0 ? SEGMENT_TCP : (enum segment_protocol)protocol;
	segment->time = line->record.time;
	replay_socket(line);
	read_address(line, "from", segment->from);
	read_address(line, "to", segment->to);
	segment->length = header_number(line, line->object, "length", UINT32_MAX);
	segment->checksum = (uint16_t)header_number(line, line->object, "checksum", UINT16_MAX);
	segment->checksum_partial = json_is_true(json_member(line->object, "checksum_partial"));
	replay_bytes(line, field_object(line, line->object, "packet"), &segment->packet);
	if (segment->protocol == SEGMENT_TCP)
		read_tcp(line, segment);
	line->record.segment = (struct record_segment){
		.segment = segment,
		.from_lane = field_text(line, line->object, "from_lane"),
		.to_lane = field_text(line, line->object, "to_lane"),
		.cause = (uint64_t)field_number(line, line->object, "cause", 0),
	};
}
