/* What a dump of sock_diag says of one socket, and which of many get a row. */
#include "unit.h"

#include "witnesses/holders.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Messages of Linux 6.18 as they came: struct inet_diag_msg, and attributes behind it. */
static const char listener[] =
	"020a00009b4b00007f000001000000000000000000000000000000000000000000000000"
	"00000000000000009c0840000000000000000000000000000700000000000000d8679800"
	"050008000000000008000f00000000000c00150001000000000000000600160052000000";

static const char queued[] =
	"020100009b4ba4d07f0000010000000000000000000000007f0000010000000000000000"
	"00000000000000009d084000000000000000000000000000000000000000000000000000"
	"050008000000000008000f00000000000c00150001000000000000000600160052000000";

static const char close_wait[] =
	"020800009b4ba4d07f0000010000000000000000000000007f0000010000000000000000"
	"00000000000000009d0840000000000000000000010000000000000000000000dc679800"
	"050008000100000008000f00000000000c00150001000000000000000600160052000000";

static const char time_wait[] =
	"020603009b4ba4d87f0000010000000000000000000000007f0000010000000000000000"
	"00000000000000009e08400000000000fce9000000000000000000000000000000000000"
	"08000f0000000000";

static const char bound[] =
	"02070000b92b00007f000001000000000000000000000000000000000000000000000000"
	"00000000000000009f0840000000000000000000000000000000000000000000e1679800"
	"050008000000000008000f00000000000c00150001000000000000000600160052000000";

static const char wildcard6[] =
	"0a0a0000d6c9000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000a00840000000000000000000000000000500000000000000e3679800"
	"050008000000000005000b000000000008000f00000000000c0015000100000000000000"
	"0600160012000000";

static const char mapped[] =
	"0a010000d6c9d60a00000000000000000000ffff7f00000100000000000000000000ffff"
	"7f00000100000000a1084000000000000000000000000000000000000000000000000000"
	"050008000000000008000f00000000000c00150001000000000000000600160012000000";

static const char udp[] =
	"02070000e79100007f000001000000000000000000000000000000000000000000000000"
	"0000000000000000a20840000000000000000000000000000000000000000000e7679800"
	"050008000000000008000f00000000000c00150001000000000000000600160050000000";

/* The bytes that stand there in hexadecimal, in memory of exactly their size. */
static void *bytes_of(const char *text, size_t *ret_size)
{
	size_t size = strlen(text) / 2;
	uint8_t *bytes = malloc(size);
	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < size; i++) {
		const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };
		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	*ret_size = size;
	return bytes;
}

static struct port_holder parsed(const char *text, int protocol)
{
	struct port_holder holder;
	size_t size;
	void *bytes = bytes_of(text, &size);
	ck_assert(holder_parse(bytes, size, protocol, &holder));
	free(bytes);
	return holder;
}

/* --- one message -------------------------------------------------------------------------- */

START_TEST(a_listener_tells_its_queue_and_its_limit)
{
	struct port_holder row = parsed(listener, IPPROTO_TCP);
	ck_assert_int_eq(row.family, AF_INET);
	ck_assert_int_eq(row.state, STATE_LISTEN);
	ck_assert_str_eq(row.local, "127.0.0.1:39755");
	ck_assert_str_eq(row.remote, "");
	ck_assert_int_eq(row.accept, 0);
	ck_assert_int_eq(row.backlog, 7);
	ck_assert_int_eq(row.receive, -1);
	ck_assert_int_eq(row.send, -1);
	ck_assert_uint_eq(row.cookie, 0x40089c);
	ck_assert_uint_eq(row.inode, 0x9867d8);
	ck_assert_uint_eq(row.uid, 0);
	ck_assert_int_eq(row.v6only, -1);
	ck_assert_int_eq(row.time_left, -1);
}
END_TEST

START_TEST(a_connection_that_nobody_accepted_has_no_inode)
{
	struct port_holder row = parsed(queued, IPPROTO_TCP);
	ck_assert_int_eq(row.state, STATE_ESTABLISHED);
	ck_assert_str_eq(row.remote, "127.0.0.1:42192");
	ck_assert_uint_eq(row.inode, 0);
	ck_assert_int_eq(row.receive, 0);
	ck_assert_int_eq(row.accept, -1);
}
END_TEST

START_TEST(a_fin_that_came_is_no_byte)
{
	struct port_holder row = parsed(close_wait, IPPROTO_TCP);
	ck_assert_int_eq(row.state, STATE_CLOSE_WAIT);
	ck_assert_int_eq(row.receive, 0);
	ck_assert_uint_ne(row.inode, 0);
}
END_TEST

START_TEST(time_wait_tells_what_is_left_of_it)
{
	struct port_holder row = parsed(time_wait, IPPROTO_TCP);
	ck_assert_int_eq(row.state, STATE_TIME_WAIT);
	ck_assert_int_eq(row.time_left, 59900);
	ck_assert_uint_eq(row.inode, 0);
}
END_TEST

START_TEST(bound_and_no_more_is_closed_with_an_address)
{
	struct port_holder row = parsed(bound, IPPROTO_TCP);
	ck_assert_int_eq(row.state, STATE_CLOSED);
	ck_assert_str_eq(row.local, "127.0.0.1:47403");
	ck_assert_str_eq(row.remote, "");
	ck_assert_uint_ne(row.inode, 0);
}
END_TEST

