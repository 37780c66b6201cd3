/* Segments of one connection, made by hand: the client opened it. */
#pragma once

#include "records.h"

#define CLIENT_END "127.0.0.1:48008"
#define SERVER_END "127.0.0.1:8000"

enum { CLIENT_INITIAL = 1000, SERVER_INITIAL = 5000 };

/* The client's, or the server's; numbers count from the initial ones. */
static inline struct segment made_segment(bool client, unsigned flags, uint32_t seq, uint32_t ack,
					  uint32_t length)
{
	struct segment segment = {
		.protocol = SEGMENT_TCP,
		.flags = flags,
		.seq = (client ? CLIENT_INITIAL : SERVER_INITIAL) + seq,
		.ack = flags & SEGMENT_ACK ? (client ? SERVER_INITIAL : CLIENT_INITIAL) + ack : 0,
		.window = 512,
		.window_bytes = 65536,
		.checksum = 0xFE28,
		.checksum_partial = true,
		.header_length = 32,
		.length = length,
		.relative = true,
		.from_opener = client,
		.relative_seq = seq,
		.relative_ack = ack,
	};
	snprintf(segment.from, sizeof segment.from, "%s", client ? CLIENT_END : SERVER_END);
	snprintf(segment.to, sizeof segment.to, "%s", client ? SERVER_END : CLIENT_END);
	return segment;
}

/* One that opens, with the options of Linux. */
static inline struct segment made_syn(bool client)
{
	struct segment segment = made_segment(client, SEGMENT_SYN | (client ? 0 : SEGMENT_ACK), 0,
					      client ? 0 : 1, 0);
	segment.window = client ? 65495 : 65483;
	segment.window_bytes = segment.window;
	segment.header_length = 40;
	segment.options = (struct segment_options){
		.has_mss = true,
		.mss = 65495,
		.sack_permitted = true,
		.has_scale = true,
		.scale = 7,
		.has_timestamps = true,
		.timestamp = 77,
		.echo = client ? 0 : 77,
	};
	return segment;
}

static inline struct segment made_datagram(bool client, uint32_t length)
{
	struct segment segment = {
		.protocol = SEGMENT_UDP,
		.length = length,
		.checksum = 0xFE20,
		.checksum_partial = true,
	};
	snprintf(segment.from, sizeof segment.from, "%s", client ? CLIENT_END : SERVER_END);
	snprintf(segment.to, sizeof segment.to, "%s", client ? SERVER_END : CLIENT_END);
	return segment;
}

/* Both ends are traced. */
static inline struct record segment_record(const struct segment *segment, uint64_t cause)
{
	struct record record = record_blank(RECORD_SEGMENT, 9000);
	bool client = strcmp(segment->from, CLIENT_END) == 0;
	record.segment = (struct record_segment){
		.segment = segment,
		.from_lane = client ? "client" : "server",
		.to_lane = client ? "server" : "client",
		.cause = cause,
	};
	return record;
}
