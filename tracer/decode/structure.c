/* Structures that cross the kernel's border, by tables of their fields. */
#include "decode/shape.h"

#include "support/arena.h"
#include "types/tcp_state.h"

#include <arpa/inet.h>
#include <linux/tcp.h>

enum field_kind {
	FIELD_SIGNED,
	FIELD_UNSIGNED,
	FIELD_IPV4,
	FIELD_IPV6,
	FIELD_ERRNO,
	FIELD_STATE, /* of a TCP connection */
};

struct field {
	const char *name; /* without the structure's prefix; NULL behind the last */
	enum field_kind kind;
	unsigned offset, size;
};

static const struct field linger_fields[] = {
	{ "onoff", FIELD_SIGNED, 0, 4 },
	{ "linger", FIELD_SIGNED, 4, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

static const struct field ucred_fields[] = {
	{ "pid", FIELD_SIGNED, 0, 4 },
	{ "uid", FIELD_UNSIGNED, 4, 4 },
	{ "gid", FIELD_UNSIGNED, 8, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

/* ip(7): struct ip_mreqn, of which the older struct ip_mreq has the first two fields. */
static const struct field mreq_fields[] = {
	{ "multiaddr", FIELD_IPV4, 0, 4 },
	{ "interface", FIELD_IPV4, 4, 4 },
	{ "ifindex", FIELD_SIGNED, 8, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

static const struct field mreq_source_fields[] = {
	{ "multiaddr", FIELD_IPV4, 0, 4 },
	{ "interface", FIELD_IPV4, 4, 4 },
	{ "sourceaddr", FIELD_IPV4, 8, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

static const struct field ipv6_mreq_fields[] = {
	{ "multiaddr", FIELD_IPV6, 0, 16 },
	{ "interface", FIELD_SIGNED, 16, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

static const struct field pktinfo_fields[] = {
	{ "ifindex", FIELD_SIGNED, 0, 4 },
	{ "spec_dst", FIELD_IPV4, 4, 4 },
	{ "addr", FIELD_IPV4, 8, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

static const struct field ipv6_pktinfo_fields[] = {
	{ "addr", FIELD_IPV6, 0, 16 },
	{ "ifindex", FIELD_SIGNED, 16, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

/* packet(7) */
static const struct field packet_mreq_fields[] = {
	{ "ifindex", FIELD_SIGNED, 0, 4 },
	{ "type", FIELD_UNSIGNED, 4, 2 },
	{ "alen", FIELD_UNSIGNED, 6, 2 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

static const struct field packet_statistics_fields[] = {
	{ "packets", FIELD_UNSIGNED, 0, 4 },
	{ "drops", FIELD_UNSIGNED, 4, 4 },
	{ "freeze_q_cnt", FIELD_UNSIGNED, 8, 4 }, /* TPACKET_V3 only */
	{ NULL, FIELD_SIGNED, 0, 0 },
};

/* struct tpacket_auxdata, linux/if_packet.h */
static const struct field packet_auxdata_fields[] = {
	{ "status", FIELD_UNSIGNED, 0, 4 },     { "len", FIELD_UNSIGNED, 4, 4 },
	{ "snaplen", FIELD_UNSIGNED, 8, 4 },    { "mac", FIELD_UNSIGNED, 12, 2 },
	{ "net", FIELD_UNSIGNED, 14, 2 },       { "vlan_tci", FIELD_UNSIGNED, 16, 2 },
	{ "vlan_tpid", FIELD_UNSIGNED, 18, 2 }, { NULL, FIELD_SIGNED, 0, 0 },
};

/* struct sock_extended_err, linux/errqueue.h */
static const struct field extended_error_fields[] = {
	{ "errno", FIELD_ERRNO, 0, 4 },   { "origin", FIELD_UNSIGNED, 4, 1 },
	{ "type", FIELD_UNSIGNED, 5, 1 }, { "code", FIELD_UNSIGNED, 6, 1 },
	{ "info", FIELD_UNSIGNED, 8, 4 }, { "data", FIELD_UNSIGNED, 12, 4 },
	{ NULL, FIELD_SIGNED, 0, 0 },
};

#define TCP_INFO_FIELD(field)                                                    \
	{                                                                        \
#field, FIELD_UNSIGNED, offsetof(struct tcp_info, tcpi_##field), \
			sizeof(((struct tcp_info *)0)->tcpi_##field)             \
	}

/* In the structure's order: an older kernel answers with fewer. Bit fields are left out. */
static const struct field tcp_info_fields[] = {
	{ "state", FIELD_STATE, offsetof(struct tcp_info, tcpi_state), 1 },
	TCP_INFO_FIELD(ca_state),
	TCP_INFO_FIELD(retransmits),
	TCP_INFO_FIELD(probes),
	TCP_INFO_FIELD(backoff),
	TCP_INFO_FIELD(options),
	TCP_INFO_FIELD(rto),
	TCP_INFO_FIELD(ato),
	TCP_INFO_FIELD(snd_mss),
	TCP_INFO_FIELD(rcv_mss),
	TCP_INFO_FIELD(unacked),
	TCP_INFO_FIELD(sacked),
	TCP_INFO_FIELD(lost),
	TCP_INFO_FIELD(retrans),
	TCP_INFO_FIELD(fackets),
	TCP_INFO_FIELD(last_data_sent),
	TCP_INFO_FIELD(last_ack_sent),
	TCP_INFO_FIELD(last_data_recv),
	TCP_INFO_FIELD(last_ack_recv),
	TCP_INFO_FIELD(pmtu),
	TCP_INFO_FIELD(rcv_ssthresh),
	TCP_INFO_FIELD(rtt),
	TCP_INFO_FIELD(rttvar),
	TCP_INFO_FIELD(snd_ssthresh),
	TCP_INFO_FIELD(snd_cwnd),
	TCP_INFO_FIELD(advmss),
	TCP_INFO_FIELD(reordering),
	TCP_INFO_FIELD(rcv_rtt),
	TCP_INFO_FIELD(rcv_space),
	TCP_INFO_FIELD(total_retrans),
	TCP_INFO_FIELD(pacing_rate),
	TCP_INFO_FIELD(max_pacing_rate),
	TCP_INFO_FIELD(bytes_acked),
	TCP_INFO_FIELD(bytes_received),
	TCP_INFO_FIELD(segs_out),
	TCP_INFO_FIELD(segs_in),
	TCP_INFO_FIELD(notsent_bytes),
	TCP_INFO_FIELD(min_rtt),
	TCP_INFO_FIELD(data_segs_in),
	TCP_INFO_FIELD(data_segs_out),
	TCP_INFO_FIELD(delivery_rate),
	TCP_INFO_FIELD(busy_time),
	TCP_INFO_FIELD(rwnd_limited),
	TCP_INFO_FIELD(sndbuf_limited),
	TCP_INFO_FIELD(delivered),
	TCP_INFO_FIELD(delivered_ce),
	TCP_INFO_FIELD(bytes_sent),
	TCP_INFO_FIELD(bytes_retrans),
	TCP_INFO_FIELD(dsack_dups),
	TCP_INFO_FIELD(reord_seen),
	TCP_INFO_FIELD(rcv_ooopack),
	TCP_INFO_FIELD(snd_wnd),
	{ NULL, FIELD_UNSIGNED, 0, 0 },
};

/* An address without a port. */
void host_decode(struct decoding *decoding, int family, const void *bytes, struct value *value)
{
	char text[INET6_ADDRSTRLEN];
	if (inet_ntop(family, bytes, text, sizeof text))
		value_text(decoding, value, text);
}

void errno_decode(struct decoding *decoding, int64_t error, struct value *value)
{
	if (error == 0)
		value_integer(value, 0);
	else
		value_constant(value, error,
			       arena_copy(decoding->event->arena, errno_name((int)error)));
}

static void state_decode(uint64_t state, struct value *value)
{
	const char *name = state < STATE_COUNT ? tcp_state_name((enum tcp_state)state) : NULL;
	value_constant(value, (int64_t)state, name);
}

static void field_decode(struct decoding *decoding, const struct field *field,
			 const unsigned char *bytes, struct value *value)
{
	*value = value_address(field->name, 0);
	switch (field->kind) {
	case FIELD_SIGNED:
		value_integer(value, load_signed(bytes, field->size));
		break;
	case FIELD_UNSIGNED:
		value_integer(value, (int64_t)load_unsigned(bytes, field->size));
		break;
	case FIELD_IPV4:
		host_decode(decoding, AF_INET, bytes, value);
		break;
	case FIELD_IPV6:
		host_decode(decoding, AF_INET6, bytes, value);
		break;
	case FIELD_ERRNO:
		errno_decode(decoding, load_signed(bytes, field->size), value);
		break;
	case FIELD_STATE:
		state_decode(load_unsigned(bytes, field->size), value);
		break;
	}
}

static const struct structure {
	const struct field *fields;
	size_t least; /* one cut shorter than this is not decoded */
} structures[] = {
	[SHAPE_LINGER] = { linger_fields, 8 },
	[SHAPE_UCRED] = { ucred_fields, 12 },
	[SHAPE_MREQ] = { mreq_fields, 8 },
	[SHAPE_MREQ_SOURCE] = { mreq_source_fields, 12 },
	[SHAPE_IPV6_MREQ] = { ipv6_mreq_fields, 20 },
	[SHAPE_PKTINFO] = { pktinfo_fields, 12 },
	[SHAPE_IPV6_PKTINFO] = { ipv6_pktinfo_fields, 20 },
	[SHAPE_PACKET_MREQ] = { packet_mreq_fields, 8 },
	[SHAPE_PACKET_STATISTICS] = { packet_statistics_fields, 8 },
	[SHAPE_PACKET_AUXDATA] = { packet_auxdata_fields, 20 },
	[SHAPE_EXTENDED_ERROR] = { extended_error_fields, 16 },
	[SHAPE_TCP_INFO] = { tcp_info_fields, 1 },
};

void structure_decode(struct decoding *decoding, enum shape shape, const unsigned char *data,
		      size_t size, struct value *value)
{
	const struct structure *structure = &structures[shape];
	const struct field *fields = structure->fields;
	size_t count = 0;

	if (size < structure->least)
		return;
	/* As many fields as the bytes hold whole. */
	while (fields[count].name && fields[count].offset + fields[count].size <= size)
		count++;
	struct value *items = value_items(decoding, value, VALUE_STRUCT, count);
	for (size_t i = 0; items && i < count; i++)
		field_decode(decoding, &fields[i], data + fields[i].offset, &items[i]);
}
