/* The wire of a network of our own, with what really passes there. */
#include "wire_fixture.h"

#include "witnesses/track.h"

#include <stdlib.h>

enum { SMALL_RING = 256 };

static void expect(const char *from, const char *to, unsigned flags, uint32_t length)
{
	struct segment segment = next_segment();
	ck_assert_str_eq(segment.from, from);
	ck_assert_str_eq(segment.to, to);
	ck_assert_uint_eq(segment.flags, flags);
	ck_assert_uint_eq(segment.length, length);
}

static void expect_nothing(void)
{
	struct segment segment;
	ck_assert(!wire_next(wire, &segment));
	ck_assert_uint_eq(wire_lost(wire), 0);
}

/* --- what passes ---------------------------------------------------------------------- */

/* Opened, six bytes, closed by the client and then by the server. */
static void check_connection(const char *address)
{
	int listener = listener_on(address, 3);
	struct sockaddr_storage to = { 0 };
	socklen_t size = sizeof to;
	char client_end[ENDPOINT_SIZE], server_end[ENDPOINT_SIZE], bytes[8];
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&to, &size), 0);
	int client = socket(to.ss_family, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&to, size), 0);
	name(client, local_of, client_end);
	name(client, remote_of, server_end);
	expect(client_end, server_end, SEGMENT_SYN, 0);
	expect(server_end, client_end, SEGMENT_SYN | SEGMENT_ACK, 0);
	expect(client_end, server_end, SEGMENT_ACK, 0);

	int server = accept(listener, NULL, NULL);
	ck_assert_int_eq(send(client, "hello\n", 6, 0), 6);
	expect(client_end, server_end, SEGMENT_PSH | SEGMENT_ACK, 6);
	expect(server_end, client_end, SEGMENT_ACK, 0);
	ck_assert_int_eq(recv(server, bytes, sizeof bytes, 0), 6);

	close(client);
	expect(client_end, server_end, SEGMENT_FIN | SEGMENT_ACK, 0);
	/* Its acknowledgement is delayed, or goes with the other FIN, whichever is first. */
	close(server);
	struct segment last = next_segment();
	if (last.flags == SEGMENT_ACK)
		last = next_segment();
	ck_assert_uint_eq(last.flags, SEGMENT_FIN | SEGMENT_ACK);
	ck_assert_str_eq(last.from, server_end);
	expect(client_end, server_end, SEGMENT_ACK, 0);
	expect_nothing();
	close(listener);
}

START_TEST(each_segment_of_a_connection_passes_once_and_in_order)
{
	if (refused < 0)
		return;
	check_connection("127.0.0.1:0");
}
END_TEST

START_TEST(ipv6_passes_as_ipv4_does)
{
	if (refused < 0)
		return;
	check_connection("[::1]:0");
}
END_TEST

START_TEST(a_datagram_passes_once)
{
	static const char *const addresses[] = { "127.0.0.1:4000", "[::1]:4000" };
	for (size_t i = 0; i < 2 && refused == 0; i++) {
		struct sockaddr_storage to;
		socklen_t size = i == 0 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
		char end[ENDPOINT_SIZE];
		ck_assert(endpoint_parse(addresses[i], &to));
		int receiver = socket(to.ss_family, SOCK_DGRAM, 0);
		int sender = socket(to.ss_family, SOCK_DGRAM, 0);
		ck_assert_int_eq(bind(receiver, (struct sockaddr *)&to, size), 0);
		ck_assert_int_eq(connect(sender, (struct sockaddr *)&to, size), 0);
		ck_assert_int_eq(send(sender, "four", 4, 0), 4);
		name(sender, local_of, end);
		struct segment segment = next_segment();
		ck_assert_int_eq(segment.protocol, SEGMENT_UDP);
		ck_assert_str_eq(segment.from, end);
		ck_assert_str_eq(segment.to, addresses[i]);
		ck_assert_uint_eq(segment.length, 4);
		expect_nothing();
		close(sender);
		close(receiver);
	}
}
END_TEST

START_TEST(the_kernel_stamps_each_segment_and_leaves_its_checksum)
{
	struct timespec before, after;
	if (refused < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &before);
	int client = client_of(listener_on("127.0.0.1:0", 1));
	clock_gettime(CLOCK_REALTIME, &after);
	wire_set_offset(wire, -before.tv_sec * INT64_C(1000000000));
	struct segment syn = next_segment();
	ck_assert_uint_ge(syn.time, (uint64_t)before.tv_nsec);
	ck_assert_uint_le(syn.time, (uint64_t)(after.tv_sec - before.tv_sec) * 1000000000 +
					    (uint64_t)after.tv_nsec);
	ck_assert(syn.checksum_partial);
	ck_assert(syn.options.has_mss && syn.options.sack_permitted && syn.options.has_scale);
	close(client);
}
END_TEST

