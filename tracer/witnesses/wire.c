/*
 * A ring shared with the kernel (packet_mmap in the kernel's documentation), of version 2: there
 * a packet is to be seen as soon as it has passed. Version 3 hands over whole blocks, when they
 * are full or a timer of a millisecond or more has run: measured, 2.9 ms later on average.
 *
 * A frame holds the beginning of a packet. Where all of it is wanted the frames are larger, and
 * what does not fit even there comes from the socket's own queue (PACKET_COPY_THRESH): its frame
 * says that it does, and both are in the same order.
 */
#include "witnesses/wire.h"

#include "witnesses/segment_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* The kernel's own header takes 80 of it; the rest is more than all headers of a segment
	 * with all their options have, and leaves room for some of IPv6's extensions. */
	FRAME_SIZE = 256,
	WHOLE_FRAME_SIZE = 2048, /* what a link of Ethernet carries, whole */
	BLOCK_SIZE = 65536,      /* what the kernel allocates in one piece */
	MULTIPLE_OF = BLOCK_SIZE / FRAME_SIZE,
	QUEUE_SIZE = 16 << 20, /* for packets that are longer than a frame, if we may have it */
	NANOSECONDS = 1000000000,
};

/* No packet is longer, with all that offload may do (linux/netdevice.h: GSO_MAX_SIZE). */
static const size_t LONGEST_PACKET = 8UL * 65536;

struct wire {
	int fd;
	uint8_t *ring;
	size_t ring_size, frame_size;
	unsigned packets, next;
	int64_t payload; /* how much of it to take along, or WIRE_NO_BYTES */
	char *bytes;     /* of the last packet; NULL: they are not wanted */
	int64_t offset;
	uint64_t lost;
};

/* --- what passes the filter ----------------------------------------------------------- */

enum { IPV6 = 12, ACCEPT = 20, REJECT = 21 };

#define LOAD_METADATA(what) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + (what)))
#define LOAD_BYTE(at)       BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (at))
#define LOAD_HALF(at)       BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (at))
/* In line `line`: where to go on if it is so, and where if it is not. */
#define IS(line, value, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes) - (line)-1, (no) - (line)-1)
#define HAS(line, bits, yes, no) \
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes) - (line)-1, (no) - (line)-1)
#define TAKE(bytes) BPF_STMT(BPF_RET | BPF_K, (bytes))

/* The packet begins with its IP header (SOCK_DGRAM). */
static const struct sock_filter instructions[] = {
	/* On loopback everything passes twice: what comes in has gone out before. */
	[0] = LOAD_METADATA(SKF_AD_HATYPE),
	[1] = IS(1, ARPHRD_LOOPBACK, 2, 4),
	[2] = LOAD_METADATA(SKF_AD_PKTTYPE),
	[3] = IS(3, PACKET_OUTGOING, 4, REJECT),
	[4] = LOAD_METADATA(SKF_AD_PROTOCOL),
	[5] = IS(5, ETH_P_IPV6, IPV6, 6),
	[6] = IS(6, ETH_P_IP, 7, REJECT),
	[7] = LOAD_HALF(6),
	[8] = HAS(8, 0x1fff, REJECT, 9), /* a fragment, and not the first */
	[9] = LOAD_BYTE(9),
	[10] = IS(10, IPPROTO_TCP, ACCEPT, 11),
	[11] = IS(11, IPPROTO_UDP, ACCEPT, REJECT),
	/* What an extension header leads to is for segment_parse(). */
	[IPV6] = LOAD_BYTE(6),
	[13] = IS(13, IPPROTO_TCP, ACCEPT, 14),
	[14] = IS(14, IPPROTO_UDP, ACCEPT, 15),
	[15] = IS(15, IPPROTO_HOPOPTS, ACCEPT, 16),
	[16] = IS(16, IPPROTO_ROUTING, ACCEPT, 17),
	[17] = IS(17, IPPROTO_FRAGMENT, ACCEPT, 18),
	[18] = IS(18, IPPROTO_AH, ACCEPT, 19),
	[19] = IS(19, IPPROTO_DSTOPTS, ACCEPT, REJECT),
	[ACCEPT] = TAKE(UINT32_MAX), /* as much as a frame holds */
	[REJECT] = TAKE(0),
};

/* --- opening -------------------------------------------------------------------------- */

static int set_option(int fd, int option, const void *value, socklen_t size)
{
	return setsockopt(fd, SOL_PACKET, option, value, size) < 0 ? -errno : 0;
}

static int attach_filter(int fd)
{
	struct sock_filter copy[sizeof instructions / sizeof *instructions];
	const struct sock_fprog program = { .len = sizeof copy / sizeof *copy, .filter = copy };
	memcpy(copy, instructions, sizeof copy);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ? -errno
											  : 0;
}

static int make_ring(struct wire *wire)
{
	const int version = TPACKET_V2;
	const struct tpacket_req request = {
		.tp_block_size = BLOCK_SIZE,
		.tp_block_nr = (unsigned)(wire->packets * wire->frame_size / BLOCK_SIZE),
		.tp_frame_size = (unsigned)wire->frame_size,
		.tp_frame_nr = wire->packets
	};
	int result = set_option(wire->fd, PACKET_VERSION, &version, sizeof version);
	if (result == 0)
		result = set_option(wire->fd, PACKET_RX_RING, &request, sizeof request);
	if (result < 0)
		return result;
	size_t size = wire->packets * wire->frame_size;
	void *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, wire->fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	wire->ring = ring;
	wire->ring_size = size;
	return 0;
}

