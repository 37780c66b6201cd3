#include "witnesses/segment_parse.h"

#include "support/endpoint.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	EXTENSION_UNIT = 8,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	FRAGMENT_OFFSET = 0x1fff, /* IPv4, in units of 8 bytes */
	MORE_FRAGMENTS = 0x2000,
};

/* What an IP header leads to. */
struct transport {
	int protocol;
	const uint8_t *bytes;
	size_t captured, length; /* captured <= length */
	bool fragment;           /* the first of several */
};

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

/* --- IP ------------------------------------------------------------------------------- */

/* Behind `header` bytes of a packet of `total`, as its own header counts it. */
static bool enter(const struct packet *packet, size_t header, size_t total,
		  struct transport *transport)
{
	size_t captured = packet->captured < total ? packet->captured : total;
	if (header > captured || total > packet->length)
		return false;
	transport->bytes = packet->bytes + header;
	transport->captured = captured - header;
	transport->length = total - header;
	return true;
}

static bool parse_ipv4(const struct packet *packet, struct transport *ret_transport)
{
	const uint8_t *bytes = packet->bytes;
	if (packet->captured < IPV4_HEADER)
		return false;
	size_t header = (size_t)(bytes[0] & 0xf) * 4, total = get16(bytes + 2);
	unsigned fragment = get16(bytes + 6);
	/* What is longer than 16 bits can say passes as one packet, for offload, and says 0. */
	if (!total)
		total = packet->length;
	if (header < IPV4_HEADER || fragment & FRAGMENT_OFFSET)
		return false;
	ret_transport->protocol = bytes[9];
	ret_transport->fragment = fragment & MORE_FRAGMENTS;
	return enter(packet, header, total, ret_transport);
}

/* The size of the extension header of that kind; 0 if it is not captured, or is none. */
static size_t extension_size(int kind, const uint8_t *bytes, size_t captured)
{
	if (captured < EXTENSION_UNIT)
		return 0;
	switch (kind) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		return (size_t)(bytes[1] + 1) * EXTENSION_UNIT;
	case IPPROTO_AH: /* RFC 4302: counts in units of 4, less 2 */
		return (size_t)(bytes[1] + 2) * 4;
	case IPPROTO_FRAGMENT:
		return EXTENSION_UNIT;
	default:
		return 0;
	}
}

static bool parse_ipv6(const struct packet *packet, struct transport *ret_transport)
{
	const uint8_t *bytes = packet->bytes;
	if (packet->captured < IPV6_HEADER)
		return false;
	size_t header = IPV6_HEADER, payload = get16(bytes + 4);
	/* A jumbogram (RFC 2675), or what is too long to say and passes as one, for offload. */
	size_t total = payload ? payload + IPV6_HEADER : packet->length;
	int kind = bytes[6];
	ret_transport->fragment = false;
	while (kind != IPPROTO_TCP && kind != IPPROTO_UDP) {
		size_t size = extension_size(kind, bytes + header, packet->captured - header);
		if (!size || size > packet->captured - header)
			return false;
		/* Offset and, as its lowest bit, whether more will come. */
		unsigned fragment = kind == IPPROTO_FRAGMENT ? get16(bytes + header + 2) : 0;
		if (fragment & 0xfff8U)
			return false;
		if (fragment & 1)
			ret_transport->fragment = true;
		kind = bytes[header];
		header += size;
	}
	ret_transport->protocol = kind;
	return enter(packet, header, total, ret_transport);
}

static void ipv4_end(char text[ENDPOINT_SIZE], const uint8_t *address, const uint8_t *port)
{
	struct sockaddr_in end = { .sin_family = AF_INET };
	memcpy(&end.sin_addr, address, sizeof end.sin_addr);
	memcpy(&end.sin_port, port, sizeof end.sin_port);
	endpoint_text(text, ENDPOINT_SIZE, &end, sizeof end);
}

static void ipv6_end(char text[ENDPOINT_SIZE], const uint8_t *address, const uint8_t *port,
		     unsigned interface)
{
	struct sockaddr_in6 end = { .sin6_family = AF_INET6 };
	memcpy(&end.sin6_addr, address, sizeof end.sin6_addr);
	memcpy(&end.sin6_port, port, sizeof end.sin6_port);
	if (IN6_IS_ADDR_LINKLOCAL(&end.sin6_addr))
		end.sin6_scope_id = interface;
	endpoint_text(text, ENDPOINT_SIZE, &end, sizeof end);
}