START_TEST(a_send_longer_than_a_link_carries_is_told_whole)
{
	enum { SIZE = 300000 };
	if (refused < 0)
		return;
	int listener = listener_on("127.0.0.1:0", 1);
	int client = client_of(listener), server = accept(listener, NULL, NULL);
	char *bytes = calloc(1, SIZE);
	ck_assert_int_eq(send(client, bytes, SIZE, 0), SIZE);
	ck_assert_int_eq(recv(server, bytes, SIZE, MSG_WAITALL), SIZE);
	/* The SYN has the number before the first byte's; a delay may have some sent twice. */
	uint32_t first = next_segment().seq + 1, passed = 0;
	for (int i = 0; i < 1000 && passed < SIZE; i++) {
		struct segment segment = next_segment();
		if (segment.length && segment.seq == first + passed)
			passed += segment.length;
	}
	ck_assert_uint_eq(passed, SIZE);
	free(bytes);
	close(client);
	close(server);
	close(listener);
}
END_TEST

/* --- the packets themselves ------------------------------------------------------------ */

/* A datagram of that payload, as a capture sees it that takes so much of it along. */
static struct segment passed_with_bytes(struct wire *with_bytes, const char *payload, size_t size)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4000) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(receiver, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(sendto(sender, payload, size, 0, (struct sockaddr *)&to, sizeof to),
			 (ssize_t)size);
	struct segment segment;
	ck_assert(wire_next(with_bytes, &segment));
	ck_assert_uint_eq(segment.length, size);
	close(sender);
	close(receiver);
	return segment;
}

START_TEST(a_packet_is_taken_along_whole_whatever_its_length)
{
	enum { HEADERS = 20 + 8, LONGEST = 65507 };
	static const size_t sizes[] = { 0, 1, 100, 1900, 2100, 40000, LONGEST };
	struct wire *with_bytes;
	if (refused < 0)
		return;
	ck_assert_int_eq(wire_open(&with_bytes, SMALL_RING, LONGEST), 0);
	char *payload = malloc(LONGEST);
	for (size_t i = 0; i < LONGEST; i++)
		payload[i] = (char)(i * 7 + i / 256);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct segment segment = passed_with_bytes(with_bytes, payload, sizes[i]);
		ck_assert_uint_eq(segment.packet.length, HEADERS + sizes[i]);
		ck_assert_uint_eq(segment.packet.captured, segment.packet.length);
		ck_assert_int_eq(segment.packet.data[0], 0x45);
		ck_assert_mem_eq(segment.packet.data + HEADERS, payload, sizes[i]);
	}
	free(payload);
	wire_close(with_bytes);
}
END_TEST

START_TEST(of_the_payload_no_more_is_taken_along_than_asked_for)
{
	enum { HEADERS = 20 + 8, SIZE = 3000 };
	static const char payload[SIZE] = "secret";
	if (refused < 0)
		return;
	for (int64_t most = 0; most <= 6; most += 6) {
		struct wire *with_bytes;
		ck_assert_int_eq(wire_open(&with_bytes, SMALL_RING, most), 0);
		for (size_t size = 60; size <= SIZE; size *= 50) {
			struct segment segment = passed_with_bytes(with_bytes, payload, size);
			ck_assert_uint_eq(segment.packet.length, HEADERS + size);
			ck_assert_uint_eq(segment.packet.captured, HEADERS + (size_t)most);
			ck_assert_mem_eq(segment.packet.data + HEADERS, payload, (size_t)most);
		}
		wire_close(with_bytes);
	}
	ck_assert_uint_eq(next_segment().packet.captured, 0);
}
END_TEST

