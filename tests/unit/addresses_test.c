/* What a dump of rtnetlink says of one address. */
#include "unit.h"

#include "witnesses/addresses.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A message as the kernel aligns it. */
struct message {
	_Alignas(4) uint8_t bytes[256];
	size_t size;
};

static struct message message_of(int family, uint8_t flags)
{
	struct message message = { .size = sizeof(struct ifaddrmsg) };
	const struct ifaddrmsg head = { .ifa_family = (uint8_t)family,
					.ifa_flags = flags,
					.ifa_index = 7 };
	memcpy(message.bytes, &head, sizeof head);
	return message;
}

static void add(struct message *message, uint16_t type, int family, const char *text)
{
	size_t size = family == AF_INET ? 4 : 16;
	const struct rtattr head = { .rta_len = (uint16_t)(sizeof head + size), .rta_type = type };
	memcpy(message->bytes + message->size, &head, sizeof head);
	ck_assert_int_eq(inet_pton(family, text, message->bytes + message->size + sizeof head), 1);
	message->size += sizeof head + size;
}

static bool parse(const struct message *message, size_t size, struct own_address *ret_address)
{
	/* Of exactly that size: a byte read too many is seen. */
	void *copy = malloc(size ? size : 1);
	memcpy(copy, message->bytes, size);
	bool parsed = address_parse(copy, size, ret_address);
	free(copy);
	return parsed;
}

START_TEST(of_a_point_to_point_link_this_end_is_told)
{
	struct message message = message_of(AF_INET, IFA_F_PERMANENT);
	struct own_address address;
	add(&message, IFA_ADDRESS, AF_INET, "192.0.2.9");
	ck_assert(parse(&message, message.size, &address));
	ck_assert_str_eq(address.text, "192.0.2.9");
	add(&message, IFA_LOCAL, AF_INET, "192.0.2.1");
	ck_assert(parse(&message, message.size, &address));
	ck_assert_str_eq(address.text, "192.0.2.1");
	ck_assert_int_eq(address.family, AF_INET);
	ck_assert_uint_eq(address.interface, 7);
	/* Also if it comes first. */
	message = message_of(AF_INET6, IFA_F_PERMANENT);
	add(&message, IFA_LOCAL, AF_INET6, "2001:db8::1");
	add(&message, IFA_ADDRESS, AF_INET6, "2001:db8::9");
	ck_assert(parse(&message, message.size, &address));
	ck_assert_str_eq(address.text, "2001:db8::1");
}
END_TEST

START_TEST(one_that_may_belong_to_somebody_else_is_not_told)
{
	static const struct {
		uint8_t flags;
		bool told;
	} rows[] = { { IFA_F_TENTATIVE, false },
		     { IFA_F_TENTATIVE | IFA_F_OPTIMISTIC, true },
		     { IFA_F_DADFAILED, false },
		     { IFA_F_DEPRECATED, true } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct message message = message_of(AF_INET6, rows[i].flags);
		struct own_address address;
		add(&message, IFA_ADDRESS, AF_INET6, "fe80::1");
		ck_assert_int_eq(parse(&message, message.size, &address), rows[i].told);
	}
}
END_TEST

START_TEST(what_is_cut_off_is_no_address)
{
	struct message message = message_of(AF_INET, 0);
	struct own_address address;
	add(&message, IFA_ADDRESS, AF_INET, "192.0.2.1");
	for (size_t size = 0; size < message.size; size++)
		ck_assert(!parse(&message, size, &address));
	ck_assert(parse(&message, message.size, &address));
	message.bytes[0] = AF_UNIX;
	ck_assert(!parse(&message, message.size, &address));
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("addresses");
	TCase *group = tcase_create("addresses");
	tcase_add_test(group, of_a_point_to_point_link_this_end_is_told);
	tcase_add_test(group, one_that_may_belong_to_somebody_else_is_not_told);
	tcase_add_test(group, what_is_cut_off_is_no_address);
	suite_add_tcase(suite, group);
	return suite;
}
