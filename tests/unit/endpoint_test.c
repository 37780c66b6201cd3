#include "unit.h"

#include "support/endpoint.h"
#include "types/socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

static char text[ENDPOINT_SIZE];

/* The address is copied to a heap block of just its size: a sanitizer sees any read past it. */
static const char *written(const void *address, size_t size)
{
	void *copy = malloc(size ? size : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, address, size);
	endpoint_text(text, sizeof text, copy, size);
	free(copy);
	return text;
}

static const char *written_unix(const char *path, size_t length)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	memcpy(address.sun_path, path, length);
	return written(&address, offsetof(struct sockaddr_un, sun_path) + length);
}

START_TEST(ipv4_is_host_colon_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8000) };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_str_eq(written(&address, sizeof address), "127.0.0.1:8000");
	address.sin_port = htons(65535);
	address.sin_addr.s_addr = 0;
	ck_assert_str_eq(written(&address, sizeof address), "0.0.0.0:65535");
}
END_TEST

START_TEST(ipv6_stands_in_brackets_with_its_scope_as_a_number)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	address.sin6_addr = in6addr_loopback;
	ck_assert_str_eq(written(&address, sizeof address), "[::1]:80");
	inet_pton(AF_INET6, "fe80::1", &address.sin6_addr);
	address.sin6_scope_id = 2;
	ck_assert_str_eq(written(&address, sizeof address), "[fe80::1%2]:80");
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.sin6_addr);
	address.sin6_scope_id = 0;
	ck_assert_str_eq(written(&address, sizeof address), "[::ffff:127.0.0.1]:80");
}
END_TEST

START_TEST(ipv6_of_24_bytes_has_no_scope)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	address.sin6_scope_id = 7;
	ck_assert_str_eq(written(&address, 24), "[::]:80");
	ck_assert_str_eq(written(&address, 23),
			 "AF_INET6 0x005000000000000000000000000000000000000000");
}
END_TEST

START_TEST(an_address_too_short_for_its_family_is_hex)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8080) };
	ck_assert_str_eq(written(&address, 4), "AF_INET 0x1f90");
	ck_assert_str_eq(written(&address, 2), "AF_INET");
	ck_assert_str_eq(written(&address, 1), "0x02");
	ck_assert_str_eq(written(&address, 0), "");
}
END_TEST

START_TEST(a_unix_path_ends_at_its_nul_or_at_the_length)
{
	ck_assert_str_eq(written_unix("/tmp/s", 7), "unix:/tmp/s");
	ck_assert_str_eq(written_unix("/tmp/s", 6), "unix:/tmp/s");
	ck_assert_str_eq(written_unix("/tmp/s\0garbage", 14), "unix:/tmp/s");
	char longest[109] = "";
	memset(longest, 'x', 108);
	ck_assert_uint_eq(strlen(written_unix(longest, 108)), 5 + 108);
}
END_TEST

START_TEST(an_unnamed_unix_socket_has_nothing_behind_the_colon)
{
	ck_assert_str_eq(written_unix("", 0), "unix:");
}
END_TEST

START_TEST(an_abstract_name_keeps_every_byte)
{
	ck_assert_str_eq(written_unix("\0name", 5), "unix:@name");
	ck_assert_str_eq(written_unix("\0a\0\x1b[", 5), "unix:@a\\x00\\x1b[");
	ck_assert_str_eq(written_unix("\0", 1), "unix:@");
}
END_TEST

START_TEST(a_path_that_begins_with_an_at_sign_is_not_taken_for_abstract)
{
	ck_assert_str_eq(written_unix("@name", 6), "unix:\\100name");
}
END_TEST

START_TEST(the_longest_abstract_name_fits_into_an_endpoint)
{
	char name[108];
	memset(name, 0x01, sizeof name);
	name[0] = '\0';
	ck_assert_uint_eq(strlen(written_unix(name, sizeof name)), 6 + 107 * 4);
}
END_TEST

START_TEST(netlink_and_packet_addresses_name_their_fields)
{
	struct sockaddr_nl netlink = { .nl_family = AF_NETLINK, .nl_pid = 42, .nl_groups = 0x11 };
	ck_assert_str_eq(written(&netlink, sizeof netlink), "netlink:pid=42,groups=0x11");
	struct sockaddr_ll packet = { .sll_family = AF_PACKET,
				      .sll_protocol = htons(3),
				      .sll_ifindex = 1 };
	ck_assert_str_eq(written(&packet, sizeof packet), "packet:ifindex=1,protocol=0x0003");
	ck_assert_str_eq(written(&packet, 18), "packet:ifindex=1,protocol=0x0003");
}
END_TEST