/* Before the ring is there: packets that do not fit into its frames are queued besides. */
static int want_bytes(struct wire *wire)
{
	const int on = 1, size = QUEUE_SIZE;
	wire->bytes = malloc(LONGEST_PACKET);
	if (!wire->bytes)
		return -ENOMEM;
	wire->frame_size = WHOLE_FRAME_SIZE;
	/* Without the right to more we get what everybody may have. */
	if (setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
		setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	return set_option(wire->fd, PACKET_COPY_THRESH, &on, sizeof on);
}

/* A socket of protocol 0 gets nothing: it begins with bind(), when the filter is in place. */
static int open_wire(struct wire *wire)
{
	const struct sockaddr_ll everywhere = { .sll_family = AF_PACKET,
						.sll_protocol = htons(ETH_P_ALL) };
	wire->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire->fd < 0)
		return -errno;
	int result = attach_filter(wire->fd);
	if (result == 0 && wire->payload >= 0)
		result = want_bytes(wire);
	if (result == 0)
		result = make_ring(wire);
	if (result < 0)
		return result;
	if (bind(wire->fd, (const struct sockaddr *)&everywhere, sizeof everywhere) < 0)
		return -errno;
	return 0;
}

int wire_open(struct wire **ret_wire, unsigned packets, int64_t payload)
{
	struct wire *wire = calloc(1, sizeof *wire);
	if (!wire)
		return -ENOMEM;
	wire->fd = -1;
	wire->packets = packets ? packets : WIRE_PACKETS;
	wire->frame_size = FRAME_SIZE;
	wire->payload = payload;
	int result = wire->packets % MULTIPLE_OF ? -EINVAL : open_wire(wire);
	if (result < 0)
		wire_close(wire);
	else
		*ret_wire = wire;
	return result;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	if (wire->ring)
		munmap(wire->ring, wire->ring_size);
	if (wire->fd >= 0)
		close(wire->fd);
	free(wire->bytes);
	free(wire);
}

void wire_set_offset(struct wire *wire, int64_t offset)
{
	wire->offset = offset;
}

uint64_t wire_lost(struct wire *wire)
{
	/* The kernel begins anew with each answer. */
	struct tpacket_stats counted = { 0 };
	socklen_t size = sizeof counted;
	if (getsockopt(wire->fd, SOL_PACKET, PACKET_STATISTICS, &counted, &size) == 0)
		wire->lost += counted.tp_drops;
	return wire->lost;
}

/* --- reading -------------------------------------------------------------------------- */

/* The one that a frame was too short for; 0: there is none. */
static size_t receive_queued(struct wire *wire, size_t length)
{
	ssize_t size = recv(wire->fd, wire->bytes, LONGEST_PACKET, MSG_DONTWAIT | MSG_TRUNC);
	return size == (ssize_t)length && length <= LONGEST_PACKET ? length : 0;
}

/* The packet of a segment: its headers, and of the payload as much as was asked for. */
static struct value_bytes take_bytes(struct wire *wire, const struct tpacket2_hdr *header,
				     const struct packet *packet, size_t headers)
{
	size_t wanted = headers + (size_t)wire->payload;
	size_t queued =
		header->tp_status & TP_STATUS_COPY ? receive_queued(wire, packet->length) : 0;
	size_t there = queued ? queued : packet->captured;
	if (!queued)
		memcpy(wire->bytes, packet->bytes, there);
	return (struct value_bytes){ .data = wire->bytes,
				     .captured = there < wanted ? there : wanted,
				     .length = packet->length };
}

static bool parse_frame(struct wire *wire, const uint8_t *frame, struct segment *ret_segment)
{
	const struct tpacket2_hdr *header = (const void *)frame;
	const struct sockaddr_ll *link = (const void *)(frame + TPACKET_ALIGN(sizeof *header));
	struct packet packet = { .bytes = frame + header->tp_net,
				 .captured = header->tp_snaplen,
				 .length = header->tp_len };
	size_t headers = 0;
	if (header->tp_net > wire->frame_size ||
	    packet.captured > wire->frame_size - header->tp_net)
		return false;
	if (link->sll_hatype != ARPHRD_LOOPBACK)
		packet.interface = (unsigned)link->sll_ifindex;
	bool parsed = segment_parse(&packet, ret_segment, &headers);
	if (!parsed && wire->bytes && header->tp_status & TP_STATUS_COPY)
		receive_queued(wire, packet.length);
	if (!parsed)
		return false;
	if (wire->bytes)
		ret_segment->packet = take_bytes(wire, header, &packet, headers);
	ret_segment->time =
		(uint64_t)header->tp_sec * NANOSECONDS + header->tp_nsec + (uint64_t)wire->offset;
	ret_segment->checksum_partial = header->tp_status & TP_STATUS_CSUMNOTREADY;
	return true;
}

bool wire_next(struct wire *wire, struct segment *ret_segment)
{
	for (unsigned looked = 0; looked < wire->packets; looked++) {
		uint8_t *frame = wire->ring + wire->next * wire->frame_size;
		struct tpacket2_hdr *header = (void *)frame;
		/* What the kernel wrote before it gave the frame is seen after that. */
		if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return false;
		bool found = parse_frame(wire, frame, ret_segment);
		__atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		wire->next = (wire->next + 1) % wire->packets;
		if (found)
			return true;
	}
	return false;
}
