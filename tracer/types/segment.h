/* A TCP segment or UDP datagram as it passed on the wire (RFC 9293, 3.1; RFC 768). */
#pragma once

#include "types/socket.h"
#include "types/value.h"

#include <stdbool.h>
#include <stdint.h>

enum segment_protocol {
	SEGMENT_TCP,
	SEGMENT_UDP,
};

/* "tcp", "udp", as the record spells them; the other way -1 if there is no such name. */
const char *segment_protocol_name(enum segment_protocol protocol);
int segment_protocol_named(const char *name);

/* The header's bits; the names are in types/names.c, in the order in which they are spoken:
 * "SYN,ACK". */
enum segment_flag {
	SEGMENT_FIN = 0x01,
	SEGMENT_SYN = 0x02,
	SEGMENT_RST = 0x04,
	SEGMENT_PSH = 0x08,
	SEGMENT_ACK = 0x10,
	SEGMENT_URG = 0x20,
	SEGMENT_ECE = 0x40,
	SEGMENT_CWR = 0x80,
};

/* "SYN" for one bit, NULL if it has no name; the other way 0 if there is no such name. */
const char *segment_flag_name(unsigned flag);
unsigned segment_flag_named(const char *name);

/* What the segments before it say of a segment. */
enum segment_remark {
	SEGMENT_PLAIN,
	SEGMENT_RETRANSMISSION, /* of bytes, a SYN or a FIN that passed before */
	SEGMENT_DUPLICATE_ACK,  /* the same acknowledgement again, and nothing else new in it */
	SEGMENT_ZERO_WINDOW,    /* the sender can take no more */
	SEGMENT_WINDOW_UPDATE,  /* the same acknowledgement, but it can take more, or again */
	SEGMENT_WINDOW_PROBE,   /* one byte, or none, into a zero window */
	SEGMENT_KEEPALIVE,      /* the byte before the next one, or none: are you there? */
	SEGMENT_KEEPALIVE_ACK,  /* what answers it: the same acknowledgement again */
	SEGMENT_REMARKS,
};

/* "retransmission" ... as the record spells them; NULL for SEGMENT_PLAIN, and back. */
const char *segment_remark_name(enum segment_remark remark);
enum segment_remark segment_remark_named(const char *name);

enum { SEGMENT_MAX_SACKS = 4 };

struct segment_options {
	bool has_mss, has_scale, has_timestamps, sack_permitted;
	uint16_t mss;
	uint8_t scale; /* the window's: it counts in units of 2^scale */
	uint32_t timestamp, echo;
	unsigned sack_count;
	struct {
		uint32_t left, right;
	} sacks[SEGMENT_MAX_SACKS];
};

struct segment {
	uint64_t time; /* as a record's */
	enum segment_protocol protocol;
	/* As the packet has them: over IPv4 127.0.0.1:80, also where a socket of AF_INET6 says
	 * [::ffff:127.0.0.1]:80. A link-local address has its scope, except on lo, where the packet
	 * does not say which interface's it is. */
	char from[ENDPOINT_SIZE], to[ENDPOINT_SIZE];
	/* Payload bytes. With offload one may be longer than any that the link would carry: the
	 * card, or nobody, cuts it. */
	uint32_t length;
	/* The header, numbers as they passed; of UDP checksum and header_length alone. */
	unsigned flags; /* of enum segment_flag */
	uint32_t seq, ack;
	uint16_t window; /* as it stands in the header, not scaled */
	uint16_t checksum, urgent;
	uint8_t header_length; /* bytes, options included */
	bool checksum_partial; /* left to the card, and on loopback there is none */
	struct segment_options options;
	/* The bytes that passed, from the IP header on; whoever took them along may have cut the
	 * payload. Nothing captured: nobody took them. Borrowed. */
	struct value_bytes packet;
	/*
	 * What the segments before it add. Where the connection's SYN, or its answer, was seen:
	 * numbers relative to the initial ones, as the textbooks write them: x of the end that
	 * opened, y of the other. A SYN itself is 0.
	 */
	bool relative;    /* seq, and ack if there is one, can be told so */
	bool from_opener; /* then seq is x + relative_seq and ack y + relative_ack; else crossed */
	/* Only ack can: the RST that refuses a SYN. Its seq is 0, or any number, but no y. */
	bool relative_ack_alone;
	uint32_t relative_seq, relative_ack;
	uint32_t window_bytes; /* scaled; as `window` where the scale is not known */
	enum segment_remark remark;
};
