/* Segments from the bytes of packets, good ones and others. */
#include "packets.h"
#include "unit.h"

#define BYTES(...) ((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })

static struct segment parsed(const struct made *made)
{
	struct segment segment;
	ck_assert(parse_made(made, &segment));
	return segment;
}

static void check_refused(const struct made *made)
{
	struct segment segment;
	ck_assert(!parse_made(made, &segment));
}

/* A SYN with these options, NOP-padded to words. */
static struct segment with_options(const void *options, size_t size)
{
	struct made made = ipv4(IPPROTO_TCP, NULL, 0);
	uint8_t padded[40];
	memset(padded, 1, sizeof padded);
	memcpy(padded, options, size);
	tcp(&made, SEGMENT_SYN, 1, 0, padded, (size + 3) / 4 * 4);
	made_end(&made, 0);
	return parsed(&made);
}

/* --- whole packets -------------------------------------------------------------------- */

START_TEST(every_field_of_a_tcp_header_is_read)
{
	struct made made = ipv4(IPPROTO_TCP, NULL, 0);
	tcp(&made, SEGMENT_PSH | SEGMENT_ACK | SEGMENT_ECE, 0xfffffff0, 0x01020304, NULL, 0);
	made_end(&made, 6);
	struct segment segment = parsed(&made);
	ck_assert_int_eq(segment.protocol, SEGMENT_TCP);
	ck_assert_str_eq(segment.from, "10.0.0.1:1000");
	ck_assert_str_eq(segment.to, "10.0.0.2:80");
	ck_assert_uint_eq(segment.length, 6);
	ck_assert_uint_eq(segment.flags, SEGMENT_PSH | SEGMENT_ACK | SEGMENT_ECE);
	ck_assert_uint_eq(segment.seq, 0xfffffff0);
	ck_assert_uint_eq(segment.ack, 0x01020304);
	ck_assert_uint_eq(segment.window, 512);
	ck_assert_uint_eq(segment.window_bytes, 512);
	ck_assert_uint_eq(segment.checksum, 0xfe30);
	ck_assert_uint_eq(segment.urgent, 7);
	ck_assert_uint_eq(segment.header_length, 20);
	ck_assert(!segment.relative && segment.remark == SEGMENT_PLAIN);
}
END_TEST

START_TEST(a_datagram_has_the_length_of_its_header)
{
	struct made made = ipv4(IPPROTO_UDP, NULL, 0);
	udp(&made, 8 + 5);
	made_end(&made, 5);
	struct segment segment = parsed(&made);
	ck_assert_int_eq(segment.protocol, SEGMENT_UDP);
	ck_assert_str_eq(segment.to, "10.0.0.2:53");
	ck_assert_uint_eq(segment.length, 5);
	ck_assert_uint_eq(segment.checksum, 0x1234);
	ck_assert_uint_eq(segment.header_length, 8);
}
END_TEST

START_TEST(an_address_of_a_link_has_its_interface)
{
	struct made made = ipv6(IPPROTO_TCP);
	tcp(&made, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&made, 0);
	struct segment segment = parsed(&made);
	ck_assert_str_eq(segment.from, "[fe80::1%3]:1000");
	ck_assert_str_eq(segment.to, "[2001:db8::2]:80");
}
END_TEST

START_TEST(ipv4_options_are_stepped_over)
{
	struct made made = ipv4(IPPROTO_TCP, BYTES(7, 7, 4, 0, 0, 0, 0, 1));
	tcp(&made, SEGMENT_ACK, 99, 2, NULL, 0);
	made_end(&made, 3);
	ck_assert_uint_eq(parsed(&made).seq, 99);
	ck_assert_uint_eq(parsed(&made).length, 3);
}
END_TEST

START_TEST(ipv6_extension_headers_are_stepped_over)
{
	static const uint8_t options[8] = { IPPROTO_ROUTING, 0, 1, 4 };
	static const uint8_t routing[16] = { IPPROTO_AH, 1 };
	static const uint8_t authentication[16] = { IPPROTO_FRAGMENT, 2 };
	static const uint8_t whole[8] = { IPPROTO_DSTOPTS };
	static const uint8_t destination[8] = { IPPROTO_TCP };
	struct made made = ipv6(IPPROTO_HOPOPTS);
	put(&made, options, sizeof options);
	put(&made, routing, sizeof routing);
	put(&made, authentication, sizeof authentication);
	put(&made, whole, sizeof whole);
	put(&made, destination, sizeof destination);
	tcp(&made, SEGMENT_ACK, 77, 2, NULL, 0);
	made_end(&made, 4);
	ck_assert_uint_eq(parsed(&made).seq, 77);
	ck_assert_uint_eq(parsed(&made).length, 4);
	/* Of ESP nothing can be read. */
	made.bytes[40] = IPPROTO_ESP;
	check_refused(&made);
}
END_TEST