START_TEST(a_listener_of_ipv6_tells_whether_it_takes_ipv4_too)
{
	struct port_holder row = parsed(wildcard6, IPPROTO_TCP);
	ck_assert_int_eq(row.family, AF_INET6);
	ck_assert_str_eq(row.local, "[::]:54985");
	ck_assert_int_eq(row.v6only, 0);
	row = parsed(mapped, IPPROTO_TCP);
	ck_assert_str_eq(row.local, "[::ffff:127.0.0.1]:54985");
	ck_assert_str_eq(row.remote, "[::ffff:127.0.0.1]:54794");
	ck_assert_int_eq(row.v6only, -1);
}
END_TEST

START_TEST(udp_tells_of_no_bytes)
{
	struct port_holder row = parsed(udp, IPPROTO_UDP);
	ck_assert_int_eq(row.state, STATE_CLOSED);
	ck_assert_str_eq(row.local, "127.0.0.1:59281");
	ck_assert_int_eq(row.receive, -1);
	ck_assert_int_eq(row.send, -1);
}
END_TEST

START_TEST(what_is_cut_off_is_no_socket_and_an_attribute_cut_off_is_none)
{
	struct port_holder row;
	size_t size;
	uint8_t *bytes = bytes_of(wildcard6, &size);
	ck_assert(!holder_parse(bytes, 71, IPPROTO_TCP, &row));
	ck_assert(holder_parse(bytes, 72, IPPROTO_TCP, &row));
	ck_assert_int_eq(row.v6only, -1);
	ck_assert(holder_parse(bytes, size - 1, IPPROTO_TCP, &row));
	ck_assert_int_eq(row.v6only, 0);
	bytes[0] = AF_UNIX;
	ck_assert(!holder_parse(bytes, size, IPPROTO_TCP, &row));
	free(bytes);
}
END_TEST

/* --- the rows ------------------------------------------------------------------------------- */

START_TEST(all_are_counted_and_what_stands_in_the_way_keeps_its_row)
{
	enum { MANY = 2 * PORT_HOLDERS };
	struct port_holders holders = holders_none();
	struct port_holder old = parsed(time_wait, IPPROTO_TCP);
	const struct port_holder connection = parsed(close_wait, IPPROTO_TCP);
	const struct port_holder last = parsed(listener, IPPROTO_TCP);
	for (int i = 0; i < MANY; i++) {
		old.time_left = 1000 + i;
		holders_add(&holders, &old);
	}
	ck_assert_uint_eq(holders.count, PORT_HOLDERS);
	for (int i = 0; i < PORT_HOLDERS + 1; i++)
		holders_add(&holders, &connection);
	holders_add(&holders, &last);

	ck_assert_uint_eq(holders.count, PORT_HOLDERS);
	ck_assert_int_eq(holders.rows[0].state, STATE_LISTEN);
	ck_assert_int_eq(holders.rows[1].state, STATE_CLOSE_WAIT);
	ck_assert_int_eq(holders.rows[PORT_HOLDERS - 1].state, STATE_CLOSE_WAIT);
	ck_assert_uint_eq(holders.counts[STATE_TIME_WAIT], MANY);
	ck_assert_uint_eq(holders.loose[STATE_TIME_WAIT], MANY);
	ck_assert_uint_eq(holders.counts[STATE_CLOSE_WAIT], PORT_HOLDERS + 1);
	ck_assert_uint_eq(holders.loose[STATE_CLOSE_WAIT], 0);
	ck_assert_uint_eq(holders.counts[STATE_LISTEN], 1);
	ck_assert_int_eq(holders.longest_time_left, 1000 + MANY - 1);
}
END_TEST

START_TEST(equals_stand_in_the_order_in_which_they_came)
{
	struct port_holders holders = holders_none();
	struct port_holder row = parsed(queued, IPPROTO_TCP);
	for (uint64_t i = 1; i <= 3; i++) {
		row.cookie = i;
		holders_add(&holders, &row);
	}
	for (uint64_t i = 0; i < 3; i++)
		ck_assert_uint_eq(holders.rows[i].cookie, i + 1);
	ck_assert_int_eq(holders.longest_time_left, -1);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("holders");
	TCase *group = tcase_create("holders");
	tcase_add_test(group, a_listener_tells_its_queue_and_its_limit);
	tcase_add_test(group, a_connection_that_nobody_accepted_has_no_inode);
	tcase_add_test(group, a_fin_that_came_is_no_byte);
	tcase_add_test(group, time_wait_tells_what_is_left_of_it);
	tcase_add_test(group, bound_and_no_more_is_closed_with_an_address);
	tcase_add_test(group, a_listener_of_ipv6_tells_whether_it_takes_ipv4_too);
	tcase_add_test(group, udp_tells_of_no_bytes);
	tcase_add_test(group, what_is_cut_off_is_no_socket_and_an_attribute_cut_off_is_none);
	tcase_add_test(group, all_are_counted_and_what_stands_in_the_way_keeps_its_row);
	tcase_add_test(group, equals_stand_in_the_order_in_which_they_came);
	suite_add_tcase(suite, group);
	return suite;
}