START_TEST(other_families_are_their_name_or_number_and_hex)
{
	struct sockaddr address = { .sa_family = AF_VSOCK, .sa_data = { 1, 2 } };
	ck_assert_str_eq(written(&address, 4), "AF_VSOCK 0x0102");
	address.sa_family = 77;
	ck_assert_str_eq(written(&address, 4), "AF_77 0x0102");
	address.sa_family = AF_UNSPEC;
	ck_assert_str_eq(written(&address, 2), "AF_UNSPEC");
}
END_TEST

/* Every form, in every room that is too small: a prefix, ended, and no byte behind it. */
START_TEST(text_never_exceeds_its_room)
{
	const sa_family_t families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, 77 };
	for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
		struct sockaddr_storage address;
		memset(&address, 0xff, sizeof address);
		address.ss_family = families[i];
		for (size_t room = 0; room < 80; room++) {
			char *out = malloc(room ? room : 1);
			ck_assert_ptr_nonnull(out);
			endpoint_text(out, room, &address, 110);
			ck_assert(!room || strlen(out) < room);
			free(out);
		}
	}
}
END_TEST

START_TEST(what_was_written_can_be_read_back)
{
	const char *const texts[] = {
		"127.0.0.1:8000",
		"0.0.0.0:0",
		"[::1]:8000",
		"[fe80::1%2]:80",
		"[::ffff:10.0.0.1]:65535",
		"[1111:2222:3333:4444:5555:6666:7777:8888%4294967295]:65535"
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct sockaddr_storage address;
		ck_assert_msg(endpoint_parse(texts[i], &address), "%s", texts[i]);
		endpoint_text(text, sizeof text, &address, sizeof address);
		ck_assert_str_eq(text, texts[i]);
	}
}
END_TEST

START_TEST(what_is_no_internet_endpoint_is_refused)
{
	const char *const texts[] = { "",
				      ":",
				      "[",
				      "[]:1",
				      "[:1",
				      "]:80",
				      "127.0.0.1",
				      "127.0.0.1:",
				      "127.0.0.1:65536",
				      "127.0.0.1:-1",
				      "127.0.0.1: 80",
				      "127.0.0.1:80x",
				      "127.0.0.1:18446744073709551696",
				      "[::1]:80x",
				      "[::1:80",
				      "::1:80",
				      "[::1%]:80",
				      "[::1%4294967296]:80",
				      "[::1%lo]:80",
				      "[127.0.0.1]:80",
				      "unix:/tmp/80",
				      "unix:",
				      "host:80" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct sockaddr_storage address;
		ck_assert_msg(!endpoint_parse(texts[i], &address), "%s", texts[i]);
	}
}
END_TEST

START_TEST(a_family_without_a_name_has_none)
{
	ck_assert_str_eq(family_name(AF_INET6), "AF_INET6");
	ck_assert_ptr_null(family_name(77));
	ck_assert_ptr_null(family_name(-1));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("endpoint");
	TCase *writing = tcase_create("to text");
	tcase_add_test(writing, ipv4_is_host_colon_port);
	tcase_add_test(writing, ipv6_stands_in_brackets_with_its_scope_as_a_number);
	tcase_add_test(writing, ipv6_of_24_bytes_has_no_scope);
	tcase_add_test(writing, an_address_too_short_for_its_family_is_hex);
	tcase_add_test(writing, a_unix_path_ends_at_its_nul_or_at_the_length);
	tcase_add_test(writing, an_unnamed_unix_socket_has_nothing_behind_the_colon);
	tcase_add_test(writing, an_abstract_name_keeps_every_byte);
	tcase_add_test(writing, a_path_that_begins_with_an_at_sign_is_not_taken_for_abstract);
	tcase_add_test(writing, the_longest_abstract_name_fits_into_an_endpoint);
	tcase_add_test(writing, netlink_and_packet_addresses_name_their_fields);
	tcase_add_test(writing, other_families_are_their_name_or_number_and_hex);
	tcase_add_test(writing, text_never_exceeds_its_room);
	tcase_add_test(writing, a_family_without_a_name_has_none);
	suite_add_tcase(suite, writing);
	TCase *reading = tcase_create("from text");
	tcase_add_test(reading, what_was_written_can_be_read_back);
	tcase_add_test(reading, what_is_no_internet_endpoint_is_refused);
	suite_add_tcase(suite, reading);
	return suite;
}