START_TEST(the_length_is_the_ip_headers_not_the_captures)
{
	struct made made = ipv4(IPPROTO_TCP, NULL, 0);
	tcp(&made, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&made, 60000);
	ck_assert_uint_eq(parsed(&made).length, 60000);
	/* What an Ethernet frame was filled up with is none of it. */
	made = ipv4(IPPROTO_TCP, NULL, 0);
	tcp(&made, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&made, 0);
	made.size += 6;
	ck_assert_uint_eq(parsed(&made).length, 0);
}
END_TEST

START_TEST(a_length_of_zero_is_one_too_long_to_say)
{
	struct made made = ipv4(IPPROTO_TCP, NULL, 0);
	tcp(&made, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&made, 180000);
	ck_assert_uint_eq(parsed(&made).length, 180000);

	made = ipv6(IPPROTO_TCP);
	tcp(&made, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&made, 180000);
	ck_assert_uint_eq(parsed(&made).length, 180000);

	/* A jumbogram says it in an option. */
	made = ipv6(IPPROTO_HOPOPTS);
	put(&made, BYTES(IPPROTO_TCP, 0, 0xc2, 4, 0, 2, 0xbf, 0x38));
	tcp(&made, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&made, 180000);
	ck_assert_uint_eq(parsed(&made).length, 180000);
}
END_TEST

START_TEST(only_the_first_fragment_has_ports)
{
	struct made made = ipv4(IPPROTO_UDP, NULL, 0);
	udp(&made, 8 + 4000);
	made_end(&made, 1472);
	set16(&made, 6, 0x2000);
	ck_assert_uint_eq(parsed(&made).length, 4000);
	set16(&made, 6, 0x2000 + 185);
	check_refused(&made);
	set16(&made, 6, 185);
	check_refused(&made);

	static const uint8_t first[8] = { IPPROTO_UDP, 0, 0, 1 };
	made = ipv6(IPPROTO_FRAGMENT);
	put(&made, first, sizeof first);
	udp(&made, 8 + 4000);
	made_end(&made, 1448);
	ck_assert_uint_eq(parsed(&made).length, 4000);
	made.bytes[43] = 8;
	check_refused(&made);
}
END_TEST

/* --- options -------------------------------------------------------------------------- */

START_TEST(the_options_of_a_syn_are_read)
{
	struct segment_options options = with_options(BYTES(2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0,
							    5, 0, 0, 0, 6, 1, 3, 3, 7))
						 .options;
	ck_assert(options.has_mss && options.mss == 65495);
	ck_assert(options.sack_permitted);
	ck_assert(options.has_timestamps && options.timestamp == 5 && options.echo == 6);
	ck_assert(options.has_scale && options.scale == 7);
	ck_assert_uint_eq(options.sack_count, 0);
}
END_TEST

START_TEST(up_to_four_blocks_are_acknowledged_selectively)
{
	struct segment_options options =
		with_options(BYTES(5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0, 1, 0, 0)).options;
	ck_assert_uint_eq(options.sack_count, 2);
	ck_assert_uint_eq(options.sacks[0].left, 1);
	ck_assert_uint_eq(options.sacks[0].right, 2);
	ck_assert_uint_eq(options.sacks[1].left, 9);
	ck_assert_uint_eq(options.sacks[1].right, 65536);

	const uint8_t four[34] = { 5, 34, [33] = 4 };
	options = with_options(four, sizeof four).options;
	ck_assert_uint_eq(options.sack_count, 4);
	ck_assert_uint_eq(options.sacks[3].right, 4);
}
END_TEST

START_TEST(unknown_options_are_stepped_over)
{
	struct segment segment = with_options(BYTES(30, 4, 9, 9, 254, 3, 9, 2, 4, 5, 0xb4));
	ck_assert(segment.options.has_mss && segment.options.mss == 1460);
	ck_assert_uint_eq(segment.header_length, 32);
}
END_TEST

START_TEST(an_option_of_a_wrong_size_says_nothing)
{
	struct segment_options options =
		with_options(BYTES(2, 3, 1, 3, 2, 4, 3, 9, 8, 3, 9, 5, 5, 9, 9, 9, 3, 3, 2))
			.options;
	ck_assert(!options.has_mss && !options.sack_permitted && !options.has_timestamps);
	ck_assert_uint_eq(options.sack_count, 0);
	ck_assert(options.has_scale && options.scale == 2);
}
END_TEST

