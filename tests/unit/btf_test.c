/* The kernel's description of its types, here made by hand, whole and damaged. */
#include "unit.h"

#include "witnesses/btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* int; a structure of two members of it; a typedef of that; the same name for a structure. */
struct image {
	struct btf_header header;
	struct btf_type integer;
	uint32_t encoding;
	struct btf_type pair;
	struct btf_member members[2];
	struct btf_type alias, other;
	char strings[32];
};

enum { INT_NAME = 1, PAIR_NAME = 5, ALIAS_NAME = 10 };

#define KIND(kind, parts) (((uint32_t)(kind) << 24) | (parts))

static struct image whole(void)
{
	struct image image = {
		.header = { .magic = BTF_MAGIC,
			    .version = BTF_VERSION,
			    .hdr_len = sizeof(struct btf_header),
			    .type_len = offsetof(struct image, strings) -
					offsetof(struct image, integer),
			    .str_off = offsetof(struct image, strings) -
				       offsetof(struct image, integer),
			    .str_len = sizeof image.strings },
		.integer = { .name_off = INT_NAME, .info = KIND(BTF_KIND_INT, 0) },
		.pair = { .name_off = PAIR_NAME, .info = KIND(BTF_KIND_STRUCT, 2) },
		.alias = { .name_off = ALIAS_NAME, .info = KIND(BTF_KIND_TYPEDEF, 0) },
		.other = { .name_off = ALIAS_NAME, .info = KIND(BTF_KIND_FWD, 0) },
	};
	memcpy(image.strings, "\0int\0pair\0alias", sizeof "\0int\0pair\0alias");
	return image;
}

/* On the heap and no byte longer, so that who reads behind it is caught. */
static int find_in(const void *image, size_t size, unsigned kind, const char *name)
{
	void *copy = malloc(size ? size : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, image, size);
	int found = btf_find(copy, size, kind, name);
	free(copy);
	return found;
}

static int find(const struct image *image, unsigned kind, const char *name)
{
	return find_in(image, sizeof *image, kind, name);
}

START_TEST(types_are_numbered_from_1_in_their_order)
{
	struct image image = whole();
	ck_assert_int_eq(find(&image, BTF_KIND_INT, "int"), 1);
	ck_assert_int_eq(find(&image, BTF_KIND_STRUCT, "pair"), 2);
	ck_assert_int_eq(find(&image, BTF_KIND_TYPEDEF, "alias"), 3);
}
END_TEST

START_TEST(a_name_of_another_kind_is_another_type)
{
	struct image image = whole();
	ck_assert_int_eq(find(&image, BTF_KIND_FWD, "alias"), 4);
	ck_assert_int_eq(find(&image, BTF_KIND_UNION, "alias"), -ENOENT);
	ck_assert_int_eq(find(&image, BTF_KIND_TYPEDEF, "alia"), -ENOENT);
}
END_TEST

START_TEST(what_is_cut_off_anywhere_is_damaged)
{
	struct image image = whole();
	for (size_t size = 0; size < sizeof image; size++)
		ck_assert_int_eq(find_in(&image, size, BTF_KIND_UNION, "none"), -EBADMSG);
}
END_TEST

START_TEST(types_that_do_not_fit_into_their_room_are_damaged)
{
	struct image image = whole();
	image.pair.info = KIND(BTF_KIND_STRUCT, 0xffff);
	ck_assert_int_eq(find(&image, BTF_KIND_TYPEDEF, "alias"), -EBADMSG);
	image = whole();
	image.header.type_len -= sizeof image.other / 2;
	ck_assert_int_eq(find(&image, BTF_KIND_UNION, "none"), -EBADMSG);
	image = whole();
	image.header.type_off = UINT32_MAX;
	ck_assert_int_eq(find(&image, BTF_KIND_UNION, "none"), -EBADMSG);
	image = whole();
	image.header.str_len = 0;
	ck_assert_int_eq(find(&image, BTF_KIND_UNION, "none"), -EBADMSG);
}
END_TEST

START_TEST(a_kind_of_the_future_ends_the_search)
{
	struct image image = whole();
	image.alias.info = KIND(31, 0);
	ck_assert_int_eq(find(&image, BTF_KIND_STRUCT, "pair"), 2);
	ck_assert_int_eq(find(&image, BTF_KIND_FWD, "alias"), -EBADMSG);
}
END_TEST

START_TEST(a_name_outside_of_the_strings_is_no_name)
{
	struct image image = whole();
	image.pair.name_off = sizeof image.strings;
	ck_assert_int_eq(find(&image, BTF_KIND_STRUCT, "pair"), -ENOENT);
	image = whole();
	image.strings[sizeof image.strings - 1] = 'x';
	ck_assert_int_eq(find(&image, BTF_KIND_STRUCT, "pair"), -EBADMSG);
}
END_TEST

START_TEST(any_byte_may_be_any_other)
{
	struct image image = whole();
	for (size_t at = 0; at < sizeof image; at++)
		for (unsigned value = 0; value <= UINT8_MAX; value++) {
			struct image damaged = image;
			((uint8_t *)&damaged)[at] = (uint8_t)value;
			int found = find(&damaged, BTF_KIND_TYPEDEF, "alias");
			ck_assert(found == -EBADMSG || found == -ENOENT ||
				  (found > 0 && found <= 4));
		}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *suite = suite_create("btf");
	TCase *types = tcase_create("types");
	tcase_add_test(types, types_are_numbered_from_1_in_their_order);
	tcase_add_test(types, a_name_of_another_kind_is_another_type);
	tcase_add_test(types, what_is_cut_off_anywhere_is_damaged);
	tcase_add_test(types, types_that_do_not_fit_into_their_room_are_damaged);
	tcase_add_test(types, a_kind_of_the_future_ends_the_search);
	tcase_add_test(types, a_name_outside_of_the_strings_is_no_name);
	tcase_add_test(types, any_byte_may_be_any_other);
	suite_add_tcase(suite, types);
	return suite;
}