/* Both protocols begin with the two ports. */
static void name_ends(const struct packet *packet, const uint8_t *ports, struct segment *segment)
{
	const uint8_t *bytes = packet->bytes;
	if (bytes[0] >> 4 == 4) {
		ipv4_end(segment->from, bytes + 12, ports);
		ipv4_end(segment->to, bytes + 16, ports + 2);
	} else {
		ipv6_end(segment->from, bytes + 8, ports, packet->interface);
		ipv6_end(segment->to, bytes + 24, ports + 2, packet->interface);
	}
}

/* --- TCP's options -------------------------------------------------------------------- */

static void parse_sacks(const uint8_t *value, size_t size, struct segment_options *options)
{
	options->sack_count = 0;
	for (size_t at = 0; at + 8 <= size && options->sack_count < SEGMENT_MAX_SACKS; at += 8) {
		unsigned i = options->sack_count++;
		options->sacks[i].left = get32(value + at);
		options->sacks[i].right = get32(value + at + 4);
	}
}

/* One option's value; `size` is without kind and length. One of another size than its own says
 * nothing. */
static void parse_option(unsigned kind, const uint8_t *value, size_t size,
			 struct segment_options *options)
{
	if (kind == TCPOPT_MAXSEG && size == 2) {
		options->has_mss = true;
		options->mss = get16(value);
	} else if (kind == TCPOPT_WINDOW && size == 1) {
		options->has_scale = true;
		options->scale = value[0];
	} else if (kind == TCPOPT_SACK_PERMITTED && size == 0) {
		options->sack_permitted = true;
	} else if (kind == TCPOPT_SACK && size % 8 == 0) {
		parse_sacks(value, size, options);
	} else if (kind == TCPOPT_TIMESTAMP && size == 8) {
		options->has_timestamps = true;
		options->timestamp = get32(value);
		options->echo = get32(value + 4);
	}
}

static void parse_options(const uint8_t *bytes, size_t size, struct segment_options *options)
{
	for (size_t at = 0; at < size && bytes[at] != TCPOPT_EOL;) {
		if (bytes[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (size - at < 2 || bytes[at + 1] < 2 || bytes[at + 1] > size - at)
			return;
		parse_option(bytes[at], bytes + at + 2, bytes[at + 1] - 2U, options);
		at += bytes[at + 1];
	}
}

/* --- TCP and UDP ---------------------------------------------------------------------- */

static bool parse_tcp(const struct transport *tcp, struct segment *segment)
{
	const uint8_t *bytes = tcp->bytes;
	if (tcp->captured < TCP_HEADER)
		return false;
	size_t header = (size_t)(bytes[12] >> 4) * 4;
	if (header < TCP_HEADER || header > tcp->length)
		return false;
	segment->protocol = SEGMENT_TCP;
	segment->seq = get32(bytes + 4);
	segment->ack = get32(bytes + 8);
	segment->header_length = (uint8_t)header;
	segment->flags = bytes[13];
	segment->window = get16(bytes + 14);
	segment->window_bytes = segment->window;
	segment->checksum = get16(bytes + 16);
	segment->urgent = get16(bytes + 18);
	segment->length = (uint32_t)(tcp->length - header);
	size_t there = header < tcp->captured ? header : tcp->captured;
	parse_options(bytes + TCP_HEADER, there - TCP_HEADER, &segment->options);
	return true;
}

static bool parse_udp(const struct transport *udp, struct segment *segment)
{
	if (udp->captured < UDP_HEADER)
		return false;
	size_t length = get16(udp->bytes + 4);
	if (!length)
		length = udp->length;
	/* The first fragment is shorter than the datagram; the rest comes in the others. */
	if (length < UDP_HEADER || (length > udp->length && !udp->fragment))
		return false;
	segment->protocol = SEGMENT_UDP;
	segment->header_length = UDP_HEADER;
	segment->checksum = get16(udp->bytes + 6);
	segment->length = (uint32_t)(length - UDP_HEADER);
	return true;
}

bool segment_parse(const struct packet *packet, struct segment *ret_segment, size_t *ret_headers)
{
	struct transport transport = { 0 };
	struct segment segment = { .remark = SEGMENT_PLAIN };
	if (!packet->captured || packet->captured > packet->length)
		return false;
	unsigned version = packet->bytes[0] >> 4;
	bool taken = (version == 4 && parse_ipv4(packet, &transport)) ||
		     (version == 6 && parse_ipv6(packet, &transport));
	if (taken && transport.protocol == IPPROTO_TCP)
		taken = parse_tcp(&transport, &segment);
	else if (taken && transport.protocol == IPPROTO_UDP)
		taken = parse_udp(&transport, &segment);
	else
		return false;
	if (!taken)
		return false;
	name_ends(packet, transport.bytes, &segment);
	if (ret_headers)
		*ret_headers = (size_t)(transport.bytes - packet->bytes) + segment.header_length;
	*ret_segment = segment;
	return true;
}