START_TEST(options_end_where_they_make_no_sense)
{
	static const struct {
		uint8_t bytes[8];
	} cases[] = {
		{ { 0, 3, 3, 7, 1, 1, 1, 1 } }, /* the end of the list */
		{ { 9, 0, 3, 3, 7, 1, 1, 1 } }, /* shorter than itself */
		{ { 9, 1, 3, 3, 7, 1, 1, 1 } },
		{ { 9, 60, 3, 3, 7, 1, 1, 1 } }, /* longer than the header */
		{ { 1, 1, 1, 1, 1, 1, 3, 3 } },  /* cut */
		{ { 1, 1, 1, 1, 1, 1, 1, 3 } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert(!with_options(cases[i].bytes, 8).options.has_scale);
}
END_TEST

START_TEST(options_that_were_not_captured_are_not_read)
{
	struct made made = ipv4(IPPROTO_TCP, NULL, 0);
	tcp(&made, SEGMENT_SYN, 1, 0, BYTES(2, 4, 5, 0xb4, 1, 3, 3, 7));
	made_end(&made, 0);
	made.size -= 2;
	made.more = 2;
	struct segment segment = parsed(&made);
	ck_assert(segment.options.has_mss && !segment.options.has_scale);
	ck_assert_uint_eq(segment.header_length, 28);
	ck_assert_uint_eq(segment.length, 0);
}
END_TEST

/* --- what is no segment --------------------------------------------------------------- */

START_TEST(a_packet_cut_anywhere_is_refused_or_reads_the_same)
{
	struct made made = ipv6(IPPROTO_DSTOPTS);
	put(&made, BYTES(IPPROTO_TCP, 0, 1, 4, 0, 0, 0, 0));
	tcp(&made, SEGMENT_SYN, 5, 0, BYTES(2, 4, 5, 0xb4));
	made_end(&made, 9);
	const struct segment whole = parsed(&made);
	for (size_t cut = 0; cut < made.size; cut++) {
		struct made shorter = made;
		struct segment segment;
		shorter.size = cut;
		shorter.more = made.size - cut;
		ck_assert_int_eq(parse_made(&shorter, &segment), cut >= 40 + 8 + 20);
		if (cut < 40 + 8 + 20)
			continue;
		ck_assert_uint_eq(segment.length, whole.length);
		ck_assert_uint_eq(segment.seq, whole.seq);
	}
}
END_TEST

START_TEST(headers_that_contradict_themselves_are_refused)
{
	struct made good = ipv4(IPPROTO_TCP, NULL, 0);
	tcp(&good, SEGMENT_ACK, 1, 2, NULL, 0);
	made_end(&good, 4);
	static const struct {
		size_t at;
		uint8_t byte;
	} cases[] = {
		{ 0, 0x44 },          /* an IP header of 16 bytes */
		{ 0, 0x4f },          /* one longer than the packet */
		{ 0, 0x55 },          /* version 5 */
		{ 3, 45 },            /* longer than what passed */
		{ 3, 39 },            /* no room for TCP's header */
		{ 9, IPPROTO_ICMP },  /* not ours */
		{ 20 + 12, 4 << 4 },  /* a TCP header of 16 bytes */
		{ 20 + 12, 15 << 4 }, /* one longer than the segment */
	};
	ck_assert_uint_eq(parsed(&good).length, 4);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made bad = good;
		bad.bytes[cases[i].at] = cases[i].byte;
		check_refused(&bad);
	}
}
END_TEST

START_TEST(a_datagram_longer_than_its_packet_is_refused)
{
	struct made made = ipv4(IPPROTO_UDP, NULL, 0);
	udp(&made, 8 + 5);
	made_end(&made, 4);
	check_refused(&made);
	set16(&made, 24, 7); /* shorter than its own header */
	check_refused(&made);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_field_of_a_tcp_header_is_read,
		a_datagram_has_the_length_of_its_header,
		an_address_of_a_link_has_its_interface,
		ipv4_options_are_stepped_over,
		ipv6_extension_headers_are_stepped_over,
		the_length_is_the_ip_headers_not_the_captures,
		a_length_of_zero_is_one_too_long_to_say,
		only_the_first_fragment_has_ports,
		the_options_of_a_syn_are_read,
		up_to_four_blocks_are_acknowledged_selectively,
		unknown_options_are_stepped_over,
		an_option_of_a_wrong_size_says_nothing,
		options_end_where_they_make_no_sense,
		options_that_were_not_captured_are_not_read,
		a_packet_cut_anywhere_is_refused_or_reads_the_same,
		headers_that_contradict_themselves_are_refused,
		a_datagram_longer_than_its_packet_is_refused,
		NULL,
	};
	Suite *suite = suite_create("segment_parse");
	TCase *all = tcase_create("segment_parse");
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(all, *test);
	suite_add_tcase(suite, all);
	return suite;
}