START_TEST(where_the_kernel_has_no_room_left_a_packet_is_cut_and_the_next_one_whole)
{
	enum { SIZE = 60000, COUNT = 2000 };
	struct wire *with_bytes;
	if (refused < 0)
		return;
	char *payload = calloc(1, SIZE);
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4002) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(wire_open(&with_bytes, 8 * SMALL_RING, SIZE), 0);
	ck_assert_int_eq(bind(receiver, (struct sockaddr *)&to, sizeof to), 0);
	for (unsigned i = 0; i < COUNT; i++) {
		memcpy(payload + SIZE - sizeof i, &i, sizeof i);
		memcpy(payload, &i, sizeof i);
		ck_assert_int_eq(
			sendto(sender, payload, SIZE, 0, (struct sockaddr *)&to, sizeof to), SIZE);
	}
	struct segment segment;
	unsigned cut = 0, i = 0;
	for (; wire_next(with_bytes, &segment); i++) {
		const struct value_bytes *packet = &segment.packet;
		ck_assert_uint_eq(packet->length, 28 + SIZE);
		ck_assert_mem_eq(packet->data + 28, &i, sizeof i);
		if (packet->captured == packet->length)
			ck_assert_mem_eq(packet->data + 28 + SIZE - sizeof i, &i, sizeof i);
		else
			cut++;
	}
	ck_assert_uint_eq(i, COUNT);
	ck_assert_uint_gt(cut, 0);
	ck_assert_uint_lt(cut, COUNT);
	segment = passed_with_bytes(with_bytes, payload, SIZE);
	ck_assert_uint_eq(segment.packet.captured, segment.packet.length);
	free(payload);
	wire_close(with_bytes);
	close(sender);
	close(receiver);
}
END_TEST

/* --- what is lost ---------------------------------------------------------------------- */

START_TEST(what_found_the_ring_full_is_counted)
{
	struct wire *small;
	if (refused < 0)
		return;
	ck_assert_int_eq(wire_open(&small, SMALL_RING, WIRE_NO_BYTES), 0);
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(4000) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(receiver, (struct sockaddr *)&to, sizeof to), 0);
	for (int i = 0; i < SMALL_RING + 10; i++)
		ck_assert_int_eq(sendto(sender, "x", 1, 0, (struct sockaddr *)&to, sizeof to), 1);
	struct segment segment;
	int found = 0;
	while (wire_next(small, &segment))
		found++;
	ck_assert_int_eq(found, SMALL_RING);
	ck_assert_uint_eq(wire_lost(small), 10);
	/* It goes on, and what was lost is not forgotten. */
	ck_assert_int_eq(sendto(sender, "yy", 2, 0, (struct sockaddr *)&to, sizeof to), 2);
	ck_assert(wire_next(small, &segment) && segment.length == 2);
	ck_assert_uint_eq(wire_lost(small), 10);
	wire_close(small);
	close(sender);
	close(receiver);
}
END_TEST

/* --- and what follows from it --------------------------------------------------------- */

START_TEST(a_socket_connected_to_itself_opens_and_closes_simultaneously)
{
	static const struct {
		unsigned flags;
		enum tcp_state sender, receiver;
	} expected[] = {
		{ SEGMENT_SYN, STATE_SYN_SENT, STATE_SYN_RCVD },
		{ SEGMENT_SYN | SEGMENT_ACK, STATE_SYN_RCVD, STATE_ESTABLISHED },
		/* Its own SYN,ACK was one too many: that is told, with a selective acknowledgement.
		 */
		{ SEGMENT_ACK, STATE_ESTABLISHED, STATE_ESTABLISHED },
		{ SEGMENT_FIN | SEGMENT_ACK, STATE_FIN_WAIT_1, STATE_CLOSING },
		{ SEGMENT_ACK, STATE_CLOSING, STATE_TIME_WAIT },
	};
	struct sockaddr_in self_address = { .sin_family = AF_INET, .sin_port = htons(4001) };
	struct track *track;
	if (refused < 0)
		return;
	ck_assert_int_eq(track_new(&track, 0), 0);
	self_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&self_address, sizeof self_address), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&self_address, sizeof self_address), 0);
	close(fd);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		struct segment segment = next_segment();
		struct path_states states;
		ck_assert_int_eq(track_segment(track, &segment, &states), 0);
		/* A kernel may say nothing of that. */
		if (i == 2 && segment.flags != SEGMENT_ACK)
			i++;
		ck_assert_uint_eq(segment.flags, expected[i].flags);
		ck_assert_int_eq(states.sender, expected[i].sender);
		ck_assert_int_eq(states.receiver, expected[i].receiver);
	}
	track_free(track);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_segment_of_a_connection_passes_once_and_in_order,
		ipv6_passes_as_ipv4_does,
		a_datagram_passes_once,
		the_kernel_stamps_each_segment_and_leaves_its_checksum,
		a_send_longer_than_a_link_carries_is_told_whole,
		a_packet_is_taken_along_whole_whatever_its_length,
		of_the_payload_no_more_is_taken_along_than_asked_for,
		where_the_kernel_has_no_room_left_a_packet_is_cut_and_the_next_one_whole,
		what_found_the_ring_full_is_counted,
		a_socket_connected_to_itself_opens_and_closes_simultaneously,
		NULL,
	};
	return suite_on_the_wire("wire", tests, open_network, close_network);
}
